bare <- function(ids = c("A", "B", "C", "D"), cellTypes = "K") {
    values <- array(1, c(length(ids), length(cellTypes), 2),
                    list(ids, cellTypes, NULL))
    chromatinSignal(list(M = values))
}
label <- function(...) {
    unname(expressionLabel(quietly(addExpression(...)))) + 0
}

test_that("high is above the median of the whole table", {
    # Of the signal's genes alone the median would be 25.
    table <- c(A = 10, B = 20, C = 30, D = 40, E = 50, F = 60, G = 70)
    signal <- quietly(addExpression(bare(), table))
    expect_equal(unname(expressionLabel(signal)[, 1]), c(0, 0, 0, 0))
    expect_equal(colData(signal)$threshold, 40)
    expect_identical(label(bare(), table, "25%")[, 1], c(0, 0, 1, 1))
    expect_identical(label(bare(), table, 15)[, 1], c(0, 1, 1, 1))
    expect_equal(unname(assay(signal, "expression")[, 1]), c(10, 20, 30, 40))
})

test_that("real tables give the published labels", {
    signal <- readChromeTable(
        sharedFile("data", "roadmap-600", "E123", "classification",
                   "train.csv"), "E123", marks = .authorMarks)
    again <- quietly(addExpression(
        signal, sharedFile("data", "roadmap-600", "E123.expr.csv.gz")))
    expect_equal(expressionLabel(again) + 0, expressionLabel(signal) + 0)
})

test_that("tables come in many forms", {
    table <- c(A = 1, B = 2, C = 3, D = 4)
    expected <- label(bare(), table)
    matrix <- cbind(K = table, L = rev(table))
    frame <- data.frame(gene = names(table), description = "a gene",
                        K = table)
    expect_identical(label(bare(), matrix), expected)
    expect_identical(label(bare(cellTypes = c("L", "K")), matrix),
                     cbind(1 - expected, expected))
    expect_identical(label(bare(), frame), expected)
    expect_identical(label(bare(), DataFrame(frame)), expected)
    expect_identical(label(bare(), SummarizedExperiment(
        list(a = matrix * 0, b = matrix)), assay = "b"), expected)
    path <- textFile(c("gene,K", sprintf("%s,%d", names(table), table)),
                     ".csv", gz = TRUE)
    expect_identical(label(bare(), path), expected)
    bareTable <- textFile(sprintf("%s\t%d", names(table), table), ".tsv")
    expect_identical(label(bare(), bareTable), expected)
})

test_that("ids match with or without version, and symbols when asked", {
    table <- c(ENSG1.3 = 1, ENSG2 = 2, ENSG3.1 = 3, ENSG4.2 = 4)
    ids <- c("ENSG1", "ENSG2.5", "ENSG3.7", "ENSG4.2")
    expect_identical(label(bare(ids), table)[, 1], c(0, 0, 1, 1))
    signal <- bare()
    rowData(signal)$symbol <- c("w", "x", "y", "z")
    expect_identical(label(signal, c(z = 1, y = 2, x = 3, w = 4),
                           ids = "symbol")[, 1], c(1, 1, 0, 0))
})

test_that("unmatched and duplicated ids are reported and not used", {
    table <- c(A = 1, B = 2, B = 9, C = 3, C = 3)
    expect_message(expect_message(expect_message(
        signal <- addExpression(bare(), table),
        "2 genes are duplicated in the table"),
        "2 of 4 genes have no expression.*B, D"), "K: 0 high, 2 low")
    expect_equal(unname(expressionLabel(signal)[, 1]), c(0, NA, 0, NA))
})

test_that("tables without a clear meaning are reported", {
    words <- textFile(c("gene\tK", "A\t1", "B\tmany", "C\t3", "D\t4"), ".tsv")
    tell <- function(...) {
        error <- tryCatch(addExpression(bare(), ...), error = identity)
        text <- conditionMessage(error)
        for (path in c(words, getwd())) {
            text <- gsub(path, "<file>", text, fixed = TRUE)
        }
        cat(text, "\n\n")
    }
    expect_snapshot({
        tell(words)
        tell(1:4)
        tell("nowhere.tsv")
        tell(c(X = 1, Y = 2))
        tell(cbind(L = c(A = 1), M = 2))
        tell(c(A = 1, B = NA))
        tell(c(A = 1), threshold = "middle")
        tell(c(A = 1), threshold = c(1, 2))
        tell(c(A = 1), ids = "symbol")
        tell(c(A = 1), ids = "name")
    })
})
