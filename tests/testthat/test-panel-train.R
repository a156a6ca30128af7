signal <- simulateChromatin(60, cellTypes = 3, bins = 20, seed = 1,
                            causal = list(H3K4me3 = 9:12), scenario = "blocks")
quick <- function(signal. = signal, folder = NULL, ..., seed = 1,
                  BPPARAM = BiocParallel::SerialParam()) {
    trainCellTypes(signal., folder, epochs = 3, filters = 4, context = 4,
                   learningRate = 0.01, ..., seed = seed, BPPARAM = BPPARAM,
                   progress = FALSE)
}
panel <- quick()
folderOf <- function() withr::local_tempfile(.local_envir = parent.frame())

test_that("a model is what training it by hand gives", {
    expect_identical(names(panel), paste0("cellType", 1:3))
    parts <- suppressMessages(splitGenes(signal))
    own <- quietModel(parts$train, parts$validation,
        cellTypes = "cellType2", epochs = 3, filters = 4, context = 4,
        learningRate = 0.01, seed = .seedOf(1L, "cellType2"))
    expect_identical(coef(panel[["cellType2"]]), coef(own))
    expect_identical(coef(panel)$cellType2, coef(own))
    expect_equal(evaluate(panel)[2L, ],
                 evaluate(own, parts$test[, "cellType2"]),
                 ignore_attr = TRUE)
    expect_equal(evaluate(panel, parts$test), evaluate(panel))
    p <- predict(panel, parts$test)
    expect_identical(dimnames(p), dimnames(parts$test))
    expect_identical(p[, 2L], predict(own, parts$test[, "cellType2"])[, 1L])
    att <- attention(panel, parts$test)
    expect_identical(dim(att), dim(parts$test))
    expect_identical(binMatrix(att, "H3K4me3", "cellType2"),
                     binMatrix(attention(own, parts$test), "H3K4me3",
                               "cellType2"))
})

test_that("a panel records its recipe in full and tells no notes", {
    expect_identical(panel@settings[names(.recipes$default)],
                     utils::modifyList(.recipes$default,
                                       list(epochs = 3, learningRate = 0.01)))
    folder <- folderOf()
    expect_message(quick(folder = folder, cellTypes = "cellType1"), NA,
                   class = "AttentiveChrome_note")
    # the same settings, by another name
    named <- do.call(quick, c(list(folder = folder, cellTypes = "cellType1"),
                              .recipes$default[c("keep", "schedule")]))
    expect_length(named, 1L)
    expect_error(quick(folder = folder, recipe = "published",
                       architecture = "additive"),
                 "batchSize: 32 in the existing files, 16 in this call")
    expect_error(quick(keep = "best"), "`keep`")
})

test_that("order, subset, back end and form of the data do not matter", {
    some <- quick(cellTypes = c("cellType3", "cellType1"))
    expect_identical(coef(some), coef(panel)[c(3L, 1L)])
    parts <- suppressMessages(splitGenes(signal))
    expect_identical(coef(quick(parts)), coef(panel))
    alone <- lapply(stats::setNames(nm = colnames(signal)), function(c) {
        signal[, c]
    })
    expect_identical(coef(quick(alone)), coef(panel))
    expect_false(identical(coef(quick(seed = 2)), coef(panel)))
})

test_that("every back end gives the same bits", {
    skip_on_cran()
    skip_if_not_installed("batchtools")
    own <- withForks(function() {
        backEnds <- list(
            BiocParallel::MulticoreParam(2), BiocParallel::SnowParam(2),
            suppressMessages(BiocParallel::BatchtoolsParam(
                2, cluster = "multicore",
                registryargs = BiocParallel::batchtoolsRegistryargs(
                    file.dir = tempfile(), work.dir = tempdir()))))
        lapply(backEnds, function(backEnd) {
            coef(suppressMessages(quick(BPPARAM = backEnd)))
        })
    }, quick = quick, signal = signal)
    expect_identical(own, rep(list(coef(panel)), 3L))
})

