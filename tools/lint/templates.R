# The linter of message templates.
#
# What stands in the braces of a cli template is run. A path `{x}.csv` that is
# pasted into one runs `x`. So templates are literals, and data come into them
# as variables in braces. Each function below returns findings: a data frame
# with `line` and `finding`.

# Functions that take templates, each with its arguments that are none.
.takesTemplates <- list(
    .stop = "class",
    cli_abort = c("call", "class", ".envir", ".frame"),
    cli_warn = c("call", "class", ".envir"),
    cli_inform = c("call", "class", ".envir"),
    format_inline = c(".envir", "collapse", "keep_whitespace"),
    format_error = ".envir", format_warning = ".envir",
    format_message = ".envir", pluralize = ".envir", cli_text = ".envir",
    cli_bullets = ".envir", cli_alert_info = ".envir",
    cli_alert_success = ".envir", cli_alert_warning = ".envir",
    cli_alert_danger = ".envir", cli_progress_step = ".envir")

# Functions that make a template of literals only.
.joins <- c("c", "paste", "paste0", "(", "{")

# Functions that escape the braces of what they are given.
.escapes <- ".bullets"

.finding <- function(line, ...) {
    data.frame(line = line, finding = paste0(...))
}

lintTemplates <- function(file) {
    code <- getParseData(parse(file, keep.source = TRUE), includeText = TRUE)
    found <- rbind(.lintCalls(code), .lintMarkup(code), .lintNames(code))
    if (!is.null(found)) unique(found[order(found$line), ])
}

# ---- calls ------------------------------------------------------------------

# The calls of functions that take templates, as rows of parse data.
.templateCalls <- function(code) {
    name <- code[code$token == "SYMBOL_FUNCTION_CALL" &
                 code$text %in% names(.takesTemplates), ]
    call <- code$parent[match(name$parent, code$id)]
    at <- match(call, code$id)
    data.frame(name = name$text, id = call, line = name$line1,
               from = code$line1[at], to = code$line2[at],
               text = getParseText(code, call))
}

.lintCalls <- function(code) {
    calls <- .templateCalls(code)
    own <- .definitions(code)
    calls <- calls[!mapply(function(from, to) {
        any(own$from <= from & to <= own$to)
    }, calls$from, calls$to), ]
    do.call(rbind, lapply(seq_len(nrow(calls)), function(i) {
        call <- parse(text = calls$text[i], keep.source = FALSE)[[1L]]
        faults <- .callFaults(call, calls$name[i])
        if (length(faults) > 0L) .finding(calls$line[i], faults)
    }))
}

# Where functions that take templates are defined: these hand them on.
.definitions <- function(code) {
    name <- code[code$token == "SYMBOL" &
                 code$text %in% names(.takesTemplates), ]
    to <- code$parent[match(name$parent, code$id)]
    value <- match(to, code$id)
    assigns <- to %in% code$parent[code$token == "LEFT_ASSIGN"]
    data.frame(from = code$line1[value][assigns],
               to = code$line2[value][assigns])
}

.callFaults <- function(call, name) {
    arguments <- as.list(call)[-1L]
    names <- names(arguments)
    if (is.null(names)) names <- rep("", length(arguments))
    templates <- arguments[!names %in% .takesTemplates[[name]]]
    c(lapply(templates, .notLiteral), lapply(templates, .badBraces),
      recursive = TRUE, use.names = FALSE)
}

# What in a template is not a literal.
.notLiteral <- function(x) {
    if (is.character(x) || is.null(x)) return(NULL)
    # The empty value of `a` in switch(x, a = , b = 1).
    if (is.name(x) && !nzchar(as.character(x))) return(NULL)
    if (is.call(x)) {
        f <- deparse(x[[1L]])
        if (f %in% .escapes) return(NULL)
        parts <- as.list(x)[-1L]
        if (f %in% c("if", "switch")) parts <- parts[-1L]
        if (f %in% c(.joins, "if", "switch")) {
            return(unlist(lapply(parts, .notLiteral)))
        }
    }
    text <- paste(deparse(x), collapse = " ")
    paste0("a template must be a literal: `", substr(text, 1L, 60L), "`")
}

