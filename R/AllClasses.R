#' The class of signal, attention and attribution
#'
#' A `ChromatinSignal` is a [ranged
#' SummarizedExperiment][SummarizedExperiment::RangedSummarizedExperiment-class]
#' with genes as rows and cell types as columns. It also records which assays
#' are histone marks, the positions of their bins, and the preprocessing of each
#' cell type. [chromatinSignal()], the readers, [attention()] and
#' [attribution()] return objects of this class.
#'
#' Each mark is an assay of genes x cell types x bins. Other assays
#' (`expression`, `label` or your own) are preserved, but models never train on
#' them. [`marks(x) <-`][marks] sets which assays are marks. Removing the assay
#' of a mark removes the mark.
#'
#' @section Combining:
#' `cbind()` combines the cell types of several signals, and `rbind()` their
#' genes; `combineCols()` and `combineRows()` do the same, and match names. All
#' signals must have the same marks, bins and orientation. The preprocessing of
#' each cell type is preserved. Models reject cell types that were preprocessed
#' differently from their training data.
#'
#' @section Coercion:
#' `as(x, "RangedSummarizedExperiment")` returns a plain experiment, with the
#' additional information in its `metadata()`. `as(experiment,
#' "ChromatinSignal")` converts it back. This also converts signal of version
#' 0.99.0, which was a plain experiment. `saveRDS()` and
#' [HDF5Array::saveHDF5SummarizedExperiment()] preserve the class.
#'
#' @slot kind `"signal"`, `"attention"` or `"attribution"`.
#' @slot marks Names of the assays that are marks.
#' @slot bins List of `width` (bp), `offsets` (start of each bin from the TSS,
#'   bp) and, if known, `orient` (see [tssWindows()]).
#' @slot columns `DataFrame` with one row per cell type: `counting`,
#'   `normalization` and `sources` (see [preprocessing()]).
#' @return `show()`: nothing; it prints.
#' @seealso [chromatinSignal()], [marks()], [preprocessing()]
#' @examples
#' signal <- roadmapGenes[1:20, ]
#' signal
#' assay(signal, "note", withDimnames = FALSE) <- matrix("mine", 20, 2)
#' marks(signal)
#' assays(signal)$H3K9me3 <- NULL
#' marks(signal)
#' @exportClass ChromatinSignal
setClass("ChromatinSignal", contains = "RangedSummarizedExperiment",
         slots = c(kind = "character", marks = "character", bins = "list",
                   columns = "DataFrame"))

# What a model and an ensemble have in common. Functions that take either check
# for this class; those that need weights go through .membersOf().
#' @rdname AttentiveChromeModel-class
#' @exportClass AttentiveChromeFit
setClass("AttentiveChromeFit", slots = c(
    architecture = "character", size = "list", marks = "character",
    bins = "list", preprocessing = "list", transform = "character",
    scale = "numeric", baseline = "list", calibration = "list",
    training = "list", target = "list", version = "character"),
    contains = "VIRTUAL",
    prototype = list(scale = 1, target = list(name = "class",
                                              loss = "crossEntropy")))

