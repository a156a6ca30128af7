# How long report() takes, and how large its files are: one model on 19,800
# simulated genes, and a panel of 56 cell types with and without the signal of
# its test genes. Writes bench/results/report.md.
source(file.path("bench", "helper.R"))
quietly <- suppressMessages

folder <- tempfile("report")
dir.create(folder)
measure <- function(what, ...) {
    file <- file.path(folder, "report.html")
    time <- system.time(quietly(report(..., file = file)))
    data.frame(report = what, seconds = time[["elapsed"]],
               cpu = sum(time[1:2]), MB = file.size(file) / 1e6)
}

genes <- sized(19800, 400)
parts <- quietly(splitGenes(simulateChromatin(genes, seed = 1),
                            by = "chromosome"))
model <- quietly(attentiveChrome(parts, epochs = 1, seed = 1))
rows <- list(measure(sprintf("one model, %s genes, %s of them test genes",
                             format(genes, big.mark = ","),
                             format(nrow(parts$test), big.mark = ",")),
                     model, parts, genes = rownames(parts$test)[1]))
rm(parts)

types <- sized(56, 3)
small <- sized(750, 300)
signal <- simulateChromatin(small, cellTypes = types, seed = 1)
thirds <- quietly(splitGenes(signal))
panel <- quietly(trainCellTypes(thirds, epochs = 1, seed = 1, filters = 4,
                                context = 4,
                                BPPARAM = BiocParallel::SerialParam()))
rows <- c(rows, list(
    measure(sprintf("panel of %d cell types, stored evaluation", types), panel),
    measure(sprintf("panel of %d cell types, %d test genes", types,
                    nrow(thirds$test)), panel, thirds,
            genes = rownames(thirds$test)[1])))

writeResult("report.md", c(
    "## Time and size of reports", "",
    paste0(machine(), ". Seconds are of the wall clock and of the CPU. The ",
           "limits are 20 s for one model, 120 s for a panel, and 5 MB."), "",
    markdown(do.call(rbind, rows), 1)))
