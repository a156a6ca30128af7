parts <- smallParts()

# Small enough for training in no time.
small <- list(hidden = 4, markHidden = 3, perceptron = 4, filters = 4,
              kernel = 4, pool = 3, dense1 = 6, dense2 = 5, markFilters = 3,
              markKernel = 2, context = 5, contextKernel = 4, placeKernel = 2,
              detectors = 2, places = 5)
fit <- function(name, ..., epochs = 2, seed = 1) {
    size <- small[intersect(names(small), names(.architectures[[name]]$size))]
    do.call(attentiveChrome, c(
        list(parts$train, parts$validation, name, epochs = epochs,
             learningRate = 0.01, seed = seed, ...), size))
}

test_that("listArchitectures() describes them all", {
    table <- listArchitectures()
    expect_identical(table$architecture, names(Filter(
        function(a) is.null(a$channels), .architectures)))
    expect_identical(nrow(table), 8L)
    expect_match(table$sizes[2L], "hidden = 32, markHidden = 16, dropout = 0",
                 fixed = TRUE)
    expect_identical(table$attention[table$architecture == "deepchrome"],
                     "none")
    expect_identical(table$architecture[is.na(table$paperAuroc)], "additive")
    expect_false(anyNA(table[names(table) != "paperAuroc"]))
})

test_that("the numbers of parameters match the papers", {
    count <- function(name) {
        marks <- paste0("m", 1:5)
        size <- .architectures[[name]]$size
        sum(vapply(.parameterShapes(.stagesOf(name, marks, 100L, size), marks),
                   prod, 0))
    }
    expect_identical(count("lstm-alpha-beta"), 55681)
    # context, features, values and gate
    expect_identical(count("additive"), 64 * 51 + 64 * 321 + 5 * (16 * 11) +
                     5 * (3 * 16 + 20 * 3 + 20) + 5 * (64 + 100 + 33) +
                     32 * 65 + 1)
    # 50 filters of 10 x 5, 18 positions left of 91, 625, 125, 1
    expect_identical(count("deepchrome"), 50 * 51 + 625 * 901 + 125 * 626 + 126)
})

test_that("each architecture trains, predicts and gives the same bits with any
          number of threads", {
    for (name in listArchitectures()$architecture) {
        model <- fit(name, dropout = 0.3)
        expect_s4_class(model, "AttentiveChromeModel")
        expect_true(all(is.finite(predict(model, parts$test))))
        for (threads in c(2, 3)) {
            many <- fit(name, dropout = 0.3, threads = threads)
            expect_identical(coef(many), coef(model), label = name)
        }
        shapes <- .parameterShapes(.modelStages(model), marks(model))
        expect_identical(.listParameters(.blockOf(coef(model)), shapes),
                         coef(model))
        expect_identical(sum(tidy(model)$rows * tidy(model)$columns),
                         sum(lengths(coef(model))))
    }
})

test_that("each architecture learns", {
    signal <- simulateChromatin(300, bins = 20, effect = 3, seed = 2,
                                causal = list(H3K4me1 = 8:13))
    data <- suppressMessages(splitGenes(signal))
    for (name in listArchitectures()$architecture) {
        model <- quietModel(data$train, data$validation, name,
                            recipe = "published", epochs = 40,
                            learningRate = 0.005, transform = "log1p",
                            seed = 1)
        expect_gt(evaluate(model, data$test)$auroc, 0.75, label = name)
    }
})

test_that("a model of one mark works", {
    one <- lapply(parts, function(p) {
        assays(p) <- assays(p)[c("H3K4me3", "label")]
        p
    })
    for (name in setdiff(listArchitectures()$architecture, "cnn-alpha-beta")) {
        model <- attentiveChrome(one$train, architecture = name, epochs = 1)
        expect_true(all(is.finite(predict(model, one$test))))
    }
    expect_error(
        attentiveChrome(one$train, architecture = "cnn-alpha-beta"),
        "`markKernel` must not be longer than the 1 marks.*markKernel = 1")
})

# ---- dropout ----------------------------------------------------------------

test_that("dropout is reproducible and acts only in training", {
    model <- fit("lstm", dropout = 0.5)
    expect_identical(coef(fit("lstm", dropout = 0.5)), coef(model))
    expect_false(identical(coef(fit("lstm", dropout = 0)), coef(model)))
    expect_identical(predict(model, parts$test), predict(model, parts$test))
    without <- model
    without@size$dropout <- 0
    expect_identical(predict(without, parts$test), predict(model, parts$test))
})

test_that("each epoch, mini-batch, gene and layer drops different units", {
    # The derivatives by the weights of the head are what was not dropped.
    kept <- function(seed, genes, rate = 0.5) {
        stages <- list(.stage("dropout", "d", 1L, 1L, 50L, rate = rate),
                       .stage("dense", "head", 1L, 1L, 50L, 1L))
        out <- .lossGradient(.network(stages, 1L, "double", seed), numeric(51),
                             list(x = rep(1, 50 * genes), y = numeric(genes)))
        out$gradient[1:50] * 2
    }
    one <- kept(1L, 1L)
    expect_setequal(round(one, 6), c(0, 2))
    expect_false(identical(kept(2L, 1L), one))
    # a gene's place decides, not what came before it
    expect_setequal(round(2 * kept(1L, 2L) - one, 6), c(0, 2))
    factor <- kept(1L, 2000L, 0.2)
    expect_lt(abs(mean(factor) - 1), 4 * sqrt(0.25 / 2000 / 50))
    expect_equal(stats::var(factor) * 2000, 0.25, tolerance = 0.5)
})

