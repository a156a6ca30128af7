# Training against the PyTorch peer, and against what the machine can do.
# Writes bench/results/train.md.
source(file.path("bench", "speed.R"))

table <- compareSpeed(timeTraining, "train_ms_per_gene")
if (hasPeer()) {
    best <- vapply(split(table$PyTorch, table$batch), min, 0)
    table$ratioToBest <- best[as.character(table$batch)] / table$own
}

peak <- fmaPeak()
one <- table[table$batch == 16 & table$threads == 1, ]
two <- table[table$batch == 16 & table$threads == 2, ]
rate <- flopPerGene() / one$own / 1e6

writeResult("train.md", c("## Training", "",
    sprintf(paste("A training step (forward, backward, clipping, Adam) of the",
        "published model (`lstm-alpha-beta`) on 100 bins x 5 marks, single",
        "precision, %s kernels:",
        "medians of rounds, in turn with PyTorch where it is there."),
        AttentiveChrome:::.simdLevel()), "", speedTable(table), "",
    sprintf(paste("Roofline, batch 16, one thread: %.1f million operations a",
        "gene in the LSTMs' products, %.1f GFLOP/s achieved, which is %.0f %%",
        "of the %.1f GFLOP/s that the core reaches with multiply-adds in",
        "registers (bench/fma_peak.c)."), flopPerGene() / 1e6, rate,
        100 * rate / peak, peak), "",
    sprintf("Two threads are %.2f x as fast as one (batch 16).",
            one$own / two$own), ""))
