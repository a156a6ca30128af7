# What the core is called with: sizes, memory, and the boundary itself.

network <- function(bins = 6L, marks = 2L, size = list(hidden = 3L),
                    precision = "single") {
    names <- paste0("mark", seq_len(marks))
    stages <- .stagesOf("lstm-alpha-beta", names, bins, size)
    list(core = .network(stages, 1L, precision),
         count = sum(vapply(.parameterShapes(stages, names), prod, 0)))
}

# The machine as it would be with so much memory.
withMemory <- function(bytes, code) {
    space <- asNamespace("AttentiveChrome")
    own <- space$.availableMemory
    replace <- function(value) {
        unlockBinding(".availableMemory", space)
        assign(".availableMemory", value, space)
        lockBinding(".availableMemory", space)
    }
    replace(function() bytes)
    on.exit(replace(own))
    code
}

test_that("threads and mini-batches too large for an integer are reported", {
    signal <- simulateChromatin(genes = 20, seed = 1)
    for (threads in c(2^31, 1e300)) {
        expect_error(attentiveChrome(signal, threads = threads),
                     "`threads` must be one whole number from 1 to 2147483647")
    }
    withr::with_envvar(c(OMP_NUM_THREADS = "99999999999"), {
        expect_error(attentiveChrome(signal), "`threads`.*It is 99999999999")
    })
    expect_error(attentiveChrome(signal, batchSize = 2^31),
                 "`batchSize` must be one whole number from 1 to 2147483647")
})

test_that("a network too large for any machine is refused, with its sizes", {
    signal <- simulateChromatin(genes = 20, seed = 1)
    expect_error(attentiveChrome(signal, recipe = "published", hidden = 1e5),
                 "100 bins x 5 marks.*100000 units.*more memory than any",
                 class = "noMemory")
    big <- network(bins = 5000L, marks = 60L, size = list())
    bytes <- .networkBytes(big$core, "train")
    expect_gt(bytes, 9e9)
    expect_lt(bytes, 11e9)
    withMemory(8e9, {
        expect_error(.checkMemory(big$core, "train"), paste0(
            "5000 bins x 60 marks.*32 units.*", bytes,
            " bytes.*8.0 GB .8000000000 bytes. are available"))
        expect_silent(.checkMemory(big$core, "predict"))
    })
})

test_that("a fit is refused before anything is taken", {
    signal <- simulateChromatin(genes = 20, seed = 1)
    withMemory(1e9, {
        expect_error(attentiveChrome(signal, recipe = "published",
                                     hidden = 2000), class = "noMemory")
    })
})

# More than 2^48 bytes, of which no address space has room, with few parameters.
test_that("a failed allocation gives the same message", {
    copies <- 1e5
    steps <- 2^25
    stages <- list(.stage("lstm", "binLstm", copies, steps, 1, 1),
                   .stage("attention", "binAttention", copies, steps, 2),
                   .stage("dense", "head", 1, 1, 2 * copies, 1))
    core <- .network(stages, 1L, "double")
    parameters <- numeric(copies * (2 * 4 * 4 + 2) + 2 * copies + 1)
    genes <- list(x = numeric(), y = NULL)
    withMemory(Inf, {
        expect_error(.predictGenes(core, parameters, genes),
                     "33554432 bins x 100000 marks.*GB", class = "noMemory")
        expect_error(.logitGradient(core, parameters, genes),
                     class = "noMemory")
    })
})

test_that("available memory respects the system and control groups", {
    expect_gt(.availableMemory(), 0)
    expect_identical(.systemMemory(tempfile()), Inf)
    meminfo <- withr::local_tempfile(lines = c(
        "MemTotal:  9 kB", "MemAvailable:   100 kB", "SwapFree:  10 kB"))
    expect_identical(.systemMemory(meminfo), 1024 * 110)
    expect_identical(.pathsAbove("/a/b"), c("", "/a", "/a/b"))
    expect_identical(.pathsAbove("/"), "")
    group <- withr::local_tempdir()
    write <- function(name, text) writeLines(text, file.path(group, name))
    expect_identical(.groupLeft(group), NA_real_)
    write("memory.current", "700")
    write("memory.max", "max")
    expect_identical(.groupLeft(group), NA_real_)
    write("memory.max", "1000")
    expect_identical(.groupLeft(group), 300)
    write("memory.stat", c("anon 5", "inactive_file 200"))
    expect_identical(.groupLeft(group), 500)
})

