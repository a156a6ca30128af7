# Panels of many cell types: against nothing but their training and validation,
# from memory and from an HDF5 file; what two workers give over one; and the
# peak memory of 56 from a file. Writes bench/results/panel.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "bare.R"))

# ---- a panel of a tenth against its bare training and validation -------------

# CPU seconds, in turn; one worker. The mean over rounds of each way.
againstBare <- function(recipe, epochs, genes = sized(1980, 150),
                        cellTypes = sized(8, 2), rounds = sized(3, 1)) {
    signal <- simulateChromatin(genes, cellTypes = cellTypes, seed = 2)
    folder <- tempfile("panel")
    on.exit(unlink(folder, recursive = TRUE))
    stored <- HDF5Array::saveHDF5SummarizedExperiment(signal, folder)
    split <- function(signal) suppressMessages(splitGenes(signal))
    parts <- split(signal)
    ways <- list(bare = bareTraining(parts, recipe, epochs),
                 memory = function() trainPanel(parts, recipe, epochs),
                 HDF5 = function() trainPanel(split(stored), recipe, epochs))
    for (way in ways) way() # what is done once does not count
    seconds <- replicate(rounds, vapply(ways, function(way) cpu(way()), 0))
    ratio <- function(way) {
        stats::median(seconds[way, ] / seconds["bare", ])
    }
    data.frame(recipe = recipe, `cell types` = cellTypes, epochs = epochs,
               `bare, s` = stats::median(seconds["bare", ]),
               `panel, times bare` = ratio("memory"),
               `panel from HDF5, times bare` = ratio("HDF5"),
               check.names = FALSE)
}
bare <- rbind(againstBare("default", sized(15, 1)),
              againstBare("published", sized(30, 1)))

# ---- eight cell types of full size: two workers ------------------------------

# Genes: 6,601 to train on, 6,601 to validate, 6,600 to test.
full <- sized(19802, 600)
epochs <- 2
train <- function(signal, workers, epochs) {
    param <- if (workers == 1) BiocParallel::SerialParam() else
        BiocParallel::MulticoreParam(workers, tasks = ncol(signal))
    started <- proc.time()[["elapsed"]]
    panel <- trainCellTypes(signal, seed = 1, epochs = epochs, BPPARAM = param,
                            recipe = "published", transform = "log1p",
                            progress = FALSE)
    list(panel = panel, seconds = proc.time()[["elapsed"]] - started)
}

eight <- simulateChromatin(full, cellTypes = 8, seed = 1)
invisible(train(eight[1:300, ], 2, 1)) # forks once before the clock starts
runs <- lapply(c(1, 2, 2, 1), train, signal = eight, epochs = epochs)
bits <- lapply(runs, function(r) {
    lapply(names(r$panel), function(c) coef(r$panel[[c]]))
})
stopifnot(all(vapply(bits, identical, NA, bits[[1]])))
seconds <- vapply(runs, `[[`, 0, "seconds")
one <- mean(seconds[c(1, 4)])
two <- mean(seconds[2:3])

# ---- 56 of a tenth, from an HDF5 file, in a process of its own --------------

folder <- tempfile("roadmap56")
small <- simulateChromatin(full %/% 10, cellTypes = sized(56, 3), seed = 2)
HDF5Array::saveHDF5SummarizedExperiment(small, folder)
size <- sum(vapply(marks(small), function(m) {
    as.numeric(object.size(assay(small, m)))
}, 0)) / 2^20
rm(small)

# Memory of a process and its children, shared pages shared out (PSS).
watch <- function(pid) {
    peak <- 0
    repeat {
        children <- suppressWarnings(system2("pgrep", c("-P", pid),
                                             stdout = TRUE))
        files <- file.path("/proc", c(pid, children), "smaps_rollup")
        pss <- vapply(files, function(f) {
            line <- tryCatch(grep("^Pss:", readLines(f), value = TRUE),
                             error = function(e) "Pss: 0",
                             warning = function(w) "Pss: 0")
            as.numeric(gsub("[^0-9]", "", line[1]))
        }, 0)
        if (!file.exists(file.path("/proc", pid))) return(peak)
        peak <- max(peak, sum(pss, na.rm = TRUE) / 1024)
        writeLines(as.character(peak), file.path(tempdir(), "peak"))
        Sys.sleep(0.2)
    }
}
work <- callr::r_bg(function(folder, train, epochs) {
    suppressMessages(library(AttentiveChrome))
    signal <- HDF5Array::loadHDF5SummarizedExperiment(folder)
    out <- train(signal, 2, epochs)
    list(seconds = out$seconds, cells = length(out$panel),
         auroc = range(evaluate(out$panel)$auroc))
}, list(folder, train, sized(30, 2)), package = FALSE)
peak <- 0
watcher <- callr::r_bg(watch, list(work$get_pid()))
work$wait()
watcher$wait()
peak <- watcher$get_result()
panel <- work$get_result()
unlink(folder, recursive = TRUE)

# ---- the table --------------------------------------------------------------

# An epoch of a cell type, from one worker's time; what an epoch does not need
# (baseline, test genes) counts in, so the whole is rather too long.
epoch <- one / 8 / epochs
hours <- 56 * 30 * epoch / (one / two) / 3600
writeResult("panel.md", c("## Panels of cell types", "",
    paste("Simulated cell types of a tenth of the genes (660 to train on, 660",
        "to validate, 660 to test; 5 marks, 100 bins), integers, one worker,",
        "against the same epochs of training steps and validation in the core",
        "alone. CPU time, in turn; medians. The rest of a panel is the",
        "baseline, the test genes with their intervals, and the signal."), "",
    markdown(bare, 2), "",
    sprintf(paste("Eight simulated cell types of full size (6,601 training",
        "genes, 5 marks, 100 bins), %d epochs, default sizes, one thread a",
        "worker, the same bits each time; runs in the order 1, 2, 2, 1",
        "workers."), epochs), "",
    markdown(data.frame(
        workers = c(1, 2, 2, 1), seconds = sprintf("%.1f", seconds))), "",
    sprintf(paste("Two workers give **%.2f times** one worker's throughput.",
        "An epoch of a cell type, with all that is around it, takes %.2f s, so",
        "56 cell types x 30 epochs take 56 x 30 x %.2f s / %.2f = **%.1f",
        "hours** on two cores of this machine."),
        one / two, epoch, epoch, one / two, hours), "",
    sprintf(paste("A panel of %d simulated cell types of a tenth of the size",
        "(660 training genes), 30 epochs, from an HDF5 file (%.0f MB in",
        "memory), on two workers: %.0f s, test AUROC %.3f to %.3f, **%.0f MB**",
        "at the peak of all processes together (PSS)."),
        panel$cells, size, panel$seconds, panel$auroc[1], panel$auroc[2],
        peak)))
