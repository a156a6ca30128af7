#' Models published by the authors
#'
#' Files of the AttentiveChrome models that the authors trained, one for each
#' cell type of [roadmapCellTypes] except E059.
#'
#' @format A data frame with one row per model (55) and the columns
#' * `id`: the id of the epigenome, such as `"E003"`;
#' * `file`: the name of the PyTorch file;
#' * `md5`: its MD5 sum.
#' @source The Kipoi model zoo, <https://kipoi.org/models/AttentiveChrome/>; the
#'   files are on Zenodo, record 2640883.
#' @seealso [publishedModel()]
#' @examples
#' head(publishedModels)
#' setdiff(roadmapCellTypes$id, publishedModels$id)
"publishedModels"

#' The 56 cell types of the Roadmap Epigenomics Consortium
#'
#' The cell types that have the paper's five marks and RNA-seq, on which
#' DeepChrome and AttentiveChrome were trained.
#'
#' @format A data frame with one row per cell type (56), in the order of their
#'   ids, and the columns
#' * `id`: the consortium's id of the epigenome, such as `"E003"`. H1 stem cells
#'   are E003, GM12878 is E116 and K562 is E123.
#' * `name`: the name of the cell type in DeepChrome's supplement.
#' * `group`: the consortium's group of related cell types, such as `"ESC"` or
#'   `"Heart"`. The cell lines of ENCODE are one group, `"ENCODE2012"`.
#' * `deepchromeAuroc`: the area under the ROC curve on the test genes reported
#'   by DeepChrome, with two decimals, as a reference for other models.
#' @source `id`, `name` and `deepchromeAuroc`: the supplement of Singh R,
#'   Lanchantin J, Robins G, Qi Y (2016). DeepChrome: deep-learning for
#'   predicting gene expression from histone modifications. Bioinformatics
#'   32(17), i639-i648. `group`: column GROUP of the consortium's metadata, see
#'   Roadmap Epigenomics Consortium (2015). Integrative analysis of 111
#'   reference human epigenomes. Nature 518, 317-330.
#' @seealso [roadmapFiles()] for the files of these cell types.
#' @examples
#' head(roadmapCellTypes)
#' table(roadmapCellTypes$group)
"roadmapCellTypes"
