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

#' Histone marks and expression of 400 genes in two cell types
#'
#' Measured signal of the Roadmap Epigenomics Consortium, on which examples run:
#' read counts of five histone marks around the transcription start sites (TSS)
#' of 400 genes in H1 stem cells (E003) and K562 (E123), with RNA-seq.
#'
#' The counts are those that the authors of AttentiveChrome publish with
#' DeepDiff, a later model of theirs. They converted the consortium's aligned
#' reads (tagAlign) to BAM and counted them with `bedtools multicov`. Of their
#' 200 bins per gene (TSS +/- 10,000 bp), the 100 in the middle are kept
#' (TSS +/- 5,000 bp), as AttentiveChrome uses them. Nothing else was changed.
#' Other tables of the authors may have another scale: in AttentiveChrome's own,
#' H3K4me3 counts of the same genes are twice as high.
#'
#' **Orientation.** Bins run along the chromosome on both strands, as in all of
#' the authors' tables: on the minus strand, the last bins are upstream. In the
#' places where the windows of two genes overlap, their counts agree in this
#' orientation.
#'
#' **Places.** The tables have no coordinates. The TSS (hg19) are those that
#' ShallowChrome publishes for the authors' 19,802 genes. Where windows overlap,
#' the counts confirm them to one bin. The strand is that of Ensembl GRCh37. It
#' is unknown (`*`) for one gene, TBC1D29, which Ensembl no longer has; its bins
#' do not depend on it.
#'
#' **Labels.** High means more RNA-seq reads than the median of the 19,795 genes
#' of the authors' table for that cell type (`medianExpression`), not of these
#' 400. The labels of the AttentiveChrome paper are from RPKM, which is
#' corrected for the length of transcripts; read counts are not.
#'
#' **What 400 genes can show.** They are enough to learn the package and to see
#' that these marks predict expression. They are too few to choose between
#' models: on 100 test genes, a 95% interval of the AUROC is more than 0.1 wide,
#' and the difference between a network and a logistic regression on the mean
#' log count of each mark ([trainBaseline()]) is within the noise. The paper
#' trains on 6,601 genes and tests on 6,600. `vignette("quickstart")` has the
#' figures.
#'
#' @format A [ChromatinSignal-class] of 400 genes (Ensembl ids) x 2 cell types,
#'   with
#' * five marks, `H3K27me3`, `H3K36me3`, `H3K4me1`, `H3K4me3` and `H3K9me3`:
#'   read counts, genes x cell types x 100 bins of 100 bp;
#' * the assay `expression`: RNA-seq read counts of the genes;
#' * the assay `label`: high (1) or low (0) expression;
#' * `rowRanges()`: the windows (hg19), with `gene_id`, `symbol`, `tss`
#'   (1-based) and `part`, the authors' table that has the gene: `"train"` (200
#'   genes) or `"validation"` (200 genes);
#' * `colData()`: `name` and `group`, as in [roadmapCellTypes], and
#'   `medianExpression`;
#' * `preprocessing()`: counted by `"overlap"`, as `multicov` does, and not
#'   normalised; `sources()`: the authors' tables.
#'
#' All genes are in both cell types; 78 have different labels in the two.
#' @source Counts and expression: <https://github.com/QData/DeepDiffChrome>,
#'   Apache License 2.0. TSS: <https://github.com/DEIB-GECO/ShallowChrome>, MIT
#'   License. The file `COPYRIGHTS` of the package has their notices. The script
#'   `data-raw/roadmap-genes.R` of its source makes the data set.
#' @references Roadmap Epigenomics Consortium (2015). Integrative analysis of
#'   111 reference human epigenomes. Nature 518, 317-330.
#'   \doi{10.1038/nature14248}
#'
#'   Sekhon A, Singh R, Qi Y (2018). DeepDiff: deep-learning for predicting
#'   differential gene expression from histone modifications. Bioinformatics
#'   34(17), i891-i900. \doi{10.1093/bioinformatics/bty612}
#'
#'   Frasca F, Matteucci M, Leone M, Morelli MJ, Masseroli M (2022). Accurate
#'   and highly interpretable prediction of gene expression from histone
#'   modifications. BMC Bioinformatics 23, 151.
#'   \doi{10.1186/s12859-022-04687-x}
#' @seealso [splitGenes()], [attentiveChrome()]; [simulateChromatin()] for data
#'   of which the truth is known
#' @examples
#' roadmapGenes
#' rowRanges(roadmapGenes)[1:3]
#' colData(roadmapGenes)
#' table(H1 = expressionLabel(roadmapGenes)[, "E003"],
#'     K562 = expressionLabel(roadmapGenes)[, "E123"])
#'
#' # About half of the genes for training, and whole chromosomes for each part
#' splitGenes(roadmapGenes, by = "chromosome", chromosomes = list(
#'     validation = c("chr3", "chr6", "chr9", "chr17"),
#'     test = c("chr1", "chr2", "chr5", "chr7", "chr8")))
"roadmapGenes"
