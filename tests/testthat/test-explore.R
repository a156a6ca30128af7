# The explorer without a browser: its code is what makes its panels.

parts <- smallParts(cellTypes = 2)
model <- quickModel(parts)
signal <- parts$test
app <- .explorerApp(model, signal)
gene <- rownames(signal)[3]
types <- colnames(signal)

edits <- list(
    list(edit = "silence", marks = "H3K4me3", within = c(-400, 300)),
    list(edit = "scale", marks = marks(model)[1:2], within = c(-1000, 1000),
         amount = 2.5),
    list(edit = "shift", marks = "H3K27me3", within = c(-500, 500),
         amount = -200),
    list(edit = "copy", marks = "H3K4me3", within = c(-1000, 1000),
         from = types[2]))

# What a user gets who pastes the code.
pasted <- function(panel) {
    scope <- list2env(list(model = model, signal = signal),
                      parent = globalenv())
    suppressWarnings(eval(parse(text = panel$code), scope))
}

test_that("the code of each panel makes what the panel shows", {
    panels <- list(
        .tablePanel(app, types[1]), .predictionPanel(app, gene, types[1]),
        .tracksPanel(app, gene, types[1], c("alpha", "integratedGradients")),
        .tracksPanel(app, gene, types[2], "share"),
        .betaPanel(app, gene, types[1]), .betaPanel(app, gene),
        .neighboursPanel(app, gene, types[1]),
        .editsPanel(app, gene, types[1], edits),
        .editFigurePanel(app, gene, types[1], edits),
        .editFigurePanel(app, gene, types[1], list()),
        .cellTypesPanel(app, gene), .overlayPanel(app, gene, types))
    for (panel in panels) {
        expect_equal(.panelData(list(value = pasted(panel))),
                     .panelData(panel), tolerance = 1e-6)
        expect_gt(nrow(.panelData(panel)), 0L)
    }
})

test_that("edits in the explorer are those of editSignal()", {
    value <- .editsPanel(app, gene, types[1], edits)$value
    by <- editSignal(signal[gene, ], "silence", "H3K4me3",
                     within = c(-400, 300), cellTypes = types[1])
    expect_equal(value$after[1], predict(model, by)[1, 1], tolerance = 1e-6)
    expect_identical(nrow(value), 4L)
    expect_match(value$description[4], "copy H3K4me3 from")
    expect_match(.editMissing(list(edit = "silence")), "Choose a mark")
    expect_match(.editMissing(list(edit = "silence", marks = "H3K4me3",
                                   within = c(NA, 1))), "brush")
    expect_match(.editMissing(list(edit = "copy", marks = "H3K4me3",
                                   within = c(0, 100))), "copy from")
    expect_null(.editMissing(edits[[2]]))
})

test_that("a brush takes whole bins and the rows below it", {
    bins <- list(width = 100, offsets = seq(-500, 400, 100))
    expect_identical(.snapRange(bins, -120, 33), c(-200, 100))
    expect_identical(.snapRange(bins, 10, 10), c(0, 100))
    expect_identical(.snapRange(bins, -9000, 9000), c(-500, 500))
    expect_identical(.snapRange(bins, 600, 700), c(400, 500))
    expect_identical(.brushedMarks(c("a", "b", "c"), 2.2, 2.6), "b")
    expect_identical(.brushedMarks(c("a", "b", "c"), 1.5, 2.5), c("b", "c"))
})

test_that("genes predicted alike are near in the stated space", {
    value <- .neighboursPanel(app, gene, types[1])$value
    expect_identical(value$gene[1], gene)
    expect_identical(value$distance[1], 0)
    expect_false(is.unsorted(value$distance))
    other <- signal[value$gene[2], types[1]]
    own <- signal[gene, types[1]]
    point <- function(x) {
        c(predict(model, x), vapply(marks(model), function(mark) {
            predict(model, editSignal(x, "silence", mark))[1, 1]
        }, 0))
    }
    expect_equal(value$distance[2], sqrt(sum((point(own) - point(other))^2)),
                 tolerance = 1e-5)
})

test_that("names of genes are no code", {
    odd <- signal
    rownames(odd)[1] <- "a\"); stop(\"b"
    value <- .predictionPanel(.explorerApp(model, odd), rownames(odd)[1],
                              types[1])$value
    expect_identical(value$probability, predict(model, signal)[1, 1])
})

