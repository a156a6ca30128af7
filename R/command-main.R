# The command line, for clusters and pipelines: a table of verbs, and what is
# done with the words that are given.

#' Command line
#'
#' ```
#' attentivechrome signal SIGNAL OUT.rds [options]
#' attentivechrome check SIGNAL [OUT.tsv] [options]
#' attentivechrome train SIGNAL MODEL [options]
#' attentivechrome predict MODEL SIGNAL OUT.tsv [options]
#' attentivechrome attention MODEL SIGNAL OUT [options]
#' attentivechrome evaluate MODEL [SIGNAL] OUT.tsv [options]
#' attentivechrome report MODEL [SIGNAL] OUT.html [options]
#' attentivechrome export SIGNAL OUT [options]
#' attentivechrome train --help
#' ```
#'
#' Each verb calls one function of the package and writes what it returns:
#' [chromatinExperiment()], [checkSignal()], [trainCellTypes()] or
#' [attentiveChrome()], [predict()][predict.AttentiveChromeModel],
#' [attention()], [evaluate()][evaluate.AttentiveChromeModel], [report()] and
#' [exportTracks()]. The options of a verb are the arguments of these functions
#' with hyphens (`--batch-size` is `batchSize`). `--chosen-genes` are the
#' `genes` of [report()] and [exportTracks()], as `--genes` are those of a
#' sample sheet. `--cell-types` chooses those of the signal.
#'
#' `attentivechrome` is the script
#' `system.file("scripts", "attentivechrome", package = "AttentiveChrome")`,
#' which you can link into a folder of your `PATH`.
#' `Rscript -e 'AttentiveChrome::main()'` is the same.
#'
#' @section SIGNAL:
#' One of these, which is told from its name or its first line:
#' * an `.rds` file with a signal, an attention or an attribution
#'   ([chromatinSignal()]) or with a split ([splitGenes()]). Of a split,
#'   `train`, `check` and `report` use all parts, `evaluate` the test genes, and
#'   the others those of `--part`, by default the test genes;
#' * a sample sheet, with the columns `cellType`, `mark` and `file`. It needs
#'   `--genes` and, for labels, `--expression` ([chromatinExperiment()]);
#' * a matrix of deepTools ([readDeepTools()]);
#' * a table of the authors' format ([readChromeTable()]). `--marks` names its
#'   columns;
#' * for `train`, a folder of such tables ([trainCellTypes()]).
#'
#' Of all but tables, `--marks` chooses marks.
#'
#' @section MODEL:
#' A run folder of [trainCellTypes()], with a model for each cell type, or, if
#' the name ends in `.rds`, a file with one model or ensemble. `train` resumes
#' an interrupted run folder. It splits a signal that is not split, by
#' `--split`.
#'
#' @section Settings in a file:
#' `--settings run.yaml` reads options from a YAML file, which has a section for
#' each verb. Names are those of the arguments (`batchSize`). Options of the
#' command line override it. Unknown sections and names are errors, also those
#' of other verbs, so that one file can serve a whole pipeline. Paths are
#' relative to the working directory.
#'
#' ```
#' signal:
#'   genes: genes.gtf.gz
#'   expression: expression.tsv
#'   split: chromosome
#' train:
#'   epochs: 15
#'   members: 5
#'   set: {filters: 32, context: 24}
#' ```
#'
#' @section Files and exit status:
#' A file is created only when it is complete. Tables (`.tsv`, `.txt`, `.csv`,
#' and these with `.gz`) are separated by tabs, or by commas if the name ends in
#' `.csv`. Names with a separator, a quote or a line break are quoted, as
#' [read.delim()], [read.csv()] and pandas read them. Numbers have 15 digits.
#' Messages, warnings and a line for each cell type that is trained go to
#' standard error. The exit status is
#' * 0 on success;
#' * 1 after an error; the file is not written;
#' * 2 if the output is written and needs attention: `train` failed for some
#'   cell types, or `check` found errors in the signal.
#'
#' @param args The arguments, as strings.
#' @param quit Quit R with the exit status; by default if R is not interactive.
#' @return The exit status, invisibly, unless R quits.
#' @export
#' @examplesIf requireNamespace("optparse", quietly = TRUE)
#' folder <- tempfile("cli")
#' dir.create(folder)
#' signal <- file.path(folder, "signal.rds")
#' saveRDS(simulateChromatin(genes = 60, cellTypes = 2, seed = 1), signal)
#' run <- file.path(folder, "run")
#' main(c("train", signal, run, "--epochs=2",
#'     "--set=filters=4,context=4"), quit = FALSE)
#' table <- file.path(folder, "auroc.tsv")
#' main(c("evaluate", run, table), quit = FALSE)
#' read.delim(table)[, c("cellType", "auroc")]
main <- function(args = commandArgs(trailingOnly = TRUE),
                 quit = !interactive()) {
    args <- args[args != "--"]
    status <- tryCatch(
        withCallingHandlers(.runCommand(args), warning = function(w) {
            message("Warning: ", conditionMessage(w))
            invokeRestart("muffleWarning")
        }),
        error = function(e) {
            message("Error: ", conditionMessage(e))
            1L
        })
    if (quit) quit("no", status)
    invisible(status)
}