#' A trained model
#'
#' The result of [attentiveChrome()]. It contains only R values, so it can be
#' saved with [saveRDS()] and used in any later session. The virtual class
#' `AttentiveChromeFit` has what it shares with an
#' [ensemble][AttentiveChromeEnsemble-class]: all slots but `parameters`,
#' `history` and `bestEpoch`.
#'
#' @slot architecture Name of the architecture.
#' @slot size Named list of its sizes.
#' @slot marks The marks, in the order in which the network reads them.
#' @slot bins List of `width` and `offsets` of the bins it was trained for.
#' @slot preprocessing List of the preprocessing of the training signal:
#'   `counting` and `normalization`, as reported by [preprocessing()].
#' @slot transform Transform of the signal: `"none"` or `"log1p"`.
#' @slot scale The factor k of the transform log(1 + k x), from the training
#'   signal; 1 without a transform.
#' @slot parameters Named list of weights, in the shapes of PyTorch: see
#'   [coef()][coef.AttentiveChromeModel].
#' @slot history Data frame with one row per epoch.
#' @slot bestEpoch The epoch whose parameters the model has: see `keep` of
#'   [attentiveChrome()].
#' @slot baseline List of the baselines fitted to the training genes, which
#'   [evaluate()][evaluate.AttentiveChromeModel] shows: `best` and `reference`,
#'   the names of their methods; `fits`, their coefficients and what they read;
#'   `loss`, the log loss in cross-validation of the methods that were compared.
#'   It is empty if the weights were read from a file.
#' @slot calibration List with the calibration on the validation genes, see
#'   [predict()][predict.AttentiveChromeModel]: `method` (`"none"`,
#'   `"temperature"` or `"platt"`), `slope` and `intercept`; `high`, the share
#'   of high genes; `loss`, the log loss of the methods in cross-validation; and
#'   `scores`, the sorted logits of the `high` and the `low` genes. It is empty
#'   without validation genes, and if the weights were read from a file.
#' @slot training List of the settings, the seed, the numbers of genes, `high`
#'   (the share of high genes among the training genes), and `usedGenes`, a data
#'   frame of the genes that the model was trained with, by which
#'   [evaluate()][evaluate.AttentiveChromeModel] recognises them: `gene` (id),
#'   `chromosome`, `tss`, `simulation` (seed of a simulated signal), `cellTypes`
#'   with a label (one per line) and `role`, `"training"` or `"validation"`.
#'   `reference` has summaries of the training signal for [unlikeTraining()].
#'   Models of earlier versions and of PyTorch's files have neither `usedGenes`
#'   nor `reference`.
#' @slot target List with what the model predicts, see [modelTarget()]: `name`,
#'   `loss` and, for numbers, `assay`, `transform`, and the `centre` and
#'   `spread` of the training genes. For these, `calibration` has `residuals`,
#'   the sorted absolute errors of the validation genes.
#' @slot version Version of the package that trained the model.
#' @return `show()`: nothing; it prints.
#' @seealso [attentiveChrome()], [predict.AttentiveChromeModel()],
#'   [trainingHistory()]
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' model <- attentiveChrome(signal, epochs = 2, filters = 4, context = 4)
#' model
#' @exportClass AttentiveChromeModel
setClass("AttentiveChromeModel", contains = "AttentiveChromeFit", slots = c(
    parameters = "list", history = "data.frame", bestEpoch = "integer"))

#' An ensemble of models
#'
#' Several models, the members, that were trained on the same genes with
#' different seeds and are used as one. [attentiveChrome()] with `members`
#' trains an ensemble, and [modelEnsemble()] combines trained models. All
#' functions that take a model take an ensemble, except [writeTorchWeights()],
#' which takes a member.
#'
#' * Predictions are those of the mean logit of the members, as is all that is
#'   computed from predictions, such as [evaluate()] and [predictEdits()]. The
#'   mean varies less between trainings than a single model does, and is usually
#'   more accurate, too.
#' * [attention()] and [attribution()] return the means over the members, and
#'   further assays with the spread, the standard deviation over the members.
#' * [predictionUncertainty()] shows where the members disagree.
#' * [trainingHistory()] has a column `member`. `plot()` shows the histories of
#'   all members.
#' * [update()][update.AttentiveChromeModel] trains each member further.
#'
#' `ensemble[[i]]` is a member, an [AttentiveChromeModel-class].
#'
#' @slot members List of the members, without what they share with the ensemble:
#'   `baseline` and, of `training`, `usedGenes` and `reference`.
#'   `ensemble[[i]]` is complete.
#' @slot architecture,size,marks,bins,preprocessing,transform,scale As in
#'   [AttentiveChromeModel-class]; the same for all members.
#' @slot baseline,calibration,target,version As in [AttentiveChromeModel-class].
#' @slot training As in [AttentiveChromeModel-class]. `seed` is the one from
#'   which those of the members derive, `meanShare` the mean over the members.
#'   With validation genes, `validationLoss` and `validationAuroc` are those of
#'   the mean logit.
#' @return `show()`: nothing; it prints. `length()`: the number of members.
#' @references Lakshminarayanan et al. (2017), deep ensembles,
#'   <https://arxiv.org/abs/1612.01474>.
#' @seealso [attentiveChrome()], [modelEnsemble()], [predictionUncertainty()]
#' @examples
#' signal <- roadmapGenes[1:60, "E123"]
#' ensemble <- attentiveChrome(signal, members = 2, epochs = 2, filters = 4,
#'     context = 4, seed = 1)
#' ensemble
#' ensemble[[2]]
#' @exportClass AttentiveChromeEnsemble
setClass("AttentiveChromeEnsemble", contains = "AttentiveChromeFit",
         slots = c(members = "list"))

