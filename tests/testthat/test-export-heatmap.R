skip_if_not_installed("ComplexHeatmap")

rowsOf <- function(maps) ComplexHeatmap::row_order(maps)
drawn <- function(...) {
    withr::local_pdf(NULL)
    ComplexHeatmap::draw(markHeatmaps(...))
}
names1 <- function(maps) vapply(maps@ht_list, function(m) m@name, "")

test_that("heat maps have the order of predictions, expression or numbers", {
    x <- quickAttention()
    p <- assay(x, "probability")[, 1]
    maps <- drawn(x)
    expect_equal(unname(rowsOf(maps)), order(-p), ignore_attr = TRUE)
    expect_identical(unname(names1(maps)), c(marks(x), "prediction"))
    expect_equal(rowsOf(drawn(x, order = seq_len(40))), 40:1,
                 ignore_attr = TRUE)
    genes <- roadmapGenes[1:30, "E003"]
    maps <- drawn(genes, marks = "H3K4me3")
    expect_equal(rowsOf(maps), order(-assay(genes, "expression")[, 1]),
                 ignore_attr = TRUE)
    expect_error(markHeatmaps(genes, order = "prediction"), "probability")
    expect_error(markHeatmaps(genes, order = 1:3), "for each of the 30")
})

test_that("clustering brings like genes together", {
    x <- roadmapGenes[c(1:10, 1:10), "E003"]
    rownames(x) <- paste0("g", 1:20)
    rows <- rowsOf(drawn(x, order = "cluster"))
    place <- match(1:20, rows)
    expect_true(all(abs(place[1:10] - place[11:20]) <= 2))
})
