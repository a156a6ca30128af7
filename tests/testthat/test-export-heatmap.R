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
    expect_identical(unname(names1(maps)), c(marks(x), "probability"))
    expect_equal(rowsOf(drawn(x, order = seq_len(40))), 40:1,
                 ignore_attr = TRUE)
    genes <- roadmapGenes[1:30, "E003"]
    maps <- drawn(genes, marks = "H3K4me3")
    expect_equal(rowsOf(maps), order(-assay(genes, "expression")[, 1]),
                 ignore_attr = TRUE)
    expect_error(markHeatmaps(genes, order = "prediction"), "probability")
    expect_error(markHeatmaps(genes, order = 1:3), "for each of the 30")
})

test_that("maps of models of numbers have the order of their predictions", {
    signal <- quietly(simulateChromatin(40, bins = 20, seed = 2))
    model <- quietModel(signal, epochs = 1, filters = 4, context = 4,
                        target = "expression")
    x <- attention(model, signal)
    p <- assay(x, "prediction")[, 1]
    maps <- drawn(x, marks = marks(x)[1:2])
    expect_identical(unname(names1(maps)), c(marks(x)[1:2], "prediction"))
    expect_equal(rowsOf(maps), order(-p), ignore_attr = TRUE)
    # Colours of numbers of both signs: 0 is white.
    assay(x, "prediction")[] <- seq(-3, 1, length.out = 40)
    side <- .sideColumns(x, 1)[[1]]@matrix_color_mapping
    colours <- ComplexHeatmap::map_to_colors(side, c(-3, 0, 3))
    expect_identical(colours, c("#2166AC", "#FFFFFF", "#000000"))
})

test_that("clustering brings like genes together", {
    x <- roadmapGenes[c(1:10, 1:10), "E003"]
    rownames(x) <- paste0("g", 1:20)
    rows <- rowsOf(drawn(x, order = "cluster"))
    place <- match(1:20, rows)
    expect_true(all(abs(place[1:10] - place[11:20]) <= 2))
})
