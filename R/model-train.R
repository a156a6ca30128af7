#' Train AttentiveChrome
#'
#' Trains a model that predicts high or low expression of a gene from the signal
#' of the marks around its TSS. AdamW minimises the binary cross-entropy over
#' mini-batches in random order; gradients are clipped by their norm. The
#' returned model has the parameters of the epoch that `keep` chooses by the
#' validation genes or, without validation, of the last epoch.
#'
#' @section Recipes:
#' `recipe` decides all settings of training at once. Settings that are given
#' override it.
#'
#' | setting | `"default"` | `"published"` | `"deepdiff"` |
#' | --- | --- | --- | --- |
#' | `architecture` | `"additive"` | `"lstm-alpha-beta"` | `"raw_d"` |
#' | `epochs` | 15 | 30 | 90 |
#' | `batchSize` | 32 | 16 | 10 |
#' | `learningRate` | 0.003, others than `"additive"` 0.001 | 0.0002 | 0.0001 |
#' | `weightDecay` | 0.01 | 0 | 0 |
#' | `schedule` | `"oneCycle"` | `"constant"` | `"constant"` |
#' | `clip` | 1 | 1 | 1 |
#' | `transform` | `"log1p"` | `"none"` | `"none"` |
#' | `keep` | `"loss"` | `"auroc"` | `"pearson"` |
#' | `patience` | `Inf` | `Inf` | `Inf` |
#'
#' `"published"` is the recipe of the code published with the paper, with raw
#' counts and plain Adam. `"default"` needs half of the epochs, and does not
#' depend on the units of the signal. `"deepdiff"` is that of DeepDiff, for
#' `target = "difference"`.
#'
#' Weight decay is decoupled from the gradient (AdamW). It shrinks weight
#' matrices, those with more than one row and more than one column, and not
#' biases or the context vectors of attention. In `"additive"` models the
#' detectors and profiles of the values decay 30 times as much, and the
#' positions of alpha do not decay.
#'
#' The learning rate changes with each mini-batch. `"oneCycle"` rises from 1/25
#' of `learningRate` to `learningRate` over the first 30% of all steps and then
#' falls to about 0, both along a cosine. `"cosine"` rises linearly over 10% of
#' the steps and then falls to 0 along a cosine. Both depend on `epochs`: with
#' `epochs = 20`, the first 10 epochs are not those of `epochs = 10`. They end
#' with small steps, so the last epochs are usually the best ones.
#'
#' @section Scale of the signal:
#' Signal comes as counts, with a mean of 1 to 3 per bin, or as fractions of
#' them, such as reads per million. `transform = "log1p"` therefore reads
#' log(1 + k x). The factor k is 0.6 divided by the mean of the training signal
#' over all marks, bins and genes with a label, rounded to four digits. It is
#' the same for all marks, so that their ratios are preserved. The model stores
#' k and prints it. [predict()][predict.AttentiveChromeModel],
#' [attribution()] and all other functions apply it to new signal as well,
#' whose own mean does not matter.
#'
#' @section Missing marks:
#' With `markDropout`, training leaves out whole marks: each mark with this
#' probability, drawn anew for each gene in each epoch, but never all of them.
#' The model then predicts from any subset of its marks:
#' [predict()][predict.AttentiveChromeModel],
#' [evaluate()][evaluate.AttentiveChromeModel], [attention()] and
#' [attribution()] accept a signal that lacks some, and [whichMark()] shows
#' which one to assay next. A mark is missing if the signal has no assay of it.
#' If it is missing in some cell types only, predict these separately.
#'
#' The input of a missing mark is 0, and its beta is exactly 0: attention over
#' the marks chooses among those that are there. In `"lstm-alpha-beta"`,
#' `"lstm-alpha"` and `"cnn-alpha-beta"`, the embedding of a missing mark is 0,
#' too. The other architectures of the paper read all marks of a bin jointly and
#' have no beta; to them, a missing mark looks like one without reads.
#'
#' A rate of 0.5 makes all subsets nearly equally likely, and has a better mean
#' AUROC over subsets than lower rates. The model predicts a little less well
#' than one trained on the marks that are there alone: in two cell types, the
#' mean AUROC over subsets was 0.003 and 0.011 lower. With a single weak mark it
#' can be much lower (H3K27me3 alone: 0.62 instead of 0.70;
#' `bench/results/missing-marks.md`). The validation genes, which choose the
#' epoch and calibrate the logit, have all marks. Calibration and prediction
#' sets need not hold for a signal that lacks some.
#'
#' @section Mixed precision:
#' With `precision = "mixed"`, the LSTMs and convolutions multiply numbers that
#' are rounded to bfloat16 (8 significant bits) and sum the products in single
#' precision. All else is in single precision: parameters, Adam's moments, the
#' state of the LSTMs and attention. It takes a processor with AVX512-BF16
#' (AMD from Zen 4, Intel Xeon from Cooper Lake); on others it is an error. A
#' model of the published recipe trains about 1.4 times as fast. Its AUROC and
#' loss differ from those of single precision by less than those of two seeds
#' do (`bench/results/mixed.md`).
#'
#' Only training is mixed. The model predicts and explains in single precision,
#' during training, too, and on any processor.
#'
#' @section Notes after training:
#' A message of class `AttentiveChrome_note` follows the training if
#' * the bins of genes on the minus strand run from 3' to 5' (see `orient` of
#'   [tssWindows()]); `show()` prints this, too;
#' * the learning rate was constant and the best epoch is the last one. With the
#'   other schedules this is expected;
#' * all predicted probabilities of the validation genes lie on one side of 0.5,
#'   often after too few steps;
#' * the baseline (see [evaluate()][evaluate.AttentiveChromeModel]) has a higher
#'   AUROC on the validation genes.
#'
#' Functions that train many models do not show these notes.
#' `suppressMessages(..., classes = "AttentiveChrome_note")` hides them.
#'
#' @section Numbers and differences:
#' With `target = "expression"`, the model predicts how much a gene is
#' expressed, and the loss is the mean squared error. All else is as for
#' classes: architectures, recipes, ensembles, checkpoints, attention,
#' attribution and edits. [predict()][predict.AttentiveChromeModel] returns
#' numbers and, from the errors of the validation genes, intervals. Functions
#' that have no meaning without classes, such as [plotROC()], raise an error.
#'
#' With `target = "difference"`, `cellTypes` names two cell types, A and B, and
#' the model predicts the change from A to B, by default log2((b + 1) / (a +
#' 1)). It reads channels of both: the signal of A, of B, and A - B
#' ([pairCellTypes()]). Attention and attribution have these channels in the
#' place of marks. `"log1p"` is then sign(x) log(1 + k |x|), as differences are
#' also negative. Other functions take a signal of both cell types: by name, or
#' any two as A and B. [differentialExpression()] lists genes with what carries
#' their change. Differences of several pairs cannot be pooled.
#'
#' @section Ensembles:
#' With `members`, several models are trained on the same genes and used as one:
#' an [AttentiveChromeEnsemble-class], which predicts the mean of their logits.
#' The models, its members, differ in their seeds alone. The first has the seed
#' `seed` and is the model of `members = 1`. The seed of each other member
#' derives from `seed` and the number of the member. The ensemble therefore does
#' not depend on `BPPARAM`, and the first five of ten members are those of
#' `members = 5`. `checkpoint` is then the path of a folder, with a checkpoint
#' for each member. An interrupted ensemble is not returned; with `checkpoint`,
#' the same call resumes.
#'
#' Attention and shares vary between seeds. On genome-wide data of one cell
#' type, the mark whose signal adds most to the logit is the same in two models
#' with different seeds for 44 to 92% of the genes, and in two ensembles of five
#' models for 82 to 95% (`bench/results/ensembles.md`). Use an ensemble for
#' claims about single genes or marks.
#'
#' @section Checkpoints:
#' With `checkpoint`, the state of the training is written to a file after each
#' epoch. After a crash, a kill or a power cut, the same call resumes from the
#' last complete epoch. The model is identical, bit for bit, to that of an
#' uninterrupted training (except for the seconds in its history). Two files are
#' written alongside the checkpoint: one with the extension `.plan`, which has
#' the training data and settings, and one with the extension `.lock`, which
#' prevents two processes from training the same model. You can delete all three
#' once you have the model. Each file is written under a temporary name, synced
#' to disk and then renamed, so a checkpoint is never incomplete. Each has a
#' digest, so damage is detected.
#'
#' Interrupting (Ctrl-C) stops the training and returns the current model with a
#' warning. Reaching a time limit ([setTimeLimit()]) is an error.
#'
#' On machines of the same kind, the same seed gives the same model, bit for
#' bit, with any number of threads. Without `seed`, one is drawn from R's random
#' number generator and stored in the model.
#'
#' @param signal The training genes: a signal ([chromatinSignal()]) with
#'   labels, or a split ([splitGenes()]), which also has validation genes.
#'   Genes without a label are left out. Multiple cell types are pooled; use
#'   `cellTypes` to select some.
#' @param validation A signal with labels and the same marks and bins, used to
#'   choose the epoch that is kept and to calibrate the logit (see
#'   [predict()][predict.AttentiveChromeModel]); or `NULL`.
#' @param architecture Name of the architecture: `"additive"` (additive
#'   attention), `"lstm-alpha-beta"` (AttentiveChrome; paper, section 3) or
#'   another of [listArchitectures()]. `NULL` means that of the recipe.
#' @param cellTypes Names of the cell types to train on; by default all. For
#'   differences, the names of A and B.
#' @param target What to predict: `"class"`, high or low expression;
#'   `"expression"`, log2(x + 1) of the assay `expression` (see
#'   [addExpression()]); `"twoStage"`, whether the gene is expressed and how
#'   much; `"difference"`, the change of this number between two cell types; or
#'   a [modelTarget()], for other numbers and losses. See the section Numbers
#'   and differences.
#' @param ... Sizes of the architecture, by name, such as `filters` and
#'   `context` for `"additive"`: see [listArchitectures()].
#' @param recipe `"default"`, `"published"` or `"deepdiff"`: the settings of
#'   training that are not given, see the section Recipes.
#' @param epochs Maximum number of passes over the training genes. For this and
#'   the following settings, `NULL` means that of the recipe.
#' @param batchSize Genes per mini-batch.
#' @param learningRate Adam's step size, the highest of the schedule.
#' @param weightDecay Weight decay: each step shrinks the weight matrices by
#'   this fraction of the learning rate.
#' @param schedule Course of the learning rate: `"oneCycle"`, `"cosine"` or
#'   `"constant"`, see the section Recipes.
#' @param clip Maximum norm of the gradient; `Inf` disables clipping.
#' @param transform Transform applied to the signal: `"none"`, `"log1p"`,
#'   log(1 + k x), see the section Scale of the signal, or `"signedLog1p"`,
#'   sign(x) log(1 + k |x|). `"log1p"` requires signal that is not negative.
#' @param keep The epoch whose parameters the model has: that of the lowest
#'   validation loss (`"loss"`), that of the highest validation AUROC
#'   (`"auroc"`; for numbers, `"pearson"`) or the last one (`"last"`). Of
#'   equally good epochs, the earlier one is kept.
#' @param patience Stop after this number of epochs without a better one by
#'   `keep`. It has no effect without validation or with `keep = "last"`.
#' @param marks Marks to train on, in the order in which the network reads
#'   them; by default all marks of the signal.
#' @param markDropout Probability, from 0 to 0.9, with which training leaves
#'   out each mark, so that the model predicts from any subset of its marks: see
#'   the section Missing marks. 0, the default, leaves out none.
#' @param seed Whole number that seeds the initial weights, the order of the
#'   genes, dropout and the marks that are left out.
#' @param members Number of models to train with different seeds; above 1, the
#'   result is an ensemble, see the section Ensembles.
#' @param threads Number of threads; by default the option
#'   `AttentiveChrome.threads`, then the environment variable
#'   `OMP_NUM_THREADS`, then 1.
#' @param precision `"single"`, as is usual for networks; `"double"`, which is
#'   slower; or `"mixed"`, which is faster, see the section Mixed precision.
#' @param checkpoint Path of a file (for an ensemble, a folder) to which the
#'   state of the training is written after each epoch, so that the same call
#'   resumes the training after a crash; `NULL` for none. If the checkpoint has
#'   other data or settings, an error shows the difference.
#' @param progress Show a progress bar with the loss, the validation AUROC and
#'   the remaining time; for an ensemble, with the members that are trained.
#' @param BPPARAM A BiocParallel parameter: where to train the members of an
#'   ensemble. It does not affect the result.
#' @return An [AttentiveChromeModel-class], or with `members` above 1 an
#'   [AttentiveChromeEnsemble-class].
#' @references Singh et al. (2017), <https://arxiv.org/abs/1708.00339>;
#'   Kingma and Ba (2015), <https://arxiv.org/abs/1412.6980>; Loshchilov and
#'   Hutter (2019), AdamW, <https://arxiv.org/abs/1711.05101>; Smith and Topin
#'   (2019), one-cycle schedule, <https://arxiv.org/abs/1708.07120>.
#' @seealso [listArchitectures()], [predict.AttentiveChromeModel()],
#'   [attention()], [evaluate.AttentiveChromeModel()],
#'   [plot()][plot.AttentiveChromeModel]
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 90, seed = 1))
#' model <- attentiveChrome(parts$train, parts$validation, epochs = 3,
#'     filters = 8, context = 8, learningRate = 0.01, seed = 1)
#' model
attentiveChrome <- function(signal, validation = NULL,
                            architecture = NULL, cellTypes = NULL,
                            target = "class",
                            ..., recipe = c("default", "published", "deepdiff"),
                            epochs = NULL, batchSize = NULL,
                            learningRate = NULL, weightDecay = NULL,
                            schedule = NULL, clip = NULL, transform = NULL,
                            keep = NULL, patience = NULL, marks = NULL,
                            markDropout = 0, seed = NULL, members = 1,
                            threads = NULL,
                            precision = c("single", "double", "mixed"),
                            checkpoint = NULL, progress = interactive(),
                            BPPARAM = BiocParallel::SerialParam()) {
    recipe <- .checkChoice(recipe, "recipe", names(.recipes))
    architecture <- .checkArchitecture(architecture %||%
                                           .recipeArchitectures[[recipe]])
    size <- .chooseSizes(architecture, list(...),
                         names(formals(attentiveChrome)))
    precision <- .checkPrecision(precision)
    .checkNumber(markDropout, "markDropout", 0, 0.9)
    .checkNumber(members, "members", 1, whole = TRUE)
    target <- .checkTarget(target)
    .checkArchitectureTarget(architecture, target)
    settings <- .recipeSettings(recipe, mget(names(.recipes$default)),
                                architecture, target)
    if (.isSplit(signal)) {
        validation <- .validationOf(signal, validation)
        signal <- .partOf(signal, "train", "signal")
    }
    signal <- .inMemory(signal, cellTypes)
    validation <- .inMemory(validation, cellTypes)
    given <- .readableBy(architecture, target, signal, validation, cellTypes,
                         marks)
    data <- .trainingData(given$signal, given$validation, given$cellTypes,
                          settings$transform, given$marks, given$target)
    plan <- .trainingPlan(architecture, size,
                          .runSettings(settings, seed, precision, progress,
                                       markDropout),
                          settings$transform, data, given$signal)
    model <- if (members > 1) {
        .fitEnsemble(plan, members, threads, checkpoint, is.null(seed), BPPARAM)
    } else {
        .fitCheckpointed(plan, threads, checkpoint, is.null(seed))
    }
    .noteTraining(model, plan, given$validation, threads)
}

