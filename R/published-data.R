#' The models that the authors published
#'
#' Files of the trained AttentiveChrome models of the authors, one for each of
#' the cell types of [roadmapCellTypes] but E059.
#'
#' @format A data frame with a row for each of the 55 models:
#' * `id`: the number of the epigenome, such as `"E003"`;
#' * `file`: name of the PyTorch file;
#' * `md5`: its MD5 sum.
#' @source The Kipoi model zoo, <https://kipoi.org/models/AttentiveChrome/>; the
#'   files are on Zenodo, record 2640883.
#' @seealso [publishedModel()]
#' @examples
#' head(publishedModels)
#' setdiff(roadmapCellTypes$id, publishedModels$id)
"publishedModels"