# ---- braces -----------------------------------------------------------------

# Faults in the literals of a template: code in braces that is none, or that
# makes a template itself, which cli shows as it is.
.badBraces <- function(x) {
    if (is.character(x)) return(.badText(x))
    if (!is.call(x) || deparse(x[[1L]]) %in% .escapes) return(NULL)
    parts <- as.list(x)[-1L]
    if (deparse(x[[1L]]) %in% c("if", "switch")) parts <- parts[-1L]
    unlist(lapply(parts, .badBraces))
}

.badText <- function(text) {
    inner <- .inBraces(text)
    if (is.null(inner)) {
        return(paste0("the braces are not in pairs: \"", text, "\""))
    }
    unlist(lapply(inner, function(code) {
        if (grepl("^[?]", code)) return(NULL)
        if (grepl("^[.][a-zA-Z]+ ", code)) {
            return(.badText(sub("^[.][a-zA-Z]+ ", "", code)))
        }
        .badCode(code)
    }))
}

# What stands in the outermost braces; NULL if they are not in pairs. Outside of
# them, `{{` and `}}` are braces that stand for themselves.
.inBraces <- function(text) {
    chars <- strsplit(text, "")[[1L]]
    inner <- character()
    depth <- 0L
    i <- 1L
    while (i <= length(chars)) {
        if (depth == 0L && chars[i] %in% c("{", "}") &&
            identical(chars[i + 1L], chars[i])) {
            i <- i + 1L
        } else if (chars[i] == "{") {
            if (depth == 0L) from <- i + 1L
            depth <- depth + 1L
        } else if (chars[i] == "}") {
            depth <- depth - 1L
            if (depth < 0L) return(NULL)
            if (depth == 0L) inner <- c(inner, substr(text, from, i - 1L))
        }
        i <- i + 1L
    }
    if (depth == 0L) inner
}

.badCode <- function(code) {
    parsed <- tryCatch(parse(text = code), error = function(e) NULL)
    if (is.null(parsed)) {
        return(paste0("what is in braces is no R code: `", code, "`"))
    }
    text <- .strings(parsed)
    if (any(grepl("[{}]", text))) {
        paste0("code in braces makes a template, which is shown as it is: `",
               code, "`")
    }
}

.strings <- function(x) {
    if (is.character(x)) return(x)
    if (is.call(x) || is.expression(x)) {
        return(unlist(lapply(as.list(x), .strings)))
    }
    NULL
}

# ---- what is on its way into a template --------------------------------------

# cli's markup in a string that is no argument of those functions.
.lintMarkup <- function(code) {
    calls <- .templateCalls(code)
    text <- code[code$token == "STR_CONST" &
                 grepl("\\{[.?][a-zA-Z/]*[ }{]", code$text), ]
    outside <- vapply(text$id, function(id) {
        !any(.parents(code, id) %in% calls$id)
    }, NA)
    if (any(outside)) {
        .finding(text$line1[outside], "a template outside of a message: ",
                 text$text[outside])
    }
}

.parents <- function(code, id) {
    found <- integer()
    while (length(id) > 0L && !is.na(id) && id > 0L) {
        found <- c(found, id)
        id <- code$parent[match(id, code$id)]
    }
    found
}

# Such a function that is handed to another one, as in lapply(lines, .stop).
.lintNames <- function(code) {
    name <- code[code$token == "SYMBOL" &
                 code$text %in% names(.takesTemplates), ]
    assigned <- code$parent[match(name$parent, code$id)] %in%
        code$parent[code$token == "LEFT_ASSIGN"]
    name <- name[!assigned, ]
    if (nrow(name) > 0L) {
        .finding(name$line1, "`", name$text,
                 "` must be called where its template is written")
    }
}