test_that("ensembles show their spread, models without attention none", {
    two <- quietModel(parts$train, parts$validation, members = 2, filters = 4,
                      context = 4, epochs = 2, seed = 1)
    both <- .explorerApp(two, signal)
    value <- .predictionPanel(both, gene, types[1])$value
    expect_lte(value$lowest, value$highest)
    plain <- quietModel(parts$train, architecture = "deepchrome", epochs = 1,
                        seed = 1)
    none <- .explorerApp(plain, signal)
    expect_false(none$has$beta || "alpha" %in% none$tracks)
    figure <- .tracksPanel(none, gene, types[1], "occlusion")$value
    expect_s3_class(figure, "ggplot")
})

test_that("a folder for a server has the model and the signal", {
    skipWithout("shiny", "bslib", "DT")
    folder <- withr::local_tempfile()
    explore(model, signal, folder = folder, title = "Mine")
    expect_setequal(list.files(folder, all.files = TRUE, no.. = TRUE),
                    c("app.R", "model.rds", "signal.rds"))
    expect_identical(readRDS(file.path(folder, "model.rds")), model)
    withr::with_dir(folder, expect_s3_class(
        source("app.R", local = TRUE)$value, "shiny.appobj"))
    expect_error(explore(model, signal, folder = folder), "exists")
    expect_error(explore(model, signal, folder = "no/such/folder"), "existing")
    expect_error(explore(model, signal[1, ]), "two genes")
    expect_error(explore(model, signal, title = 1), "title")
})

test_that("a full disk leaves no folder, a killed process no rest", {
    skipWithout("shiny", "bslib", "DT", "callr")
    disk <- smallDisk(64)
    folder <- file.path(disk, "explorer")
    # The model fits, the signal does not.
    size <- ceiling(length(serialize(model, NULL)) / 1024) + 12
    system2("mount", c("-o", sprintf("remount,size=%dk", size), disk))
    expect_error(explore(model, signal, folder = folder),
                 class = "AttentiveChrome_unwritten")
    expect_identical(list.files(disk, all.files = TRUE, no.. = TRUE),
                     character())
    system2("mount", c("-o", "remount,size=8m", disk))
    part <- .partFile(folder)
    dead <- callr::r(function() Sys.getpid())
    dir.create(sub("-[0-9]+[.]part$", sprintf("-%d.part", dead), part))
    explore(model, signal, folder = folder)
    expect_identical(list.files(disk, all.files = TRUE, no.. = TRUE),
                     "explorer")
})

test_that("signal in HDF5 files stays there", {
    skipWithout("shiny", "bslib", "DT", "HDF5Array")
    folder <- withr::local_tempfile()
    onDisk <- HDF5Array::saveHDF5SummarizedExperiment(
        signal, withr::local_tempfile())
    disk <- .explorerApp(model, onDisk)
    expect_equal(.neighboursPanel(disk, gene, types[1])$value,
                 .neighboursPanel(app, gene, types[1])$value)
    expect_equal(.editsPanel(disk, gene, types[1], edits)$value,
                 .editsPanel(app, gene, types[1], edits)$value)
    explore(model, onDisk, folder = folder)
    expect_true(file.exists(file.path(folder, "signal", "se.rds")))
})

test_that("models of numbers and of differences are refused with the reason", {
    skipWithout("shiny", "bslib", "DT")
    numbers <- quickModel(parts, target = "expression", epochs = 1)
    expect_error(explore(numbers, signal), "It predicts a number, log2")
    pair <- quickModel(parts, cellTypes = types, target = "difference",
                       epochs = 1)
    expect_error(explore(pair, signal), "high or low expression")
})

test_that("a panel without a gene says so, tables too", {
    skipWithout("shiny", "bslib", "DT")
    shiny::testServer(explore(model, signal), {
        session$setInputs(cellType = types[1], gene = "", tracks = "alpha",
                          tab = "gene")
        for (name in c("neighbours-table", "types-table", "prediction-facts",
                       "beta-figure")) {
            said <- tryCatch(output[[name]], error = identity)
            expect_s3_class(said, "shiny.silent.error")
            expect_match(conditionMessage(said), "^No gene is chosen")
        }
    })
})
