# Which R files call which: the files of R/ must call each other without a
# cycle, so that each can be read after those below it.

# Names that a file defines at its top level.
.definedNames <- function(expressions) {
    unlist(lapply(expressions, function(e) {
        if (is.call(e) && as.character(e[[1L]])[1L] %in% c("<-", "=") &&
            is.name(e[[2L]])) as.character(e[[2L]])
    }))
}

# For each file, the files whose names it uses.
fileGraph <- function(files) {
    parsed <- lapply(stats::setNames(files, basename(files)), parse,
                     keep.source = FALSE)
    defined <- lapply(parsed, .definedNames)
    home <- stats::setNames(rep(names(defined), lengths(defined)),
                            unlist(defined))
    Map(function(expressions, name) {
        used <- unique(unlist(lapply(expressions, all.names)))
        setdiff(unique(unname(home[intersect(used, names(home))])), name)
    }, parsed, names(parsed))
}

# Groups of files that call each other in a circle.
findCycles <- function(graph) {
    reach <- lapply(names(graph), function(file) {
        seen <- character()
        new <- graph[[file]]
        while (length(new) > 0L) {
            seen <- c(seen, new)
            new <- setdiff(unlist(graph[new]), seen)
        }
        seen
    })
    names(reach) <- names(graph)
    inCycle <- Filter(function(file) file %in% reach[[file]], names(graph))
    unique(lapply(inCycle, function(file) {
        sort(Filter(function(other) {
            file %in% reach[[other]] && other %in% reach[[file]]
        }, inCycle))
    }))
}

# Faults of the layout of R/, as lines of text: cycles, functions that two files
# define, and files that CONTRIBUTING.md does not name or names without need.
lintLayout <- function(root = ".") {
    files <- list.files(file.path(root, "R"), "[.]R$", full.names = TRUE)
    cycles <- vapply(findCycles(fileGraph(files)), function(cycle) {
        paste("these files call each other in a circle:",
              paste(cycle, collapse = ", "))
    }, "")
    names <- unlist(lapply(files, function(file) .definedNames(parse(file))))
    guide <- readLines(file.path(root, "CONTRIBUTING.md"))
    families <- paste0("(read|signal|model|baseline|eval|panel|plot|explore|",
                       "report|export|command|utils)-[a-z-]+|explore")
    named <- unlist(regmatches(guide, gregexpr(
        paste0("`(R/)?(", families, "|All[A-Za-z]+|data|AttentiveChrome-",
               "package)[.]R`"), guide)))
    named <- unique(sub("^R/", "", gsub("`", "", named)))
    c(cycles,
      sprintf("%s is defined twice", unique(names[duplicated(names)])),
      sprintf("CONTRIBUTING.md does not name R/%s",
              setdiff(basename(files), named)),
      sprintf("CONTRIBUTING.md names R/%s, which does not exist",
              setdiff(named, basename(files))))
}
