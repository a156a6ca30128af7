# Mixed precision: the plain kernels of it run anywhere, those of the processor
# where it has AVX512-BF16.

levels <- .mixedLevels()

mixedWork <- function(architecture, bins, genes = 21L) {
    marks <- smallMarks(architecture)
    target <- goldenTarget(list(architecture = architecture))
    stages <- .stagesOf(architecture, marks, bins, list())
    shapes <- .parameterShapes(stages, marks)
    outputs <- length(.outputsOf(stages, target)$at)
    withr::with_seed(1, list(
        stages = stages, target = target,
        parameters = stats::runif(sum(vapply(shapes, prod, 0)), -0.2, 0.2),
        genes = list(x = stats::rexp(length(marks) * bins * genes),
                     y = as.double(stats::rbinom(genes * outputs, 1L, 0.5)))))
}

workNetwork <- function(work, precision, threads = 1L) {
    .network(work$stages, threads, precision, target = work$target)
}

mixedNetwork <- function(work, level, threads = 1L) {
    network <- workNetwork(work, "single", threads)
    network$kernels <- level
    network
}

gradientOf <- function(network, work) {
    .lossGradient(network, work$parameters, work$genes)
}

size <- function(x) sqrt(sum(x^2))

skipWithoutBf16 <- function() {
    skip_if_not("avx512-bf16" %in% levels, "AVX512-BF16")
}

test_that("the plain kernels of mixed precision round, and no more than
          bfloat16 does, in every architecture", {
    for (name in names(.architectures)) {
        work <- mixedWork(name, 24L, 9L)
        truth <- gradientOf(workNetwork(work, "double"), work)
        own <- gradientOf(mixedNetwork(work, "plain-bf16"), work)
        for (part in c("gradient", "dx")) {
            error <- size(own[[part]] - truth[[part]]) / size(truth[[part]])
            expect_lt(error, 0.1, label = paste(name, part))
            expect_gt(error, 1e-5, label = paste(name, part))
        }
    }
})

test_that("the processor's kernels do what the plain ones do, in every
          architecture", {
    skipWithoutBf16()
    for (name in names(.architectures)) {
        work <- mixedWork(name, 50L)
        truth <- gradientOf(workNetwork(work, "double"), work)
        plain <- gradientOf(mixedNetwork(work, "plain-bf16"), work)
        own <- gradientOf(mixedNetwork(work, "avx512-bf16"), work)
        for (part in c("gradient", "dx")) {
            rounding <- size(plain[[part]] - truth[[part]])
            expect_lt(size(own[[part]] - plain[[part]]), rounding / 2,
                      label = paste(name, part))
        }
    }
})

test_that("threads give the same bits in mixed precision", {
    for (level in levels) {
        work <- mixedWork("lstm-alpha-beta", 10L)
        one <- gradientOf(mixedNetwork(work, level), work)
        expect_identical(gradientOf(mixedNetwork(work, level, 3L), work), one)
    }
})

test_that("mixed precision is never the default", {
    expect_false(any(grepl("bf16", .simdLevel(available = TRUE))))
    expect_identical(eval(formals(attentiveChrome)$precision)[1L], "single")
})

test_that("a processor without AVX512-BF16 is an error that says so", {
    expect_error(.mixedLevel("plain-bf16"),
                 "precision.*mixed.*AVX512-BF16.*lacks.*single")
    expect_identical(.mixedLevel(c("avx512-bf16", "plain-bf16")), "avx512-bf16")
    skip_if("avx512-bf16" %in% levels, "AVX512-BF16")
    expect_error(quickModel(smallParts(), precision = "mixed"), "AVX512-BF16")
})

test_that("a model that is trained in mixed precision predicts in single", {
    skipWithoutBf16()
    parts <- smallParts()
    model <- quickModel(parts, precision = "mixed")
    other <- quickModel(parts)
    expect_identical(model@training$precision, "mixed")
    expect_false(identical(coef(model), coef(other)))
    expect_equal(coef(model), coef(other), tolerance = 0.05)
    single <- model
    single@training$precision <- "single"
    expect_identical(predict(model, parts$test), predict(single, parts$test))
    expect_identical(attribution(model, parts$test, method = "saliency"),
                     attribution(single, parts$test, method = "saliency"))
    expect_s4_class(update(model, parts$train, epochs = 1, seed = 1,
                           progress = FALSE), "AttentiveChromeModel")
})
