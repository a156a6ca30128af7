parts <- smallParts()
ensemble <- quickModel(parts, members = 3)
members <- lapply(1:3, function(i) ensemble[[i]])
test <- parts$test
overMembers <- function(of) Reduce(`+`, lapply(members, of)) / 3
sdOf <- function(of) {
    values <- simplify2array(lapply(members, of))
    apply(values, seq_along(dim(values))[-length(dim(values))], stats::sd)
}
# Without the seconds, which differ between runs.
untimed <- function(x) {
    if (is(x, "AttentiveChromeEnsemble")) {
        x@members <- lapply(x@members, untimed)
    } else {
        x@history$seconds <- 0
    }
    x
}

# ---- training ---------------------------------------------------------------

test_that("the first member is the model of the same seed", {
    expect_identical(untimed(members[[1]]), untimed(quickModel(parts)))
    expect_false(identical(coef(members[[1]]), coef(members[[2]])))
    more <- quickModel(parts, members = 4)
    for (i in 1:3) expect_identical(coef(more[[i]]), coef(members[[i]]))
    other <- quickModel(parts, members = 2, seed = 2)
    expect_false(identical(coef(other[[2]]), coef(members[[2]])))
})

test_that("one member is a model", {
    expect_s4_class(quickModel(parts, members = 1), "AttentiveChromeModel")
    for (bad in list(0, 1.5, NA, "2")) {
        expect_error(quickModel(parts, members = bad), "`members` must be one")
    }
})

test_that("an ensemble does not depend on the workers", {
    skip_on_os("windows")
    two <- quickModel(parts, members = 3,
                      BPPARAM = BiocParallel::MulticoreParam(2))
    expect_identical(untimed(two), untimed(ensemble))
    expect_error(quickModel(parts, members = 2, BPPARAM = 2),
                 "`BPPARAM` must be a parameter of BiocParallel")
})

test_that("without a seed, the one that is drawn is recorded", {
    drawn <- quickModel(parts, members = 2, seed = NULL)
    again <- quickModel(parts, members = 2, seed = drawn@training$seed)
    expect_identical(untimed(again), untimed(drawn))
})

test_that("training resumes from a folder of checkpoints", {
    skipWithout("filelock")
    folder <- file.path(withr::local_tempdir(), "ensemble")
    first <- quickModel(parts, members = 3, checkpoint = folder, seed = NULL)
    expect_true(all(file.exists(file.path(folder, paste0("member-", 1:3)))))
    # As if killed in the second member: only this one is trained again.
    unlink(file.path(folder, "member-2"))
    again <- quickModel(parts, members = 3, checkpoint = folder, seed = NULL)
    expect_identical(again@members[c(1, 3)], first@members[c(1, 3)])
    expect_identical(untimed(again), untimed(first))
    expect_error(quickModel(parts, members = 3, checkpoint = folder,
                            epochs = 4, seed = NULL), "same settings")
    expect_error(quickModel(parts, members = 3, checkpoint = folder, seed = 8),
                 "seed")
    file <- withr::local_tempfile(lines = "x")
    expect_error(quickModel(parts, members = 2, checkpoint = file),
                 "`checkpoint` of an ensemble must be the path of a folder")
})

test_that("an interrupted ensemble is an interrupt, not a part of it", {
    space <- environment(.trainEpochs)
    replace <- function(with) {
        unlockBinding(".trainEpochs", space)
        assign(".trainEpochs", with, space)
        lockBinding(".trainEpochs", space)
    }
    real <- .trainEpochs
    withr::defer(replace(real))
    replace(function(...) TRUE)
    seen <- tryCatch(quickModel(parts, members = 2),
                     interrupt = function(e) "interrupt")
    expect_identical(seen, "interrupt")
})

# ---- the face of a model ----------------------------------------------------

