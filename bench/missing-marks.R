# One model for any subset of marks (markDropout) against a default model of
# each subset, on test genes of real data; and how often the intervals of
# whichMark() cover the gain. Writes bench/results/missing-marks.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))

rate <- 0.5 # chosen on the validation genes of E013

train <- function(parts, ...) {
    quietly(attentiveChrome(parts$train, parts$validation, ..., seed = 1,
                            progress = FALSE))
}

subsetsOf <- function(marks) {
    unlist(lapply(seq_along(marks), combn, x = marks, simplify = FALSE),
           recursive = FALSE)
}

measures <- function(model, signal, marks) {
    marks(signal) <- marks
    found <- evaluate(model, signal)
    c(auroc = found$auroc, logLoss = found$logLoss)
}

# ---- one model and one for each subset --------------------------------------

# `some`: which of the subsets, if not all.
against <- function(cellType, signal, some = NULL) {
    parts <- inThirds(signal)
    seconds <- system.time(one <- train(parts, markDropout = rate))[[3L]]
    all <- subsetsOf(marks(parts$train))
    rows <- lapply(all[some %||% seq_along(all)], function(marks) {
        each <- train(parts, marks = marks)
        own <- measures(one, parts$test, marks)
        other <- measures(each, parts$test, marks)
        cat(cellType, marks, own["auroc"], other["auroc"], "\n",
            file = stderr())
        data.frame(cellType = cellType, size = length(marks),
                   marks = paste(marks, collapse = " "),
                   one = own[["auroc"]], each = other[["auroc"]],
                   oneLoss = own[["logLoss"]], eachLoss = other[["logLoss"]])
    })
    list(rows = do.call(rbind, rows), model = one, test = parts$test,
         seconds = seconds)
}
`%||%` <- function(a, b) if (is.null(a)) b else a

# All subsets of 1, 4 and 5 marks, and five each of 2 and 3, drawn.
set.seed(1)
drawn <- sort(c(1:5, sample(6:15, 5), sample(16:25, 5), 26:31))
first <- against("E013", readPileup("E013"), sized(NULL, c(1, 31)))
second <- against("K562 peaks", readPeaks("K562", "E123"),
                  sized(drawn, c(1, 31)))
rows <- rbind(first$rows, second$rows)

bySize <- function(rows) {
    data.frame(`cell type` = rows$cellType[1L], marks = rows$size[1L],
               subsets = nrow(rows), `one model` = mean(rows$one),
               `a model each` = mean(rows$each),
               difference = mean(rows$one - rows$each),
               absolute = mean(abs(rows$one - rows$each)),
               worst = min(rows$one - rows$each),
               `log loss` = mean(rows$oneLoss - rows$eachLoss),
               check.names = FALSE)
}
sizes <- do.call(rbind, lapply(split(rows, list(rows$size, rows$cellType),
                                     drop = TRUE), bySize))
cells <- do.call(rbind, lapply(split(rows, rows$cellType), function(rows) {
    within(bySize(rows), marks <- "all subsets")
}))

# ---- coverage of the intervals of whichMark() -------------------------------

# Genes drawn from the test genes, which stand for all genes.
whole <- whichMark(first$model, first$test, have = "H3K4me3")
label <- as.vector(expressionLabel(first$test))
logit <- function(marks) {
    signal <- first$test
    marks(signal) <- marks
    as.vector(predict(first$model, signal, "link", calibrated = FALSE))
}
before <- logit("H3K4me3")
after <- lapply(whole$mark, function(mark) logit(c("H3K4me3", mark)))
coverage <- function(genes, draws = sized(1000, 3)) {
    within <- function(found, truth, of) {
        found[[paste0(of, "Lower")]] < truth[[of]] &&
            truth[[of]] < found[[paste0(of, "Upper")]]
    }
    hits <- replicate(draws, {
        some <- sample(length(label), genes, TRUE)
        vapply(seq_along(after), function(i) {
            found <- AttentiveChrome:::.markGain(
                label[some], before[some], after[[i]][some], 0.95)
            c(within(found, whole[i, ], "aurocGain"),
              within(found, whole[i, ], "logLossGain"))
        }, logical(2))
    })
    data.frame(genes = genes, `AUROC, %` = 100 * mean(hits[1, , ]),
               `log loss, %` = 100 * mean(hits[2, , ]), check.names = FALSE)
}
set.seed(2)
covered <- do.call(rbind, lapply(c(60, 200, 1000), coverage))

full <- rows[rows$size == 5, ]
tuning <- data.frame( # E013, validation genes, all 31 subsets, seed 1
    rate = c("0.2", "0.35", "0.5"),
    `mean AUROC` = c(0.8892, 0.8930, 0.8980),
    `all five marks` = c(0.9441, 0.9436, 0.9435), check.names = FALSE)
gain <- as.data.frame(whole)[c("mark", "auroc", "aurocGain", "aurocGainLower",
                               "aurocGainUpper", "logLossGain",
                               "logLossGainLower", "logLossGainUpper")]
names(gain) <- c("mark", "AUROC", "gain", "from", "to", "log loss", "from ",
                 "to ")
writeResult("missing-marks.md", c(
    "## One model for any subset of marks", "",
    sprintf("Test AUROC of one default model trained with markDropout = %g",
            rate),
    "(\"one model\"), and of default models, each trained on one subset (\"a",
    "model each\"); seed 1, ids in thirds. absolute: mean absolute difference.",
    "Of K562, all subsets of 1, 4 and 5 marks, and five each of 2 and 3.", "",
    markdown(rbind(sizes, cells), 4), "",
    sprintf("All five marks, %s: %.4f with markDropout, %.4f without.",
            full$cellType, full$one, full$each), "",
    "The worst subsets:", "",
    markdown(utils::head(rows[order(rows$one - rows$each),
                              c("cellType", "marks", "one", "each")], 5), 4),
    "", "The rate was chosen on the validation genes of E013:", "",
    markdown(tuning, 4), "",
    "whichMark() on the test genes of E013, beside H3K4me3:", "",
    markdown(gain, 4), "",
    "Coverage of its 95% intervals, test genes of E013 drawn with replacement,",
    "1,000 draws:", "", markdown(covered, 1)))