test_that("a signal in an HDF5 file is trained on alike", {
    skip_if_not_installed("HDF5Array")
    stored <- signal
    for (name in marks(signal)) {
        assay(stored, name, withDimnames = FALSE) <- HDF5Array::writeHDF5Array(
            assay(signal, name), withr::local_tempfile(fileext = ".h5"), name)
    }
    expect_s4_class(assay(stored, "H3K4me3"), "DelayedArray")
    folder <- folderOf()
    expect_identical(coef(quick(stored, folder)), coef(panel))
    expect_identical(coef(quick(stored, folder)), coef(panel))
})

test_that("a folder of the authors' tables is a panel", {
    parts <- suppressMessages(splitGenes(signal))
    data <- folderOf()
    names <- c(train = "train", validation = "valid", test = "test")
    for (cell in colnames(signal)) {
        inner <- file.path(data, cell, "classification")
        dir.create(inner, recursive = TRUE)
        for (part in names(parts)) {
            writeChromeTable(parts[[part]], cellType = cell,
                file.path(inner, paste0(names[[part]], ".csv")))
        }
    }
    folder <- folderOf()
    own <- quick(data, folder)
    expect_identical(coef(own), coef(panel))
    unlink(file.path(data, "cellType1", "classification", "test.csv"))
    expect_error(quick(data, folder), "changed for cellType1")
})

test_that("a run folder keeps what is finished, and goes on", {
    folder <- folderOf()
    first <- quick(folder = folder, cellTypes = "cellType2")
    written <- file.mtime(.recordFile(folder, "cellType2"))
    both <- quick(folder = folder)
    expect_identical(coef(both), coef(panel))
    expect_identical(file.mtime(.recordFile(folder, "cellType2")), written)
    expect_identical(coef(openPanel(folder))[names(panel)],
                     coef(panel))
    expect_setequal(list.files(folder), c("lock", "settings.rds",
        basename(.recordFile(folder, colnames(signal)))))
})

test_that("what was left by a kill between two files is tidied", {
    skip_if_not_installed("callr")
    folder <- folderOf()
    quick(folder = folder)
    left <- .checkpointFiles(.recordFiles(folder, "cellType1")$checkpoint)
    file.create(left)
    record <- .recordFile(folder, "cellType3")
    dead <- callr::r(function() Sys.getpid())
    part <- sub("[0-9]+[.]part$", paste0(dead, ".part"), .partFile(record))
    writeLines("half", part)
    unlink(record)
    expect_identical(coef(quick(folder = folder)), coef(panel))
    expect_false(any(file.exists(c(left, part))))
})

test_that("a failing cell type does not stop the others", {
    bad <- signal
    assay(bad, "label")[, "cellType2"] <- 1L
    folder <- folderOf()
    expect_warning(own <- quick(bad, folder), "cellType2.*all equal")
    expect_identical(coef(own), coef(panel)[c(1L, 3L)])
    expect_named(own@errors, "cellType2")
    expect_output(print(own), "failed: cellType2")
    expect_error(quick(signal, folder), "changed for cellType2")
})

test_that("a worker that is killed is reported", {
    skip_on_cran()
    skip_on_os("windows")
    skip_if_not_installed("callr")
    # In a process of its own: R goes on looking for the dead child.
    said <- callr::r(function() {
        die <- function(task) {
            if (task == 2L) tools::pskill(Sys.getpid(), tools::SIGKILL)
            task
        }
        tryCatch(suppressWarnings(AttentiveChrome:::.onWorkers(
            as.list(1:3), die, progress = FALSE, keepErrors = TRUE,
            BPPARAM = BiocParallel::MulticoreParam(3, tasks = 3L))),
            error = conditionMessage)
    })
    expect_match(said, "may have been killed")
})

test_that("two runs do not work in one folder", {
    skip_if_not_installed("callr")
    folder <- folderOf()
    quick(folder = folder)
    lock <- filelock::lock(file.path(folder, "lock"))
    run <- callr::r(function(folder) {
        tryCatch(AttentiveChrome:::.lockRun(folder), error = conditionMessage)
    }, list(folder))
    expect_match(run, "Another run uses")
    filelock::unlock(lock)
    expect_identical(coef(quick(folder = folder)), coef(panel))
})

