# Accuracy on real data: validation AUROC of this package and of the PyTorch
# peer on Roadmap's E123 and E003 (200 training and 200 validation genes),
# over five seeds with the same settings. Writes bench/results/roadmap.md.
source(file.path("bench", "helper.R"))

data <- needShared("data", "roadmap-600")
seeds <- sized(1:5, 1L)
epochs <- sized(30, 1)
peered <- hasPeer()
learningRate <- 1e-3

ownAuroc <- function(folder, seed) {
    read <- function(name) readChromeTable(file.path(folder, name), "cell")
    model <- attentiveChrome(read("train.csv"), read("valid.csv"),
        recipe = "published", epochs = epochs, learningRate = learningRate,
        seed = seed, progress = FALSE)
    table <- evaluate(model, read("valid.csv"))
    c(model = table$auroc, baseline = table$baselineAuroc)
}

# The peer also wants a test file: it gets the validation genes.
peerAuroc <- function(folder, seed) {
    copy <- tempfile()
    dir.create(copy)
    on.exit(unlink(copy, recursive = TRUE))
    file.copy(file.path(folder, c("train.csv", "valid.csv")), copy)
    file.copy(file.path(folder, "valid.csv"), file.path(copy, "test.csv"))
    history <- runPeer("train", copy, "--epochs", epochs, "--lr", learningRate,
                       "--seed", seed, "--threads", 1)
    max(history$valid)
}

rows <- lapply(c("E123", "E003"), function(cell) {
    folder <- file.path(data, cell, "classification")
    own <- vapply(seeds, function(s) ownAuroc(folder, s), c(0, 0))
    row <- data.frame(
        `cell type` = cell, AttentiveChrome = mean(own["model", ]),
        range = paste(round(range(own["model", ]), 3), collapse = "-"),
        check.names = FALSE)
    if (peered) {
        peer <- vapply(seeds, function(s) peerAuroc(folder, s), 0)
        row$PyTorch <- mean(peer)
        row$`its range` <- paste(round(range(peer), 3), collapse = "-")
        row$difference <- mean(own["model", ]) - mean(peer)
    }
    row$baseline <- own["baseline", 1L]
    row
})
table <- do.call(rbind, rows)

writeResult("roadmap.md", c("## Accuracy on Roadmap data", "",
    sprintf(paste("Mean validation AUROC over %d seeds (200 training genes,",
        "200 validation genes, %d epochs, Adam %g, batch 16, best validation",
        "epoch); baseline: logistic regression on mean log counts."),
        length(seeds), epochs, learningRate), "", markdown(table, 4), ""))
if (peered) stopifnot(abs(table$difference) < sized(0.01, Inf))