test_that("numbers outside of the core's range are refused", {
    good <- network()$core
    changed <- function(field, value) {
        bad <- good
        if (is.null(value)) bad$stages[[field]] <- numeric()
        else bad$stages[[field]][1L] <- value
        bad
    }
    bytes <- function(core) .Call(ffi_memory, core, "predict")
    expect_gt(bytes(good), 0)
    for (value in list(NaN, NA_real_, 1e300, -1, 2.5, Inf, 2^31)) {
        for (field in c("copies", "steps", "inputs", "units", "window")) {
            expect_error(bytes(changed(field, value)), paste0(
                "'", field, "' must be a whole number"))
        }
    }
    for (name in list("lstms", NA_character_, "")) {
        expect_error(bytes(changed("layer", name)), "no layer is called")
    }
    expect_error(.Call(ffi_memory, good, "forecast"), "no use is called")
    expect_error(bytes(changed("rate", NULL)), "'rate' must have 5 numbers")
    expect_error(bytes(modifyList(good, list(threads = NaN))), "'threads'")
    expect_error(bytes(modifyList(good, list(seed = 3e9))), "'seed'")
    empty <- good
    empty$stages <- lapply(good$stages, `[`, 0L)
    expect_error(bytes(empty), "must be one or more names")
    expect_error(.Call(ffi_predict, empty, numeric(),
                       list(x = numeric(), y = NULL), FALSE),
                 "must be one or more names")
})

test_that("settings and state of a training are checked at the boundary", {
    own <- network()
    zeros <- numeric(own$count)
    train <- function(steps = 0, batchSize = 2L, learningRate = 0.1,
                      clip = 1) {
        state <- list(parameters = zeros, first = zeros, second = zeros,
                      steps = steps)
        .trainEpoch(own$core, state, list(x = numeric(24), y = c(0, 1)), 0:1,
                    list(batchSize = batchSize, learningRate = learningRate,
                         weightDecay = numeric(),
                         clip = clip))
    }
    expect_identical(train()$steps, 1)
    expect_error(train(steps = NaN), "'steps'")
    expect_error(train(steps = -1), "'steps'")
    expect_error(train(batchSize = 1e300), "'batchSize'")
    expect_error(train(learningRate = NaN), "'learningRate'")
    expect_error(train(clip = NaN), "'clip'")
})

test_that("a time limit that is reached within the core is R's own error", {
    own <- network(100L, 5L, list())
    genes <- list(x = rep(1, 500 * 20000), y = NULL)
    reached <- tryCatch({
        setTimeLimit(elapsed = 0.1, transient = TRUE)
        .predictGenes(own$core, numeric(own$count), genes)
    }, error = identity, interrupt = identity, finally = setTimeLimit())
    expect_s3_class(reached, "simpleError")
    expect_match(conditionMessage(reached), "reached elapsed time limit")
})

test_that("the condition that stopped the core is raised again", {
    raise <- function(stopped) {
        tryCatch(.orStopped(list(stopped = stopped)), error = conditionMessage,
                 interrupt = function(e) "interrupt")
    }
    interrupt <- structure(class = c("interrupt", "condition"),
                           list(message = "", call = NULL))
    expect_identical(raise(interrupt), "interrupt")
    expect_identical(raise("interrupted"), "interrupt")
    expect_identical(raise(simpleError("reached CPU time limit")),
                     "reached CPU time limit")
    expect_identical(.orStopped(list(stopped = NULL, a = 1))$a, 1)
    expect_null(.orStopped(NULL))
})

test_that("the library is unloaded with the package", {
    skip_if_not_installed("callr")
    loaded <- callr::r(function(paths) {
        .libPaths(paths)
        signal <- AttentiveChrome::simulateChromatin(genes = 20, seed = 1)
        AttentiveChrome::attentiveChrome(signal, epochs = 1, filters = 2,
                                         context = 2, threads = 2)
        unloadNamespace("AttentiveChrome")
        gc()
        "AttentiveChrome" %in% names(getLoadedDLLs())
    }, list(.libPaths()))
    expect_false(loaded)
})
