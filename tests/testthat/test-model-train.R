parts <- smallParts()

test_that("of epochs that are equally good the first is kept", {
    keep <- function(keep) {
        run <- .newRun(c(0, 0), "id")
        auroc <- c(0.7, 0.9, 0.9, 0.8)
        loss <- c(0.6, 0.6, 0.5, 0.5)
        for (epoch in seq_along(auroc)) {
            run$state$parameters <- c(epoch, epoch)
            row <- data.frame(epoch = epoch, validationLoss = loss[epoch],
                              validationAuroc = auroc[epoch])
            .keepBest(run, list(row = row, logit = epoch), keep)
            expect_identical(run$validationLogit, run$bestEpoch)
        }
        expect_identical(run$parameters, rep(run$bestEpoch, 2))
        run$bestEpoch
    }
    expect_identical(keep("auroc"), 2L)
    expect_identical(keep("loss"), 3L)
    expect_identical(keep("last"), 4L)
})

test_that("the recipe \"published\" is that of the published code", {
    expect_identical(.chooseSizes("lstm-alpha-beta", list()),
                     list(hidden = 32, markHidden = 16, dropout = 0))
    model <- quietModel(simulateChromatin(20, seed = 1), recipe = "published",
                        epochs = 1)
    settings <- model@training
    expect_identical(settings$batchSize, 16)
    expect_identical(settings$learningRate, 2e-4)
    expect_identical(settings$weightDecay, 0)
    expect_identical(settings$schedule, "constant")
    expect_identical(settings$clip, 1)
    expect_identical(settings$keep, "auroc")
    expect_identical(model@transform, "none")
    expect_identical(.recipes$published$epochs, 30)
    expect_identical(sum(lengths(coef(model))), 55681L)
})

test_that("training lowers the loss and keeps the best epoch", {
    model <- quickLstm(parts, epochs = 60, recipe = "published",
                       transform = "log1p", learningRate = 0.02)
    history <- trainingHistory(model)
    expect_identical(history$epoch, 1:60)
    expect_lt(history$loss[60], history$loss[1] - 0.1)
    expect_lt(glance(model)$bestEpoch, 60L)
    expect_identical(glance(model)$bestEpoch,
                     which.max(history$validationAuroc))
    # the kept parameters are those of that epoch, not of the last
    expect_warning(again <- evaluate(model, parts$validation),
                   class = "AttentiveChrome_seen")
    expect_equal(again$auroc, max(history$validationAuroc))
})

test_that("without validation the last epoch is kept", {
    model <- attentiveChrome(parts$train, filters = 4, context = 4,
                             epochs = 3, seed = 1)
    expect_identical(glance(model)$bestEpoch, 3L)
    expect_true(all(is.na(trainingHistory(model)$validationAuroc)))
})

test_that("patience stops the training", {
    model <- quickLstm(parts, epochs = 60, patience = 3,
                       recipe = "published")
    history <- trainingHistory(model)
    expect_lt(nrow(history), 60)
    expect_identical(nrow(history), glance(model)$bestEpoch + 3L)
})

test_that("the same seed gives the same bits, whatever the threads", {
    one <- quickModel(parts, threads = 1)
    for (threads in c(2, 3, 8)) {
        many <- quickModel(parts, threads = threads)
        expect_identical(coef(many), coef(one))
    }
    expect_false(identical(coef(quickModel(parts, seed = 2)), coef(one)))
})

test_that("two fresh sessions give the same bits", {
    skip_if_not_installed("callr")
    fit <- function() {
        library(AttentiveChrome)
        signal <- simulateChromatin(40, bins = 20, seed = 1,
                                    causal = list(H3K4me3 = 9:12),
                                    scenario = "blocks")
        coef(attentiveChrome(signal, filters = 4, context = 4, epochs = 2,
                             seed = 5))
    }
    expect_identical(callr::r(fit), callr::r(fit))
})

test_that("set.seed() reproduces a fit without seed, and seed leaves R's
          random numbers alone", {
    withr::with_seed(3, a <- quickModel(parts, seed = NULL))
    withr::with_seed(3, b <- quickModel(parts, seed = NULL))
    expect_identical(coef(a), coef(b))
    withr::with_seed(3, {
        quickModel(parts)
        after <- stats::runif(1)
    })
    expect_identical(after, withr::with_seed(3, stats::runif(1)))
})

