# What readers with a full lack of one kind of cone see: Machado et al. (2009),
# table 1, severity 1, on linear RGB.
dichromacies <- list(
    none = diag(3),
    protanopia = rbind(c(0.152286, 1.052583, -0.204868),
                       c(0.114503, 0.786281, 0.099216),
                       c(-0.003882, -0.048116, 1.051998)),
    deuteranopia = rbind(c(0.367322, 0.860646, -0.227968),
                         c(0.280085, 0.672501, 0.047413),
                         c(-0.011820, 0.042940, 0.968881)),
    tritanopia = rbind(c(1.255528, -0.076749, -0.178779),
                       c(-0.078411, 0.930809, 0.147602),
                       c(0.004733, 0.691367, 0.303900)))

# colours x L*, a*, b*.
seenAs <- function(colours, matrix) {
    s <- t(grDevices::col2rgb(colours)) / 255
    linear <- ifelse(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055)^2.4)
    linear <- pmin(pmax(linear %*% t(matrix), 0), 1)
    s <- ifelse(linear <= 0.0031308, 12.92 * linear,
                1.055 * linear^(1 / 2.4) - 0.055)
    grDevices::convertColor(s, "sRGB", "Lab")
}

closest <- function(colours) {
    vapply(dichromacies, function(matrix) {
        min(stats::dist(seenAs(colours, matrix)))
    }, 0)
}

test_that("colour-blind readers can tell the standard marks apart", {
    colours <- markColours()
    expect_setequal(names(colours), c(names(.standardMarks), "DNase"))
    expect_true(all(closest(colours) >= 15))
    # The simulation itself: red and green of the same lightness are alike to
    # some readers.
    pair <- closest(c("#D00000", "#597800"))
    expect_gt(pair[["none"]], 60)
    expect_lt(min(pair[c("protanopia", "deuteranopia")]), 15)
})

test_that("colour-blind readers can tell the other palettes apart", {
    explanations <- c(vapply(.explanations, `[[`, "", "colour"), "black")
    for (palette in list(.cellTypeColours, .modelPalette, .otherColours,
                         .foundColours, explanations, c(.lowHigh, "white"))) {
        expect_true(all(closest(palette) >= 15))
    }
    # Both ends of the heat map of each mark's log ratios.
    for (colour in markColours()) {
        expect_true(all(closest(c(.negativeColour(colour), colour)) >= 15))
    }
})

test_that("a mark has one colour, whatever else is shown", {
    some <- c("ATAC", "H3K4me3", "CTCF", "h2a.z")
    all <- markColours(some)
    for (mark in some) expect_identical(markColours(mark), all[mark])
    many <- markColours(paste0("mark", 1:9))
    expect_identical(anyDuplicated(many), 0L)
})

test_that("the user's colours are used everywhere, and checked", {
    withr::local_options(AttentiveChrome.colours = c(h3k4me3 = "firebrick",
                                                     ATAC = "#123456"))
    expect_identical(unname(markColours(c("H3K4me3", "ATAC"))),
                     c("firebrick", "#123456"))
    signal <- roadmapGenes[1:20, "E123"]
    model <- quietModel(signal, epochs = 1, filters = 4, context = 4, seed = 1)
    built <- ggplot2::ggplot_build(plotAttention(attention(model, signal)))
    lines <- unlist(lapply(built$data, function(layer) layer$colour))
    expect_true("firebrick" %in% lines)
    expect_false("#D55E00" %in% lines)
    for (bad in list(c(H3K4me3 = "no colour"), "#123456", 1,
                     c(H3K4me3 = "red", h3k4me3 = "blue"))) {
        withr::local_options(AttentiveChrome.colours = bad)
        expect_error(markColours(), "AttentiveChrome.colours")
    }
})

test_that("channels of a pair have shades of their mark's colour", {
    of <- markColours(c("H3K4me3", "H3K4me3.A", "H3K4me3.B", "H3K4me3.A-B"))
    expect_identical(of[["H3K4me3.A-B"]], of[["H3K4me3"]])
    light <- colSums(grDevices::col2rgb(of))
    expect_true(light[["H3K4me3.A"]] > light[["H3K4me3"]] &&
                    light[["H3K4me3"]] > light[["H3K4me3.B"]])
})
