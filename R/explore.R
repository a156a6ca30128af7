#' Explore a model in the browser
#'
#' Opens a page to click through: find a gene, see what the model predicts for
#' it and why, change its signal and watch the probability, and compare cell
#' types. Every panel shows the R code that makes it and can be downloaded,
#' figures as PDF and csv, tables as csv.
#'
#' * *Genes*: the predictions of all genes in a cell type, as a table to sort
#'   and search. A row opens its gene.
#' * *Gene*: the prediction, with the range of the members of an ensemble, its
#'   uncertainty ([predictionUncertainty()]) and the classes that the gene may
#'   have (the prediction set of [predict()][predict.AttentiveChromeModel] at
#'   level 0.9, for models with validation genes); the signal with attention and
#'   attributions on one axis ([plotGene()]); the attention over the marks
#'   ([plotMarkAttention()]); and genes that the model predicts alike.
#' * *Edit*: changes of the signal ([editSignal()]) over a range that you brush
#'   or type, and the probability after each ([predictEdits()]).
#' * *Cell types*: the predictions, the attention over the marks and the signal
#'   of the gene in all or some cell types.
#'
#' An address that ends in `?gene=PAX5&cellType=E116` opens that gene.
#'
#' @section Genes that are predicted alike:
#' Each gene is a point whose coordinates are probabilities of high expression:
#' the predicted one, and for each mark the one that the model predicts if the
#' signal of this mark is silenced in the whole window. Genes are alike if the
#' Euclidean distance of their points is small: the model predicts the same for
#' the same marks. The ten closest ones are shown, of the 200 genes whose logits
#' are nearest to that of the gene in the same cell type.
#'
#' @section Speed:
#' At the start, the model predicts all genes in the first cell type. All else
#' is computed when it is looked at, and kept. `bench/results/explorer.md` in
#' the source has times for 19,800 genes and 56 cell types. A signal in HDF5
#' files needs little memory; chunks of one cell type and some hundred genes are
#' the fastest (`chunkdim = c(200, 1, bins)` of
#' [HDF5Array::saveHDF5SummarizedExperiment()]).
#'
#' @param model A model or an ensemble ([attentiveChrome()]) of high or low
#'   expression. Models of numbers (`target = "expression"`, `"difference"` or a
#'   [modelTarget()]) are refused: the page speaks of probabilities and classes.
#'   For these, [plotGene()], [predictEdits()] and [report()] show what they
#'   predict.
#' @param signal A signal ([chromatinSignal()]) with the marks and bins of the
#'   model, and at least two genes. With a column `symbol` in its `rowData()`,
#'   genes are found by symbol, too.
#' @param folder `NULL`, or the path of a new folder for a server such as Shiny
#'   Server: it gets `app.R`, `model.rds` and the signal, as `signal.rds` or, if
#'   it is in HDF5 files, as a folder `signal`.
#' @param title Title of the page.
#' @return Without `folder`, a `shiny.appobj`, which runs when it is printed;
#'   with it, the path, invisibly. It is an error if the model predicts a number
#'   or does not fit the signal, if the folder exists, or if the packages shiny,
#'   bslib and DT are not installed.
#' @seealso [plotGene()], [plotEdit()], [plotCellTypes()], [predictEdits()]
#' @export
#' @examplesIf rlang::is_installed(c("shiny", "bslib", "DT"))
#' signal <- roadmapGenes[1:60, ]
#' model <- attentiveChrome(signal[, "E123"], epochs = 2, filters = 4,
#'     context = 4)
#' app <- explore(model, signal)
#' if (interactive()) app
#'
#' # A folder for a server
#' folder <- tempfile()
#' explore(model, signal, folder = folder)
#' list.files(folder)
explore <- function(model, signal, folder = NULL,
                    title = "AttentiveChrome explorer") {
    for (package in c("shiny", "bslib", "DT")) {
        .needs(package, "for explore()")
    }
    if (!is.character(title) || length(title) != 1L || is.na(title)) {
        .stop("{.arg title} must be text", x = "It is {.val {title}}.")
    }
    if (!is.null(folder)) .checkNewFolder(folder)
    app <- .explorerApp(model, signal)
    if (!is.null(folder)) return(.writeExplorer(app, folder, title))
    shiny::shinyApp(function(request) .explorerPage(app, title),
                    function(input, output, session) {
                        .explorerServer(app, input, output, session)
                    })
}

# ---- a folder for a server ---------------------------------------------------

.checkNewFolder <- function(folder) {
    if (!.isPath(folder) || !dir.exists(dirname(folder))) {
        .stop("{.arg folder} must be the path of a new folder in an existing
               one",
              x = "It is {.val {folder}}.")
    }
    if (file.exists(folder)) {
        .stop("{.arg folder} must be the path of a new folder",
              x = "{.file {folder}} exists.",
              i = "Delete it, or choose another name.")
    }
}

# Written beside its place and renamed, so that a server never finds half of it.
.writeExplorer <- function(app, folder, title) {
    .removeLeftovers(folder)
    part <- .partFile(folder)
    on.exit(unlink(part, recursive = TRUE, expand = FALSE))
    .makeFolder(part)
    rds <- function(x, name) {
        .writeWhole(serialize(x, NULL), file.path(part, name))
    }
    rds(app$model, "model.rds")
    onDisk <- .isInFile(app$signal)
    if (onDisk) {
        .needs("HDF5Array", "to write signal in HDF5 files")
        .writeHdf5(app$signal, file.path(part, "signal"))
    } else {
        rds(app$signal, "signal.rds")
    }
    signal <- if (onDisk) "HDF5Array::loadHDF5SummarizedExperiment(\"signal\")"
              else "readRDS(\"signal.rds\")"
    lines <- c("library(AttentiveChrome)",
               "explore(readRDS(\"model.rds\"),",
               sprintf("    %s,", signal),
               sprintf("    title = %s)", .quoted(title)))
    .writeWhole(charToRaw(paste0(enc2utf8(lines), "\n", collapse = "")),
                file.path(part, "app.R"))
    fault <- .putInPlace(part, folder)
    if (fault != "") .stopUnwritten(folder, fault)
    invisible(folder)
}

.writeHdf5 <- function(signal, folder) {
    tryCatch(
        HDF5Array::saveHDF5SummarizedExperiment(signal, folder),
        error = function(e) {
            .stop("The signal could not be written to {.file {folder}}",
                  x = "{conditionMessage(e)}",
                  i = "HDF5 does not tell the reason given by the system. Is
                       the disk full?",
                  class = "AttentiveChrome_unwritten")
        })
    for (file in list.files(folder, full.names = TRUE)) {
        fault <- .Call(ffi_sync_file, file)
        if (fault != "") .stopUnwritten(file, fault)
    }
}
