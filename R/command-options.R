# The options of the command line, and their values from its words and from a
# file of settings.

# The kinds of value: in words, and a function that takes text or what YAML made
# of it to the value, or to NULL if it is none.
.optionKinds <- list(
    text = list(title = "a text", of = function(v) {
        if (length(v) == 1L && is.character(v) && nzchar(v)) v
    }),
    whole = list(title = "a whole number", of = function(v) {
        number <- .optionKinds$number$of(v)
        if (!is.null(number) && number == round(number) &&
            abs(number) <= .Machine$integer.max) as.integer(number)
    }),
    number = list(title = "a number", of = function(v) {
        if (length(v) != 1L || !(is.character(v) || is.numeric(v))) return()
        number <- suppressWarnings(as.numeric(v))
        if (!is.na(number)) number
    }),
    value = list(title = "a number or a text", of = function(v) {
        if (length(v) == 1L && is.atomic(v) && !is.na(v)) {
            utils::type.convert(as.character(v), as.is = TRUE)
        }
    }),
    names = list(title = "names, separated by commas", of = function(v) {
        if (!is.character(v) || length(v) == 0L) return()
        if (length(v) == 1L) strsplit(v, ",", fixed = TRUE)[[1L]] else v
    }),
    pairs = list(title = "NAME=VALUE,NAME=VALUE", of = function(v) {
        if (is.list(v)) return(if (.areNames(names(v))) v)
        if (!is.character(v) || length(v) != 1L) return()
        pairs <- strsplit(strsplit(v, ",", fixed = TRUE)[[1L]], "=", TRUE)
        if (any(lengths(pairs) != 2L)) return()
        values <- lapply(pairs, function(pair) {
            utils::type.convert(pair[2L], as.is = TRUE)
        })
        stats::setNames(values, vapply(pairs, `[`, "", 1L))
    })
)

.option <- function(kind, help) list(kind = kind, help = help)

# By the names of the arguments.
.commandOptions <- list(
    settings = .option("text", "YAML file with options of all commands"),
    # of reading a signal
    genes = .option("text", "genes of a sample sheet: GTF file or table"),
    expression = .option("text", "table of expression, for labels"),
    marks = .option("names", paste(
        "marks to use; of a table, those of its columns")),
    upstream = .option("whole", "bp before the TSS [5000]"),
    downstream = .option("whole", "bp behind the TSS [5000]"),
    binWidth = .option("whole", "bp of a bin [100]"),
    orient = .option("text", "order of bins: transcript or genome"),
    tss = .option("text", "upstream, canonical or given"),
    threshold = .option("value", "expression of high genes [median]"),
    ids = .option("text", "ids of the expression: gene_id or symbol"),
    replicates = .option("text", "refuse, combine or separate"),
    workers = .option("whole", "processes at a time [1]"),
    # of training
    architecture = .option("text", paste(
        "one of listArchitectures() [by recipe: additive]")),
    recipe = .option("text", paste(
        "default, published or deepdiff: decides the settings up to patience",
        "[default]")),
    target = .option("text", paste(
        "class, expression, twoStage or difference [class]")),
    epochs = .option("whole", "passes over the training genes"),
    batchSize = .option("whole", "genes in a mini-batch"),
    learningRate = .option("number", "highest step size of Adam"),
    weightDecay = .option("number", "decay of the weight matrices"),
    schedule = .option("text", "oneCycle, cosine or constant"),
    clip = .option("number", "highest norm of the gradient"),
    transform = .option("text", "none, log1p or signedLog1p"),
    keep = .option("text", "epoch to keep: loss, auroc, pearson or last"),
    patience = .option("number",
                       "stop after this many epochs without a better one"),
    markDropout = .option("number", "share of marks left out in training [0]"),
    precision = .option("text", "single, double or mixed [single]"),
    members = .option("whole", "models of an ensemble [1]"),
    set = .option("pairs", "other settings and sizes, NAME=VALUE,NAME=VALUE"),
    split = .option("text", "how to split: order, random or chromosome"),
    fractions = .option("pairs", paste(
        "shares of the parts, such as train=0.8,test=0.2 [thirds]")),
    seed = .option("whole", "whole number [1]"),
    cluster = .option("text", paste(
        "where the workers run: this machine, or slurm, sge or lsf, through",
        "batchtools [this machine]")),
    template = .option("text", "the cluster's template for batchtools"),
    # of results
    cellTypes = .option("names", "cell types to use [all]"),
    part = .option("text", "part of a split to use [test]"),
    type = .option("text", paste(
        "response, link, class or set; of numbers response, interval,",
        "expressed or amount [response]")),
    level = .option("number", "coverage of sets and intervals [0.9]"),
    draws = .option("whole", "samples of the bootstrap [500]"),
    threads = .option("whole", "threads, of each worker [1]"),
    # of export and reports
    format = .option("text", paste(
        "bigWig, bedGraph or hub (folders); deepTools (.gz), table (.tsv,",
        ".csv) or experiment (.rds) [by OUT: .gz, .tsv, .csv, .rds; bigWig]")),
    what = .option("names", paste(
        "kinds of value: signal; alpha, beta, share; attribution [all]")),
    chosenGenes = .option("names", paste(
        "ids or symbols of genes [all; of a report, the highest and the lowest",
        "prediction]")),
    overlaps = .option("text", "of windows: nearest or mean [nearest]"),
    genome = .option("text", "UCSC's name of the genome build"),
    email = .option("text", "contact of a hub")
)

