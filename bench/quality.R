# The time to the quality of the paper's model: CPU seconds, on one thread,
# until the validation AUROC of the published recipe (lstm-alpha-beta, 30
# epochs) is reached by the default. Writes bench/results/quality.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

parts <- inThirds(readPileup("E013"))
fit <- function(recipe, epochs = NULL) {
    quietly(attentiveChrome(parts, recipe = recipe, epochs = epochs, seed = 1,
                            threads = 1, progress = FALSE))
}
published <- trainingHistory(fit("published", sized(30, 1)))
goal <- max(published$validationAuroc)
default <- trainingHistory(fit("default", sized(NULL, 1)))
reached <- which(default$validationAuroc >= goal)[1L]
seconds <- c(sum(published$seconds), sum(default$seconds[seq_len(reached)]))
writeResult("quality.md", c(
    "## Time to the quality of the published recipe", "",
    "E013 in thirds, one thread, seconds of training without validation.", "",
    markdown(data.frame(
        model = c("lstm-alpha-beta, as published", "default"),
        epochs = c(nrow(published), reached),
        `validation AUROC` = c(goal, default$validationAuroc[reached]),
        seconds = seconds, ratio = seconds / seconds[1L],
        check.names = FALSE))))
