#' Train one model for all cell types
#'
#' Trains one model on the pooled genes of all cell types and, for each cell
#' type, one model on all other cell types. Evaluates them in each cell type.
#' The latter shows how well a model predicts a cell type without expression
#' data.
#'
#' @param parts A list of signals with labels, with at least two cell types, as
#'   returned by [splitGenes()]: `train`, `test` and, to choose the epoch,
#'   `validation`.
#' @param ... Arguments of [attentiveChrome()].
#' @param seed Whole number; see [trainCellTypes()].
#' @param BPPARAM A BiocParallel parameter: where to train. There is one task
#'   for the pooled model and one for each held-out cell type.
#' @param progress Show a progress bar.
#' @return A list with `table` and `models`. `table` is a data frame with one
#'   row per cell type: `cellTypes`, its name; `pooled` and `heldOut`, the AUROC
#'   on the test genes of the model trained on all cell types and of the model
#'   trained on all others. `models` is the named list of models, `pooled`
#'   first. For models trained on each cell type alone, see
#'   [evaluate()][evaluate.AttentiveChromePanel].
#' @seealso [trainCellTypes()], [crossCellTypes()]
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 90, cellTypes = 3, bins = 20,
#'     causal = list(H3K4me3 = 9:12), seed = 1))
#' pooled <- trainPooled(parts, epochs = 3, filters = 4, context = 4,
#'     learningRate = 0.01, BPPARAM = BiocParallel::SerialParam())
#' pooled$table
trainPooled <- function(parts, ..., seed = NULL,
                        BPPARAM = BiocParallel::SerialParam(),
                        progress = interactive()) {
    cellTypes <- .checkParts(parts, NULL)
    training <- list(...)
    .checkPanelSettings(training)
    if (length(cellTypes) < 2L) {
        .stop("{.arg parts} must have at least two cell types",
              x = "Found {.val {cellTypes}}.")
    }
    seed <- .chooseSeed(seed)
    tasks <- c(list(cellTypes), lapply(cellTypes, setdiff, x = cellTypes))
    models <- .onWorkers(tasks, .trainPool, parts = parts, training = training,
                         seed = seed, BPPARAM = BPPARAM, progress = progress)
    names(models) <- c("pooled", paste("without", cellTypes))
    auroc <- function(model, cellType) {
        evaluate.AttentiveChromeModel(model, parts$test[, cellType])$auroc
    }
    table <- data.frame(
        cellTypes = cellTypes,
        pooled = vapply(cellTypes, auroc, 0, model = models$pooled),
        heldOut = mapply(auroc, models[-1L], cellTypes), row.names = NULL)
    list(table = table, models = models)
}

.trainPool <- function(cellTypes, parts, training, seed) {
    own <- list(parts$train, parts$validation, cellTypes = cellTypes,
                seed = .seedOf(seed, cellTypes), progress = FALSE)
    if (is.null(training$threads)) own$threads <- 1L
    .withoutNotes(do.call(attentiveChrome, c(own, training)))
}