test_that("a killed run ends in the same bits", {
    skip_on_cran()
    skip_if_not_installed("callr")
    kills <- as.integer(Sys.getenv("ATTENTIVECHROME_KILLS", "4"))
    folder <- folderOf()
    data <- withr::local_tempfile()
    saveRDS(signal, data)
    run <- function() {
        callr::r_bg(function(data, folder) {
            AttentiveChrome::trainCellTypes(readRDS(data), folder,
                epochs = 40, filters = 4, context = 4, seed = 1,
                BPPARAM = BiocParallel::SerialParam(), progress = FALSE)
        }, list(data, folder), libpath = .libPaths())
    }
    moments <- .withSeed(1L, stats::runif(kills, 0, 0.5))
    for (moment in moments) {
        process <- run()
        deadline <- Sys.time() + 60
        while (!file.exists(file.path(folder, "settings.rds")) &&
               Sys.time() < deadline) Sys.sleep(0.01)
        Sys.sleep(moment)
        process$kill()
        process$wait()
    }
    resumed <- trainCellTypes(signal, folder, epochs = 40, filters = 4,
        seed = 1, context = 4, BPPARAM = BiocParallel::SerialParam(),
        progress = FALSE)
    whole <- trainCellTypes(signal, epochs = 40, filters = 4, seed = 1,
        context = 4, BPPARAM = BiocParallel::SerialParam(), progress = FALSE)
    expect_identical(coef(resumed), coef(whole))
    expect_identical(resumed@records[[1L]]$test, whole@records[[1L]]$test)
    expect_setequal(list.files(folder, all.files = TRUE, no.. = TRUE),
                    c("lock", "settings.rds",
                      basename(.recordFile(folder, colnames(signal)))))
})

test_that("no two cell types share a file, and none leaves the folder", {
    names <- c("a/b", "a%2Fb", "%41/../../evil", "..", "K562", "k562", "CON",
               strrep("x", 300), paste0(strrep("x", 300), "y"), "caf\u00e9",
               "cafe\u0301", "a b", "a_b", ".", "nul.", "\u4e2d")
    files <- .recordFile("folder", names)
    expect_identical(anyDuplicated(tolower(files)), 0L)
    expect_match(basename(files), "^cell-[A-Za-z0-9_]*-[0-9a-f]{12}[.]rds$")
    expect_true(all(nchar(basename(files)) < 100L))
    expect_identical(unique(dirname(files)), "folder")

    odd <- signal
    colnames(odd) <- c("a/b", "a%2Fb", "%41/../../evil")
    folder <- file.path(folderOf(), "run")
    own <- quick(odd, folder)
    expect_identical(names(openPanel(folder)), colnames(odd))
    expect_identical(coef(openPanel(folder)), coef(own))
    expect_false(identical(coef(own[["a/b"]]), coef(own[["a%2Fb"]])))
    expect_identical(list.files(dirname(folder)), "run")
})

test_that("a record that is not of this cell type and run is refused", {
    folder <- folderOf()
    quick(folder = folder)
    record <- .recordFile(folder, "cellType1")
    kept <- withr::local_tempfile()
    file.copy(record, kept)
    for (value in list(1:3, NULL, list(model = 1))) {
        saveRDS(value, record)
        expect_error(openPanel(folder), "is not a record file")
        expect_error(quick(folder = folder), "is not a record file")
        .saveSealed(value, record, "record")
        expect_error(openPanel(folder), "not a complete record")
    }
    file.copy(.recordFile(folder, "cellType2"), record, overwrite = TRUE)
    expect_error(openPanel(folder), "must be the record of .*cellType1")
    other <- folderOf()
    quick(folder = other, seed = 2)
    file.copy(.recordFile(other, "cellType1"), record, overwrite = TRUE)
    expect_error(openPanel(folder), "other settings or data")
    file.copy(.settingsFile(folder), record, overwrite = TRUE)
    expect_error(openPanel(folder), "must be a record file")
    file.copy(kept, record, overwrite = TRUE)
    expect_identical(coef(openPanel(folder)), coef(panel))
    saveRDS(list(settings = list(), digests = list(a = 1)),
            .settingsFile(folder))
    expect_error(openPanel(folder), "version 0.99.0")
})

