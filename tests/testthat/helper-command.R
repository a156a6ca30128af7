# The columns of a table that was written are those of `own`.
expectTable <- function(path, own) {
    read <- if (grepl("csv", path)) utils::read.csv else utils::read.delim
    found <- read(path, check.names = FALSE)
    own <- as.data.frame(own)
    testthat::expect_identical(names(found), names(own))
    testthat::expect_identical(nrow(found), nrow(own))
    for (name in names(own)) {
        values <- as.vector(own[[name]])
        if (is.character(values) || all(is.na(values))) {
            values <- utils::type.convert(as.character(values), as.is = TRUE)
        }
        testthat::expect_equal(as.vector(found[[name]]), values,
                               tolerance = 1e-12, info = name)
    }
}

# A program that hands its arguments to this process, which runs main() of them
# (serveCommands()): a process for each would load the package again.
commandClient <- function(folder) {
    path <- file.path(folder, "attentivechrome")
    writeLines(c("#!/bin/sh",
                 sprintf("own=$(mktemp -d '%s/request-XXXXXX')", folder),
                 "printf '%s\\n' \"$@\" >\"$own/words\"",
                 "mv \"$own/words\" \"$own/ready\"",
                 "until [ -f \"$own/status\" ]; do sleep 0.02; done",
                 "exit \"$(cat \"$own/status\")\""), path)
    Sys.chmod(path, "755")
    path
}

# Runs what clients ask for until the file `end` is there. Returns the verbs.
serveCommands <- function(folder, end, seconds = 300) {
    verbs <- character()
    late <- Sys.time() + seconds
    while (!file.exists(end) && Sys.time() < late) {
        for (ready in Sys.glob(file.path(folder, "request-*", "ready"))) {
            words <- readLines(ready)
            unlink(ready)
            status <- suppressMessages(main(words, quit = FALSE))
            part <- file.path(dirname(ready), "part")
            writeLines(as.character(status), part)
            file.rename(part, file.path(dirname(ready), "status"))
            verbs <- c(verbs, words[1L])
        }
        Sys.sleep(0.02)
    }
    verbs
}
