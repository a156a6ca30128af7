# The kernels of the core: the fastest that the processor supports, or those of
# options(AttentiveChrome.simd = ).
.simdLevel <- function(available = FALSE) {
    .checkFlag(available, "available")
    levels <- .Call(ffi_kernels, FALSE)
    if (available) return(levels)
    wanted <- getOption("AttentiveChrome.simd", levels[1L])
    .checkChoice(wanted, "options(AttentiveChrome.simd)", levels)
}

# Those of a precision; double has only one.
.kernelsOf <- function(precision) {
    if (precision == "mixed") .mixedLevel() else .simdLevel()
}

.mixedLevels <- function() .Call(ffi_kernels, TRUE)

# The kernels of mixed precision. The plain ones, which are always there, are a
# reference for tests: they are slower than single precision.
.mixedLevel <- function(levels = .mixedLevels()) {
    levels <- setdiff(levels, "plain-bf16")
    if (length(levels) == 0L) {
        .stop("{.arg precision} = {.val mixed} needs a processor with
               AVX512-BF16",
              x = "This one lacks these instructions; its fastest kernels are
                   {.val {(.simdLevel(available = TRUE)[1])}}.",
              i = "Use {.code precision = \"single\"}.")
    }
    levels[1L]
}

.checkPrecision <- function(precision) {
    precision <- .checkChoice(precision, "precision",
                              c("single", "double", "mixed"))
    if (precision == "mixed") .mixedLevel()
    precision
}

# The precision of predictions and explanations: mixed is for training alone.
.exactPrecision <- function(precision) {
    if (precision == "mixed") "single" else precision
}

.exactNetwork <- function(network) {
    if (network$precision == "mixed") {
        network[c("precision", "kernels")] <- list("single", .simdLevel())
    }
    network
}