test_that("changed data are reported", {
    skip_if_not_installed("HDF5Array")
    store <- function(x, path) {
        for (name in marks(x)) {
            assay(x, name, withDimnames = FALSE) <- HDF5Array::writeHDF5Array(
                assay(signal, name), path, name)
        }
        x
    }
    path <- withr::local_tempfile(fileext = ".h5")
    stored <- store(signal, path)
    digest <- .digestSignal(stored)
    expect_identical(.digestSignal(stored), digest)
    again <- callr::r(function(x) AttentiveChrome:::.digestSignal(x),
                      list(stored))
    expect_identical(again, digest)
    changed <- function(x) expect_false(identical(.digestSignal(x), digest))
    twice <- swapped <- unit <- stored
    assay(twice, "H3K4me3", withDimnames = FALSE) <-
        assay(stored, "H3K4me3", withDimnames = FALSE) * 2
    changed(twice)
    expect_identical(.digestSignal(twice), callr::r(function(x) {
        AttentiveChrome:::.digestSignal(x)
    }, list(twice)))
    assay(swapped, "H3K4me3", withDimnames = FALSE) <-
        assay(stored, "H3K4me1", withDimnames = FALSE)
    changed(swapped)
    changed(stored[, 3:1])
    changed(stored[60:1, ])
    file.remove(path)
    changed(store(signal[60:1, ], path))
})

test_that("other bins and another preprocessing are other data", {
    folder <- folderOf()
    quick(folder = folder)
    counts <- lapply(stats::setNames(nm = marks(signal)), function(mark) {
        assay(signal, mark)
    })
    wide <- chromatinSignal(counts, labels = expressionLabel(signal),
                            binWidth = 200)
    expect_false(identical(.digestSignal(wide), .digestSignal(signal)))
    expect_error(quick(wide, folder), "same data")
    # Not by normalizeSignal(), which wants a suggested package.
    normalised <- signal
    preprocessing(normalised)$normalization <- "quantile"
    expect_error(quick(normalised, folder), "same data")
})

test_that("Ctrl-C and a time limit end a panel, with a checkpoint only", {
    skip_on_cran()
    skip_on_os("windows")
    skip_if_not_installed("callr")
    big <- simulateChromatin(900, cellTypes = 2, bins = 20, seed = 1,
                             causal = list(H3K4me3 = 9:12), scenario = "blocks")
    run <- function(big, folder, limit = Inf) {
        # Its loading takes long on a busy machine, and catches errors.
        loadNamespace("AttentiveChrome")
        setTimeLimit(elapsed = limit)
        on.exit(setTimeLimit())
        tryCatch(AttentiveChrome::trainCellTypes(big, folder, epochs = 2000,
            filters = 8, context = 8, progress = FALSE,
            BPPARAM = BiocParallel::SerialParam()),
            error = function(e) conditionMessage(e),
            interrupt = function(e) "Ctrl-C")
    }
    records <- function(folder) list.files(folder, "^cell-.*rds$")
    checkpoints <- function(folder) list.files(folder, "checkpoint$")
    folder <- folderOf()
    session <- callr::r_bg(run, list(big, folder))
    deadline <- Sys.time() + 60
    while (length(checkpoints(folder)) == 0L && Sys.time() < deadline) {
        Sys.sleep(0.05)
    }
    session$interrupt()
    session$wait(20000)
    expect_identical(session$get_result(), "Ctrl-C")
    expect_identical(records(folder), character())
    expect_length(checkpoints(folder), 1L)
    folder <- folderOf()
    expect_match(callr::r(run, list(big, folder, 4)), "time limit")
    expect_identical(records(folder), character())
    expect_lt(length(checkpoints(folder)), 2L)
})

