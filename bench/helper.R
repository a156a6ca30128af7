# What the benches share: where the real data and the PyTorch peer are, and
# running the peer.
suppressPackageStartupMessages(library(AttentiveChrome))

shared <- Sys.getenv("ATTENTIVECHROME_SHARED", file.path("..", "shared"))
if (!dir.exists(shared)) {
    stop("no folder ", shared, ": set ATTENTIVECHROME_SHARED to where the ",
         "real data and the PyTorch peer are")
}
peerScript <- file.path(shared, "peers", "torch_attentivechrome.py")

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
    dir.create(file.path("bench", "results"), showWarnings = FALSE)
    writeLines(lines, file.path("bench", "results", name))
    cat(lines, sep = "\n")
}
