#' AttentiveChrome: gene expression from histone marks, with attention
#'
#' Predicts high or low gene expression from histone mark signal around the
#' transcription start site (TSS). The attention of a model shows where on each
#' mark it looked (attention over the bins, alpha) and at which marks (attention
#' over the marks, beta).
#'
#' A typical workflow:
#' 1. Create a signal with [chromatinExperiment()] (from reads or tracks),
#'    [chromatinSignal()] or [readChromeTable()].
#' 2. Check it with [checkSignal()] and split its genes with [splitGenes()], by
#'    chromosome if they are real; [checkSplit()] shows what the parts share.
#' 3. Train a model with [attentiveChrome()]; for other architectures, see
#'    [listArchitectures()].
#' 4. Evaluate it with [evaluate()][evaluate.AttentiveChromeModel].
#' 5. Compute its [attention()], and plot it with [plotAttention()],
#'    [plotMarkAttention()] and [plotGene()].
#'
#' @section Options:
#' * `AttentiveChrome.threads`: number of threads if the argument `threads` is
#'   not given. The default is the environment variable `OMP_NUM_THREADS`, or 1
#'   if it is not set.
#' * `AttentiveChrome.simd`: the kernels that the core uses in single precision:
#'   `"avx512"`, `"avx2"`, `"neon"` or `"plain"`. The default is the fastest
#'   that the processor supports. Results of different kernels differ in the
#'   last digits. `precision = "mixed"` of [attentiveChrome()] has kernels of
#'   its own. [coreInfo()] shows what is used.
#'
#' @references Singh R, Lanchantin J, Sekhon A, Qi Y (2017). Attend and
#'   Predict: Understanding Gene Regulation by Selective Attention on
#'   Chromatin. Advances in Neural Information Processing Systems 30.
#'   <https://arxiv.org/abs/1708.00339>
#' @keywords internal
#' @useDynLib AttentiveChrome, .registration = TRUE
#' @import methods
#' @import SummarizedExperiment
#' @importFrom S4Vectors DataFrame mcols mcols<- metadata metadata<-
#' @importFrom IRanges relist
#' @importFrom BiocGenerics cbind rbind strand updateObject
#' @importFrom S4Vectors combineCols combineRows
"_PACKAGE"

# The data that ggplot2::aes() reads from; importing it would load ggplot2,
# which is loaded on use instead.
utils::globalVariables(".data")

# gc() runs pending finalizers, whose code is unloaded with the library.
.onUnload <- function(libpath) {
    gc()
    library.dynam.unload("AttentiveChrome", libpath)
}
