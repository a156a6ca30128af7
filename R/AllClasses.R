#' A trained model
#'
#' What [attentiveChrome()] returns. It holds plain R values only, so it can be
#' kept with [saveRDS()] and read in any later session.
#'
#' @slot architecture Name of the architecture.
#' @slot size Named list of its sizes.
#' @slot marks The marks, in the order in which the network reads them.
#' @slot bins List of `width` and `offsets` of the bins it was trained for.
#' @slot treatment List of how the training signal was made: `counting`
#'   ([countReads()]) and `normalization` ([normalizeSignal()]).
#' @slot transform What is done to the counts first: `"none"` or `"log1p"`.
#' @slot parameters Named list of weights, as PyTorch shapes them: see
#'   [coef()][coef.AttentiveChromeModel].
#' @slot history Data frame with a row an epoch.
#' @slot bestEpoch The epoch whose parameters are kept.
#' @slot baseline Coefficients of the logistic regression on the mean log count
#'   of each mark, fitted to the training genes.
#' @slot training List of the settings, seed and numbers of genes.
#' @slot version Version of the package that trained it.
#' @return `show()`: nothing; it prints.
#' @seealso [attentiveChrome()], [predict.AttentiveChromeModel()],
#'   [trainingHistory()]
#' @examples
#' signal <- simulateChromatin(genes = 60, seed = 1)
#' model <- attentiveChrome(signal, epochs = 2, hidden = 4, markHidden = 4)
#' model
#' @exportClass AttentiveChromeModel
setClass("AttentiveChromeModel", slots = c(
    architecture = "character", size = "list", marks = "character",
    bins = "list", treatment = "list", transform = "character", parameters = "list",
    history = "data.frame", bestEpoch = "integer", baseline = "numeric",
    training = "list", version = "character"))

setValidity("AttentiveChromeModel", function(object) {
    shapes <- .parameterShapes(.modelStages(object), object@marks)
    expected <- vapply(shapes, prod, 0)
    if (!identical(names(object@parameters), names(shapes)) ||
        !all(lengths(object@parameters) == expected)) {
        return("parameters do not fit the architecture")
    }
    TRUE
})

#' A trained baseline
#'
#' What [trainBaseline()] returns. It holds plain R values only, so it can be
#' kept with [saveRDS()].
#'
#' @slot method Which baseline: see [trainBaseline()].
#' @slot marks,bins,treatment As in [AttentiveChromeModel-class].
#' @slot fit List: `coefficients`, intercept first; for `"bestBin"` also
#'   `bestBins`, the number of the bin of each mark; for `"randomForest"`
#'   instead `forest`, ranger's object, and `trees`.
#' @slot baseline Coefficients of the logistic regression on the mean log count
#'   of each mark, which [evaluate()][evaluate.AttentiveChromeModel] shows
#'   beside every model.
#' @slot training List of `genes` (training samples), `cellTypes` and `seed`.
#' @slot version Version of the package that trained it.
#' @return `show()`: nothing; it prints.
#' @examples
#' trainBaseline(simulateChromatin(genes = 60, seed = 1))
#' @exportClass BaselineModel
setClass("BaselineModel", slots = c(
    method = "character", marks = "character", bins = "list",
    treatment = "list", fit = "list", baseline = "numeric",
    training = "list", version = "character"))

#' A panel of cell types
#'
#' What [trainCellTypes()] returns: a model for each cell type, with its test
#' genes. It holds plain R values only.
#'
#' @slot records Named list: for each cell type trained a list of `model`,
#'   `test` (data frame of the test genes: `gene`, `label`, `logit`), `metrics`
#'   (the row of [evaluate()][evaluate.AttentiveChromePanel]) and `seconds`.
#' @slot errors Named character vector: why the training of a cell type failed.
#' @slot settings Named list of the settings that all models share.
#' @slot folder The run folder, or `""`.
#' @return `show()`: nothing; it prints. `names()`: the cell types trained.
#'   `length()`: their number. `panel[["E003"]]`: the model of a cell type.
#' @seealso [trainCellTypes()], [evaluate()][evaluate.AttentiveChromePanel],
#'   [crossCellTypes()]
#' @examples
#' signal <- simulateChromatin(genes = 90, cellTypes = 2, bins = 20, seed = 1,
#'     deciding = list(H3K4me3 = 9:12))
#' panel <- trainCellTypes(signal, epochs = 2, hidden = 4, markHidden = 4,
#'     BPPARAM = BiocParallel::SerialParam())
#' panel
#' names(panel)
#' panel[["cellType1"]]
#' @exportClass AttentiveChromePanel
setClass("AttentiveChromePanel", slots = c(
    records = "list", errors = "character", settings = "list",
    folder = "character"))
