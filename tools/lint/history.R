# The history of performance that `make bench-quick` appends to: a Markdown
# table with a row for each run, and ratios that are better when they are
# larger. A ratio that fell by a fifth is told, and is no finding: it may be the
# machine.

historyFile <- file.path("bench", "results", "history.md")
notRatios <- c("date", "commit", "processor")

# The table, as text; without rows if there are none.
readHistory <- function(file = historyFile) {
    lines <- if (file.exists(file)) readLines(file) else character()
    lines <- lines[startsWith(lines, "|")]
    cells <- lapply(strsplit(lines, "|", fixed = TRUE), function(cells) {
        trimws(cells[-1L])
    })
    if (length(cells) < 3L) return(data.frame())
    rows <- do.call(rbind, cells[-(1:2)])
    colnames(rows) <- cells[[1L]]
    as.data.frame(rows)
}

# What fell in the last row, against the last row before it that has the ratio
# and is of the same processor.
fallenRatios <- function(history, least = 0.8) {
    if (nrow(history) < 2L) return(character())
    last <- history[nrow(history), ]
    before <- history[-nrow(history), ]
    before <- before[before$processor == last$processor, ]
    unlist(lapply(setdiff(names(history), notRatios), function(name) {
        known <- before[before[[name]] != "-", ]
        if (nrow(known) == 0L || last[[name]] == "-") return()
        old <- known[nrow(known), ]
        share <- as.numeric(last[[name]]) / as.numeric(old[[name]])
        if (share <= least) {
            sprintf("%s fell from %s (%s) to %s (%s)", name, old[[name]],
                    old$commit, last[[name]], last$commit)
        }
    }))
}
