# How long the explorer takes, on the server, with 19,800 genes in 56 cell
# types whose signal is in HDF5 files: first view, a gene, an edit, cell types.
# Writes bench/results/explorer.md.
source(file.path("bench", "helper.R"))
suppressPackageStartupMessages({
    library(HDF5Array)
    library(shiny)
})

genes <- sized(19800, 400)
types <- sized(56, 3)
# Of the wall clock, and of the CPU, which other work on the machine leaves.
seconds <- function(code) {
    time <- system.time(code)
    c(wall = time[["elapsed"]], cpu = sum(time[1:2]))
}

# Four simulated cell types; the others are the same with the genes rotated.
four <- simulateChromatin(genes, cellTypes = min(4, types), seed = 1)
folder <- tempfile("explorer")
dir.create(folder)
assays <- lapply(marks(four), function(mark) {
    bins <- length(binOffsets(four))
    sink <- HDF5RealizationSink(
        as.integer(c(genes, types, bins)), type = "integer",
        filepath = file.path(folder, paste0(mark, ".h5")), name = mark,
        chunkdim = as.integer(c(min(200, genes), 1, bins)), level = 3)
    for (j in seq_len(types)) {
        like <- colnames(four)[(j - 1) %% ncol(four) + 1]
        values <- binMatrix(four, mark, like)
        turned <- (seq_len(genes) + 97 * j - 1) %% genes + 1
        block <- array(as.integer(values[turned, ]), c(genes, 1, bins))
        sink <- write_block(sink, ArrayViewport(
            as.integer(c(genes, types, bins)),
            IRanges::IRanges(c(1, j, 1), c(genes, j, bins))), block)
    }
    as(sink, "DelayedArray")
})
names(assays) <- marks(four)
model <- suppressMessages(attentiveChrome(four[seq_len(min(1500, genes)), 1],
                                          epochs = sized(3, 1), seed = 1))
experiment <- SummarizedExperiment(assays, rowRanges = rowRanges(four))
colnames(experiment) <- sprintf("E%03d", seq_len(types))
signal <- chromatinSignal(experiment, binWidth = binWidth(four))
preprocessing(signal)$counting <- preprocessing(four)$counting[1]

# On the page, panels of hidden tabs wait until they are seen; here all of them
# are made at once.
measure <- function() {
    times <- list()
    add <- function(name, code) times[[name]] <<- seconds(code)
    start <- seconds(app <- explore(model, signal))
    testServer(app, {
        first <- seconds({
            session$setInputs(cellType = colnames(signal)[1], gene = "",
                              tab = "genes", tracks = c("alpha", "share"))
            output[["genes-table"]]
        })
        times[["first view"]] <<- start + first
        add("a gene, the panels of all tabs", {
            session$setInputs(gene = rownames(signal)[777])
            for (name in c("prediction-facts", "tracks-figure", "beta-figure",
                           "neighbours-table", "types-table",
                           "typesBeta-figure")) output[[name]]
        })
        edit <- function(...) {
            session$setInputs(...)
            output[["edits-facts"]]
            output[["edited-figure"]]
        }
        edit(editKind = "silence", editMarks = "H3K4me3", editFrom = -1000,
             editTo = 500)
        add("an edit: probability and figure", edit(editFrom = -500))
        add("an edit that copies", edit(editKind = "copy",
                                        editSource = colnames(signal)[2]))
    })
    do.call(rbind, times)
}
runs <- replicate(sized(3, 1), measure())
writeResult("explorer.md", c(
    "## The explorer", "",
    sprintf("Server side, %s genes in %d cell types, signal in HDF5 files;",
            format(genes, big.mark = ","), types),
    sprintf("seconds, the least and the median of %d runs. %s. The limits are",
            dim(runs)[3], machine()),
    "2 s for the first view and 0.3 s for an edit.",
    sprintf("The load of the machine was %s at the end.",
            strsplit(readLines("/proc/loadavg"), " ")[[1L]][1L]), "",
    markdown(data.frame(what = rownames(runs),
                        cpu = apply(runs[, "cpu", , drop = FALSE], 1, min),
                        "cpu, median" = apply(runs[, "cpu", , drop = FALSE], 1,
                                              median),
                        wall = apply(runs[, "wall", , drop = FALSE], 1, min),
                        "wall, median" = apply(runs[, "wall", , drop = FALSE],
                                               1, median),
                        check.names = FALSE), 2)))
