fakeSignal <- function() {
    shape <- c(4, 2, 4)
    ids <- paste0("gene", 1:4)
    counts <- array(seq_len(prod(shape)), shape, list(ids, c("E1", 
        "E2"), NULL))
    labels <- cbind(c(1, 1, 0, 0), c(1, NA, 0, 0))
    signal <- chromatinSignal(list(H3K4me3 = counts, H3K9me3 = counts + 
        100), labels = labels, binWidth = 100)
    SummarizedExperiment::rowData(signal)$symbol <- c("A", "B", 
        "D", "D")
    signal
}
fakeAttention <- function(beta = TRUE) {
    signal <- fakeSignal()
    probability <- cbind(E1 = c(0.9, 0.8, 0.2, 0.1), E2 = c(0.7, 
        0.4, 0.3, 0.2))
    for (mark in marks(signal)) {
        alpha <- SummarizedExperiment::assay(signal, mark)
        total <- as.vector(rowSums(alpha, dims = 2))
        SummarizedExperiment::assay(signal, mark) <- alpha/total
    }
    rownames(probability) <- rownames(signal)
    SummarizedExperiment::assay(signal, "probability") <- probability
    if (beta) {
        first <- c(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
        SummarizedExperiment::assay(signal, "beta") <- array(c(first, 
            1 - first), c(4, 2, 2), c(dimnames(signal), list(marks(signal))))
    }
    signal@kind <- "attention"
    signal
}
fakeModel <- function(epochs = 3, validation = TRUE, best = 2L) {
    model <- methods::new("AttentiveChromeModel")
    model@history <- data.frame(epoch = seq_len(epochs), loss = 0.7 - 
        0.1 * seq_len(epochs), validationLoss = if (validation) 
        0.8 - 0.1 * seq_len(epochs)
    else NA, validationAuroc = if (validation) 
        c(0.7, 0.9, 0.8)[seq_len(epochs)]
    else NA_real_, seconds = rep(1, epochs))
    model@bestEpoch <- best
    model
}
build <- function(plot) {
    expect_s3_class(plot, "ggplot")
    expect_no_warning(built <- ggplot2::ggplot_build(plot))
    built
}
drawn <- function(plot, layer = 1L) build(plot)$data[[layer]]
panels <- function(plot) build(plot)$layout$layout
geomOf <- function(plot, geom) {
    is <- vapply(plot$layers, function(l) inherits(l$geom, geom), 
        NA)
    which(is)
}
test_that("a plotted model shows every curve and the epoch kept", 
    {
        plot <- plot(fakeModel())
        data <- plot$data
        training <- data[data$set == "training", ]
        expect_equal(training$value, c(0.6, 0.5, 0.4))
        auroc <- data[data$panel == "Validation AUROC", ]
        expect_equal(auroc$value, c(0.7, 0.9, 0.8))
        expect_identical(unique(auroc$set), "validation")
        expect_equal(nrow(data), 9L)
        expect_equal(nrow(panels(plot)), 2L)
        expect_equal(unique(drawn(plot, 1L)$xintercept), 2)
        kept <- utils::tail(geomOf(plot, "GeomPoint"), 1L)
        expect_equal(sort(drawn(plot, kept)$y), c(0.5, 0.6, 0.9))
        expect_match(plot$labels$caption, "epoch, 2 (validation AUROC 0.9000)", 
            fixed = TRUE)
    })
test_that("a plotted model has one panel without validation", 
    {
        plot <- plot(fakeModel(validation = FALSE, best = 3L))
        expect_equal(nrow(panels(plot)), 1L)
        expect_equal(plot$data$value, c(0.6, 0.5, 0.4))
        expect_match(plot$labels$caption, "epoch, 3 (no validation AUROC)", 
            fixed = TRUE)
    })
test_that("a plotted model shows a single epoch as points, without a message", 
    {
        plot <- plot(fakeModel(epochs = 1, best = 1L))
        expect_length(geomOf(plot, "GeomLine"), 0L)
        expect_no_message(ggplot2::ggplotGrob(plot))
        expect_equal(sort(drawn(plot, geomOf(plot, "GeomPoint")[1])$y), 
            c(0.6, 0.7, 0.7))
    })
test_that("a plotted model has whole epochs at its axis", {
    breaks <- ggplot2::ggplot_build(plot(fakeModel()))$layout$panel_params[[1]]$x$breaks
    expect_equal(breaks[!is.na(breaks)], 1:3)
})
test_that("a plotted model refuses what has no history", {
    model <- fakeModel()
    model@history <- model@history[0, ]
    expect_error(plot(model), "no training history")
})
test_that("plotAttention shows the mean alpha of the genes predicted high", 
    {
        attention <- fakeAttention()
        plot <- plotAttention(attention, "E1")
        data <- plot$data
        expect_identical(levels(data$panel), c("E1\npredicted high (2 genes)", 
            "E1\npredicted low (2 genes)"))
        on <- data[data$mark == "H3K9me3" & data$state == "high", 
            ]
        alpha <- binMatrix(attention, "H3K9me3", "E1")[1:2, ]
        expect_equal(on$mean, unname(colMeans(alpha)))
        quarter <- unname(abs(alpha[1, ] - alpha[2, ]))/4
        expect_equal(on$lower, on$mean - quarter)
        expect_equal(on$upper, on$mean + quarter)
        expect_equal(on$position, c(-150, -50, 50, 150))
        off <- data[data$mark == "H3K4me3" & data$state == "low", 
            ]
        expect_equal(off$mean, unname(colMeans(binMatrix(attention, 
            "H3K4me3", "E1")[3:4, ])))
        line <- drawn(plot, geomOf(plot, "GeomLine"))
        expect_setequal(line$colour, unname(.markColours(marks(attention))))
        expect_identical(as.integer(panels(plot)$ROW), 1:2)
    })
test_that("plotAttention draws uniform attention and names the axes", 
    {
        plot <- plotAttention(fakeAttention(), "E1")
        expect_equal(unique(drawn(plot, geomOf(plot, "GeomHline"))$yintercept), 
            0.25)
        expect_identical(plot$scales$get_scales("x")$name, "Position from TSS (bp)")
        expect_match(plot$scales$get_scales("y")$name, "alpha")
        expect_match(plot$labels$caption, "1 / 4 bins")
    })
test_that("plotAttention has columns of cell types, and a threshold", 
    {
        plot <- plotAttention(fakeAttention())
        layout <- panels(plot)
        expect_equal(c(max(layout$ROW), max(layout$COL)), c(2, 
            2))
        expect_identical(levels(plot$data$panel), c("E1\npredicted high (2 genes)", 
            "E2\npredicted high (1 gene)", "E1\npredicted low (2 genes)", 
            "E2\npredicted low (3 genes)"))
        strict <- plotAttention(fakeAttention(), threshold = 0.85)
        expect_identical(levels(strict$data$panel)[1:2], c("E1\npredicted high (1 gene)", 
            "E2\npredicted high (0 genes)"))
        expect_equal(nrow(panels(strict)), 4L)
    })
test_that("plotAttention's scale begins at 0, an attribution's does not", 
    {
        yRange <- function(plot) {
            build(plot)$layout$panel_params[[1]]$y.range
        }
        attention <- fakeAttention()
        for (mark in marks(attention)) {
            SummarizedExperiment::assay(attention, mark)[] <- 0.25
            SummarizedExperiment::assay(attention, mark)[, , 
                2] <- 0.2501
        }
        range <- yRange(plotAttention(attention, "E1"))
        expect_identical(range[1], 0)
        expect_gt(range[2], 0.25)
        SummarizedExperiment::assay(attention, "H3K9me3")[] <- -0.5
        metadata(attention)$attribution <- list(method = "gradientInput")
        expect_lt(yRange(plotAttention(attention, "E1"))[1], 
            -0.5)
    })
test_that("a band of one sd ends where the values can", {
    alpha <- cbind(c(0, 0, 0.9), c(0.4, 0.5, 0.6))
    band <- .meanAndSpread(alpha, "sd")
    expect_equal(band$lower, c(0, 0.4))
    expect_equal(band$upper, c(0.3 + stats::sd(alpha[, 1]), 0.6))
    signed <- .meanAndSpread(cbind(c(-0.1, 0, 0.9)), "sd")
    expect_equal(signed$lower, -0.1)
})
test_that("plotAttention leaves out the row of no gene", {
    plot <- plotAttention(fakeAttention(), "E1", threshold = 1)
    expect_identical(levels(plot$data$panel), "E1\npredicted low (4 genes)")
    expect_equal(nrow(panels(plot)), 1L)
    all <- plotAttention(fakeAttention(), "E1", threshold = 0)
    expect_identical(levels(all$data$panel), "E1\npredicted high (4 genes)")
})
test_that("plotAttention shows the spread asked for", {
    attention <- fakeAttention()
    sd <- plotAttention(attention, "E1", "H3K4me3", spread = "sd")$data
    alpha <- binMatrix(attention, "H3K4me3", "E1")[1:2, ]
    expect_equal(sd$upper[sd$state == "high"] - sd$mean[sd$state == 
        "high"], unname(apply(alpha, 2, stats::sd)))
    expect_identical(levels(sd$mark), "H3K4me3")
    none <- plotAttention(attention, "E1", spread = "none")
    expect_length(geomOf(none, "GeomRibbon"), 0L)
    one <- plotAttention(attention["gene1", ], "E1", spread = "sd")
    expect_equal(one$data$upper, one$data$mean)
    drawn(one)
})
test_that("the position axis changes to kb for wide windows", 
    {
        wide <- chromatinSignal(list(H3K4me3 = matrix(1, 2, 10)), 
            binWidth = 2000)
        scale <- .scalePosition(wide)
        expect_identical(scale$name, "Position from TSS (kb)")
        expect_identical(scale$labels(c(-7500, 0, 5000)), c("-7.5", 
            "0", "5"))
        expect_equal(scale$breaks(c(-10000, 10000)), c(-5000, 
            0, 5000))
        expect_identical(.scalePosition(fakeSignal())$labels(c(-2500, 
            0)), c("-2,500", "0"))
    })
test_that("plotAttention says what is wrong", {
    attention <- fakeAttention()
    expect_error(plotAttention(fakeSignal()), "attention.*\"signal\"")
    expect_error(plotAttention(1), "attention.*numeric")
    expect_error(plotAttention(attention[0, ]), "no genes")
    expect_error(plotAttention(attention, "E9"), "cellType.*E9")
    expect_error(plotAttention(attention, marks = "H3K4me1"), 
        "marks.*H3K4me1")
    expect_error(plotAttention(attention, marks = character()), 
        "marks")
    expect_error(plotAttention(attention, spread = "range"), 
        "spread")
    expect_error(plotAttention(attention, threshold = 2), "threshold")
    many <- attention[, rep(1, 7)]
    colnames(many) <- paste0("E", 1:7)
    expect_error(plotAttention(many), "room for only 6.*7.*cellType")
    expect_no_error(plotAttention(many, colnames(many)[1:6]))
})
test_that("plotMarkAttention shows beta of genes by id or symbol", 
    {
        plot <- plotMarkAttention(fakeAttention(), c("gene3", 
            "A"))
        data <- plot$data
        expect_identical(levels(data$panel), c("D\ngene3", "A\ngene1"))
        tile <- function(panel, cellType, mark) {
            data$beta[data$panel == panel & data$cellType == 
                cellType & data$mark == mark]
        }
        expect_equal(tile("D\ngene3", "E1", "H3K4me3"), 0.3)
        expect_equal(tile("D\ngene3", "E2", "H3K9me3"), 0.3)
        expect_equal(tile("A\ngene1", "E2", "H3K4me3"), 0.5)
        expect_equal(nrow(data), 8L)
        expect_equal(nrow(panels(plot)), 2L)
        text <- drawn(plot, geomOf(plot, "GeomText"))
        expect_setequal(text$label, sprintf("%.2f", data$beta))
    })
test_that("plotMarkAttention writes label and probability below a column", 
    {
        data <- plotMarkAttention(fakeAttention(), c("B", "gene4"))$data
        expect_setequal(data$column, c("E1\nhigh\np = 0.80", 
            "E2\np = 0.40", "E1\nlow\np = 0.10", "E2\nlow\np = 0.20"))
        plot <- plotMarkAttention(fakeAttention(), "B", "E2")
        labels <- ggplot2::ggplot_build(plot)$layout$panel_params[[1]]$x$get_labels()
        expect_identical(as.vector(labels), "E2\np = 0.40")
        attention <- fakeAttention()
        SummarizedExperiment::assay(attention, "label") <- NULL
        data <- plotMarkAttention(attention, "B", "E1")$data
        expect_identical(unique(data$column), "E1\np = 0.80")
    })
test_that("plotMarkAttention has the marks from top to bottom, from 0", 
    {
        plot <- plotMarkAttention(fakeAttention(), "A")
        expect_identical(plot$scales$get_scales("y")$limits, 
            c("H3K9me3", "H3K4me3"))
        expect_equal(plot$scales$get_scales("fill")$limits, c(0, 
            0.9))
    })
test_that("plotMarkAttention without genes shows means of high and low", 
    {
        plot <- plotMarkAttention(fakeAttention())
        data <- plot$data
        on <- data[data$panel == "Mean of genes predicted high" & 
            data$mark == "H3K4me3", ]
        expect_equal(on$beta[on$cellType == "E1"], mean(c(0.1, 
            0.2)))
        expect_equal(on$beta[on$cellType == "E2"], 0.5)
        expect_identical(on$column, c("E1\nn = 2", "E2\nn = 1"))
        off <- data[data$panel == "Mean of genes predicted low" & 
            data$mark == "H3K9me3", ]
        expect_equal(off$beta, 1 - c(mean(c(0.3, 0.4)), mean(c(0.6, 
            0.7, 0.8))))
        expect_equal(nrow(panels(plot)), 2L)
        none <- plotMarkAttention(fakeAttention(), threshold = 1)
        expect_identical(levels(none$data$panel), "Mean of genes predicted low")
        drawn(none)
    })
test_that("plotMarkAttention needs no symbols", {
    attention <- fakeAttention()
    SummarizedExperiment::rowData(attention)$symbol <- NULL
    data <- plotMarkAttention(attention, c("gene3", "gene1"))$data
    expect_identical(levels(data$panel), c("gene3", "gene1"))
    expect_identical(.geneTitles(attention, 1:3), paste0("gene", 
        1:3))
    signal <- fakeSignal()
    SummarizedExperiment::rowData(signal)$symbol <- NULL
    expect_identical(plotGene(signal, attention, "gene2", "E1")$labels$title, 
        "gene2 in E1")
})
test_that("both means of plotMarkAttention have the same columns", 
    {
        for (cluster in c(FALSE, TRUE)) {
            plot <- plotMarkAttention(fakeAttention(), threshold = 0.75, 
                cluster = cluster)
            data <- plot$data
            for (mark in c("H3K4me3", "H3K9me3")) {
                columns <- lapply(split(data, data$panel), function(d) {
                  as.character(d$cellType[d$mark == mark])
                })
                expect_identical(columns[[1]], columns[[2]])
                expect_setequal(columns[[1]], c("E1", "E2"))
            }
            none <- data[is.na(data$beta), ]
            expect_identical(unique(as.character(none$column)), 
                "E2\nn = 0")
            tiles <- drawn(plot, geomOf(plot, "GeomTile"))
            expect_identical(nrow(tiles), 8L)
            expect_identical(nrow(drawn(plot, geomOf(plot, "GeomText"))), 
                6L)
        }
    })
test_that("clustering puts like cell types side by side, in both means", 
    {
        ids <- paste0("E", 1:6)
        attention <- fakeAttention()[, rep(1, 6)]
        colnames(attention) <- ids
        first <- rep(c(0.9, 0.1), 3) + c(0, 0, 0.01, 0.01, 0.02, 
            0.02)
        SummarizedExperiment::assay(attention, "beta") <- array(rep(c(first, 
            1 - first), each = 4), c(4, 6, 2), list(rownames(attention), 
            ids, marks(attention)))
        expect_identical(levels(plotMarkAttention(attention)$data$cellType), 
            ids)
        plot <- plotMarkAttention(attention, cluster = TRUE)
        order <- levels(plot$data$cellType)
        expect_setequal(order, ids)
        odd <- order %in% ids[c(1, 3, 5)]
        expect_length(rle(odd)$lengths, 2L)
        labels <- lapply(build(plot)$layout$panel_params, function(panel) {
            sub("\n.*", "", as.vector(panel$x$get_labels()))
        })
        expect_identical(labels, list(order, order))
        one <- plotMarkAttention(attention, "A", cluster = TRUE)
        odd <- levels(one$data$cellType) %in% ids[c(1, 3, 5)]
        expect_length(rle(odd)$lengths, 2L)
    })
test_that("plotMarkAttention names only the cell types where there are many", 
    {
        many <- fakeAttention()[, rep(1:2, 5)]
        colnames(many) <- paste0("E", 1:10)
        plot <- plotMarkAttention(many)
        built <- ggplot2::ggplot_build(plot)
        expect_identical(as.vector(built$layout$panel_params[[1]]$x$get_labels()), 
            colnames(many))
        expect_equal(max(built$layout$layout$COL), 1)
        expect_length(geomOf(plot, "GeomText"), 0L)
    })
test_that("plotMarkAttention says what is wrong", {
    attention <- fakeAttention()
    expect_error(plotMarkAttention(fakeSignal()), "attention")
    expect_error(plotMarkAttention(fakeAttention(beta = FALSE)), 
        "beta")
    expect_error(plotMarkAttention(attention, "PAX5"), "genes.*PAX5")
    expect_error(plotMarkAttention(attention, character()), "genes")
    expect_error(plotMarkAttention(attention, "D"), "Ambiguous.*D")
    expect_error(plotMarkAttention(attention, cellTypes = "E9"), 
        "cellTypes.*E9")
    many <- attention[rep(1, 21), ]
    rownames(many) <- paste0("gene", 1:21)
    expect_error(plotMarkAttention(many, rownames(many)), "room for only 20.*21")
})
test_that("plotGene shows signal and alpha of the gene", {
    signal <- fakeSignal()
    attention <- fakeAttention()
    plot <- plotGene(signal, attention, "B", "E1")
    data <- plot$data
    bars <- data[data$mark == "H3K9me3" & data$track == "signal", 
        ]
    expect_equal(bars$value, unname(binMatrix(signal, "H3K9me3", 
        "E1")[2, ]))
    alpha <- data[data$mark == "H3K4me3" & data$track == "alpha", 
        ]
    expect_equal(alpha$value, unname(binMatrix(attention, "H3K4me3", 
        "E1")[2, ]))
    expect_equal(alpha$position, c(-150, -50, 50, 150))
    expect_setequal(drawn(plot, geomOf(plot, "GeomCol"))$y, data$value[data$track == 
        "signal"])
    expect_setequal(drawn(plot, geomOf(plot, "GeomLine"))$y, 
        data$value[data$track == "alpha"])
})
test_that("plotGene names gene, cell type, label, prediction and beta", 
    {
        plot <- plotGene(fakeSignal(), fakeAttention(), "gene1", 
            "E2")
        expect_identical(plot$labels$title, "A (gene1) in E2")
        expect_identical(plot$labels$subtitle, "measured high, predicted high (p = 0.70)")
        expect_identical(levels(plot$data$panel), c("H3K4me3 signal", 
            "H3K4me3 alpha", "H3K9me3 signal", "H3K9me3 alpha"))
        strips <- plot$facet$params$labeller(data.frame(panel = levels(plot$data$panel)))
        expect_identical(unlist(strips, use.names = FALSE), c("H3K4me3\nbeta = 0.50", 
            "alpha", "H3K9me3\nbeta = 0.50", "alpha"))
        expect_identical(plot$scales$get_scales("y")$name, "Signal per 100 bp, and alpha")
        low <- plotGene(fakeSignal(), fakeAttention(), "B", "E2")
        expect_identical(low$labels$subtitle, "not measured, predicted low (p = 0.40)")
    })
test_that("plotGene's alpha has one scale for all marks", {
    plot <- plotGene(fakeSignal(), fakeAttention(), "A", "E1")
    ranges <- lapply(ggplot2::ggplot_build(plot)$layout$panel_params, 
        function(p) p$y.range)
    expect_equal(ranges[[2]], ranges[[4]])
    expect_gt(ranges[[3]][2], ranges[[1]][2])
})
test_that("plotGene needs neither beta nor the label in the attention", 
    {
        attention <- fakeAttention(beta = FALSE)
        SummarizedExperiment::assay(attention, "label") <- NULL
        plot <- plotGene(fakeSignal(), attention["gene3", "E1"], 
            "gene3", marks = "H3K9me3")
        expect_match(plot$labels$subtitle, "measured low")
        strips <- plot$facet$params$labeller(data.frame(panel = levels(plot$data$panel)))
        expect_identical(unlist(strips, use.names = FALSE), c("H3K9me3", 
            "alpha"))
        expect_no_match(plot$labels$caption, "beta")
        drawn(plot)
    })
test_that("plotGene shows a mark without any signal", {
    signal <- fakeSignal()
    SummarizedExperiment::assay(signal, "H3K4me3")[] <- 0
    plot <- plotGene(signal, fakeAttention(), "A", "E1")
    drawn(plot)
    range <- ggplot2::ggplot_build(plot)$layout$panel_params[[1]]$y.range
    expect_equal(range[1], 0)
    expect_gt(range[2], 0)
})
test_that("plotGene shows the bars of a log ratio below 0 too", 
    {
        signal <- fakeSignal()
        ratio <- SummarizedExperiment::assay(signal, "H3K4me3")
        ratio["gene1", "E1", ] <- c(-2, -0.5, 1, 3)
        SummarizedExperiment::assay(signal, "H3K4me3") <- ratio
        ratio["gene1", "E1", ] <- c(-4, -3, -2, -1)
        SummarizedExperiment::assay(signal, "H3K9me3") <- ratio
        preprocessing(signal)$normalization <- rep("logRatio(control = Input)", 
            2)
        plot <- plotGene(signal, fakeAttention(), "A", "E1")
        bars <- drawn(plot, geomOf(plot, "GeomCol"))
        values <- c(-2, -0.5, 1, 3, -4, -3, -2, -1)
        expect_equal(bars$ymin, pmin(values, 0))
        expect_equal(bars$ymax, pmax(values, 0))
        params <- build(plot)$layout$panel_params
        expect_lt(params[[1]]$y.range[1], -2)
        expect_gt(params[[1]]$y.range[2], 3)
        expect_lt(params[[3]]$y.range[1], -4)
        for (i in c(1, 3)) expect_true(0 %in% params[[i]]$y$breaks)
        expect_true(any(params[[3]]$y$breaks < 0))
        lines <- lapply(geomOf(plot, "GeomHline"), function(i) drawn(plot, 
            i))
        expect_true(any(vapply(lines, function(l) all(l$yintercept == 
            0), NA)))
        expect_match(plot$scales$get_scales("y")$name, "^Log2 ratio")
        expect_equal(params[[2]]$y.range[1], 0)
    })
test_that("plotGene says what is wrong", {
    signal <- fakeSignal()
    attention <- fakeAttention()
    expect_error(plotGene(attention, signal, "A", "E1"), "attention")
    expect_error(plotGene(signal, attention, "PAX5", "E1"), "gene.*PAX5")
    expect_error(plotGene(signal, attention, c("A", "B"), "E1"), 
        "one gene")
    expect_error(plotGene(signal, attention, "A"), "cellType")
    expect_error(plotGene(signal[, "E1"], attention, "A", "E2"), 
        "cellType.*E2")
    expect_error(plotGene(signal[-1, ], attention, "A", "E1"), 
        "signal.*attention.*gene1")
    other <- signal
    other@bins$offsets <- other@bins$offsets + 50
    expect_error(plotGene(other, attention, "A", "E1"), "same bins.*-150 bp.*-200 bp")
    noMark <- signal
    SummarizedExperiment::assay(noMark, "H3K9me3") <- NULL
    expect_error(plotGene(noMark, attention, "A", "E1"), "H3K9me3")
})
test_that("a mark has its colour in every figure", {
    five <- c("H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3")
    colours <- .markColours(five)
    expect_named(colours, five)
    expect_equal(anyDuplicated(colours), 0L)
    expect_identical(.markColours("h3k4me3")[[1]], colours[["H3K4me3"]])
    mixed <- .markColours(c("H2A.Z", "H3K4me3", "ATAC"))
    expect_identical(mixed[["H3K4me3"]], colours[["H3K4me3"]])
    expect_equal(anyDuplicated(mixed), 0L)
    expect_false(anyNA(.markColours(paste0("mark", 1:30))))
})
