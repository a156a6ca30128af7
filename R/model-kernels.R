#' The kernels that the core computes with
#'
#' In single precision the core has kernels for several instruction sets and
#' takes the fastest that the processor can run: `"avx512"`, `"avx2"`,
#' `"neon"`, or `"plain"` C, which runs anywhere.
#' `options(AttentiveChrome.simd = "plain")` forces another; results then differ
#' in the last digits. Double precision has its products from R's BLAS.
#'
#' @param available `TRUE` for all that the processor can run.
#' @return The name of the kernels in use; with `available = TRUE` the names
#'   of all, the fastest first.
#' @export
#' @examples
#' simdLevel()
#' simdLevel(available = TRUE)
simdLevel <- function(available = FALSE) {
    .checkFlag(available, "available")
    levels <- .Call(ffi_kernels)
    if (available) return(levels)
    wanted <- getOption("AttentiveChrome.simd", levels[1L])
    .checkChoice(wanted, "options(AttentiveChrome.simd)", levels)
}
