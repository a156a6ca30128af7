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