test_that("workers whose master was killed stop and write nothing more", {
    skip_on_cran()
    skip_on_os("windows")
    skip_if_not_installed("callr")
    skip_if(Sys.which("pgrep") == "", "no pgrep")
    folder <- folderOf()
    big <- simulateChromatin(300, cellTypes = 2, bins = 20, seed = 1,
                             causal = list(H3K4me3 = 9:12), scenario = "blocks")
    train <- function(big, folder) {
        AttentiveChrome::trainCellTypes(big, folder, epochs = 3000,
            filters = 4, context = 4, progress = FALSE,
            BPPARAM = BiocParallel::MulticoreParam(2))
    }
    master <- callr::r_bg(train, list(big, folder))
    checkpoints <- function() list.files(folder, "checkpoint$")
    deadline <- Sys.time() + 60
    while (length(checkpoints()) < 2L && Sys.time() < deadline) {
        Sys.sleep(0.02)
    }
    workers <- system2("pgrep", c("-P", master$get_pid()), stdout = TRUE)
    expect_length(workers, 2L)
    # Not master$kill(), which kills its workers too.
    tools::pskill(master$get_pid(), tools::SIGKILL)
    isRunning <- function(pid) .Call(ffi_is_running, pid)
    alive <- function() any(vapply(as.integer(workers), isRunning, NA))
    deadline <- Sys.time() + 10
    while (alive() && Sys.time() < deadline) Sys.sleep(0.02)
    expect_false(alive())
    lapply(as.integer(workers), tools::pskill, tools::SIGKILL)
    expect_length(openPanel(folder), 0L)
    expect_length(checkpoints(), 2L)
    left <- list.files(folder, "^[.].*part$", all.files = TRUE)
    expect_identical(left, character())
})

test_that("members of a group can lock in a folder that they share", {
    skip_on_os("windows")
    shared <- withr::local_tempdir()
    Sys.chmod(shared, "2775", use_umask = FALSE)
    before <- Sys.umask("022")
    withr::defer(Sys.umask(before))
    folder <- file.path(shared, "run")
    dir.create(folder)
    Sys.chmod(folder, "2775", use_umask = FALSE)
    quick(folder = folder, cellTypes = "cellType1")
    mode <- function(x) format(file.mode(file.path(folder, x)))
    expect_identical(mode("lock"), "664")
    expect_identical(mode("settings.rds"), "644")
})

test_that("a full disk is reported and loses no finished model", {
    skip_on_cran()
    skip_on_os(c("windows", "mac", "solaris"))
    disk <- folderOf()
    dir.create(disk)
    mounted <- suppressWarnings(system2("mount", c(
        "-t", "tmpfs", "-o", "size=240k", "tmpfs", disk), stdout = FALSE,
        stderr = FALSE)) == 0
    if (!mounted) skip("no right to mount a small disk")
    withr::defer(system2("umount", disk))
    folder <- file.path(disk, "run")
    expect_warning(own <- quick(folder = folder), "could not be written")
    expect_lt(length(own), 3L)
    expect_gt(length(own), 0L)
    kept <- names(own)
    system2("mount", c("-o", "remount,size=20m", disk))
    expect_identical(names(openPanel(folder)), kept)
    expect_identical(coef(quick(folder = folder)), coef(panel))
})

test_that("summary() compares with the published figures", {
    named <- panel
    names(named@records) <- c("E003", "E004", "mine")
    own <- summary(named)
    auroc <- evaluate(panel)$auroc
    expect_equal(own$mean, c(mean(auroc), mean(c(0.77, 0.81))))
    expect_identical(own$cellTypes, 3:2)
    expect_identical(own$better[1L], sum(auroc[1:2] > c(0.77, 0.81)))
    expect_identical(nrow(summary(panel)), 1L)
    expect_output(print(own), "DeepChrome, published")
    figure <- ggplot2::ggplot_build(plot(named))
    expect_equal(figure$plot$data[c("lower", "upper")],
                 as.data.frame(evaluate(panel))[c("aurocLower", "aurocUpper")],
                 ignore_attr = TRUE)
    expect_equal(sort(figure$data[[2L]]$x), sort(auroc))
    expect_equal(sort(figure$data[[3L]]$x), c(0.77, 0.81))
    built <- ggplot2::ggplot_build(plot(panel, "history"))
    expect_identical(nrow(built$data[[1L]]), 9L)
})