test_that("an ensemble predicts the mean logit of its members", {
    logit <- overMembers(function(m) {
        predict(m, test, "link", calibrated = FALSE)
    })
    expect_equal(predict(ensemble, test, "link", calibrated = FALSE), logit)
    line <- ensemble@calibration
    calibrated <- line$intercept + line$slope * logit
    expect_equal(predict(ensemble, test), stats::plogis(calibrated))
    expect_identical(predict(ensemble, test, type = "class"),
                     (calibrated > 0) + 0L)
    expect_false(isTRUE(all.equal(logit, predict(
        members[[1]], test, "link", calibrated = FALSE))))
})

test_that("an ensemble is evaluated as one model", {
    logit <- predict(ensemble, test, type = "link")[, 1]
    found <- evaluate(ensemble, test)
    expect_equal(found$auroc, .auroc(expressionLabel(test)[, 1], logit))
    one <- evaluate(members[[1]], test)
    expect_identical(found$baselineAuroc, one$baselineAuroc)
    expect_warning(evaluate(ensemble, parts$train),
                   class = "AttentiveChrome_seen")
    known <- parts$validation
    expect_equal(glance(ensemble)$validationAuroc, .auroc(
        expressionLabel(known)[, 1], predict(ensemble, known)[, 1]))
})

test_that("an ensemble tells what it is", {
    expect_length(ensemble, 3L)
    for (of in list(marks, binOffsets, binWidth, preprocessing)) {
        expect_identical(of(ensemble), of(members[[1]]))
    }
    expect_output(print(ensemble), "Ensemble of 3 additive models")
    expect_output(print(ensemble), "members: 0.* to 0")
    expect_output(print(summary(ensemble)), "Members:.*seed")
    expect_identical(summary(ensemble)$members$seed,
                     vapply(members, function(m) m@training$seed, 0L))
    expect_identical(coef(ensemble)[[2]], coef(members[[2]]))
    history <- trainingHistory(ensemble)
    expect_identical(names(history)[1], "member")
    expect_identical(history[history$member == 2, -1],
                     trainingHistory(members[[2]]), ignore_attr = TRUE)
    expect_identical(nrow(tidy(ensemble)), 3L * nrow(tidy(members[[1]])))
    expect_identical(glance(ensemble)$parameters,
                     3L * glance(members[[1]])$parameters)
    expect_identical(augment(ensemble, test)$.fitted,
                     as.vector(predict(ensemble, test)))
})

test_that("a member is chosen by its number", {
    expect_error(ensemble[[4]], "must be the number of a member.*1 to 3")
    for (bad in list("1", 0, 1:2, NA_real_)) {
        expect_error(ensemble[[bad]], "must be the number")
    }
    expect_identical(evaluate(members[[2]], test)$baselineAuroc,
                     evaluate(members[[1]], test)$baselineAuroc)
})

test_that("an ensemble survives saveRDS, and is not larger than its members", {
    file <- withr::local_tempfile(fileext = ".rds")
    saveRDS(ensemble, file)
    expect_identical(predict(readRDS(file), test), predict(ensemble, test))
    size <- function(x) length(serialize(x, NULL))
    expect_lt(size(ensemble), sum(vapply(members, size, 0)))
    old <- ensemble
    attr(old, "calibration") <- NULL
    attr(old, "scale") <- NULL
    old@members <- lapply(old@members, function(m) {
        attr(m, "scale") <- NULL
        m
    })
    expect_s4_class(updateObject(old), "AttentiveChromeEnsemble")
    expect_identical(updateObject(ensemble), ensemble)
})

