#' One model for all cell types
#'
#' How well one model does that was trained on the pooled genes of all cell
#' types, in each of them; and how well, in each cell type, one that was trained
#' on all others: what a model can say of a cell type without expression data.
#'
#' @param parts A list of signals with labels, `train`, `test` and, to choose
#'   the epoch by, `validation`, as [splitGenes()] makes it, of two cell types
#'   or more.
#' @param ... Arguments of [attentiveChrome()].
#' @param seed Whole number; see [trainCellTypes()].
#' @param BPPARAM Where to train: a parameter of BiocParallel, a task for the
#'   pooled model and one for each cell type held out.
#' @param progress Show a progress bar.
#' @return A list with `table`, a data frame with a row a cell type:
#'   `cellType`, `pooled` and `heldOut`, the AUROC of the test genes by the
#'   model of all cell types and by that of all others; and `models`, the named
#'   list of models, `pooled` first. The figures of models of each cell type's
#'   own are those of [evaluate()][evaluate.AttentiveChromePanel].
#' @seealso [trainCellTypes()], [crossCellTypes()]
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 90, cellTypes = 3, bins = 20,
#'     deciding = list(H3K4me3 = 9:12), seed = 1))
#' pooled <- trainPooled(parts, epochs = 3, hidden = 4, markHidden = 4,
#'     learningRate = 0.01, BPPARAM = BiocParallel::SerialParam())
#' pooled$table
trainPooled <- function(parts, ..., seed = 1L,
                        BPPARAM = BiocParallel::bpparam(),
                        progress = interactive()) {
    cellTypes <- .checkParts(parts, NULL)
    training <- list(...)
    .checkPanelSettings(training)
    if (length(cellTypes) < 2L) {
        .stop("{.arg parts} must have two cell types or more",
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
        cellType = cellTypes,
        pooled = vapply(cellTypes, auroc, 0, model = models$pooled),
        heldOut = mapply(auroc, models[-1L], cellTypes), row.names = NULL)
    list(table = table, models = models)
}

.trainPool <- function(cellTypes, parts, training, seed) {
    own <- list(parts$train, parts$validation, cellType = cellTypes,
                seed = .seedOf(seed, cellTypes), verbose = FALSE)
    if (is.null(training$threads)) own$threads <- 1L
    do.call(attentiveChrome, c(own, training))
}
