#' AttentiveChrome: gene expression from histone marks, with attention
#'
#' Predicts from histone mark signal around a gene's transcription start site
#' whether the gene is highly or lowly expressed, and shows where on each mark
#' (attention over the bins, alpha) and at which marks (attention over the
#' marks, beta) the model looked.
#'
#' The way through the package: [chromatinExperiment()] (from reads or tracks),
#' [chromatinSignal()] or [readChromeTable()] make a signal, [checkSignal()]
#' looks for faults in it, [splitGenes()] splits it, [attentiveChrome()] trains
#' a model, one of [listArchitectures()],
#' [evaluate()][evaluate.AttentiveChromeModel] judges it,
#' [attention()] explains it, and [plotAttention()], [plotMarkAttention()] and
#' [plotGene()] show it.
#'
#' @section Options:
#' * `AttentiveChrome.threads`: threads to compute with where `threads` is not
#'   given; the default is the variable `OMP_NUM_THREADS`, else 1.
#' * `AttentiveChrome.simd`: the kernels that the core computes with in single
#'   precision, `"avx512"`, `"avx2"`, `"neon"` or `"plain"`; by default the
#'   fastest that the processor can run. Results of two differ in the last
#'   digits.
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

# gc() first: R calls the finalizers of what the library made, and their code
# goes with it.
.onUnload <- function(libpath) {
    gc()
    library.dynam.unload("AttentiveChrome", libpath)
}
