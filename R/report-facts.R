# What a model or a panel says of itself: the facts that a model card and the
# methods text are made of.

# `genes`, `chromosomes`: of training and validation; `digest`: of the training
# genes and of the summaries of their signal that the model keeps.
.modelFacts <- function(model) {
    training <- model@training
    used <- training$usedGenes
    list(architecture = model@architecture, size = unlist(model@size),
         parameters = .parameterCount(model),
         members = length(.membersOf(model)),
         seed = .seedOfModel(model), marks = model@marks, bins = model@bins,
         preprocessing = model@preprocessing, target = .targetOf(model),
         transform = .describeTransform(model), training = training,
         genes = training$genes, validationGenes = training$validationGenes,
         cellTypes = training$cellTypes, high = training$high,
         chromosomes = .usedChromosomes(used),
         calibration = .calibrationInWords(model),
         calibrated = if (.hasClasses(model)) .calibrationOf(model)$method,
         digest = .trainingDigest(model), version = model@version)
}

.parameterCount <- function(model) {
    sum(vapply(.membersOf(model), function(member) {
        sum(lengths(member@parameters))
    }, 0))
}

.seedOfModel <- function(model) {
    seeds <- lapply(.membersOf(model), function(member) member@training$seed)
    unlist(seeds)
}

.trainingDigest <- function(model) {
    known <- model@training[c("usedGenes", "reference")]
    if (any(lengths(known) == 0L)) return(NA_character_)
    .digest(known)
}

.calibrationInWords <- function(model) {
    if (.hasClasses(model)) return(.describeCalibration(.calibrationOf(model)))
    "none, as the model predicts a number"
}

# Chromosomes by role; NULL if the model does not know its genes.
.usedChromosomes <- function(used) {
    if (is.null(used) || all(is.na(used$chromosome))) return(NULL)
    lapply(split(as.character(used$chromosome), used$role, drop = TRUE),
           unique)
}

# The models of a model or of a panel, by cell type.
.modelsOf <- function(object) {
    if (!is(object, "AttentiveChromePanel")) return(list(object))
    .checkPanel(object)
    lapply(stats::setNames(nm = names(object)), function(cellType) {
        object[[cellType]]
    })
}

# The facts of all models as one: what differs has all its values.
.factsOf <- function(object) {
    facts <- lapply(.modelsOf(object), .modelFacts)
    out <- facts[[1L]]
    for (name in c("parameters", "seed", "genes", "validationGenes", "high",
                   "cellTypes", "transform", "calibration", "calibrated",
                   "digest")) {
        out[[name]] <- unique(unlist(lapply(facts, `[[`, name)))
    }
    out$models <- length(facts)
    out
}

# "205" or, of several models, "5,900 to 6,600".
.inRange <- function(values, form = .bigNumber) {
    values <- values[!is.na(values)]
    if (length(values) == 0L) return("an unknown number of")
    ends <- unique(form(range(values)))
    paste(ends, collapse = " to ")
}

.bigNumber <- function(x) format(x, big.mark = ",", trim = TRUE)

.percent <- function(x) sprintf("%.0f%%", 100 * x)

.listed <- function(x, most = 12L) {
    if (length(x) > most) return(.some(x, most))
    if (length(x) < 2L) return(paste(x))
    paste(paste(utils::head(x, -1L), collapse = ", "), "and",
          utils::tail(x, 1L))
}

# chr2 before chr10.
.byNumber <- function(chromosomes) {
    number <- suppressWarnings(as.integer(sub("^chr", "", chromosomes)))
    chromosomes[order(number, chromosomes)]
}

# "counted by overlap, not normalised"
.preprocessingInWords <- function(preprocessing) {
    counting <- preprocessing$counting
    paste0(if (is.na(counting)) "counted in an unknown way"
           else paste("counted by", counting), ", ",
           if (identical(preprocessing$normalization, "none")) "not normalised"
           else paste("normalised by", preprocessing$normalization))
}

# ---- measures ----------------------------------------------------------------

# The measures of an evaluation, of classes or of numbers, that are known.
.measuresOf <- function(evaluation) {
    titles <- c(.evaluationTitles, .numberTitles)
    known <- intersect(names(titles), names(evaluation))
    Filter(function(name) !all(is.na(evaluation[[name]])), known)
}

.measureTitle <- function(measures) {
    unname(c(.evaluationTitles, .numberTitles)[measures])
}

# Whether an evaluation is of classes.
.areClasses <- function(evaluation) "auroc" %in% names(evaluation)

.decimals <- function(x, digits = 3L) {
    text <- sub("^-(0[.]?0*)$", "\\1", formatC(x, digits, format = "f"))
    ifelse(is.na(x), "-", text)
}

