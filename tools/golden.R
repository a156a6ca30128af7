# Makes tests/testthat/goldens/*.rds and golden-recipe.rds from PyTorch in
# double precision: one of each architecture from torch_architectures.py and,
# given the path of the peer torch_attentivechrome.py, some of AttentiveChrome
# from that independent program. From the checkout's root, with the package
#   installed: Rscript tools/golden.R [PATH/TO/torch_attentivechrome.py]
suppressPackageStartupMessages(library(AttentiveChrome))
helper <- new.env(parent = asNamespace("AttentiveChrome"))
sys.source(file.path("tests", "testthat", "helper-golden.R"), helper)

save <- function(golden, name) {
    file <- file.path("tests", "testthat", "goldens", paste0(name, ".rds"))
    dir.create(dirname(file), showWarnings = FALSE)
    saveRDS(golden, file, compress = "xz")
}

# 19 genes: more than one block of the core's, the last one not full. Larger
# parameters than a training starts from, for larger derivatives.
sizes <- list(
    "additive" = list(filters = 4L, kernel = 4L, detectors = 2L, places = 6L,
                      context = 5L, contextKernel = 3L, placeKernel = 2L,
                      hidden = 3L),
    "lstm-alpha-beta" = list(hidden = 4L, markHidden = 3L),
    "lstm-alpha" = list(hidden = 3L, perceptron = 5L),
    "lstm-attn" = list(hidden = 5L),
    "lstm" = list(hidden = 5L),
    "deepchrome" = list(filters = 5L, kernel = 4L, pool = 3L, dense1 = 7L,
                        dense2 = 6L),
    "cnn-attn" = list(filters = 6L, kernel = 4L),
    "cnn-alpha-beta" = list(filters = 5L, kernel = 4L, markFilters = 4L,
                            markKernel = 2L))
deepDiff <- list(hidden = 4L, markHidden = 3L)
for (name in c("raw_d", "raw_c", "raw", "raw_aux", "raw_aux_siamese")) {
    sizes[[name]] <- deepDiff
}
sizes$aux <- sizes$aux_siamese <- c(deepDiff, perceptron = 5L)
# Of DeepDiff's, the channels of two marks.
marks <- c(raw_d = 2L, raw_c = 4L, raw = 6L, aux = 4L, aux_siamese = 4L,
           raw_aux = 10L, raw_aux_siamese = 10L)
for (name in names(sizes)) {
    own <- if (name %in% names(marks)) marks[[name]] else 3L
    save(helper$torchGolden("tools/torch_architectures.py", name, own,
                            bins = 13L, genes = 19L, sizes[[name]],
                            scale = 0.4),
         # Windows has no files that are called aux
         paste0(if (name %in% names(marks)) "deepdiff-", name))
}

# Numbers, in one stage and in two, of both ends that networks have: a gate and
# a dense layer.
small <- list(
    "additive" = list(filters = 2L, kernel = 3L, detectors = 1L, places = 4L,
                      context = 3L, contextKernel = 3L, placeKernel = 2L,
                      hidden = 4L),
    "lstm-alpha-beta" = list(hidden = 2L, markHidden = 2L))
for (name in names(small)) {
    for (target in c("expression", "twoStage")) {
        for (loss in c("squared", "huber")) {
            save(helper$torchGolden("tools/torch_architectures.py", name, 2L,
                                    bins = 9L, genes = 19L, small[[name]],
                                    scale = 0.4, list(name = target,
                                                      loss = loss)),
                 paste(target, loss, name, sep = "-"))
        }
    }
}

# AdamW and the one-cycle schedule
saveRDS(helper$recipeGolden("tools/torch_recipe.py"),
        file.path("tests", "testthat", "golden-recipe.rds"), compress = "xz")

peer <- commandArgs(trailingOnly = TRUE)
shapes <- list(small = c(20L, 3L, 8L, 4L), odd = c(7L, 2L, 5L, 3L),
               oneMark = c(10L, 1L, 4L, 6L))
for (name in if (length(peer) == 1L) names(shapes)) {
    shape <- shapes[[name]]
    save(helper$peerGolden(peer, marks = shape[2L], bins = shape[1L],
                           genes = 19L, list(hidden = shape[3L],
                                             markHidden = shape[4L])),
         paste0("peer-", name))
}