test_that("models that differ by their seeds can be combined", {
    expect_identical(modelEnsemble(members)@members, ensemble@members)
    of <- function(m) predict(m, test, "link", calibrated = FALSE)
    two <- modelEnsemble(members[2:3])
    expect_equal(of(two), (of(members[[2]]) + of(members[[3]])) / 2)
    # Calibrated only with validation genes.
    expect_identical(two@calibration, list())
    two <- modelEnsemble(members[2:3], parts$validation)
    known <- predict(two, parts$validation, "link", calibrated = FALSE)
    expect_equal(two@calibration, .fitCalibration(
        known, expressionLabel(parts$validation)))
    expect_error(modelEnsemble(members[1]), "two or more models")
    expect_error(modelEnsemble(list(members[[1]], 1)), "two or more models")
    expect_error(modelEnsemble(members[c(1, 1)]), "must be different")
    other <- quickModel(lapply(parts, function(part) part[1:20, ]), seed = 7)
    expect_error(modelEnsemble(list(members[[1]], other)),
                 "by their seeds alone.*training genes")
    lstm <- quickLstm(parts)
    expect_error(modelEnsemble(list(members[[1]], lstm)),
                 "by their seeds alone.*architecture")
})

test_that("the members are trained further", {
    more <- update(ensemble, parts$train, epochs = 1, seed = 1)
    expect_s4_class(more, "AttentiveChromeEnsemble")
    one <- update(members[[1]], parts$train, epochs = 1, seed = 1)
    expect_identical(coef(more[[1]]), coef(one))
    expect_false(identical(coef(more[[2]]), coef(members[[2]])))
})

test_that("notes are of the ensemble", {
    expect_message(attentiveChrome(
        parts$train, parts$validation, members = 2, epochs = 1, filters = 2,
        context = 2, recipe = "published", seed = 1, architecture = "additive",
        learningRate = 1e-6, progress = FALSE),
        "All predicted.*30 validation genes.*after 2 steps",
        class = "AttentiveChrome_note")
})

# ---- explanations -----------------------------------------------------------

test_that("attention is the mean over the members, with its spread", {
    found <- attention(ensemble, test)
    expect_identical(marks(found), marks(test))
    alpha <- function(m) binMatrix(attention(m, test), "H3K4me1")
    expect_equal(binMatrix(found, "H3K4me1"), overMembers(alpha))
    spread <- assay(found, "spread")
    expect_identical(dim(spread), c(30L, 1L, 5L, 20L))
    expect_equal(spread[, 1, "H3K4me1", ], unname(sdOf(alpha)),
                 ignore_attr = TRUE)
    beta <- function(m) assay(attention(m, test), "beta")[, 1, ]
    expect_equal(assay(found, "beta")[, 1, ], overMembers(beta))
    expect_equal(assay(found, "betaSpread")[, 1, ], sdOf(beta))
    expect_gt(min(assay(found, "betaSpread")), 0)
})

test_that("the shares sum to the mean logit; their spread is of centred ones", {
    found <- attention(ensemble, test)
    expect_equal(rowSums(assay(found, "share")) + metadata(found)$bias,
                 predict(ensemble, test, "link", calibrated = FALSE)[, 1],
                 tolerance = 1e-5)
    centred <- function(m) {
        own <- attention(m, test)
        sweep(assay(own, "share")[, 1, , ], 2:3, t(metadata(own)$meanShare))
    }
    expect_equal(assay(found, "shareSpread")[, 1, , ], sdOf(centred),
                 ignore_attr = TRUE)
    expect_equal(metadata(found)$meanShare,
                 overMembers(function(m) m@training$meanShare))
})

test_that("spreads are no marks, and follow subsets and combinations", {
    found <- attention(ensemble, test)
    some <- found[c(3, 1), ]
    expect_identical(assay(some, "spread"),
                     assay(found, "spread")[c(3, 1), , , , drop = FALSE])
    other <- found
    colnames(other) <- "other"
    both <- cbind(found, other)
    expect_identical(marks(both), marks(test))
    expect_identical(dim(assay(both, "shareSpread")), c(30L, 2L, 5L, 20L))
    plain <- as(found, "RangedSummarizedExperiment")
    expect_identical(marks(as(plain, "ChromatinSignal")), marks(test))
    expect_error(chromatinSignal(list(spread = matrix(1, 2, 4))),
                 "reserved names")
})

