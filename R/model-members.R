# The members of an ensemble, and what goes through each of them. A model is its
# own only member, so what is written for members works for both.

setValidity("AttentiveChromeEnsemble", function(object) {
    are <- vapply(object@members, is, NA, "AttentiveChromeModel")
    if (length(are) < 2L || !all(are)) {
        return("members must be two or more models")
    }
    odd <- Filter(function(name) {
        !all(vapply(object@members, function(member) {
            identical(attr(member, name), attr(object, name))
        }, NA))
    }, .sharedByMembers)
    if (length(odd) > 0L) {
        return(paste("members must have the same", paste(odd, collapse = ", ")))
    }
    TRUE
})

.sharedByMembers <- c("architecture", "size", "marks", "bins", "preprocessing",
                      "transform", "scale")

.isEnsemble <- function(model) is(model, "AttentiveChromeEnsemble")

# The models that a model or an ensemble consists of.
.membersOf <- function(model) {
    if (.isEnsemble(model)) model@members else list(model)
}

# The mean of `of(member, ...)`, numbers of one shape, over the members.
.overMembers <- function(model, of, ...) {
    members <- .membersOf(model)
    total <- of(members[[1L]], ...)
    for (member in members[-1L]) total <- total + of(member, ...)
    total / length(members)
}

.bestEpochs <- function(model) {
    vapply(.membersOf(model), function(member) member@bestEpoch, 0L)
}

# The row of the history whose parameters the model has; NA without a history.
.keptRow <- function(model) {
    model@history[match(model@bestEpoch, model@history$epoch), ]
}

# The histories of all members, with the columns `member` and `kept`, whether
# the member has the parameters of this epoch.
.memberHistories <- function(model) {
    rows <- Map(function(member, i) {
        history <- member@history
        cbind(member = rep(i, nrow(history)), history,
              kept = history$epoch == member@bestEpoch)
    }, .membersOf(model), seq_along(.membersOf(model)))
    do.call(rbind, rows)
}

# Of models that are known to fit together. The first has the seed.
.asEnsemble <- function(models) {
    first <- models[[1L]]
    shared <- stats::setNames(nm = c(.sharedByMembers, "baseline", "training",
                                     "version"))
    slots <- lapply(shared, function(name) attr(first, name))
    slots$scale <- .scaleOf(first)
    slots$target <- .targetOf(first)
    shares <- lapply(models, function(model) model@training$meanShare)
    slots$training$meanShare <- if (!any(vapply(shares, is.null, NA))) {
        Reduce(`+`, shares) / length(shares)
    }
    members <- lapply(models, function(model) {
        attr(model, "scale") <- .scaleOf(model)
        attr(model, "target") <- .targetOf(model)
        model@baseline <- list()
        model@training[c("usedGenes", "reference")] <- NULL
        model
    })
    do.call(new, c("AttentiveChromeEnsemble", slots,
                   list(members = members)))
}

#' @rdname AttentiveChromeEnsemble-class
#' @param x,object An ensemble.
#' @export
setMethod("length", "AttentiveChromeEnsemble", function(x) length(x@members))

#' @rdname AttentiveChromeEnsemble-class
#' @param i The number of a member.
#' @export
setMethod("[[", "AttentiveChromeEnsemble", function(x, i) {
    if (!is.numeric(i) || length(i) != 1L || !i %in% seq_along(x@members)) {
        .stop("{.arg i} must be the number of a member",
              x = "It is {.val {i}}.",
              i = "The ensemble has the members 1 to {length(x@members)}.")
    }
    member <- x@members[[i]]
    member@baseline <- x@baseline
    kept <- c("reference", "usedGenes")
    member@training[kept] <- x@training[kept]
    member
})
