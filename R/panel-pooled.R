#' Train one model for all cell types
#'
#' Trains one model on the pooled genes of all cell types and, for each cell
#' type, one model on all other cell types. Evaluates them in each cell type, on
#' the test genes. The models of the other cell types show how well a cell type
#' without expression data can be predicted.
#'
#' The test genes are no training genes in any cell type, so the held-out models
#' have seen neither the cell type nor the gene. To hold out the cell type and
#' the chromosome, split the genes by chromosome
#' (`splitGenes(by = "chromosome")`). Related cell types, such as replicates or
#' stages of one lineage, share most of their expressed genes; hold them out
#' together with `groups`.
#'
#' Many genes are high in most cell types, or low in most, and a model may have
#' learned only which. So the table also has a baseline that does not read the
#' chromatin, the gene's mean expression in the training cell types. A second
#' table has only the genes that vary between cell types.
#'
#' @param parts A list of signals with labels, with at least two cell types, as
#'   returned by [splitGenes()]: `train`, `test` and, to choose the epoch,
#'   `validation`.
#' @param ... Arguments of [attentiveChrome()]. With `target = "expression"` or
#'   `"twoStage"`, the tables have Pearson's correlation in the place of the
#'   AUROC.
#' @param groups A vector with a group for each of some cell types, named by
#'   them, such as `c(E003 = "stem", E004 = "stem")`. All cell types of a group
#'   are held out together. By default each cell type is held out by itself.
#' @param seed Whole number; see [trainCellTypes()].
#' @param BPPARAM A BiocParallel parameter: where to train. There is one task
#'   for the pooled model and one for each held-out group.
#' @param progress Show a progress bar.
#' @return A list with `table`, `variable` and `models`. `table` is a data frame
#'   with one row per cell type: `cellTypes`, its name; `group`; `genes`, the
#'   number of test genes with a label; and the AUROC on them of: `pooled`, the
#'   model trained on all cell types; `heldOut`, the model trained on all cell
#'   types of other groups; `baseline`, the best baseline of the latter, trained
#'   on the same cell types (see [evaluate()][evaluate.AttentiveChromeModel]);
#'   `geneMean`, the mean expression of the gene in these cell types
#'   ([trainBaseline()]), `NA` without expression ([addExpression()]) or with
#'   fewer than three groups; and `networkGeneMean`, the held-out model stacked
#'   with this mean on the validation genes of these cell types, `NA` also
#'   without validation genes. `networkGeneMean` minus `geneMean` is what
#'   chromatin adds.
#'   `variable` is the same for the variable genes alone, those that are high in
#'   at least a tenth of the cell types and low in at least a tenth. `models` is
#'   the named list of models, `pooled` first. For models trained on each cell
#'   type alone, see [evaluate()][evaluate.AttentiveChromePanel].
#' @references Schreiber et al. (2020), Genome Biology 21, 282.
#' @seealso [trainCellTypes()], [crossCellTypes()]
#' @export
#' @examples
#' parts <- splitGenes(simulateChromatin(genes = 90, cellTypes = 3, bins = 20,
#'     causal = list(H3K4me3 = 9:12), seed = 1))
#' pooled <- trainPooled(parts, epochs = 3, filters = 4, context = 4,
#'     learningRate = 0.01, BPPARAM = BiocParallel::SerialParam())
#' pooled$table
#' pooled$variable
trainPooled <- function(parts, ..., groups = NULL, seed = NULL,
                        BPPARAM = BiocParallel::SerialParam(),
                        progress = interactive()) {
    training <- list(...)
    target <- .checkPanelTarget(training$target)
    cellTypes <- .checkParts(parts, NULL, target = target)
    .checkPanelSettings(training)
    if (length(cellTypes) < 2L) {
        .stop("{.arg parts} must have at least two cell types",
              x = "Found {.val {cellTypes}}.")
    }
    groups <- .cellTypeGroups(groups, cellTypes)
    if (length(unique(groups)) < 2L) {
        .stop("{.arg groups} must have at least two groups",
              x = "All cell types are in {.val {unique(groups)}}.")
    }
    seed <- .chooseSeed(seed)
    others <- lapply(stats::setNames(nm = unique(groups)), function(group) {
        cellTypes[groups != group]
    })
    models <- .onWorkers(unname(c(list(cellTypes), others)), .trainPool,
                         parts = parts, training = training, seed = seed,
                         BPPARAM = BPPARAM, progress = progress)
    names(models) <- c("pooled", paste("without", names(others)))
    c(.pooledTables(parts, models, others, groups), list(models = models))
}

.trainPool <- function(cellTypes, parts, training, seed) {
    own <- list(parts$train, parts$validation, cellTypes = cellTypes,
                seed = .seedOf(seed, cellTypes), progress = FALSE)
    if (is.null(training$threads)) own$threads <- 1L
    .withoutNotes(do.call(attentiveChrome, c(own, training)))
}

# ---- evaluation -------------------------------------------------------------

.pooledTables <- function(parts, models, others, groups) {
    baselines <- .expressionBaselines(parts, models, others, groups)
    target <- .targetOf(models$pooled)
    measure <- .measureOf(target)
    variable <- if ("label" %in% assayNames(parts$test)) {
        .areVariable(expressionLabel(parts$test))
    } else {
        logical(nrow(parts$test))
    }
    rows <- lapply(names(groups), function(cellType) {
        group <- groups[[cellType]]
        test <- parts$test[, cellType]
        logits <- .pooledLogits(test, models$pooled,
                                models[[paste("without", group)]],
                                baselines[[group]])
        label <- .measuredOf(target, test)[, 1L]
        measured <- function(genes) {
            known <- genes & !is.na(label)
            data.frame(cellTypes = cellType, group = group, genes = sum(known),
                       lapply(logits, function(logit) {
                           .measureOne(measure, label[known], logit[known])
                       }))
        }
        list(table = measured(TRUE), variable = measured(variable))
    })
    lapply(c(table = "table", variable = "variable"), function(name) {
        do.call(rbind, lapply(rows, `[[`, name))
    })
}

.pooledLogits <- function(test, pooled, heldOut, baselines) {
    link <- function(model) {
        if (is.null(model)) return(rep(NA_real_, nrow(test)))
        .linkOf(model, test)[, 1L]
    }
    list(pooled = link(pooled), heldOut = link(heldOut),
         baseline = .storedLogit(heldOut@baseline, test, heldOut@marks,
                                 colnames(test))$baseline$logit,
         geneMean = link(baselines$geneMean),
         networkGeneMean = link(baselines$networkGeneMean))
}

# For each held-out group, what the gene's mean expression in the other cell
# types predicts, alone and with the network. Empty without expression, and if
# these cell types are of one group, so that there is no other to take the mean
# over in training.
.expressionBaselines <- function(parts, models, others, groups) {
    expression <- .splitExpression(parts)
    lapply(stats::setNames(nm = names(others)), function(group) {
        cellTypes <- others[[group]]
        if (is.null(expression) || length(unique(groups[cellTypes])) < 2L) {
            return(list())
        }
        train <- function(signal, method, ...) {
            if (is.null(signal)) return(NULL)
            trainBaseline(signal, method, cellTypes, groups = groups, ...,
                          target = .askedTarget(models$pooled),
                          expression = expression[, cellTypes, drop = FALSE])
        }
        list(geneMean = train(parts$train, "geneMean"),
             networkGeneMean = train(
                 parts$validation, "networkGeneMean",
                 network = models[[paste("without", group)]]))
    })
}
