# Prediction with attention (alpha and beta in the same pass) against the
# PyTorch peer. Writes bench/results/predict.md.
source(file.path("bench", "speed.R"))

table <- compareSpeed(timePrediction, "predict_ms_per_gene",
                      batches = c(16, 64, 256))
# A prediction is the forward third of a training step.
peak <- fmaPeak()
least <- flopPerGene() / 3 / (1e6 * peak)
writeResult("predict.md", c("## Prediction with attention", "",
    sprintf(paste("The published model (`lstm-alpha-beta`), 100 bins x 5",
        "marks, single precision, %s kernels. The batch is PyTorch's: here",
        "genes are always worked on in blocks of 16."),
        AttentiveChrome:::.simdLevel()), "",
    speedTable(table), "",
    sprintf(paste("The multiply-adds of a gene take %.3f ms at the peak of one",
        "core (%.0f GFLOP/s, bench/fma_peak.c); nothing on one thread can be",
        "faster than that."), least, peak), ""))
