#' What the core computes with
#'
#' Tells what limits the speed of training and prediction on this machine: the
#' kernels of the compiled core, R's BLAS and the number of threads. Add it to
#' a report of a slow run or of results that differ in their last digits.
#'
#' Single precision, the default, and mixed precision use the core's own
#' kernels, one set for each instruction set of the processor. BLAS matters for
#' `precision = "double"` of [attentiveChrome()] alone, which serves to check
#' gradients and to compare with other implementations. OpenBLAS is three to
#' seven times as fast there as the reference BLAS (`bench/results/blas.md`). On
#' Debian and Ubuntu, `apt install libopenblas0-pthread` makes it R's BLAS.
#'
#' While the core computes, it holds OpenBLAS to one thread, so it never uses
#' more threads than `threads`, and the result does not depend on their number
#' or on the variable `OPENBLAS_NUM_THREADS`.
#' R's other matrix products keep theirs. Other BLAS libraries with threads must
#' be limited by their own variables, such as `MKL_NUM_THREADS`.
#'
#' @return A list of class `coreInfo`:
#'   * `version`, that of the package;
#'   * `precision`, the precisions that can be trained in here: `"single"`,
#'     `"double"` and, with AVX512-BF16, `"mixed"`;
#'   * `kernels`, a list with the names of the kernels in use: `single`,
#'     `double`, and `mixed`, `NA` where the processor lacks them;
#'   * `available`, the kernels that `options(AttentiveChrome.simd = )` can
#'     choose for single precision, the fastest first;
#'   * `blas`, a list: `name`, with the version where the library tells it;
#'     `path`; `lapack`, the path of LAPACK; and `lapackVersion`;
#'   * `threads`, the number that is used if the argument `threads` is not
#'     given;
#'   * `processors`, how many this process may use.
#' @seealso [AttentiveChrome-package] for the options
#' @export
#' @examples
#' coreInfo()
#' coreInfo()$kernels$single
coreInfo <- function() {
    mixed <- setdiff(.mixedLevels(), "plain-bf16")[1L]
    structure(list(
        version = as.character(utils::packageVersion("AttentiveChrome")),
        precision = c("single", "double", if (!is.na(mixed)) "mixed"),
        kernels = list(single = .simdLevel(), double = "plain", mixed = mixed),
        available = .simdLevel(available = TRUE),
        blas = .blasInfo(extSoftVersion()[["BLAS"]], .Call(ffi_openblas)),
        threads = .threads(NULL),
        processors = .Call(ffi_processors)), class = "coreInfo")
}

# `config`: how OpenBLAS describes itself, or NA.
.blasInfo <- function(path, config) {
    list(name = .blasName(normalizePath(path, mustWork = FALSE), config),
         path = path, lapack = La_library(), lapackVersion = La_version())
}

# Libraries by their files; OpenBLAS is known by its functions.
.blasFiles <- c("openblas" = "OpenBLAS", "mkl" = "MKL", "atlas" = "ATLAS",
                "flexiblas" = "FlexiBLAS", "blis" = "BLIS",
                "accelerate|veclib" = "Accelerate", "rblas" = "R's own",
                "libblas" = "reference")

.blasName <- function(path, config = NA) {
    if (!is.na(config)) {
        return(sub("^(OpenBLAS *[0-9.]*[0-9]).*", "\\1", config))
    }
    there <- vapply(names(.blasFiles), grepl, NA, tolower(path))
    if (any(there)) .blasFiles[[which(there)[1L]]] else "unknown"
}

#' @rdname coreInfo
#' @param x The result of `coreInfo()`.
#' @param ... Not used.
#' @export
print.coreInfo <- function(x, ...) {
    line <- function(title, ...) {
        cat(sprintf("%-18s", title), ..., "\n", sep = "")
    }
    mixed <- x$kernels$mixed
    cat("AttentiveChrome", x$version, "\n")
    line("Single precision", x$kernels$single, " kernels, of ",
         paste(x$available, collapse = ", "))
    line("Mixed precision", if (is.na(mixed))
        "not here: the processor lacks AVX512-BF16"
        else paste(mixed, "kernels"))
    line("Double precision", x$kernels$double, " kernels, products by BLAS")
    line("BLAS", x$blas$name, if (nzchar(x$blas$path)) ", ", x$blas$path)
    line("LAPACK", x$blas$lapackVersion, ", ", x$blas$lapack)
    line("Threads", x$threads, " by default, of ", x$processors,
         if (x$processors == 1L) " processor" else " processors")
    invisible(x)
}

# Until the calling function returns, OpenBLAS has one thread. Its threads wait
# busily, which costs a baseline more than they gain, and would be too many
# beside other workers.
.holdBlas <- function(frame = parent.frame()) {
    held <- .Call(ffi_hold_blas)
    withr::defer(.Call(ffi_release_blas, held), frame)
}
