#' The class of signal, attention and attribution
#'
#' A `ChromatinSignal` is a
#' [RangedSummarizedExperiment][SummarizedExperiment::RangedSummarizedExperiment-class]
#' with genes as rows and cell types as columns that knows which of its assays
#' are histone marks, where their bins lie, and how the signal of each cell
#' type was made. [chromatinSignal()], the readers, [attention()] and
#' [attribution()] return it.
#'
#' Each mark is an assay of genes x cell types x bins. Other assays
#' (`expression`, `label`, your own) are carried along and never trained on.
#' [`marks(x) <-`][marks] says which assays are marks; removing the assay of a
#' mark removes the mark.
#'
#' @section Combining:
#' `cbind()` puts cell types side by side, `rbind()` genes below each other;
#' `combineCols()` and `combineRows()` do the same. All parts must have the same
#' marks, bins and orientation. Each cell type keeps its own preprocessing.
#' Models refuse cell types that were preprocessed differently from their
#' training data.
#'
#' @section Coercion:
#' `as(x, "RangedSummarizedExperiment")` gives the plain experiment, with a
#' record in its `metadata()`; `as(experiment, "ChromatinSignal")` reads it. The
#' latter also takes signal of version 0.99.0, which was a plain experiment.
#' `saveRDS()` and [HDF5Array::saveHDF5SummarizedExperiment()] keep the class.
#'
#' @slot kind `"signal"`, `"attention"` or `"attribution"`.
#' @slot marks Names of the assays that are marks.
#' @slot bins List of `width` (bp), `offsets` (start of each bin from the TSS,
#'   bp) and, where known, `orient` (see [tssWindows()]).
#' @slot columns `DataFrame` with a row for each cell type: `counting`,
#'   `normalization` and `sources` (see [preprocessing()]).
#' @return `show()`: nothing; it prints.
#' @seealso [chromatinSignal()], [marks()], [preprocessing()]
#' @examples
#' signal <- simulateChromatin(genes = 20, cellTypes = 2, seed = 1)
#' signal
#' assay(signal, "note", withDimnames = FALSE) <- matrix("mine", 20, 2)
#' marks(signal)
#' assays(signal)$H3K9me3 <- NULL
#' marks(signal)
#' @exportClass ChromatinSignal
setClass("ChromatinSignal", contains = "RangedSummarizedExperiment",
         slots = c(kind = "character", marks = "character", bins = "list",
                   columns = "DataFrame"))

#' A trained model
#'
#' What [attentiveChrome()] returns. It holds plain R values only, so it can be
#' kept with [saveRDS()] and read in any later session.
#'
#' @slot architecture Name of the architecture.
#' @slot size Named list of its sizes.
#' @slot marks The marks, in the order in which the network reads them.
#' @slot bins List of `width` and `offsets` of the bins it was trained for.
#' @slot preprocessing List of how the training signal was made: `counting` and
#'   `normalization`, as [preprocessing()] tells them.
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
    bins = "list", preprocessing = "list", transform = "character",
    parameters = "list",
    history = "data.frame", bestEpoch = "integer", baseline = "numeric",
    training = "list", version = "character"))

#' A trained baseline
#'
#' What [trainBaseline()] returns. It holds plain R values only, so it can be
#' kept with [saveRDS()].
#'
#' @slot method Which baseline: see [trainBaseline()].
#' @slot marks,bins,preprocessing As in [AttentiveChromeModel-class].
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
    preprocessing = "list", fit = "list", baseline = "numeric",
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

# Assays with a meaning of their own. None of them can be a mark.
.otherAssays <- c("expression", "label", "probability", "beta",
                  "completeness")

# Name of the assay with one attention over the bins of all marks.
.allMarks <- "allMarks"

.reservedNames <- c(.otherAssays, .allMarks)

.signalKinds <- c("signal", "attention", "attribution")