# "0.909 (0.877 to 0.933)"
.withInterval <- function(value, lower, upper) {
    ifelse(is.na(lower) | is.na(upper), .decimals(value),
           sprintf("%s (%s to %s)", .decimals(value), .decimals(lower),
                   .decimals(upper)))
}

# Evaluations of earlier versions have no intervals.
.measured <- function(rows, measure) {
    bound <- function(side) rows[[paste0(measure, side)]] %||% NA_real_
    .withInterval(rows[[measure]], bound("Lower"), bound("Upper"))
}

# One sentence for each baseline of each row of an evaluation.
.comparisonLines <- function(evaluation) {
    evaluation <- as.data.frame(evaluation)
    measure <- .measureTitle(.measuresOf(evaluation)[1L])
    unlist(lapply(seq_len(nrow(evaluation)), function(i) {
        row <- evaluation[i, ]
        shown <- .shownBaselines(row)
        vapply(names(shown), function(name) {
            .comparisonLine(row, shown[[name]], name, measure)
        }, "", USE.NAMES = FALSE)
    }))
}

.comparisonLine <- function(row, prefix, name, measure) {
    values <- unlist(row[paste0(prefix, c("Difference", "DifferenceLower",
                                          "DifferenceUpper"))])
    if (anyNA(values)) {
        return(sprintf("%s: no comparison with %s.", row$cellType, name))
    }
    found <- if (values[2L] > 0) "The model is better than"
             else if (values[3L] < 0) "The model is worse than"
             else "No clear difference from"
    sprintf("%s: %s the baseline %s. Difference in %s: %s.", row$cellType,
            found, name, measure,
            .withInterval(values[1L], values[2L], values[3L]))
}

# An evaluation by chromosome: `rows`, the columns of evaluate() after
# `chromosome`, or NULL; and `omitted`, sentences on the chromosomes that are
# not in it.
.evaluateChromosomes <- function(model, signal, threads = NULL,
                                 fewest = 10L) {
    chromosome <- .genePlaces(signal)$chromosome
    known <- .byNumber(unique(chromosome[!is.na(chromosome)]))
    if (length(known) < 2L) {
        return(list(omitted = if (length(known) == 0L)
            "the genes have no known chromosomes" else
            sprintf("all genes are on %s", known)))
    }
    found <- lapply(known, function(name) {
        own <- signal[which(chromosome == name), ]
        if (nrow(own) < fewest) {
            return(sprintf("%s (%s; %d are needed)", name, .nGenes(nrow(own)),
                           fewest))
        }
        tryCatch(cbind(chromosome = name, as.data.frame(.evaluateQuietly(
                     model, own, threads = threads, draws = 0))),
                 error = function(e) sprintf("%s (%s)", name, .reasonOf(e)))
    })
    omitted <- vapply(found, is.character, NA)
    if (anyNA(chromosome)) {
        unknown <- sprintf("%s without a chromosome",
                           .nGenes(sum(is.na(chromosome))))
    }
    list(rows = do.call(rbind, found[!omitted]),
         omitted = c(unlist(found[omitted]), if (anyNA(chromosome)) unknown))
}

# The message of a condition in one line.
.reasonOf <- function(condition) {
    gsub("\\s+", " ", cli::ansi_strip(conditionMessage(condition)))
}

# Without what is told of genes that the model has seen: it is reported.
.evaluateQuietly <- function(...) {
    withCallingHandlers(
        evaluate(...),
        AttentiveChrome_seen = function(condition) {
            if (inherits(condition, "warning")) {
                invokeRestart("muffleWarning")
            }
            invokeRestart("muffleMessage")
        })
}

# ---- tables ------------------------------------------------------------------

# A Markdown table of measures by group, with the intervals that there are.
.groupTable <- function(rows) {
    measures <- .measuresOf(rows)
    shown <- vapply(measures, function(measure) .measured(rows, measure),
                    character(nrow(rows)))
    table <- cbind(group = rows$group, cell = rows$cellType,
                   genes = .bigNumber(rows$genes),
                   if (.areClasses(rows)) .percent(rows$high),
                   matrix(shown, nrow(rows)))
    titles <- c(if (rows$factor[1L] == "chromosome") "Chromosome"
                else "Cell type", "in", "Genes",
                if (.areClasses(rows)) "High",
                .capital(.measureTitle(measures)))
    keep <- c(TRUE, rows$factor[1L] == "chromosome" &&
                  length(unique(rows$cellType)) > 1L,
              rep(TRUE, ncol(table) - 2L))
    .markdownTable(table[, keep, drop = FALSE], titles[keep])
}

# Text cells of a table with their titles, as a table of Markdown.
.markdownTable <- function(cells, titles) {
    row <- function(cells) {
        cells <- gsub("|", "\\|", cells, fixed = TRUE)
        paste0("| ", paste(cells, collapse = " | "), " |")
    }
    c(row(titles), row(rep("---", length(titles))),
      apply(cells, 1L, row))
}
