test_that("the variants have the published numbers of parameters", {
    expected <- c(raw_d = 55681, raw_c = 100801, raw = 145921, aux = 113475,
                  raw_aux = 257283, aux_siamese = 68355,
                  raw_aux_siamese = 212163)
    counts <- vapply(names(expected), function(name) {
        channels <- length(.architectures[[name]]$channels)
        marks <- paste0("mark", seq_len(5 * channels))
        stages <- .stagesOf(name, marks, 100L, list())
        shapes <- .parameterShapes(stages, marks)
        expect_false(anyDuplicated(names(shapes)) > 0)
        sum(vapply(shapes, prod, 0))
    }, 0)
    expect_identical(counts, expected)
})

test_that("all variants train, predict and attend", {
    parts <- suppressMessages(splitGenes(simulateChromatin(
        60, cellTypes = 2, bins = 8, binWidth = 1250, seed = 1,
        marks = c("H3K4me3", "H3K27me3"))))
    for (name in names(Filter(function(a) !is.null(a$channels),
                              .architectures))) {
        train <- function(threads) {
            quietModel(parts, architecture = name, target = "difference",
                       hidden = 3, markHidden = 2, epochs = 2, seed = 1,
                       recipe = "deepdiff", threads = threads)
        }
        model <- train(1)
        expect_identical(coef(train(2)), coef(model))
        expect_true(all(is.finite(predict(model, parts$test))))
        beta <- assay(attention(model, parts$test), "beta")
        expect_equal(dim(beta)[3L], length(marks(model)))
        sums <- if (startsWith(name, "aux")) 2 else 1
        expect_equal(as.vector(apply(beta, 1, sum)),
                     rep(sums, nrow(parts$test)), tolerance = 1e-5)
    }
    aux <- assay(attention(model, parts$test), "betaAux")
    expect_identical(dimnames(aux)[[3L]], c("H3K4me3.A1", "H3K27me3.A1",
                                            "H3K4me3.B1", "H3K27me3.B1"))
    expect_equal(as.vector(apply(aux, 1, sum)), rep(2, nrow(parts$test)),
                 tolerance = 1e-5)
})

test_that("the auxiliary targets and losses are those of DeepDiff", {
    parts <- suppressMessages(splitGenes(simulateChromatin(
        90, cellTypes = 2, bins = 8, binWidth = 1250, seed = 1,
        marks = c("H3K4me3", "H3K27me3"))))
    model <- quietModel(parts, architecture = "raw_aux_siamese", hidden = 3,
                        target = "difference", epochs = 1, markHidden = 2,
                        seed = 1, precision = "double")
    y <- log2(assay(parts$train, "expression") + 1)
    target <- model@target
    expect_equal(target$auxiliary$centre, unname(colMeans(y)))
    expect_equal(target$auxiliary$spread, unname(apply(y, 2, sd)))
    network <- .modelNetwork(model)
    scale <- c(1, (target$auxiliary$spread / target$spread)^2,
               4 / target$spread^2)
    expect_equal(network$outputs$weight, scale)
    pair <- .readBy(model, parts$train)
    input <- .labelledInput(pair, marks(model), colnames(pair),
                            model@transform, model@scale, "signal", target)
    change <- y[, 2] - y[, 1]
    expect_equal(input$auxiliary[, 3], unname(as.numeric(abs(change) >= 2)))
    expect_equal(input$auxiliary[, 1],
                 unname((y[, 1] - mean(y[, 1])) / sd(y[, 1])))
})

test_that("DeepDiff's networks are for differences", {
    signal <- simulateChromatin(genes = 30, cellTypes = 2, seed = 1)
    expect_error(attentiveChrome(signal, architecture = "raw_d"),
                 "difference of two cell types")
    expect_error(attentiveChrome(signal, recipe = "deepdiff", epochs = 1),
                 "difference of two cell types")
})

test_that("DeepDiff's files are read", {
    folder <- sharedFile("data", "roadmap-600", "E003.train.raw.csv.gz")
    folder <- dirname(folder)
    order <- c("H3K4me1", "H3K4me3", "H3K9me3", "H3K27me3", "H3K36me3")
    files <- c(E123 = "E123", E003 = "E003")
    signal <- readChromeTable(vapply(files, function(id) {
        file.path(folder, paste0(id, ".train.raw.csv.gz"))
    }, ""), marks = order)
    expression <- vapply(files, function(id) {
        table <- utils::read.csv(file.path(folder, paste0(id, ".expr.csv.gz")),
                                 header = FALSE)
        stats::setNames(table[[2L]], table[[1L]])
    }, numeric(19795))
    signal <- suppressMessages(addExpression(signal, expression))
    pair <- pairCellTypes(signal, c("E123", "E003"))
    expect_identical(dim(pair), c(200L, 1L))
    expect_length(binOffsets(pair), 200L)
    expect_equal(unname(binMatrix(signal, "H3K4me3", "E003")[1, 1:3]),
                 c(0, 1, 0))
    id <- rownames(pair)[1L]
    expect_equal(assay(pair, "change")[1],
                 log2((expression[id, 2] + 1) / (expression[id, 1] + 1)))
})

test_that("weights of a difference go to PyTorch's files and back", {
    parts <- suppressMessages(splitGenes(simulateChromatin(
        60, cellTypes = 2, bins = 8, binWidth = 1250, seed = 1,
        marks = c("H3K4me3", "H3K27me3"))))
    model <- quietModel(parts, architecture = "aux_siamese", epochs = 1,
                        target = "difference", recipe = "deepdiff",
                        hidden = 3, markHidden = 2, seed = 1)
    file <- withr::local_tempfile(fileext = ".pt")
    writeTorchWeights(model, file)
    again <- readTorchWeights(
        file, marks(model), bins = 8, binWidth = 1250,
        architecture = "aux_siamese", hidden = 3, markHidden = 2,
        target = "difference", centre = model@target$centre,
        spread = model@target$spread)
    expect_equal(as.vector(predict(again, parts$test)),
                 as.vector(predict(model, parts$test)), tolerance = 1e-6)
})
