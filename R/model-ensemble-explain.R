# Attention and attribution of an ensemble: the mean over the members, and their
# spread.

#' @rdname attention
#' @export
setMethod("attention", "AttentiveChromeEnsemble",
          function(model, signal, threads = NULL, ...) {
    .explainMembers(model, signal, threads, function(member) {
        attention(member, signal, threads = threads)
    })
})

#' @rdname attribution
#' @export
setMethod("attribution", "AttentiveChromeEnsemble",
          function(model, signal, ..., seed = NULL, threads = NULL) {
    seed <- .chooseSeed(seed) # the same background for all members
    .explainMembers(model, signal, threads, function(member) {
        attribution(member, signal, ..., seed = seed, threads = threads)
    })
})

# `explain` makes the explanation of a member. Explanations are large, so only
# the sums over the members are kept.
.explainMembers <- function(model, signal, threads, explain) {
    signal <- .readBy(model, signal)
    members <- .membersOf(model)
    out <- explain(members[[1L]])
    first <- .memberValues(out)
    moments <- lapply(first, function(x) list(sum = 0 * x, squares = 0 * x))
    for (member in members[-1L]) {
        moments <- Map(.addMoments, moments, .memberValues(explain(member)),
                       first)
    }
    out <- .withMoments(out, first, moments, length(members))
    response <- .responseAssay(model, .forward(model, signal, threads)$logit)
    assay(out, names(response)) <- response[[1L]]
    if ("share" %in% names(first)) {
        metadata(out)$bias <- .overMembers(model, function(member) {
            member@parameters$gate.bias
        })
        metadata(out)["meanShare"] <- list(model@training$meanShare)
    }
    out
}

# The arrays of an explanation that differ between members. `marks` has the
# assays of all marks, genes x cell types x marks x bins, and `centred` the
# shares less their means over the training genes, as far as these are known: a
# constant in a share has no meaning, as the bias can have it as well.
.memberValues <- function(x) {
    shape <- c(dim(x), length(binOffsets(x)), length(marks(x)))
    each <- lapply(marks(x), function(mark) {
        as.vector(assay(x, mark, withDimnames = FALSE))
    })
    values <- list(marks = aperm(array(unlist(each), shape),
                                 c(1L, 2L, 4L, 3L)))
    dimnames(values$marks) <- c(dimnames(x), list(marks(x), NULL))
    for (name in intersect(c("beta", "share", "completeness"), assayNames(x))) {
        values[[name]] <- assay(x, name, withDimnames = FALSE)
    }
    if (!is.null(values$share)) {
        values$centred <- sweep(values$share, 3:4,
                                t(metadata(x)$meanShare %||% 0),
                                check.margin = FALSE)
    }
    values
}

# Sums of the differences from the first member, which are small, so that the
# variance loses no digits.
.addMoments <- function(moments, values, first) {
    list(sum = moments$sum + (values - first),
         squares = moments$squares + (values - first)^2)
}

.withMoments <- function(x, first, moments, members) {
    mean <- function(name) first[[name]] + moments[[name]]$sum / members
    sd <- function(name) {
        own <- moments[[name]]
        sqrt(pmax(own$squares - own$sum^2 / members, 0) / (members - 1))
    }
    put <- function(x, name, value) {
        assay(x, name, withDimnames = FALSE) <- value
        x
    }
    marks <- mean("marks")
    for (j in seq_along(marks(x))) {
        one <- marks[, , j, , drop = FALSE]
        x <- put(x, marks(x)[j], array(one, dim(one)[-3L]))
    }
    for (name in intersect(c("beta", "share", "completeness"), names(first))) {
        x <- put(x, name, mean(name))
    }
    spreads <- c(spread = "marks", betaSpread = "beta", shareSpread = "centred")
    for (name in names(spreads)[spreads %in% names(first)]) {
        x <- put(x, name, sd(spreads[[name]]))
    }
    x
}
