# What the benches share: where the real data and the PyTorch peer are, and
# running the peer. Both are optional. BENCH_QUICK=1 runs a bench in its
# smallest form, to see that it works: its figures mean nothing, and are shown
# but not kept.
suppressPackageStartupMessages(library(AttentiveChrome))

shared <- Sys.getenv("ATTENTIVECHROME_SHARED", file.path("..", "shared"))
peerScript <- file.path(shared, "peers", "torch_attentivechrome.py")

sized <- function(whole, small) {
    if (nzchar(Sys.getenv("BENCH_QUICK"))) small else whole
}

# Ends a bench without the data that it is about; its last results stay.
needShared <- function(...) {
    path <- file.path(shared, ...)
    if (!dir.exists(path)) {
        cat("Skipped: no folder ", path, "; ATTENTIVECHROME_SHARED says where ",
            "the real data are.\n", sep = "")
        quit(status = 0)
    }
    path
}

hasPeer <- function() {
    file.exists(peerScript) &&
        system2("/usr/bin/python3", c("-c", shQuote("import torch")),
                stdout = FALSE, stderr = FALSE) == 0
}

# The peer's JSON lines, as a data frame.
runPeer <- function(...) {
    out <- system2("/usr/bin/python3", c(peerScript, ...), stdout = TRUE)
    stopifnot(is.null(attr(out, "status")))
    lines <- out[startsWith(out, "{")]
    rows <- lapply(lines, function(l) as.data.frame(jsonlite::fromJSON(l)))
    do.call(rbind, rows[lengths(rows) == length(rows[[1L]])])
}

machine <- function() {
    cpu <- grep("model name", readLines("/proc/cpuinfo"), value = TRUE)[1L]
    sprintf("%s, %d cores, %s", sub(".*: ", "", cpu), parallel::detectCores(),
            R.version.string)
}

# A data frame as a Markdown table.
markdown <- function(table, digits = 3) {
    text <- vapply(table, function(column) {
        if (is.numeric(column)) format(round(column, digits), trim = TRUE)
        else as.character(column)
    }, character(nrow(table)))
    text <- matrix(text, nrow(table))
    row <- function(cells) paste0("| ", paste(cells, collapse = " | "), " |")
    c(row(names(table)), row(rep("---", ncol(table))),
      apply(text, 1L, row))
}

# A part of RESULTS.md.
writeResult <- function(name, lines) {
    folder <- sized(file.path("bench", "results"), tempdir())
    dir.create(folder, showWarnings = FALSE)
    writeLines(lines, file.path(folder, name))
    cat(lines, sep = "\n")
}
