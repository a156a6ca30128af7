# How the time grows with genes, bins and marks, by kernel table and by
# precision. Writes bench/results/scaling.md.
source(file.path("bench", "speed.R"))

milliseconds <- function(...) {
    work <- makeWork(...)
    times <- vapply(1:3, function(i) timeTraining(work, 16), 0)
    stats::median(times) * work$count
}

# The exponent of a power law: 1 is linear.
slope <- function(size, time) {
    unname(stats::coef(stats::lm(log(time) ~ log(size)))[2L])
}

vary <- function(what, sizes, ...) {
    times <- vapply(sizes, function(size) {
        do.call(milliseconds, c(stats::setNames(list(size), what), ...))
    }, 0)
    data.frame(`grows` = what, sizes = paste(sizes, collapse = ", "),
               `ms an epoch` = paste(round(times), collapse = ", "),
               exponent = slope(sizes, times), check.names = FALSE)
}

genes <- sized(480L, 16L)
growth <- rbind(
    vary("genes", genes * c(1L, 2L, 4L, 8L)),
    vary("bins", c(100L, 200L, 500L, 1000L), list(genes = genes)),
    vary("marks", c(5L, 7L, 9L, 12L), list(genes = genes)))

levels <- AttentiveChrome:::.simdLevel(available = TRUE)
kernels <- do.call(rbind, lapply(levels, function(level) {
    options(AttentiveChrome.simd = level)
    work <- makeWork(genes)
    train <- stats::median(vapply(1:3, function(i) timeTraining(work, 16), 0))
    predict <- stats::median(vapply(1:3, function(i) {
        timePrediction(work, 16)
    }, 0))
    data.frame(kernels = level, `training, ms a gene` = train,
               `prediction, ms a gene` = predict, check.names = FALSE)
}))
options(AttentiveChrome.simd = NULL)
double <- makeWork(genes, precision = "double")
kernels <- rbind(kernels, data.frame(
    kernels = "double precision (R's BLAS)",
    `training, ms a gene` = timeTraining(double, 16),
    `prediction, ms a gene` = timePrediction(double, 16),
    check.names = FALSE))

writeResult("scaling.md", c("## Growth", "",
    "One epoch, one thread, batch 16; exponent 1 is linear.", "",
    markdown(growth), "", "## Kernels", "",
    paste("One thread, batch 16. R's BLAS here:",
          basename(extSoftVersion()[["BLAS"]])),
    "", markdown(kernels), ""))
