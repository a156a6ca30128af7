# The command-line interface, for clusters and pipelines.

#' Command-line interface
#'
#' ```
#' Rscript -e 'AttentiveChrome::main()' train SIGNAL RUN [options]
#' Rscript -e 'AttentiveChrome::main()' predict RUN SIGNAL OUT.tsv
#' Rscript -e 'AttentiveChrome::main()' attention RUN SIGNAL OUT.rds
#' Rscript -e 'AttentiveChrome::main()' evaluate RUN [SIGNAL] OUT.tsv
#' Rscript -e 'AttentiveChrome::main()' train --help
#' ```
#'
#' Trains, predicts, computes attention and evaluates from the command line.
#' `SIGNAL` is an `.rds` file with a signal ([chromatinSignal()]) or its parts
#' or, for `train`, a folder of the authors' tables. `RUN` is the run folder of
#' [trainCellTypes()], and the options are its arguments. `train` resumes an
#' interrupted run. The outputs are a table of the probabilities (genes x cell
#' types), the result of [attention()] and the table of
#' [evaluate()][evaluate.AttentiveChromePanel]. An output file is created only
#' when it is complete.
#'
#' One line is written to standard error for each cell type that is finished.
#' The exit status is 0 on success, 1 after an error, and 2 if some cell types
#' failed and the others are trained.
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
    status <- tryCatch(.runCommand(args), error = function(e) {
        message("Error: ", conditionMessage(e))
        1L
    })
    if (quit) quit("no", status)
    invisible(status)
}

.commands <- list(
    train = list(
        usage = "train SIGNAL RUN [options]", arguments = 2L,
        title = "Train a model for each cell type.",
        run = function(paths, options) .trainCommand(paths, options)),
    predict = list(
        usage = "predict RUN SIGNAL OUT.tsv", arguments = 3L,
        title = "Probability of high expression, genes x cell types.",
        run = function(paths, options) .predictCommand(paths)),
    attention = list(
        usage = "attention RUN SIGNAL OUT.rds", arguments = 3L,
        title = "alpha and beta, in the class of the signal.",
        run = function(paths, options) .attentionCommand(paths)),
    evaluate = list(
        usage = "evaluate RUN [SIGNAL] OUT.tsv", arguments = 2:3,
        title = "AUROC etc. of each cell type, for its test genes or SIGNAL.",
        run = function(paths, options) .evaluateCommand(paths))
)

.programName <- "Rscript -e 'AttentiveChrome::main()'"

.runCommand <- function(args) {
    if (length(args) == 0L || args[1L] %in% c("--help", "-h", "help")) {
        cat("Usage:\n", sprintf("  %s %s\n    %s\n", .programName,
                                vapply(.commands, `[[`, "", "usage"),
                                vapply(.commands, `[[`, "", "title")),
            "COMMAND --help shows its options.\n", sep = "")
        return(0L)
    }
    name <- .checkChoice(args[1L], "command", names(.commands))
    .needs("optparse", "for the command line")
    command <- .commands[[name]]
    parser <- optparse::OptionParser(
        usage = paste(.programName, command$usage), description = command$title,
        option_list = if (name == "train") .trainOptions() else list())
    given <- optparse::parse_args(
        parser, args[-1L], positional_arguments = TRUE,
        print_help_and_exit = FALSE)
    if (isTRUE(given$options$help)) {
        optparse::print_help(parser)
        return(0L)
    }
    if (!length(given$args) %in% command$arguments) {
        .stop("The command is {.code {command$usage}}",
              x = "Found {length(given$args)} path{?s}.",
              i = "{name} --help shows its options.")
    }
    command$run(given$args, given$options)
}

# ---- train ------------------------------------------------------------------