test_that("two epochs drop different units", {
    # One mini-batch an epoch and no learning: only dropout tells them apart.
    loss <- function(dropout) {
        model <- attentiveChrome(parts$train, architecture = "lstm-attn",
                                 hidden = 4, dropout = dropout, epochs = 3,
                                 seed = 1, learningRate = 0, batchSize = 30)
        trainingHistory(model)$loss
    }
    expect_lt(diff(range(loss(0))), 1e-6)
    expect_true(all(abs(diff(loss(0.5))) > 1e-5))
})

# ---- attention --------------------------------------------------------------

test_that("one attention for all marks comes as one assay", {
    for (name in c("lstm-attn", "cnn-attn")) {
        model <- fit(name)
        looked <- attention(model, parts$test)
        expect_identical(marks(looked), "allMarks")
        alpha <- binMatrix(looked, "allMarks")
        expect_identical(dim(alpha), c(30L, 20L))
        expect_equal(unname(rowSums(alpha)), rep(1, 30), tolerance = 1e-6)
        expect_false("beta" %in% assayNames(looked))
        expect_s3_class(plotAttention(looked), "ggplot")
        expect_error(plotMarkAttention(looked), "no attention over the marks")
        tracks <- plotGene(parts$test, looked, rownames(looked)[1L])$data
        expect_identical(levels(tracks$panel),
                         c(paste(marks(parts$test), "signal"),
                           "allMarks alpha"))
        own <- tracks$value[tracks$panel == "allMarks alpha"]
        expect_equal(own, unname(alpha[1L, ]))
    }
    expect_error(chromatinSignal(list(allMarks = matrix(1, 2, 3))),
                 "reserved names")
})

test_that("attention of each mark is there, with and without beta", {
    looked <- attention(fit("cnn-alpha-beta"), parts$test)
    expect_identical(marks(looked), marks(parts$test))
    expect_equal(unname(rowSums(assay(looked, "beta")[, 1L, ])), rep(1, 30),
                 tolerance = 1e-6)
    looked <- attention(fit("lstm-alpha"), parts$test)
    expect_equal(unname(rowSums(binMatrix(looked, "H3K4me1"))), rep(1, 30),
                 tolerance = 1e-6)
    expect_false("beta" %in% assayNames(looked))
})

test_that("a convolution's attention is to the bin where it looks", {
    # A filter that only looks at its centre, and attention to what it finds.
    model <- fit("cnn-attn", epochs = 1, transform = "none")
    model@parameters$conv.weight[] <- 0
    model@parameters$conv.weight[, , 2L] <- 1 # of 4, with 1 before and 2 after
    model@parameters$conv.bias[] <- 0
    model@parameters$attention.context[] <- 1
    looked <- attention(model, parts$test)
    total <- Reduce(`+`, lapply(marks(parts$test), binMatrix, x = parts$test))
    expect_identical(max.col(binMatrix(looked, "allMarks"), "first"),
                     max.col(total, "first"))
})

test_that("asking for attention of a model that has none is an error", {
    for (name in c("lstm", "deepchrome")) {
        expect_error(attention(fit(name, epochs = 1), parts$test),
                     paste0("`model` has no attention.*\"", name,
                            "\".*attribution"))
    }
})

# ---- mistakes ---------------------------------------------------------------

test_that("an unknown architecture is told the nearest", {
    fit <- function(name) attentiveChrome(parts$train, architecture = name)
    expect_error(fit("DeepCrome"), "Did you mean \"deepchrome\"")
    expect_error(fit("lstm_alpha"), "Did you mean \"lstm-alpha\"")
    expect_error(fit("LSTM-Attn"), "Did you mean \"lstm-attn\"")
    expect_error(fit(1), "`architecture` must be one of")
    expect_error(fit(c("lstm", "cnn")), "`architecture` must be one of")
})

test_that("sizes are checked by name", {
    fit <- function(...) attentiveChrome(parts$train, ...)
    expect_error(fit(architecture = "deepchrome", hidden = 8),
                 "\"deepchrome\" has no size `hidden`.*sizes are.*`filters`")
    expect_error(fit(epoch = 3), "no size `epoch`.*Did you mean `epochs`")
    expect_error(fit(architecture = "lstm-alpha-beta", markhidden = 3),
                 "Did you mean `markHidden`")
    expect_error(fit(NULL, "lstm", NULL, "class", 32), "must have unique names")
    expect_error(fit(hidden = 4, hidden = 5), "must have unique names")
    expect_error(fit(hidden = NULL), "`hidden` must be one whole number")
    expect_error(fit(dropout = 1), "`dropout` must be one number from 0 to")
    expect_error(fit(architecture = "deepchrome", dense1 = 0),
                 "`dense1` must be one whole number")
})

test_that("kernels wider than their input are refused", {
    fit <- function(...) attentiveChrome(parts$train, ...)
    for (name in c("deepchrome", "cnn-attn", "cnn-alpha-beta")) {
        expect_error(fit(architecture = name, kernel = 21),
                     "`kernel` must not be longer than the 20 bins")
    }
    expect_error(fit(architecture = "deepchrome", pool = 12),
                 "`pool` must not be wider than the 11 positions.*20 bins")
    expect_error(fit(architecture = "cnn-alpha-beta", markKernel = 6),
                 "`markKernel` must not be longer than the 5 marks")
})