.readingOptions <- c("genes", "expression", "marks", "upstream", "downstream",
                     "binWidth", "orient", "tss", "threshold", "ids",
                     "replicates", "workers")

# The name of an option on the command line: batch-size of batchSize.
.hyphened <- function(names) tolower(gsub("([A-Z])", "-\\1", names))

# list(paths, options), or NULL after the help was shown. `known` are the names
# of the options.
.parseOptions <- function(words, known, usage, title) {
    .needs("optparse", "for the command line")
    flags <- lapply(known, function(option) {
        optparse::make_option(paste0("--", .hyphened(option)),
                              type = "character",
                              help = .commandOptions[[option]]$help)
    })
    parser <- optparse::OptionParser(usage = usage, description = title,
                                     option_list = flags)
    given <- optparse::parse_args(parser, words, positional_arguments = TRUE,
                                  print_help_and_exit = FALSE)
    if (isTRUE(given$options$help)) {
        optparse::print_help(parser)
        return(NULL)
    }
    values <- given$options[setdiff(names(given$options), "help")]
    shown <- paste0("--", names(values), recycle0 = TRUE)
    names(values) <- known[match(names(values), .hyphened(known))]
    list(paths = given$args, options = .asOptions(values, shown))
}

# Values of named options; `shown` are their names for errors.
.asOptions <- function(values, shown) {
    Map(function(value, name, shown) {
        kind <- .optionKinds[[.commandOptions[[name]]$kind]]
        out <- kind$of(value)
        if (is.null(out)) {
            .stop("{.arg {shown}} must be {kind$title}",
                  x = "It is {.val {unlist(value)}}.")
        }
        out
    }, values, names(values), shown)
}

# ---- files of settings -----------------------------------------------------

# The options of each section. `known` are the names of the options of each
# command. All of the file is checked.
.readSettingsFile <- function(path, known) {
    if (is.null(path)) return(list())
    .needs("yaml", "to read files of settings")
    .checkFiles(path, "--settings")
    sections <- tryCatch(yaml::read_yaml(path), error = function(e) {
        .stop("{.file {path}} is not a YAML file", x = "{conditionMessage(e)}")
    })
    .checkSection(sections, names(known), path, "section")
    Map(function(section, name) {
        .checkSection(section, known[[name]], path, paste("option of", name))
        .asOptions(as.list(section),
                   paste0(name, ": ", names(section), recycle0 = TRUE))
    }, as.list(sections), as.character(names(sections)))
}

.checkSection <- function(section, known, path, what) {
    if (is.null(section)) return()
    if (!is.list(section) || !.areNames(names(section))) {
        .stop("Each {what} of {.file {path}} must have a name and a value")
    }
    for (key in setdiff(names(section), known)) {
        .stop("{.file {path}} has the unknown {what} {.val {key}}",
              i = "Did you mean {.val {(.nearest(key, known))}}?")
    }
}
