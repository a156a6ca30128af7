# Makes inst/extdata/simulated. Run in the package's folder, with the package
# installed.
library(AttentiveChrome)

signal <- simulateChromatin(
    genes = 400, seed = 2017,
    causal = list(H3K4me3 = 46:55, H3K27me3 = 41:60), scenario = "blocks")
parts <- splitGenes(
    signal, fractions = c(train = 0.5, valid = 0.25, test = 0.25))

folder <- file.path("inst", "extdata", "simulated")
dir.create(folder, recursive = TRUE, showWarnings = FALSE)
for (part in names(parts)) {
    writeChromeTable(parts[[part]],
                     file.path(folder, paste0(part, ".csv.gz")))
}
