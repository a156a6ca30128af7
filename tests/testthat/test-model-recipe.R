parts <- smallParts()

test_that("AdamW, schedule and clipping are PyTorch's", {
    golden <- readRDS(test_path("golden-recipe.rds"))
    stages <- goldenStages(golden)
    genes <- list(x = golden$x, y = golden$y)
    start <- golden$parameters
    decay <- .weightDecay(stages, golden$settings$weightDecay)
    for (precision in c("double", "single")) {
        network <- .network(stages, 1L, precision)
        state <- list(parameters = start, first = 0 * start,
                      second = 0 * start, steps = 0)
        rates <- losses <- numeric()
        for (epoch in seq_len(golden$settings$epochs)) {
            core <- golden$settings[c("batchSize", "clip")]
            core$weightDecay <- decay
            core$learningRate <- .learningRates(golden$settings, epoch, 19)
            state <- .trainEpoch(network, state, genes, 0:18, core)
            rates <- c(rates, core$learningRate)
            losses <- c(losses, state$loss)
        }
        limit <- c(double = 1e-9, single = 1e-4)[[precision]]
        expect_lt(max(abs(rates - golden$rates)), 1e-15)
        expect_lt(max(abs(losses - golden$losses)), limit)
        expect_lt(max(abs(state$parameters - golden$after)), limit)
    }
})

test_that("the one-cycle schedule is PyTorch's for any number of steps", {
    golden <- readRDS(test_path("golden-recipe.rds"))
    own <- lapply(golden$steps, function(n) {
        .schedules$oneCycle(seq_len(n) - 1, n)
    })
    expect_equal(unlist(own), golden$cycles, tolerance = 1e-14)
    expect_identical(.schedules$oneCycle(0, 1), 1) # not a rate of 0
})

test_that("the cosine schedule warms up and falls to 0", {
    rates <- .schedules$cosine(0:99, 100)
    expect_equal(rates[1:10], (1:10) / 10)
    expect_true(all(diff(rates[10:100]) <= 0))
    expect_equal(rates[56], 0.5) # half of the 90 steps after the warm-up
    expect_lt(rates[100], 1e-3)
    expect_gt(rates[100], 0)
    expect_identical(.schedules$cosine(0, 1), 1)
})

test_that("an epoch has the rates of its part of the schedule", {
    settings <- list(learningRate = 0.5, schedule = "cosine", epochs = 3,
                     batchSize = 4)
    rates <- lapply(1:3, .learningRates, settings = settings, genes = 9)
    expect_identical(lengths(rates), c(3L, 3L, 3L))
    expect_equal(unlist(rates), 0.5 * .schedules$cosine(0:8, 9))
    settings$schedule <- "constant"
    expect_identical(.learningRates(settings, 2, 9), rep(0.5, 3))
})

test_that("weight matrices decay, and nothing else", {
    factors <- function(...) {
        stages <- .stagesOf(..., list(hidden = 2L, markHidden = 3L))
        shapes <- .parameterShapes(stages, c("a", "b"))
        each <- .listParameters(.weightDecay(stages, 0.5), shapes)
        vapply(each, function(own) {
            stopifnot(length(unique(as.vector(own))) == 1L)
            2 * own[1L]
        }, 0)
    }
    decays <- factors("lstm-alpha-beta", c("a", "b"), 4L)
    expect_setequal(unique(decays), 0:1)
    expect_setequal(names(decays)[decays == 1], c(
        "binLstm.a.forward.weight_hh", "binLstm.a.reverse.weight_hh",
        "binLstm.b.forward.weight_hh", "binLstm.b.reverse.weight_hh",
        "markLstm.forward.weight_ih", "markLstm.forward.weight_hh",
        "markLstm.reverse.weight_ih", "markLstm.reverse.weight_hh"))
    expect_identical(.weightDecay(list(), 0), numeric())
    additive <- factors("additive", c("a", "b"), 40L)
    expect_identical(unname(additive[c("binValue.a.detector",
                                       "binValue.b.profile", "gate.position",
                                       "gate.query", "gate.bias")]),
                     c(30, 30, 0, 1, 0))
    # Without a gradient, only decay changes the parameters.
    model <- quickLstm(parts, epochs = 1, clip = 1e-12, weightDecay = 0.5,
                       schedule = "constant", batchSize = 1000)
    start <- quickLstm(parts, epochs = 1, learningRate = 0)
    ratio <- Map(`/`, coef(model), coef(start))
    expect_equal(range(ratio$binLstm.H3K4me3.forward.weight_hh),
                 rep(1 - 0.01 * 0.5, 2), tolerance = 1e-3)
})

test_that("a recipe decides what is not given", {
    settings <- .recipeSettings("default", list(), "deepchrome")
    expect_identical(settings, .recipes$default)
    settings <- .recipeSettings("default", list(), "additive")
    expect_identical(settings$learningRate, 3e-3)
    settings <- .recipeSettings("published", list(epochs = 2, keep = NULL),
                                "additive")
    expect_identical(settings$epochs, 2)
    expect_identical(settings[-1], .recipes$published[-1])
    given <- c("epochs", "batchSize", "learningRate", "weightDecay",
               "schedule", "clip", "transform", "keep", "patience")
    for (recipe in .recipes) expect_named(recipe, given)
    expect_true(all(given %in% names(formals(attentiveChrome))))
    expect_error(quickModel(parts, recipe = "publishd"), "`recipe`")
    expect_error(quickModel(parts, schedule = "linear"), "`schedule`")
    expect_error(quickModel(parts, keep = "first"), "`keep`")
    expect_error(quickModel(parts, weightDecay = -1), "`weightDecay`")
})