.trainOptions <- function() {
    option <- function(name, type, help, default = NULL) {
        optparse::make_option(paste0("--", name), type = type, help = help,
                              default = default)
    }
    list(
        option("architecture", "character", paste(
            "one of listArchitectures() [by recipe: additive]")),
        option("recipe", "character", paste(
            "default or published: decides the settings up to patience",
            "[default]")),
        option("epochs", "integer", "passes over the training genes"),
        option("batch-size", "integer", "genes in a mini-batch"),
        option("learning-rate", "double", "highest step size of Adam"),
        option("weight-decay", "double", "decay of the weight matrices"),
        option("schedule", "character", "oneCycle, cosine or constant"),
        option("transform", "character", "none or log1p"),
        option("keep", "character", "epoch to keep: loss, auroc or last"),
        option("patience", "double",
               "stop after this many epochs without a better one"),
        option("seed", "integer", "whole number [1]", 1L),
        option("cell-types", "character", "names, separated by commas [all]"),
        option("set", "character",
               "other settings and sizes, NAME=VALUE,NAME=VALUE", ""),
        option("workers", "integer", "cell types trained at a time [1]", 1L),
        option("cluster", "character", paste(
            "where the workers run: this machine, or slurm, sge or lsf,",
            "through batchtools [this machine]")),
        option("template", "character",
               "the cluster's template for batchtools"),
        option("threads", "integer", "threads of each worker [1]", 1L))
}

.trainCommand <- function(paths, options) {
    settings <- c(.optionSettings(options), list(threads = options$threads))
    cellTypes <- if (!is.null(options$`cell-types`)) {
        strsplit(options$`cell-types`, ",", fixed = TRUE)[[1L]]
    }
    signal <- if (dir.exists(paths[1L])) paths[1L] else
        .readSignalFile(paths[1L])
    panel <- withCallingHandlers(
        do.call(trainCellTypes, c(
            list(signal, paths[2L], cellTypes = cellTypes,
                 seed = options$seed, BPPARAM = .optionWorkers(options),
                 progress = "log"), settings)),
        warning = function(w) {
            message("Warning: ", conditionMessage(w))
            invokeRestart("muffleWarning")
        })
    message(sprintf("%d cell types trained, %d failed", length(panel),
                    length(panel@errors)))
    if (length(panel@errors) > 0L) 2L else 0L
}

# The options as arguments of attentiveChrome().
.optionSettings <- function(options) {
    names <- c(architecture = "architecture", recipe = "recipe",
               epochs = "epochs", `batch-size` = "batchSize",
               `learning-rate` = "learningRate",
               `weight-decay` = "weightDecay", schedule = "schedule",
               transform = "transform", keep = "keep", patience = "patience")
    settings <- options[intersect(names(names), names(options))]
    names(settings) <- names[names(settings)]
    set <- strsplit(options$set, ",", fixed = TRUE)[[1L]]
    for (pair in strsplit(set, "=", fixed = TRUE)) {
        if (length(pair) != 2L) {
            .stop("{.arg --set} must be NAME=VALUE,NAME=VALUE",
                  x = "It is {.val {options$set}}.")
        }
        settings[[pair[1L]]] <- utils::type.convert(pair[2L], as.is = TRUE)
    }
    settings
}

.optionWorkers <- function(options) {
    cluster <- options$cluster
    if (is.null(cluster)) {
        if (options$workers == 1L) return(BiocParallel::SerialParam())
        if (.Platform$OS.type == "windows") {
            return(BiocParallel::SnowParam(options$workers))
        }
        return(BiocParallel::MulticoreParam(options$workers))
    }
    .checkChoice(cluster, "--cluster", c("slurm", "sge", "lsf"))
    .needs("batchtools", "for clusters")
    template <- options$template %||% system.file(
        "templates", paste0(cluster, "-simple.tmpl"), package = "batchtools")
    BiocParallel::BatchtoolsParam(options$workers, cluster = cluster,
                                  template = template)
}

# ---- predict, attention and evaluate ----------------------------------------

.readSignalFile <- function(path) {
    .checkFiles(path, "SIGNAL")
    .readRds(path)
}

.predictCommand <- function(paths) {
    p <- stats::predict(openPanel(paths[1L]), .readSignalFile(paths[2L]))
    .writeTable(data.frame(gene = rownames(p), p, check.names = FALSE),
                paths[3L])
}

.attentionCommand <- function(paths) {
    .checkOutput(paths[3L], "OUT")
    attention <- attention(openPanel(paths[1L]), .readSignalFile(paths[2L]))
    .writeWhole(serialize(attention, NULL), paths[3L])
    0L
}

.evaluateCommand <- function(paths) {
    signal <- if (length(paths) == 3L) .readSignalFile(paths[2L])
    .writeTable(evaluate.AttentiveChromePanel(openPanel(paths[1L]), signal),
                paths[length(paths)])
}

.writeTable <- function(table, path) {
    .checkOutput(path, "OUT")
    .writeWhole(.tableBytes(table, sep = "\t", na = "NA", quote = FALSE), path)
    0L
}
