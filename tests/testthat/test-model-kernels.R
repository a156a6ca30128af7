# Every kernel table that this machine can run gives what plain C gives.

levels <- .simdLevel(available = TRUE)

randomWork <- function(marks, bins, hidden, markHidden, genes = 37L) {
    names <- paste0("mark", seq_len(marks))
    stages <- .stagesOf("lstm-alpha-beta", names, bins,
                        list(hidden = hidden, markHidden = markHidden))
    count <- sum(vapply(.parameterShapes(stages, names), prod, 0))
    withr::with_seed(1, list(
        stages = stages, parameters = stats::runif(count, -0.3, 0.3),
        genes = list(x = as.double(stats::rpois(marks * bins * genes, 3)),
                     y = as.double(stats::rbinom(genes, 1L, 0.5)))))
}

runWork <- function(work, level, precision = "single") {
    withr::local_options(AttentiveChrome.simd = level)
    network <- .network(work$stages, 1L, precision)
    predicted <- .predictGenes(network, work$parameters, work$genes, TRUE)
    c(.lossGradient(network, work$parameters, work$genes), predicted)
}

test_that("the fastest table is taken, plain C is always there, others can be
          forced", {
    expect_identical(levels[length(levels)], "plain")
    withr::local_options(AttentiveChrome.simd = NULL)
    expect_identical(.simdLevel(), levels[1L])
    withr::local_options(AttentiveChrome.simd = "plain")
    expect_identical(.simdLevel(), "plain")
    withr::local_options(AttentiveChrome.simd = "mmx")
    expect_error(.simdLevel(), "AttentiveChrome.simd.*must be one of.*plain")
})

test_that("all tables agree with double precision in every shape", {
    shapes <- list(c(5L, 100L, 32L, 16L), c(1L, 1L, 1L, 1L),
                   c(3L, 20L, 8L, 4L), c(2L, 7L, 5L, 3L), c(4L, 9L, 33L, 17L),
                   c(7L, 30L, 64L, 2L))
    for (shape in shapes) {
        work <- do.call(randomWork, as.list(shape))
        truth <- runWork(work, "plain", "double")
        for (level in levels) {
            own <- runWork(work, level)
            worst <- vapply(c("loss", "gradient", "dx", "logit"), function(n) {
                max(abs(own[[n]] - truth[[n]]))
            }, 0)
            worst["alpha"] <- max(abs(own$attention[[2L]] -
                                          truth$attention[[2L]]))
            expect_lt(max(worst), 1e-5, label = paste(
                level, paste(shape, collapse = "x"),
                paste(names(worst), signif(worst, 2), collapse = " ")))
        }
    }
})

test_that("all tables agree with double precision in every architecture", {
    marks <- paste0("mark", 1:3)
    for (name in listArchitectures()$architecture) {
        stages <- .stagesOf(name, marks, 40L, list())
        shapes <- .parameterShapes(stages, marks)
        work <- withr::with_seed(1, list(
            stages = stages,
            parameters = stats::runif(sum(vapply(shapes, prod, 0)), -0.1, 0.1),
            genes = list(x = as.double(stats::rpois(3 * 40 * 20, 3)),
                         y = as.double(stats::rbinom(20, 1L, 0.5)))))
        truth <- runWork(work, "plain", "double")
        for (level in levels) {
            own <- runWork(work, level)
            for (n in c("loss", "gradient", "dx", "logit")) {
                expect_lt(max(abs(own[[n]] - truth[[n]])), 1e-5,
                          label = paste(name, level, n))
            }
        }
    }
})

test_that("threads give the same bits with every table", {
    work <- randomWork(3L, 20L, 16L, 8L)
    train <- function(level, threads) {
        withr::local_options(AttentiveChrome.simd = level)
        zeros <- 0 * work$parameters
        .trainEpoch(.network(work$stages, threads, "single"),
                    list(parameters = work$parameters, first = zeros,
                         second = zeros, steps = 0),
                    work$genes, seq_along(work$genes$y) - 1L,
                    list(batchSize = 8, learningRate = 0.01,
                         weightDecay = numeric(), clip = 1))
    }
    for (level in levels) {
        one <- train(level, 1L)
        for (threads in c(2L, 3L, 8L)) {
            expect_identical(train(level, threads), one)
        }
    }
})

test_that("threads are taken from argument, option and variable in this
          order", {
    withr::local_options(AttentiveChrome.threads = NULL)
    withr::local_envvar(OMP_NUM_THREADS = "")
    expect_identical(.threads(NULL), 1L)
    withr::local_envvar(OMP_NUM_THREADS = "2,4")
    expect_identical(.threads(NULL), 2L)
    withr::local_options(AttentiveChrome.threads = 3)
    expect_identical(.threads(NULL), 3L)
    expect_identical(.threads(4), 4L)
})

test_that("a fork after threaded work does not hang", {
    skip_on_os("windows")
    skip_if_not_installed("callr")
    # in a process of its own: it is killed when it hangs
    out <- callr::r(function() {
        library(AttentiveChrome)
        signal <- simulateChromatin(40, seed = 1)
        fit <- function(seed) {
            coef(attentiveChrome(signal, epochs = 1, filters = 8,
                                 context = 8, threads = 2, seed = seed))
        }
        here <- lapply(1:2, fit)
        forked <- parallel::mclapply(1:2, fit, mc.cores = 2)
        identical(here, forked)
    }, timeout = 60)
    expect_true(out)
})
