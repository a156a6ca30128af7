# The linters of style that lintr has not. Each takes an R file, but for
# lintTopics(), and returns findings: a data frame with `line` and `finding`.

.mostLines <- 49L

# Functions of 50 lines or more; a call of test_that() is none.
lintLength <- function(file) {
    code <- .parseData(file)
    at <- match(code$parent[code$token %in% c("FUNCTION", "'\\\\'")], code$id)
    lines <- code$line2[at] - code$line1[at] + 1L
    long <- lines > .mostLines
    data.frame(line = code$line1[at][long],
               finding = sprintf("a function of %d lines; at most %d",
                                 lines[long], .mostLines))
}

# Functions at the top level of R/ that NAMESPACE does not export, nor registers
# as methods, must have names with a leading dot.
lintPrivate <- function(file, namespace = "NAMESPACE") {
    source <- parse(file, keep.source = TRUE)
    isFunction <- vapply(source, function(e) {
        is.call(e) && identical(e[[1L]], as.name("<-")) && is.call(e[[3L]]) &&
            identical(e[[3L]][[1L]], as.name("function"))
    }, NA)
    name <- vapply(source[isFunction], function(e) as.character(e[[2L]])[1L],
                   "")
    line <- vapply(attr(source, "srcref")[isFunction], `[`, 1L, 1L)
    private <- grepl("^[A-Za-z]", name) & !name %in% .publicNames(namespace)
    data.frame(line = line[private],
               finding = sprintf("a private function without a dot: %s",
                                 name[private]))
}

# What NAMESPACE exports, and the functions behind its S3 methods.
.publicNames <- function(namespace) {
    unlist(lapply(parse(namespace), function(e) {
        said <- as.character(e)[-1L]
        switch(as.character(e[[1L]]), S3method = paste(said, collapse = "."),
               export = , exportMethods = said)
    }))
}

# `:::` reaches into this package alone.
lintInternals <- function(file) {
    code <- .parseData(file)
    at <- which(code$token == "NS_GET_INT")
    package <- code$text[at - 1L]
    foreign <- package != "AttentiveChrome"
    data.frame(line = code$line1[at][foreign],
               finding = sprintf("internals of another package: %s:::",
                                 package[foreign]))
}

.parseData <- function(file) {
    getParseData(parse(file, keep.source = TRUE))
}

# The site's index of reference lists each topic of man/, once.
lintTopics <- function(root = ".") {
    index <- readLines(file.path(root, "_pkgdown.yml"))
    sections <- yaml::yaml.load(index)$reference
    listed <- unlist(lapply(sections, `[[`, "contents"))
    aliases <- .topicAliases(file.path(root, "man"))
    topic <- aliases$topic[match(listed, aliases$alias)]
    twice <- duplicated(topic) & !is.na(topic)
    missing <- setdiff(aliases$topic, topic)
    line <- match(listed, sub("^ +- +", "", index), nomatch = 0L)
    data.frame(line = c(line[is.na(topic)], line[twice],
                        rep(0L, length(missing))),
               finding = c(sprintf("no topic of man/ is called %s",
                                   listed[is.na(topic)]),
                           sprintf("%s is listed twice", listed[twice]),
                           sprintf("no section lists the topic %s", missing)))
}

# A row for each alias, with its topic: the file without its ending.
.topicAliases <- function(folder) {
    pages <- list.files(folder, "[.]Rd$", full.names = TRUE)
    do.call(rbind, lapply(pages, function(page) {
        alias <- grep("^\\\\alias", readLines(page), value = TRUE)
        data.frame(topic = sub("[.]Rd$", "", basename(page)),
                   alias = sub("^\\\\alias\\{(.*)\\}$", "\\1", alias))
    }))
}
