# Checks of what users give. Each error names the argument, what came, what was
# expected and, where it can, the way to mend it.

# Messages are cli's templates: what stands in their braces is run. So they are
# literals, and data come into them as variables in braces alone. tools/lint
# holds this.
.stop <- function(..., class = NULL) {
    cli::cli_abort(c(...), call = .userCall(), class = class,
                   .envir = parent.frame())
}

# Lines of data as bullets of a message: their braces stand for themselves.
.bullets <- function(lines, sign) {
    stats::setNames(gsub("([{}])", "\\1\\1", lines),
                    rep_len(sign, length(lines)))
}

# The call that an error names: the function of this package that the user
# called, which is the outermost on the stack. It has no arguments, as they may
# be whole signals.
.userCall <- function() {
    own <- topenv()
    for (i in seq_len(sys.nframe())) {
        f <- sys.function(i)
        name <- if (identical(topenv(environment(f)), own)) .publicName(f)
        if (length(name) > 0L) return(as.call(list(as.name(name))))
    }
    NULL
}

# The name that users have for a function of this package, however it was
# called (by do.call(), lapply() or a generic); NULL if they have none.
.publicName <- function(f) {
    if (is(f, "MethodDefinition")) return(as.vector(f@generic))
    own <- topenv()
    methods <- getNamespaceInfo(own, "S3methods")
    names <- c(stats::setNames(nm = getNamespaceExports(own)),
               stats::setNames(methods[, 3L], methods[, 1L]))
    same <- vapply(names, function(name) identical(get0(name, own), f), NA)
    if (any(same)) names(names)[same][1L]
}

# The first few of many things, for a message.
.some <- function(x, n = 5L) {
    shown <- paste(utils::head(x, n), collapse = ", ")
    if (length(x) > n) paste0(shown, ", ... (", length(x), " in all)")
    else shown
}

# What was probably meant: one of `choices`, whatever its case.
.nearest <- function(x, choices) {
    choices[which.min(utils::adist(x[1L], choices, ignore.case = TRUE))]
}

.checkNumber <- function(x, arg, lower = -Inf, upper = Inf, whole = FALSE) {
    good <- is.numeric(x) && length(x) == 1L && !is.na(x) &&
        x >= lower && x <= upper && (!whole || x == round(x))
    if (!good) {
        kind <- if (whole) "one whole number" else "one number"
        .stop(if (is.finite(upper))
                  "{.arg {arg}} must be {kind} from {lower} to {upper}"
              else "{.arg {arg}} must be {kind} of at least {lower}",
              x = "It is {.val {x}}.")
    }
    x
}

.checkFlag <- function(x, arg) {
    if (!is.logical(x) || length(x) != 1L || is.na(x)) {
        .stop("{.arg {arg}} must be TRUE or FALSE", x = "It is {.val {x}}.")
    }
    x
}

.checkChoice <- function(x, arg, choices) {
    if (identical(x, choices)) return(choices[1L])
    if (!is.character(x) || length(x) != 1L || !x %in% choices) {
        .stop("{.arg {arg}} must be one of {.or {.val {choices}}}",
              x = "It is {.val {x}}.")
    }
    x
}

# Labels as 0 (low) and 1 (high). Only codes with one meaning are taken.
.asLabel <- function(labels, arg = "labels") {
    values <- unique(as.vector(labels[!is.na(labels)]))
    if (is.factor(labels) || is.character(labels)) {
        if (all(values %in% c("low", "high"))) {
            return(as.integer(labels == "high"))
        }
    } else if (is.logical(labels) || all(values %in% c(0, 1)) ||
               all(values %in% c(-1, 1))) {
        return(as.integer(labels > 0))
    }
    .stop(
        "{.arg {arg}} has values whose meaning is not certain",
        x = "Found {.val {as.character(sort(values))}}.",
        i = paste("Give 0/1, -1/+1, FALSE/TRUE, or text or a factor with the",
                  "values {.val low} and {.val high}."))
}

.areNames <- function(names) {
    length(names) > 0L && !any(is.na(names) | names == "") &&
        !anyDuplicated(names)
}

`%||%` <- function(a, b) if (is.null(a)) b else a
