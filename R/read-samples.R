# Sample sheets: the file of each mark and cell type.

# `files` is a sheet, or a vector of paths named by the marks (one cell type).
# Returns a checked data frame with cellType, mark, file and, if given, group.
.asSamples <- function(files, cellType = NULL, replicates = "refuse") {
    replicates <- .checkChoice(replicates, "replicates", .replicateWays)
    where <- "The sample sheet"
    if (is.character(files) && !is.null(names(files))) {
        files <- data.frame(cellType = cellType %||% "cellType1",
                            mark = names(files), file = unname(files))
    } else if (is.character(files) && length(files) == 1L) {
        .checkIsSheet(files)
        where <- cli::format_inline("The sample sheet {.file {files}}")
        files <- .readSheet(files)
    } else if (!is.null(cellType)) {
        .stop("{.arg cellType} is for files that are named by their marks",
              i = "In a sample sheet, use the column {.val cellType}.")
    }
    if (is(files, "DataFrame")) files <- as.data.frame(files)
    if (!is.data.frame(files)) {
        .stop("{.arg files} must be a sample sheet (a data frame with the
               columns cellType, mark and file), or paths named by the
               marks",
              x = "It is of class {.cls {class(files)[1]}} and length
                   {length(files)}{
                   if (is.character(files)) ', without names'}.")
    }
    .checkSamples(files, where, replicates)
}

# What to do with several files of one mark and cell type.
.replicateWays <- c("refuse", "combine", "separate")

# A file of reads or signal without its mark, which would be read as a table.
.checkIsSheet <- function(path) {
    data <- c("BAM", "CRAM", "SAM", "bigWig", "bedGraph")
    if (grepl("[.](bed|tagalign)([.]gz)?$", path, ignore.case = TRUE) ||
        (file.exists(path) && .fileFormat(path) %in% data)) {
        .stop("{.arg files} must have the marks as names",
              x = "{.file {path}} is a file of reads or signal, not a sample
                   sheet.",
              i = "For example {.code c(H3K4me3 = \"{path}\")}.")
    }
}

# File names in a sheet are relative to its folder.
.readSheet <- function(path) {
    samples <- .readFrame(path, "files")
    if ("file" %in% names(samples)) {
        relative <- !grepl("^(/|~|[A-Za-z]:|[\\\\])", samples$file)
        samples$file[relative] <- file.path(dirname(path),
                                            samples$file[relative])
    }
    samples
}

.checkSamples <- function(samples, where, replicates) {
    wanted <- c("cellType", "mark", "file")
    missing <- setdiff(wanted, names(samples))
    if (length(missing) > 0L) {
        .stop("{where} must have the columns {.val {wanted}}",
              x = "Missing: {.val {missing}}.",
              i = "It has {.val {names(samples)}}.")
    }
    optional <- intersect(c("group", "replicate"), names(samples))
    samples <- data.frame(lapply(samples[c(wanted, optional)], as.character))
    if (nrow(samples) == 0L) .stop("{where} has no rows")
    for (column in wanted) {
        line <- which(is.na(samples[[column]]) | samples[[column]] == "")
        if (length(line) > 0L) {
            .stop("{where} must have a {column} in each row",
                  x = "It is missing in row {line[1]}.")
        }
    }
    .checkMarkNames(unique(samples$mark), "The marks of the sample sheet")
    .checkFiles(samples$file, "file")
    if (replicates != "refuse") .checkReplicates(samples, where)
    if (replicates == "separate") samples <- .separateReplicates(samples)
    .checkSheetGroups(samples, where)
    .checkComplete(samples, where, replicates)
    samples$replicate <- NULL
    samples
}

