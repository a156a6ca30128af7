signal <- simulateChromatin(60, cellTypes = 2, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12))
parts <- suppressMessages(splitGenes(signal))
one <- lapply(parts, function(part) part[, "cellType1"])
model <- quickModel(one)
seen <- function(...) attr(evaluate(...), "seen")
warned <- function(expr) {
    testthat::expect_warning(expr, class = "AttentiveChrome_seen")
}

test_that("new genes are not told of", {
    expect_silent(table <- evaluate(model, one$test))
    expect_identical(attr(table, "seen"), data.frame(
        cellType = "cellType1", genes = 20L, training = 0L, validation = 0L,
        otherCellType = 0L))
    expect_false(any(grepl("SEEN", utils::capture.output(table))))
})

test_that("training and validation genes are told of, and printed", {
    expect_snapshot(table <- evaluate(model, one$train))
    expect_identical(attr(table, "seen")$training, 20L)
    expect_output(print(table), "SEEN.*20 of 20 genes are training genes")
    warned(chosen <- evaluate(model, one$validation[1:5, ]))
    expect_identical(attr(chosen, "seen")$validation, 5L)
    expect_snapshot(table <- evaluate(model, signal))
    expect_identical(attr(table, "seen")$training, c(20L, 0L))
    expect_identical(attr(table, "seen")$otherCellType, c(0L, 20L))
    some <- one$train
    assay(some, "label")[1:12, ] <- NA
    warned(few <- evaluate(model, some))
    expect_identical(attr(few, "seen")$training, 8L)
})

test_that("the same genes in another cell type are a message", {
    expect_snapshot(table <- evaluate(model, parts$train[, "cellType2"]))
    expect_identical(attr(table, "seen")$otherCellType, 20L)
})

test_that("a gene without a label in a cell type did not train it", {
    pooled <- parts$train
    assay(pooled, "label")[1:5, "cellType2"] <- NA
    model <- attentiveChrome(pooled, epochs = 1, filters = 2, context = 2,
                             progress = FALSE)
    own <- suppressWarnings(seen(model, parts$train))
    expect_identical(own$training, c(20L, 15L))
    expect_identical(own$otherCellType, c(0L, 5L))
})

test_that("a gene is known by its id and chromosome", {
    moved <- one$train
    GenomeInfoDb::seqlevels(rowRanges(moved)) <-
        sub("chr", "scaffold", GenomeInfoDb::seqlevels(moved))
    expect_identical(seen(model, moved)$training, 0L)
    rowRanges(moved)$tss <- rowRanges(moved)$tss + 100L
    renamed <- one$train
    rownames(renamed) <- paste0("x", rownames(renamed))
    warned(own <- evaluate(model, renamed))
    expect_identical(attr(own, "seen")$training, 20L)
    few <- rbind(renamed[1:3, ], one$test)
    expect_identical(seen(model, few)$training, 0L)
    another <- simulateChromatin(60, bins = 20, seed = 2, causal = list())
    expect_identical(seen(model, another)$training, 0L)
})

test_that("genes without places are known by their ids", {
    bare <- function(part) {
        chromatinSignal(lapply(stats::setNames(nm = marks(part)), binMatrix,
                               x = part), labels = expressionLabel(part),
                        cellTypes = colnames(part), binWidth = 100)
    }
    bare <- lapply(one, bare)
    model <- quickModel(bare)
    expect_identical(seen(model, bare$test)$training, 0L)
    warned(evaluate(model, bare$train))
    rownames(bare$train) <- paste0("x", rownames(bare$train))
    expect_identical(seen(model, bare$train)$training, 0L)
})

test_that("baselines and models trained further know their genes, too", {
    baseline <- trainBaseline(one$train)
    expect_silent(evaluate(baseline, one$test))
    warned(evaluate(baseline, one$train))
    further <- update(model, one$test[1:15, ], epochs = 1, seed = 1,
                      progress = FALSE)
    warned(own <- evaluate(further, signal[, 1L]))
    expect_identical(attr(own, "seen")$training, 35L)
})

test_that("models that do not know their genes are silent", {
    old <- model
    old@training$usedGenes <- NULL
    expect_silent(table <- evaluate(old, one$train))
    expect_null(attr(table, "seen"))
    expect_identical(updateObject(old), old)
    expect_false(any(grepl("SEEN", utils::capture.output(table))))
    further <- update(old, one$test, epochs = 1, seed = 1, progress = FALSE)
    warned(evaluate(further, one$test))
    skipWithout("filelock")
    file <- withr::local_tempfile(fileext = ".pt")
    writeTorchWeights(model, file)
    read <- readTorchWeights(file, marks(model), bins = 20,
                             architecture = "additive", filters = 4,
                             context = 4)
    expect_silent(evaluate(read, one$train))
})

test_that("a panel and its table across cell types warn once", {
    panel <- trainCellTypes(parts, epochs = 1, filters = 2, context = 2,
                            progress = FALSE, seed = 1)
    expect_silent(evaluate(panel))
    expect_silent(table <- evaluate(panel, parts$test))
    expect_identical(attr(table, "seen"), attr(evaluate(panel), "seen"))
    expect_silent(crossCellTypes(panel, parts$test))
    count <- function(expr) {
        n <- 0L
        withCallingHandlers(expr, AttentiveChrome_seen = function(w) {
            n <<- n + 1L
            invokeRestart("muffleWarning")
        })
        n
    }
    expect_identical(count(evaluate(panel, parts$train)), 1L)
    expect_identical(count(crossCellTypes(panel, parts$train)), 1L)
})

test_that("validation genes among the test genes are told of", {
    same <- parts
    same$validation <- same$test
    warned(compareModels(same, NULL, "bestBin", progress = FALSE))
    expect_silent(compareModels(parts, NULL, "bestBin", progress = FALSE))
})

test_that("a model keeps its genes in little space", {
    used <- model@training$usedGenes
    expect_identical(as.character(used$role),
                     rep(c("training", "validation"), each = 20L))
    expect_identical(used$gene,
                     c(rownames(one$train), rownames(one$validation)))
    many <- suppressWarnings(.usedGenes(
        signal[rep(seq_len(60), 100), ], colnames(signal), rep(TRUE, 12000)))
    many$gene <- sprintf("ENSG%011d", sample(1e5, 6000))
    file <- withr::local_tempfile()
    saveRDS(many, file)
    expect_lt(file.size(file), 60000)
})