test_that("several cell types are pooled unless one is named", {
    signal <- simulateChromatin(30, cellTypes = 2, bins = 20, seed = 1,
                                causal = list(H3K4me3 = 9:12),
                                scenario = "blocks")
    fit <- function(...) {
        attentiveChrome(signal, filters = 4, context = 4, epochs = 1,
                        seed = 1, ...)
    }
    expect_identical(glance(fit())$genes, 60L)
    one <- colnames(signal)[2L]
    expect_identical(glance(fit(cellType = one))$genes, 30L)
    alone <- attentiveChrome(signal[, one], filters = 4, context = 4,
                             epochs = 1, seed = 1)
    expect_identical(coef(fit(cellType = one)), coef(alone))
})

test_that("genes without a label are left out", {
    some <- parts$train
    assay(some, "label")[1:5, ] <- NA_integer_
    model <- quickModel(list(train = some, validation = parts$validation))
    expect_identical(glance(model)$genes, nrow(some) - 5L)
})

test_that("double precision trains alike", {
    single <- quickLstm(parts)
    double <- quickLstm(parts, precision = "double")
    expect_equal(coef(single), coef(double), tolerance = 1e-3)
    expect_false(identical(coef(single), coef(double)))
})

test_that("Ctrl-C returns the model so far, with a warning", {
    skip_if_not_installed("callr")
    skip_on_os("windows")
    begun <- withr::local_tempfile() # there after the first epoch
    session <- callr::r_bg(function(begun) {
        library(AttentiveChrome)
        signal <- simulateChromatin(400, seed = 1)
        withCallingHandlers(
            attentiveChrome(signal, epochs = 10000, seed = 1,
                            checkpoint = begun),
            warning = function(w) {
                message(conditionMessage(w))
                invokeRestart("muffleWarning")
            })
    }, list(begun), stderr = "2>&1", stdout = "|")
    withr::defer(unlink(paste0(begun, ".plan")))
    while (!file.exists(begun) && session$is_alive()) Sys.sleep(0.05)
    Sys.sleep(0.2)
    session$interrupt()
    session$wait(60000) # 10000 epochs would take longer
    seen <- session$read_output()
    model <- session$get_result()
    expect_match(seen, "interrupted after")
    expect_s4_class(model, "AttentiveChromeModel")
    expect_gt(stats::sd(coef(model)$gate.position), 0)
})

test_that("attention finds the bins and the mark that decide", {
    # Only bins 40-60 of H3K4me1 decide: a mark whose mean signal does not
    # peak there by itself.
    causal <- 40:60
    signal <- simulateChromatin(900, seed = 2, effect = 2,
                                causal = list(H3K4me1 = causal),
                                scenario = "blocks")
    parts <- suppressMessages(splitGenes(signal,
        fractions = c(train = 4 / 9, validation = 2 / 9, test = 3 / 9)))
    fit <- function(epochs, learningRate) {
        quietModel(parts$train, parts$validation, hidden = 16,
            markHidden = 8, recipe = "published", epochs = epochs,
            learningRate = learningRate, transform = "log1p", seed = 1)
    }
    judge <- function(model) {
        looked <- attention(model, parts$test)
        alpha <- unname(colMeans(binMatrix(looked, "H3K4me1")))
        beta <- colMeans(assay(looked, "beta")[, 1L, ])
        window <- stats::filter(alpha, rep(1, length(causal)))
        c(share = sum(alpha[causal]), peak = which.max(window),
          beta = beta[["H3K4me1"]],
          others = max(beta[names(beta) != "H3K4me1"]),
          auroc = evaluate(model, parts$test)$auroc)
    }
    trained <- judge(fit(30, 0.005))
    untrained <- judge(fit(1, 0))
    # evenly spread attention has 0.21 of it in these bins and 0.2 on the mark
    expect_gt(trained[["share"]], 0.3)
    expect_true(trained[["peak"]] %in% causal)
    expect_gt(trained[["beta"]], 1.5 * trained[["others"]])
    expect_gt(trained[["auroc"]], 0.8)
    expect_lt(untrained[["share"]], 0.25)
    expect_lt(untrained[["beta"]], 1.5 * untrained[["others"]])
})
