# Prediction with attention (alpha and beta in the same pass) against the
# PyTorch peer. Writes bench/results/predict.md.
source(file.path("bench", "speed.R"))

table <- compareSpeed(timePrediction, "predict_ms_per_gene",
                      batches = c(16, 64, 256))
writeResult("predict.md", c("## Prediction with attention", "",
    sprintf(paste("The published model (`lstm-alpha-beta`), 100 bins x 5",
        "marks, single precision, %s kernels. The batch is PyTorch's: here",
        "genes are always worked on in blocks of 16."),
        AttentiveChrome:::.simdLevel()), "",
    speedTable(table), ""))
