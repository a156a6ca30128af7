parts <- smallParts(150)
model <- quickModel(parts)

test_that("a card has all headings in order and the measures of evaluate()", {
    card <- modelCard(model, parts, notes = list("Intended use" = "A test."))
    at <- match(paste("##", .cardHeadings), card)
    expect_false(anyNA(at))
    expect_false(is.unsorted(at))
    expect_true("A test." %in% card)
    expect_true("* **Seen in training**: none of these genes" %in% card)
    groups <- as.data.frame(card)
    own <- as.data.frame(evaluate(model, parts))
    row <- groups[groups$factor == "cell type", ]
    expect_equal(row[names(own)], own, ignore_attr = "row.names")
    expect_true(any(grepl(.withInterval(own$auroc, own$aurocLower,
                                        own$aurocUpper), card, fixed = TRUE)))
})

test_that("a card survives saving, and its digest tells the data apart", {
    file <- withr::local_tempfile()
    saveRDS(model, file)
    expect_identical(modelCard(readRDS(file)), modelCard(model))
    digest <- function(model) {
        grep("**Digest**", modelCard(model), fixed = TRUE, value = TRUE)
    }
    expect_identical(digest(quickModel(parts, seed = 2)), digest(model))
    parts$train <- parts$train[-1L, ]
    expect_false(identical(digest(quickModel(parts)), digest(model)))
})

test_that("notes must be named by headings", {
    expect_error(modelCard(model, notes = list(Purpose = "x")), "headings")
})

test_that("citations are replaced by names, and all have references", {
    expect_identical(.withCitations("a [@singh2017] b"),
                     "a (Singh et al. 2017) b")
    expect_false(any(grepl("[@", modelCard(model, parts), fixed = TRUE)))
    expect_length(.referenceLines(names(.references())),
                  length(.references()))
})

test_that("every architecture has a source, which the card names", {
    for (name in names(.architectures)) {
        expect_length(.architectureSource(name), 1L)
    }
    card <- modelCard(model)
    expect_match(card, "the package's own architecture", all = FALSE)
    expect_match(modelCard(quickLstm(parts)), "Method\\*\\*: AttentiveChrome",
                 all = FALSE)
})

test_that("chromosomes that are left out are named, with the reason", {
    found <- .evaluateChromosomes(model, parts$test, fewest = 1L)
    counts <- table(.genePlaces(parts$test)$chromosome)
    fewest <- min(counts) + 1L
    small <- .evaluateChromosomes(model, parts$test, fewest = fewest)
    few <- names(counts)[counts < fewest]
    expect_setequal(setdiff(found$rows$chromosome, small$rows$chromosome), few)
    expect_match(small$omitted, paste(fewest, "are needed"), all = FALSE)
    # One whose genes have no labels cannot be evaluated.
    unlabelled <- parts$test
    on <- .genePlaces(unlabelled)$chromosome == names(counts)[1L]
    assay(unlabelled, "label")[on, ] <- NA
    found <- .evaluateChromosomes(model, unlabelled, fewest = 1L)
    expect_match(found$omitted, paste0(names(counts)[1L],
                                       " \\(.*no gene with a label"),
                 all = FALSE)
})

test_that("the card says which intervals there are", {
    evaluation <- evaluate(model, parts)
    expect_identical(is.na(evaluation$chromosomes),
                     !grepl("Obuchowski", .intervalsInWords(evaluation)))
    evaluation$chromosomes <- NA
    expect_match(.intervalsInWords(evaluation), "DeLong's of genes")
    evaluation$chromosomes <- 7L
    expect_no_match(.intervalsInWords(evaluation), "DeLong")
    expect_true(any(grepl("above a probability of 0.5",
                          modelCard(model, parts), fixed = TRUE)))
})

test_that("a card of numbers has the words and the units of numbers", {
    has <- function(card, ...) {
        for (text in c(...)) expect_match(card, text, fixed = TRUE, all = FALSE)
    }
    inRpkm <- parts
    for (name in names(inRpkm)) {
        assay(inRpkm[[name]], "RPKM") <- assay(parts[[name]], "expression")
    }
    numbers <- quickModel(inRpkm, target = modelTarget("expression", "RPKM"))
    card <- modelCard(numbers, inRpkm)
    has(card, "**Target**: log2(RPKM + 1) (squared error)",
        "**Calibration**: none, as the model predicts a number",
        " with a measured number in cellType1",
        "in Pearson's r, with 95% intervals",
        "**Primary use**: to predict the expression of genes")
    has(modelCard(numbers), "Validation Pearson")
    expect_no_match(card, "AUROC|DeLong|probability|a label|\\*\\*High")

    stages <- modelTarget("twoStage", threshold = stats::quantile(
        assay(parts$train, "expression"), 0.3))
    has(modelCard(quickModel(parts, target = stages)),
        "log2(expression + 1) (in two stages: cross-entropy of expression >")

    both <- smallParts(90, cellTypes = 2)
    change <- modelCard(quickModel(both, target = "difference"))
    has(change, "to predict the change of expression of genes",
        "**Target**: change of log2(expression + 1)")
})