# The same file twice is not a replicate.
.checkReplicates <- function(samples, where) {
    path <- normalizePath(samples$file)
    same <- interaction(.sampleKey(samples), path, drop = TRUE)
    twice <- anyDuplicated(same)
    if (twice > 0L) {
        .stop("{where} must have different files as replicates",
              x = "Rows {which(same == same[twice])} both name
                   {.file {samples$file[twice]}}.")
    }
}

# Makes each replicate a separate cell type, in the group of its cell type.
.separateReplicates <- function(samples) {
    key <- .sampleKey(samples)
    samples$group <- samples$group %||% samples$cellType
    number <- samples$replicate %||%
        stats::ave(seq_along(key), key, FUN = seq_along)
    several <- samples$cellType %in% samples$cellType[duplicated(key)]
    samples$cellType[several] <- paste0(samples$cellType, "_",
                                        number)[several]
    samples
}

.sampleKey <- function(samples) {
    interaction(samples$cellType, samples$mark, sep = "\r", drop = TRUE)
}

.checkSheetGroups <- function(samples, where) {
    if (is.null(samples$group)) return()
    several <- tapply(samples$group, samples$cellType,
                      function(g) length(unique(g)) > 1L)
    if (any(several)) {
        .stop("{where} must have one group per cell type",
              x = "Found several for {(.some(names(several)[several]))}.")
    }
}

# Each mark of each cell type must be there, and only once unless replicates are
# combined.
.checkComplete <- function(samples, where, replicates) {
    key <- .sampleKey(samples)
    twice <- anyDuplicated(key)
    if (twice > 0L && replicates != "combine") {
        .stop("{where} has {samples$mark[twice]} of
               {.val {samples$cellType[twice]}} more than once",
              x = "Rows {which(key == key[twice])}:
                   {.file {samples$file[key == key[twice]]}}.",
              i = "For replicates, use {.code replicates = \"combine\"} or
                   {.code replicates = \"separate\"}; a column
                   {.val replicate} shows which files belong together.")
    }
    all <- expand.grid(cellType = unique(samples$cellType),
                       mark = unique(samples$mark), stringsAsFactors = FALSE)
    lost <- all[!as.character(.sampleKey(all)) %in% key, ]
    missing <- paste(lost$cellType, lost$mark)
    if (length(missing) > 0L) {
        .stop("{where} must have all marks of each cell type",
              x = "Missing: {(.some(missing))}.")
    }
}

# Reads the files of the samples on the workers of BPPARAM, one file per task.
# `read` takes a path and returns list(values = genes x bins, depth =, source =
# data frame).
.readSamples <- function(samples, read, BPPARAM, progress) {
    .onWorkers(samples$file, read, BPPARAM = BPPARAM, progress = progress)
}

# Combines the results of .readSamples() into a signal. `combine` merges the
# values of replicates, by their sum or their mean.
.assembleSignal <- function(samples, parts, windows, counting, combine) {
    cellTypes <- unique(samples$cellType)
    marks <- unique(samples$mark)
    bins <- metadata(windows)$bins
    for (i in seq_along(parts)) parts[[i]]$file <- samples$file[i]
    sources <- cbind(samples, .compareBuilds(parts, windows))
    for (part in parts) {
        windows <- .fitWindows(windows, bins, .missingLengths(windows, part))
    }
    of <- function(cellType, mark) {
        which(samples$cellType == cellType & samples$mark == mark)
    }
    assays <- lapply(stats::setNames(nm = marks), function(mark) {
        values <- lapply(cellTypes, function(cellType) {
            combine(lapply(parts[of(cellType, mark)], `[[`, "values"))
        })
        .stackValues(values, list(names(windows), cellTypes, NULL))
    })
    columns <- DataFrame(row.names = cellTypes)
    depth <- function(cellType, mark) {
        sum(vapply(parts[of(cellType, mark)], `[[`, 0, "depth"))
    }
    columns$depth <- outer(stats::setNames(nm = cellTypes),
                           stats::setNames(nm = marks), Vectorize(depth))
    columns$group <- samples$group[match(cellTypes, samples$cellType)]
    metadata(windows)$bins <- NULL
    signal <- .makeSignal(
        assays, bins, windows, columns, marks,
        .newColumns(length(cellTypes), counting,
                    sources = lapply(cellTypes, .sourcesOf,
                                     sources = sources)))
    .tellMissingBins(signal)
    signal
}

# Lengths of chromosomes that are still unknown. A file of another genome build
# does not change known lengths; checkSignal() reports it.
.missingLengths <- function(windows, part) {
    known <- GenomeInfoDb::seqlengths(windows)
    part$lengths[setdiff(names(part$lengths), names(known)[!is.na(known)])]
}

.sumOf <- function(values) Reduce(`+`, values)
.meanOf <- function(values) Reduce(`+`, values) / length(values)

# Stacks one genes x bins matrix per cell type to genes x cell types x bins.
.stackValues <- function(values, dims) {
    shape <- c(dim(values[[1L]]), length(values))
    stacked <- aperm(array(unlist(values, use.names = FALSE), shape),
                     c(1L, 3L, 2L))
    dimnames(stacked) <- dims
    stacked
}

.tellMissingBins <- function(signal) {
    missing <- rowSums(missingBins(signal))
    genes <- names(missing)[missing > 0]
    if (length(genes) > 0L) {
        cli::cli_inform(c(
            "{length(genes)} window{?s} extend{?s/} beyond the end of the
             chromosome: {(.some(genes))}",
            i = "Bins outside the chromosome are 0; see {.fn missingBins}."))
    }
}