test_that("keep = \"last\" keeps the last epoch, and patience follows keep", {
    last <- quickModel(parts, epochs = 20, keep = "last")
    expect_identical(glance(last)$bestEpoch, 20L)
    loss <- quickModel(parts, epochs = 60, keep = "loss", patience = 2,
                       schedule = "constant")
    history <- trainingHistory(loss)
    expect_identical(glance(loss)$bestEpoch, which.min(history$validationLoss))
    expect_identical(nrow(history), glance(loss)$bestEpoch + 2L)
})

# ---- the scale of the transform ---------------------------------------------

scaled <- function(signal, by) {
    for (mark in marks(signal)) {
        assay(signal, mark) <- assay(signal, mark) * by
    }
    signal
}

test_that("log1p reads the signal in units of its own mean", {
    model <- quickModel(parts)
    values <- vapply(marks(parts$train), function(mark) {
        mean(assay(parts$train, mark))
    }, 0)
    expect_equal(model@scale, 0.6 / mean(values), tolerance = 1e-3)
    input <- .modelInput(parts$train, model@marks, "cellType1", "log1p",
                         model@scale)$x
    expect_equal(mean(expm1(.inputNumbers(input))), 0.6, tolerance = 1e-3)
    # Other units, as those of a pileup, give the same model.
    hundredths <- lapply(parts[c("train", "validation", "test")], scaled,
                         by = 0.01)
    other <- quickModel(hundredths)
    expect_equal(other@scale, 100 * model@scale)
    expect_equal(coef(other), coef(model), tolerance = 1e-4)
    # New signal is read with the model's scale, not with its own.
    expect_false(isTRUE(all.equal(predict(model, parts$test),
                                  predict(model, hundredths$test))))
    expect_output(show(model), sprintf("log1p(%s x)", model@scale),
                  fixed = TRUE)
    expect_identical(quickModel(parts, transform = "none")@scale, 1)
})

test_that("the scale is that of the genes with a label, and of the model", {
    some <- parts$train
    assay(some, "label")[1:5, ] <- NA_integer_
    model <- quickModel(list(train = some, validation = parts$validation))
    fewer <- quickModel(list(train = parts$train[-(1:5), ],
                             validation = parts$validation))
    expect_identical(model@scale, fewer@scale)
    more <- suppressMessages(update(model, scaled(parts$train, 10), epochs = 1,
                                    seed = 1))
    expect_identical(more@scale, model@scale)
    zero <- quickModel(list(train = scaled(parts$train, 0)))
    expect_identical(zero@scale, 1)
})

test_that("a model of a version without a scale predicts as it did", {
    model <- quickModel(parts)
    model@scale <- 1
    old <- model
    attr(old, "scale") <- NULL
    expect_identical(predict(old, parts$test), predict(model, parts$test))
    expect_identical(updateObject(old), model)
    expect_null(attr(updateObject(trainBaseline(parts$train)), "scale"))
})

test_that("gradients and optima are in the units of the signal", {
    model <- quickModel(parts, epochs = 10, precision = "double")
    signal <- parts$test[1, ]
    slope <- assay(attribution(model, signal), "H3K4me3")[1, 1, 10]
    moved <- signal
    step <- 1e-5
    assay(moved, "H3K4me3")[1, 1, 10] <- assay(signal, "H3K4me3")[1, 1, 10] +
        step
    rise <- predict(model, moved, type = "link") -
        predict(model, signal, type = "link")
    expect_equal(slope, abs(rise[1, 1]) / step, tolerance = 1e-4)
    optimum <- classOptimum(model, "high", steps = 20)
    expect_equal(predict(model, optimum, type = "link")[1, 1],
                 metadata(optimum)$score[20])
})

# ---- notes ------------------------------------------------------------------

notesOf <- function(...) {
    said <- character()
    withCallingHandlers(attentiveChrome(..., filters = 4, context = 4,
                                        seed = 1),
                        AttentiveChrome_note = function(m) {
        said <<- c(said, conditionMessage(m))
        invokeRestart("muffleMessage")
    })
    said
}

test_that("one message says what is odd about a model", {
    said <- notesOf(parts, epochs = 3, learningRate = 0, schedule = "constant")
    expect_length(said, 1L)
    expect_match(said, "lie (above|below) 0.5")
    expect_match(said, paste("The baseline [A-Za-z]+ is better .* AUROC",
                             "0.[0-9]+, the model 0"))
    expect_no_match(said, "last one")
    good <- smallParts(300, effect = 3)
    expect_length(notesOf(good, epochs = 40, learningRate = 0.02), 0L)
})

test_that("more epochs are proposed only where the schedule lets them help", {
    model <- quickModel(parts, schedule = "constant", keep = "loss")
    model@bestEpoch <- 3L
    expect_match(.noteLastEpoch(model), "more epochs")
    for (change in list(list(schedule = "oneCycle"), list(keep = "last"),
                        list(validationGenes = 0L), list(epochs = 4))) {
        other <- model
        other@training <- utils::modifyList(model@training, change)
        expect_null(.noteLastEpoch(other))
    }
})

test_that("bins along the genome are noted", {
    signal <- parts$train
    signal@bins$orient <- "genome"
    said <- notesOf(signal, epochs = 1)
    expect_match(said, "minus strand run from 3' to 5'")
    model <- suppressMessages(attentiveChrome(signal, epochs = 1, filters = 4,
                                              context = 4, seed = 1))
    expect_output(show(model), "minus-strand genes run from 3' to 5'")
})
