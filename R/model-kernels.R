# The kernels of the core: the fastest that the processor supports, or those of
# options(AttentiveChrome.simd = ).
.simdLevel <- function(available = FALSE) {
    .checkFlag(available, "available")
    levels <- .Call(ffi_kernels)
    if (available) return(levels)
    wanted <- getOption("AttentiveChrome.simd", levels[1L])
    .checkChoice(wanted, "options(AttentiveChrome.simd)", levels)
}