#' A trained baseline
#'
#' The result of [trainBaseline()]. It contains only R values, so it can be
#' saved with [saveRDS()].
#'
#' @slot method Name of the baseline: see [trainBaseline()].
#' @slot marks,bins,preprocessing As in [AttentiveChromeModel-class].
#' @slot fit List: `coefficients`, intercept first, and what the method reads:
#'   `scale`, the factor of the signal before the log; `bestBins`, the index of
#'   the bin of each mark; `expression`, log2(1 + expression) of genes x cell
#'   types, and `groups`. `penalty` and `loss`, the log loss in
#'   cross-validation, where there is one. For `"randomForest"`: `forest`, the
#'   object of ranger, and `trees`.
#' @slot baseline,target As in [AttentiveChromeModel-class].
#' @slot training List of `genes` (training samples), `high` (the share of them
#'   that are high), `cellTypes`, `seed` and `usedGenes`, as in
#'   [AttentiveChromeModel-class].
#' @slot version Version of the package that trained it.
#' @return `show()`: nothing; it prints.
#' @examples
#' trainBaseline(roadmapGenes[, "E123"])
#' @exportClass BaselineModel
setClass("BaselineModel", slots = c(
    method = "character", marks = "character", bins = "list",
    preprocessing = "list", fit = "list", baseline = "list",
    training = "list", target = "list", version = "character"),
    prototype = list(target = list(name = "class", loss = "crossEntropy")))

#' A panel of cell types
#'
#' The result of [trainCellTypes()]: one model per cell type, with the
#' predictions for its test genes. It contains only R values.
#'
#' @slot records Named list: for each trained cell type, a list of `model`,
#'   `test` (data frame of the test genes: `gene`, `label`, `logit`), `metrics`
#'   (the row of [evaluate()][evaluate.AttentiveChromePanel]) and `seconds`.
#' @slot errors Named character vector: the errors of cell types whose training
#'   failed.
#' @slot settings Named list of the settings that all models share.
#' @slot folder The run folder, or `""`.
#' @return `show()`: nothing; it prints. `names()`: the trained cell types.
#'   `length()`: their number. `panel[["E003"]]`: the model of a cell type.
#' @seealso [trainCellTypes()], [evaluate()][evaluate.AttentiveChromePanel],
#'   [crossCellTypes()]
#' @examples
#' panel <- trainCellTypes(roadmapGenes[1:90, ], epochs = 2, filters = 4,
#'     context = 4, BPPARAM = BiocParallel::SerialParam())
#' panel
#' names(panel)
#' panel[["E123"]]
#' @exportClass AttentiveChromePanel
setClass("AttentiveChromePanel", slots = c(
    records = "list", errors = "character", settings = "list",
    folder = "character"))

# Names of assays with a special meaning. They cannot be names of marks.
.otherAssays <- c("expression", "label", "probability", "prediction", "beta",
                  "betaAux",
                  "share", "completeness", "state", "activity", "spread",
                  "betaSpread", "shareSpread")

# Name of the assay with the joint attention over the bins of all marks.
.allMarks <- "allMarks"

.reservedNames <- c(.otherAssays, .allMarks)

.signalKinds <- c("signal", "attention", "attribution")