test_that("attribution is that of the mean logit, but for saliency", {
    few <- test[1:4, ]
    for (method in .attributionMethods) {
        found <- attribution(ensemble, few, method)
        own <- function(m) {
            binMatrix(attribution(m, few, method), "H3K4me3")
        }
        expect_equal(binMatrix(found, "H3K4me3"), overMembers(own))
        expect_equal(assay(found, "spread")[, 1, "H3K4me3", ],
                     unname(sdOf(own)), ignore_attr = TRUE)
    }
    found <- attribution(ensemble, few, "integratedGradients")
    none <- editSignal(few, "silence", marks(few))
    total <- Reduce(`+`, lapply(marks(found), function(mark) {
        rowSums(binMatrix(found, mark))
    }))
    change <- predict(ensemble, few, "link", calibrated = FALSE) -
        predict(ensemble, none, "link", calibrated = FALSE)
    expect_equal(total, change[, 1], tolerance = 0.01)
    hidden <- editSignal(few, "silence", "H3K4me3", c(-100, 0))
    expect_equal(binMatrix(attribution(ensemble, few, "occlusion"),
                           "H3K4me3")[, 10],
                 (predict(ensemble, few, "link", calibrated = FALSE) -
                  predict(ensemble, hidden, "link", calibrated = FALSE))[, 1],
                 tolerance = 1e-4)
})

test_that("other attention has a spread, too", {
    lstm <- quickLstm(parts, epochs = 1, members = 2)
    found <- attention(lstm, test)
    expect_false(any(c("share", "shareSpread") %in% assayNames(found)))
    expect_identical(dim(assay(found, "betaSpread")), c(30L, 1L, 5L))
    joint <- quietModel(parts$train, architecture = "cnn-attn", members = 2,
                        epochs = 1, filters = 4, seed = 1)
    found <- attention(joint, test)
    expect_identical(dim(assay(found, "spread")), c(30L, 1L, 1L, 20L))
    expect_s3_class(plotGene(test, found, rownames(test)[1]), "ggplot")
    deep <- quietModel(parts$train, architecture = "deepchrome", members = 2,
                       epochs = 1, filters = 4, seed = 1)
    expect_error(attention(deep, test), "has no attention")
})

# ---- uncertainty ------------------------------------------------------------

test_that("uncertainty is decomposed as by hand", {
    found <- predictionUncertainty(ensemble, test)
    line <- ensemble@calibration
    p <- vapply(members, function(m) {
        logit <- predict(m, test, "link", calibrated = FALSE)[, 1]
        stats::plogis(line$intercept + line$slope * logit)
    }, numeric(30))
    entropy <- function(p) -p * log(p) - (1 - p) * log(1 - p)
    expect_equal(found$probability, unname(rowMeans(p)))
    expect_equal(found$total, unname(entropy(rowMeans(p))))
    expect_equal(found$data, unname(rowMeans(entropy(p))))
    expect_equal(found$training, found$total - found$data)
    expect_true(all(found$training > 0 & found$total <= log(2)))
    expect_identical(found$gene, rownames(test))
    expect_equal(found$highest, unname(apply(p, 1, max)))
    expect_identical(.binaryEntropy(c(0, 1)), c(0, 0))
    expect_error(predictionUncertainty(members[[1]], test),
                 "must have several members.*members = 5")
    expect_error(predictionUncertainty(1, test), "must be a model")
})

# ---- every function that takes a model --------------------------------------

two <- smallParts(cellTypes = 2)
panel <- suppressWarnings(trainCellTypes(
    two, members = 2, epochs = 2, filters = 4, context = 4, seed = 1,
    progress = FALSE))

