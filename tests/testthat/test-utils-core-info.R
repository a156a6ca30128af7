# What the core computes with, and the threads of BLAS.

test_that("kernels, precisions and threads are those that are used", {
    withr::local_options(AttentiveChrome.simd = NULL,
                         AttentiveChrome.threads = 3)
    info <- coreInfo()
    expect_identical(info$kernels$single, .network(
        .stagesOf("additive", "a", 5L, list()), 1L, "single")$kernels)
    expect_identical(info$available, .simdLevel(available = TRUE))
    expect_identical("mixed" %in% info$precision, !is.na(info$kernels$mixed))
    expect_identical(info$threads, 3L)
    expect_identical(info$blas$path, extSoftVersion()[["BLAS"]])
    expect_gte(info$processors, 1L)
    withr::local_options(AttentiveChrome.simd = "plain")
    expect_identical(coreInfo()$kernels$single, "plain")
})

test_that("processors are those of this process, not of the machine", {
    skip_on_os(c("windows", "mac", "solaris"))
    skipWithout("callr")
    skip_if_not(nzchar(Sys.which("taskset")), "taskset")
    count <- callr::r(function() {
        system2("taskset", c("-cp", "0", Sys.getpid()), stdout = FALSE)
        AttentiveChrome::coreInfo()$processors
    })
    expect_identical(count, 1L)
})

test_that("BLAS libraries are recognised", {
    expect_identical(.blasName("/x", "OpenBLAS 0.3.21 NO_LAPACKE Zen"),
                     "OpenBLAS 0.3.21")
    expect_identical(.blasName("/opt/intel/libmkl_rt.so"), "MKL")
    expect_identical(.blasName("/usr/lib/blas/libblas.so.3.11.0"), "reference")
    expect_identical(.blasName("/usr/lib/R/lib/libRblas.so"), "R's own")
    expect_identical(.blasName("/usr/lib/atlas/libblas.so.3"), "ATLAS")
    expect_identical(.blasName(""), "unknown")
})

test_that("it prints what the processor lacks", {
    info <- coreInfo()
    info$kernels$mixed <- NA_character_
    out <- capture.output(print(info))
    expect_match(out, "Mixed precision +not here.*AVX512-BF16", all = FALSE)
    expect_match(out, "^Single precision +[a-z0-9]+ kernels", all = FALSE)
    info$kernels$mixed <- "avx512-bf16"
    expect_match(capture.output(print(info)), "avx512-bf16 kernels",
                 all = FALSE)
})

# Without the core's hold, one of two threads takes other shares of a product,
# whose last bits differ, and the time of both.
test_that("OpenBLAS has one thread in the core, and its own outside", {
    skip_if(is.na(.Call(ffi_openblas)), "another BLAS")
    skip_if(.Call(ffi_processors) < 2L, "one processor")
    skipWithout("callr")
    run <- function(threads) {
        callr::r(function() {
            own <- asNamespace("AttentiveChrome")
            marks <- paste0("mark", 1:5)
            stages <- own$.stagesOf("deepchrome", marks, 100L, list())
            count <- sum(vapply(own$.parameterShapes(stages, marks), prod, 0))
            set.seed(1)
            genes <- list(x = as.double(stats::rpois(500 * 32, 3)),
                          y = rep(c(0, 1), 16))
            own$.lossGradient(own$.network(stages, 1L, "double"),
                              stats::runif(count, -0.1, 0.1), genes)$gradient
        }, env = c(callr::rcmd_safe_env(), OPENBLAS_NUM_THREADS = threads))
    }
    expect_identical(run("2"), run("1"))
})

test_that("OpenBLAS has one thread while a baseline is fitted", {
    skip_if(is.na(.Call(ffi_openblas)), "R's BLAS is not OpenBLAS")
    threads <- .Call(ffi_hold_blas) # 0 on one processor
    skip_if(threads == 0, "OpenBLAS has one thread")
    .Call(ffi_release_blas, threads)
    inside <- function() {
        .holdBlas()
        .Call(ffi_hold_blas)
    }
    expect_identical(inside(), 0L)
    expect_identical(.Call(ffi_hold_blas), threads)
    .Call(ffi_release_blas, threads)
})
