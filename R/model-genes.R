# The genes that a model was trained with. They are kept in the model, so that
# an evaluation on the same genes is noticed.

# One row for each gene with a label in some cell type: `gene`; `chromosome` and
# `tss`, NA if unknown; `simulation`, the seed of a simulated signal, whose
# genes have the same ids as those of any other; and `cellTypes`, the cell types
# with a label, a factor whose levels have one name per line.
# `known`: whether there is a label, genes x cell types.
.usedGenes <- function(signal, cellTypes, known) {
    known <- matrix(known, nrow(signal))
    used <- .geneIdentities(signal)
    used$cellTypes <- factor(.pasteKnown(known, cellTypes))
    used[rowSums(known) > 0L, ]
}

.geneIdentities <- function(signal) {
    seed <- metadata(signal)$simulation$seed
    places <- .genePlaces(signal)
    data.frame(gene = places$gene, chromosome = factor(places$chromosome),
               tss = places$tss,
               simulation = rep_len(seed %||% NA_real_, nrow(places)))
}

.pasteKnown <- function(known, cellTypes) {
    all <- paste(cellTypes, collapse = "\n")
    out <- rep(all, nrow(known))
    some <- which(rowSums(known) < ncol(known))
    out[some] <- apply(known[some, , drop = FALSE], 1L, function(has) {
        paste(cellTypes[has], collapse = "\n")
    })
    out
}

# The genes of the training and validation data of a plan, with the `role`.
.usedRoles <- function(train, validation) {
    roles <- list(training = train, validation = validation)
    used <- do.call(rbind, lapply(names(roles), function(role) {
        if (NROW(roles[[role]]) > 0L) {
            cbind(roles[[role]], role = factor(role, names(roles)))
        }
    }))
    rownames(used) <- NULL
    used
}

# Which genes of a signal (as .geneIdentities()) are among `used`: those with
# the same id on the same chromosome, as far as it is known. If no id is the
# same, genes may have been renamed: then those with the same TSS, if they are
# most.
.areUsed <- function(genes, used) {
    known <- .matchGenes(genes$gene, used$gene, genes, used)
    if (any(known)) return(known)
    place <- function(g) {
        ifelse(is.na(g$tss), NA, paste(g$chromosome, g$tss))
    }
    renamed <- .matchGenes(place(genes), place(used), genes, used)
    renamed & mean(renamed) > 0.5
}

.matchGenes <- function(own, other, genes, used) {
    at <- match(own, other, incomparables = NA)
    chromosome <- as.character(used$chromosome)[at]
    same <- chromosome == as.character(genes$chromosome)
    seeds <- cbind(used$simulation[at], genes$simulation)
    alike <- rowSums(is.na(seeds)) == 2L |
        (seeds[, 1L] == seeds[, 2L]) %in% TRUE
    !is.na(at) & !(same %in% FALSE) & alike
}