# paths: their names, and how many there may be. options: names of
# `.commandOptions`. run: a function of the paths and the options that returns
# the exit status.
.commands <- list(
    signal = list(
        paths = "SIGNAL OUT.rds", arguments = 2L,
        title = "Read or split a signal.",
        options = c("split", "seed", "fractions"),
        run = function(paths, options) .signalCommand(paths, options)),
    check = list(
        paths = "SIGNAL [OUT.tsv]", arguments = 1:2,
        title = "Look for faults of the data; the status is 2 for errors.",
        options = character(),
        run = function(paths, options) .checkCommand(paths, options)),
    train = list(
        paths = "SIGNAL MODEL", arguments = 2L,
        title = paste("Train a model for each cell type (MODEL is a folder)",
                      "or one model (MODEL.rds)."),
        options = c("architecture", "recipe", "target", "epochs", "batchSize",
                    "learningRate", "weightDecay", "schedule", "clip",
                    "transform", "keep", "patience", "markDropout",
                    "precision", "members", "set", "split", "fractions",
                    "seed", "cellTypes", "threads", "cluster", "template"),
        run = function(paths, options) .trainCommand(paths, options)),
    predict = list(
        paths = "MODEL SIGNAL OUT.tsv", arguments = 3L,
        title = paste("Predict the probability of high expression, or a",
                      "number, genes x cell types."),
        options = c("type", "level", "part", "cellTypes", "threads"),
        run = function(paths, options) .predictCommand(paths, options)),
    attention = list(
        paths = "MODEL SIGNAL OUT", arguments = 3L,
        title = paste("alpha, beta and shares: OUT.rds in the class of the",
                      "signal, OUT.tsv or OUT.csv as a long table."),
        options = c("part", "cellTypes", "threads"),
        run = function(paths, options) .attentionCommand(paths, options)),
    evaluate = list(
        paths = "MODEL [SIGNAL] OUT.tsv", arguments = 2:3,
        title = paste("AUROC etc. of each cell type, for the test genes of a",
                      "run folder or for SIGNAL."),
        options = c("draws", "cellTypes", "threads"),
        run = function(paths, options) .evaluateCommand(paths, options)),
    report = list(
        paths = "MODEL [SIGNAL] OUT.html", arguments = 2:3,
        title = "Write a report in one HTML file.",
        options = c("chosenGenes", "cellTypes", "threads"),
        run = function(paths, options) .reportCommand(paths, options)),
    export = list(
        paths = "SIGNAL OUT", arguments = 2L,
        title = paste("Signal, attention or attribution for other programs:",
                      "OUT is a folder of tracks, or a file."),
        options = c("format", "what", "chosenGenes", "overlaps", "genome",
                    "email", "part", "cellTypes"),
        run = function(paths, options) .exportCommand(paths, options))
)

# The options of a verb, with those of reading a signal.
.optionsOf <- function(name) {
    c("settings", .commands[[name]]$options, .readingOptions)
}

.programName <- "attentivechrome"

.usageOf <- function(name) {
    sprintf("%s %s %s [options]", .programName, name, .commands[[name]]$paths)
}

.runCommand <- function(args) {
    if (length(args) == 0L || args[1L] %in% c("--help", "-h", "help")) {
        names <- names(.commands)
        cat("Usage:\n", sprintf("  %s\n    %s\n",
                                vapply(names, .usageOf, ""),
                                vapply(.commands, `[[`, "", "title")),
            "SIGNAL is an .rds file with a signal or a split, a sample sheet (",
            "columns cellType,\nmark and file; needs --genes), a matrix of ",
            "deepTools, or a table of the authors'\nformat. MODEL is a run ",
            "folder, or an .rds file with one model.\n",
            "COMMAND --help shows its options, ?AttentiveChrome::main more.\n",
            sep = "")
        return(0L)
    }
    name <- .checkChoice(args[1L], "command", names(.commands))
    command <- .commands[[name]]
    given <- .parseOptions(args[-1L], .optionsOf(name), .usageOf(name),
                           command$title)
    if (is.null(given)) return(0L)
    if (!length(given$paths) %in% command$arguments) {
        usage <- .usageOf(name)
        .stop("The command is {.code {usage}}",
              x = "Found {length(given$paths)} path{?s}.",
              i = "{name} --help shows its options.")
    }
    known <- lapply(stats::setNames(nm = names(.commands)), function(name) {
        setdiff(.optionsOf(name), "settings")
    })
    settings <- .readSettingsFile(given$options$settings, known)[[name]]
    command$run(given$paths,
                utils::modifyList(as.list(settings), given$options))
}