# What each exported function does with an ensemble. NULL: it takes no model.
uses <- list(
    addExpression = NULL, as.data.frame = NULL, `assayNames<-` = NULL,
    `assays<-` = NULL,
    attention = function(x) attention(x, test),
    attentiveChrome = NULL,
    attribution = function(x) attribution(x, test, "gradientInput"),
    augment = function(x) augment(x, test),
    binMatrix = NULL, binOffsets = function(x) binOffsets(x),
    binWidth = function(x) binWidth(x), checkSignal = NULL, checkSplit = NULL,
    chromatinExperiment = NULL, chromatinSignal = NULL,
    classOptimum = function(x) classOptimum(x, steps = 2),
    compareExplanations = function(x) {
        compareExplanations(x, test, reference = list(H3K4me3 = 9:12),
                            explanations = c("attention", "share"), draws = 10,
                            training = parts$train, shuffles = 1, seed = 1)
    },
    compareModels = function(x) {
        compareModels(parts, models = list(a = x, b = members[[1]]))
    },
    combineCols = NULL, combineRows = NULL, countReads = NULL,
    crossCellTypes = function(x) crossCellTypes(panel, two$test),
    differentialAttention = NULL,
    differentialExpression = "difference of two cell types", editSignal = NULL,
    evaluate = function(x) evaluate(x, test), expressionLabel = NULL,
    faithfulness = function(x) {
        faithfulness(x, test, c("attention", "share"), draws = 2, seed = 1)
    },
    explore = function(x) {
        skipWithout("shiny", "bslib", "DT")
        explore(x, test)
    },
    exportTracks = "must be a signal", flattenSignal = "must be a signal",
    glance = function(x) glance(x), listArchitectures = NULL, main = NULL,
    markHeatmaps = "must be a signal",
    marks = function(x) marks(x), `marks<-` = NULL, missingBins = NULL,
    modelCard = function(x) modelCard(x), modelEnsemble = "two or more models",
    normalizeSignal = NULL,
    normalizedMatrix = "must be a signal", openPanel = NULL,
    plotAttention = "must be a signal",
    plotCalibration = function(x) plotCalibration(x, test),
    plotGene = NULL, plotMarkAttention = "must be a signal",
    plotPR = function(x) plotPR(x, test),
    plotROC = function(x) plotROC(x, test),
    predictEdits = function(x) {
        predictEdits(x, test, list(lost = list("silence", "H3K4me3")))
    },
    predictionUncertainty = function(x) predictionUncertainty(x, test),
    preprocessing = function(x) preprocessing(x), `preprocessing<-` = NULL,
    publishedModel = NULL, readChromeTable = NULL, readTorchWeights = NULL,
    report = function(x) {
        report(x, test, withr::local_tempfile(fileext = ".html"))
    },
    roadmapDownload = NULL, roadmapFiles = NULL, show = function(x) show(x),
    simulateChromatin = NULL,
    smallestFlip = function(x) smallestFlip(x, test[1:2, ], unit = "marks"),
    sources = NULL, splitGenes = NULL,
    stability = function(x) stability(x, test, explanations = "beta"),
    summarizeTracks = NULL,
    tidy = function(x) tidy(x), trackRanges = "must be a signal",
    trainBaseline = NULL, trainCellTypes = NULL,
    trainPooled = NULL, trainingHistory = function(x) trainingHistory(x),
    tssWindows = NULL,
    unlikeTraining = function(x) unlikeTraining(x, test, draws = 19),
    updateObject = function(x) updateObject(x),
    whichMark = "must be trained with `markDropout`",
    writeChromeTable = "must be a signal",
    writeDeepTools = "must be a signal",
    writeTorchWeights = "must be one model.*ensemble\\[\\[1\\]\\]")

test_that("every exported function takes an ensemble or says why not", {
    exported <- getNamespaceExports("AttentiveChrome")
    takes <- Filter(function(name) {
        f <- get(name, asNamespace("AttentiveChrome"))
        is.function(f) && length(formals(f)) > 0 &&
            names(formals(f))[1] %in% c("model", "models", "object", "x",
                                        "ensemble")
    }, exported)
    expect_identical(setdiff(takes, names(uses)), character())
    for (name in names(uses)) {
        use <- uses[[name]]
        if (is.function(use)) {
            utils::capture.output(
                expect_no_error(suppressMessages(use(ensemble))))
        } else if (is.character(use)) {
            expect_error(get(name)(ensemble), use)
        }
    }
})

