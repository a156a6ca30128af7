# Genome builds, recognised by the lengths of their chromosomes.

# Builds whose lengths are in GenomeInfoDb, the most common ones first.
.knownBuilds <- c("hg19", "hg38", "hg18", "hs1", "mm10", "mm39", "mm9", "dm6",
                  "dm3", "rn6", "rn7", "ce10", "ce11", "danRer10", "danRer11",
                  "galGal5", "galGal6", "rheMac8", "rheMac10", "bosTau8",
                  "bosTau9")

.buildLengths <- new.env(parent = emptyenv())

.lengthsOfBuild <- function(build) {
    if (is.null(.buildLengths[[build]])) {
        table <- tryCatch(
            GenomeInfoDb::getChromInfoFromUCSC(
                build, assembled.molecules.only = TRUE),
            error = function(e) data.frame(chrom = character(), size = 0)[0L, ])
        .buildLengths[[build]] <- stats::setNames(as.numeric(table$size),
                                                  .plainNames(table$chrom))
    }
    .buildLengths[[build]]
}

# Removes differences in style: chr1 and 1, chrM and MT are the same chromosome.
.plainNames <- function(chromosomes) {
    plain <- sub("^chr", "", chromosomes, ignore.case = TRUE)
    ifelse(plain %in% c("M", "MT"), "M", plain)
}

# The build whose chromosomes have these lengths, "" if unknown. All shared
# chromosomes must agree except the mitochondrial one, as two are in use for
# hg19.
.recogniseBuild <- function(lengths) {
    lengths <- lengths[!is.na(lengths)]
    names(lengths) <- .plainNames(names(lengths))
    for (build in .knownBuilds) {
        known <- .lengthsOfBuild(build)
        shared <- setdiff(intersect(names(lengths), names(known)), "M")
        if (length(shared) > 0L && all(lengths[shared] == known[shared])) {
            return(build)
        }
    }
    ""
}

# Describes chromosomes whose lengths differ; "" if none do.
.differingLengths <- function(own, other, ownName, otherName) {
    chromosomes <- names(own)
    own[.plainNames(chromosomes) == "M"] <- NA
    other <- other[match(.plainNames(chromosomes), .plainNames(names(other)))]
    differs <- which(own != other)
    if (length(differs) == 0L) return("")
    .some(sprintf("%s: %.0f bp in %s, %.0f in %s", chromosomes[differs],
                  own[differs], ownName, other[differs], otherName), 2L)
}

# The genome build of the genes, as known before any file is read: its name and
# a named vector of lengths.
.genesBuild <- function(windows) {
    lengths <- GenomeInfoDb::seqlengths(windows)
    named <- unique(stats::na.omit(GenomeInfoDb::genome(windows)))
    build <- .recogniseBuild(lengths)
    if (build == "" && length(named) == 1L) build <- .buildAlias(named)
    list(build = build, lengths = lengths[!is.na(lengths)])
}

.buildAlias <- function(name) {
    alias <- c(GRCh37 = "hg19", NCBI36 = "hg18", GRCh38 = "hg38",
               NCBI37 = "mm9", GRCm38 = "mm10", GRCm39 = "mm39", BDGP6 = "dm6")
    found <- alias[startsWith(name, names(alias))]
    if (length(found) > 0L) found[[1L]] else name
}

# Compares the chromosome lengths of each file with those of the genes and of
# the files before it. Adds the columns `genome` and `build`, which describes
# the difference.
.compareBuilds <- function(parts, windows) {
    genes <- .genesBuild(windows)
    seen <- list()
    rows <- lapply(parts, function(part) {
        row <- part$source
        if (is.null(part$lengths)) return(cbind(row, genome = ""))
        row$genome <- .recogniseBuild(part$lengths)
        differs <- .differingLengths(part$lengths, genes$lengths, "the file",
                                     "the genes")
        if (differs == "" && !"" %in% c(row$genome, genes$build) &&
            row$genome != genes$build) {
            differs <- sprintf("%s, the genes have %s", row$genome,
                               genes$build)
        }
        for (other in seen) {
            if (differs != "") break
            differs <- .differingLengths(part$lengths, other$lengths,
                                         "the file", basename(other$file))
        }
        seen[[length(seen) + 1L]] <<- list(lengths = part$lengths,
                                           file = part$file)
        row$build <- if (differs == "") row$build else differs
        row
    })
    do.call(rbind, rows)
}