test_that("every model is evaluated in every cell type", {
    parts <- suppressMessages(splitGenes(signal))
    cross <- crossCellTypes(panel, parts$test)
    expect_equal(unname(diag(cross)), evaluate(panel)$auroc)
    other <- parts$test[, "cellType3"]
    expect_equal(cross["cellType1", "cellType3"],
                 evaluate(panel[["cellType1"]], other)$auroc)
    expect_output(print(cross), "Own cell type")
    long <- as.data.frame(cross)
    expect_equal(long$auroc[long$model == "cellType1" &
                            long$cellType == "cellType3"],
                 cross["cellType1", "cellType3"])
    expect_output(print(cross), "model +own +others", width = 35)
    some <- parts$test[.areVariable(expressionLabel(parts$test)), ]
    expect_equal(crossCellTypes(panel, parts, genes = "variable"),
                 crossCellTypes(panel, some))
    expect_equal(evaluate(panel, parts$test, genes = "variable"),
                 evaluate(panel, some))
    expect_error(evaluate(panel, genes = "variable"), "need `signal`")
    built <- ggplot2::ggplot_build(plot(cross))
    expect_identical(nrow(built$data[[1L]]), 9L)
})

test_that("models and cell types have one order, their own on the diagonal", {
    parts <- suppressMessages(splitGenes(signal))
    mixed <- parts$test[, c(3, 1, 2)]
    cross <- crossCellTypes(panel, mixed)
    expect_identical(colnames(cross), names(panel))
    expect_equal(unclass(cross), unclass(crossCellTypes(panel, parts$test)))
    colnames(mixed) <- c("other", "cellType1", "cellType2")
    cross <- crossCellTypes(panel, mixed)
    expect_identical(colnames(cross), c("cellType1", "cellType2", "other"))
    part <- structure(matrix(c(0.9, 0.6, 0.5, 0.8), 2, dimnames = list(
        c("b", "a"), c("a", "b"))), class = class(cross))
    built <- ggplot2::ggplot_build(plot(part))
    expect_identical(levels(built$plot$data$cellType), c("b", "a"))
    expect_identical(levels(built$plot$data$model), c("a", "b"))
    text <- built$data[[2L]]
    expect_identical(text$colour, ifelse(text$label %in% c("0.90", "0.80"),
                                         "white", "black"))
})

test_that("a clustered heat map has like cell types side by side", {
    att <- attention(panel, signal)
    first <- c(cellType1 = 0.8, cellType2 = 0.1, cellType3 = 0.75)
    beta <- assay(att, "beta")
    beta[] <- 0.05
    for (name in names(first)) {
        beta[, name, 1L] <- first[[name]]
        beta[, name, 2L] <- 0.85 - first[[name]]
    }
    assay(att, "beta", withDimnames = FALSE) <- beta
    data <- plotMarkAttention(att, cluster = TRUE)$data
    place <- match(names(first), levels(data$cellType))
    expect_identical(abs(place[1L] - place[3L]), 1L)
})

test_that("a seed has 28 bits of the cell type's name", {
    seeds <- vapply(sprintf("E%03d", 1:500), .seedOf, 0L, seed = 1L)
    expect_false(anyNA(seeds))
    expect_true(max(seeds) > 2^27 && max(seeds) < 2^28)
    expect_identical(anyDuplicated(seeds), 0L)
    expect_false(any(seeds == vapply(names(seeds), .seedOf, 0L, seed = 2L)))
})

test_that("wrong input is reported", {
    folder <- folderOf()
    quick(folder = folder)
    full <- folderOf()
    dir.create(full)
    writeLines("mine", file.path(full, "notes.txt"))
    expect_snapshot(error = TRUE, transform = function(lines) {
        gsub("['\"]?/[^ '\"]*(file[0-9a-f]+)['\"]?", "PATH", lines)
    }, {
        quick(folder = folder, clip = 2)
        quick(folder = folder, seed = 7)
        quick(folder = full)
        quick(cellTypes = "K562")
        quick(1)
        quick("no such folder")
        quick(list(signal))
        quick(list(a = signal))
        quick(validation = signal)
        quick(dropuot = 0.5)
        openPanel(full)
        panel[["K562"]]
        predict(panel, simulateChromatin(10, cellTypes = 4, bins = 20,
            causal = list(), seed = 1))
        crossCellTypes(1, signal)
    })
})

test_that("print() shows the panel", {
    expect_output(print(panel), "Panel of 3 cell types")
})

test_that("a panel is not trained further as a whole", {
    expect_error(update(panel, signal), "panel of 3 models.*cellType1")
})