test_that("a method for models is one for ensembles, too", {
    of <- function(class) {
        methods <- getNamespaceInfo("AttentiveChrome", "S3methods")
        methods[methods[, 2] == class, 1]
    }
    expect_identical(setdiff(of("AttentiveChromeModel"),
                             of("AttentiveChromeEnsemble")), character())
    generics <- c("marks", "binOffsets", "binWidth", "preprocessing", "show",
                  "attention", "attribution", "updateObject")
    for (generic in generics) {
        expect_true(existsMethod(generic, "AttentiveChromeEnsemble") ||
                    existsMethod(generic, "AttentiveChromeFit"),
                    label = generic)
    }
})

test_that("a panel has ensembles as models", {
    expect_s4_class(panel[["cellType1"]], "AttentiveChromeEnsemble")
    expect_equal(unname(predict(panel, two$test[, "cellType2"])),
                 unname(predict(panel[["cellType2"]],
                                two$test[, "cellType2"])))
    expect_true("betaSpread" %in% assayNames(attention(panel, two$test)))
    expect_identical(nrow(evaluate(panel)), 2L)
    figure <- plot(panel, "history")
    expect_length(unique(figure$data$line), 4L)
    expect_match(figure$labels$caption, "members")
})

test_that("a run folder has the ensembles, and resumes", {
    skipWithout("filelock")
    folder <- file.path(withr::local_tempdir(), "run")
    train <- function() {
        trainCellTypes(two, folder, members = 2, epochs = 1, filters = 4,
                       context = 4, seed = 1, progress = FALSE)
    }
    first <- train()
    expect_length(list.files(folder, "checkpoint"), 0L)
    unlink(.recordFile(folder, "cellType2"))
    again <- train()
    expect_identical(untimed(again[["cellType2"]]),
                     untimed(first[["cellType2"]]))
    expect_s4_class(openPanel(folder)[["cellType1"]],
                    "AttentiveChromeEnsemble")
})

# ---- figures ----------------------------------------------------------------

test_that("figures show the spread over the members", {
    found <- attention(ensemble, test)
    on <- assay(found, "probability")[, 1] > 0.5
    curves <- plotAttention(found)$data
    curves <- curves[curves$mark == "H3K4me3" & curves$state == "high", ]
    spread <- assay(found, "spread")[on, 1, "H3K4me3", ]
    expect_equal(curves$upper - curves$mean, unname(colMeans(spread)))
    expect_match(plotAttention(found)$labels$caption, "members")
    expect_match(plotAttention(found, spread = "sd")$labels$caption, "genes")
    single <- attention(members[[1]], test)
    expect_error(plotAttention(single, spread = "members"), "of an ensemble")
    expect_match(plotAttention(single)$labels$caption, "quartiles")
    gene <- plotGene(test, found, rownames(test)[1])
    share <- gene$data[gene$data$panel == "H3K4me3 share", ]
    expect_equal(share$spread,
                 unname(assay(found, "shareSpread")[1, 1, "H3K4me3", ]))
    expect_match(gene$labels$caption, "standard deviation of the members")
    expect_length(gene$layers, 1L + length(
        plotGene(test, single, rownames(test)[1])$layers))
    tiles <- plotMarkAttention(found, rownames(test)[2])$data
    expect_equal(tiles$spread,
                 unname(assay(found, "betaSpread")[2, 1, ]))
    expect_true(all(is.na(plotMarkAttention(single)$data$spread)))
    expect_match(plotMarkAttention(found)$labels$caption, "over the members")
})

test_that("the histories of all members are drawn", {
    figure <- plot(ensemble)
    expect_length(unique(figure$data$line), 6L)
    expect_identical(sum(figure$data$kept), 9L)
    expect_match(figure$labels$caption, "3 members")
})
