# Checks of user input. Each error names the argument, what was expected, what
# was found and, if possible, how to fix it.

# Messages are cli templates, and code in their braces is evaluated. So
# templates are literals, and data are inserted only as variables in braces.
# tools/lint checks this.
.stop <- function(..., class = NULL) {
    cli::cli_abort(c(...), call = .userCall(), class = class,
                   .envir = parent.frame())
}

# Lines of data as bullets of a message, with escaped braces.
.bullets <- function(lines, sign) {
    stats::setNames(gsub("([{}])", "\\1\\1", lines),
                    rep_len(sign, length(lines)))
}

# The call shown in an error: the outermost function of this package on the
# stack, which the user called. Arguments are omitted, as they may be large.
.userCall <- function() {
    own <- topenv()
    for (i in seq_len(sys.nframe())) {
        f <- sys.function(i)
        name <- if (identical(topenv(environment(f)), own)) .publicName(f)
        if (length(name) > 0L) return(as.call(list(as.name(name))))
    }
    NULL
}

# The exported name of a function of this package, however it was called (by
# do.call(), lapply() or a generic); NULL if it is internal.
.publicName <- function(f) {
    if (is(f, "MethodDefinition")) return(as.vector(f@generic))
    own <- topenv()
    methods <- getNamespaceInfo(own, "S3methods")
    names <- c(stats::setNames(nm = getNamespaceExports(own)),
               stats::setNames(methods[, 3L], methods[, 1L]))
    same <- vapply(names, function(name) identical(get0(name, own), f), NA)
    if (any(same)) names(names)[same][1L]
}

# The first few elements, for a message.
.some <- function(x, n = 5L) {
    shown <- paste(utils::head(x, n), collapse = ", ")
    if (length(x) > n) paste0(shown, ", ... (", length(x), " in all)")
    else shown
}

# The most similar of `choices`, ignoring case.
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

# Converts labels to 0 (low) and 1 (high). Ambiguous codes are an error.
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
        "{.arg {arg}} has ambiguous values",
        x = "Found {.val {as.character(sort(values))}}.",
        i = paste("Use 0/1, -1/+1, FALSE/TRUE, or text or a factor with the",
                  "values {.val low} and {.val high}."))
}

.areNames <- function(names) {
    length(names) > 0L && !any(is.na(names) | names == "") &&
        !anyDuplicated(names)
}

`%||%` <- function(a, b) if (is.null(a)) b else a