# All that a training needs, and what the model keeps of its training signal.
.trainingPlan <- function(architecture, size, settings, transform, data,
                          signal) {
    .holdBlas()
    .collectGarbage(.inputCount(data$train$x))
    train <- .labelledSamples(signal, data$marks, data$cellTypes, "signal",
                              most = .baselineSamples, target = data$target)
    list(architecture = architecture, size = size, settings = settings,
         transform = transform, data = data, baseline = .fitCandidates(train),
         reference = .trainingReference(train))
}

# The settings of a plan: those of the recipe that are not the data's, and those
# of this run.
.runSettings <- function(settings, seed, precision, progress, markDropout) {
    .checkFlag(progress, "progress")
    c(settings[names(settings) != "transform"],
      list(progress = progress, seed = .chooseSeed(seed),
           precision = precision, markDropout = markDropout))
}

# The checked training and validation input of a network. Without `scale`, the
# scale of the transform is that of the training signal, as are the mean and
# the standard deviation of a target that has none.
.trainingData <- function(signal, validation, cellTypes, transform, marks,
                          target, scale = NULL) {
    .checkSignal(signal, kind = "signal")
    .checkNotEmpty(signal, "signal")
    signal <- .onlyMarks(signal, marks)
    cellTypes <- .checkCellTypes(signal, cellTypes %||% colnames(signal),
                                 "cellTypes")
    data <- .inputFormat(signal, cellTypes)
    data$cellTypes <- cellTypes
    data$scale <- scale %||% .trainingScale(signal, data$marks, cellTypes,
                                            transform, target)
    data$target <- .fittedTarget(
        target, .targetValues(target, signal, cellTypes, "signal"))
    data$train <- .labelledInput(signal, data$marks, cellTypes, transform,
                                 data$scale, "signal", data$target)
    if (!is.null(validation)) {
        .checkFits(validation, data, "validation", cellTypes)
        data$validation <- .labelledInput(validation, data$marks, cellTypes,
                                          transform, data$scale,
                                          "validation", data$target)
    }
    data
}
