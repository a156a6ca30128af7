# Runs the R tests against the installed package. The counts go to the last
# line, and to a file in the folder ATTENTIVECHROME_COUNTS, if it is set.
Sys.setenv(NOT_CRAN = "true", # snapshots count too
           TESTTHAT_PARALLEL = "TRUE", TESTTHAT_CPUS = "2")
library(testthat)

results <- as.data.frame(test_dir(file.path("tests", "testthat"),
    package = "AttentiveChrome", load_package = "installed",
    reporter = "summary", stop_on_failure = FALSE))
failed <- sum(results$failed) + sum(results$error)
passed <- sum(results$nb) - failed - sum(results$skipped)
slow <- results[order(-results$real), c("file", "test", "real")][1:5, ]
cat("\nSlowest tests (seconds):\n")
print(slow, row.names = FALSE)
counts <- Sys.getenv("ATTENTIVECHROME_COUNTS")
if (nzchar(counts)) writeLines(paste(passed, failed), file.path(counts, "R"))
cat(sprintf("\nR tests: %d passed, %d failed, %d skipped\n", passed, failed,
            sum(results$skipped)))
quit(status = as.integer(failed > 0))
