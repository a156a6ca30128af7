# Makes tests/testthat/goldens/*.rds from the PyTorch peer (its `golden`
# command, double precision). Run from the checkout's root:
#   Rscript tools/golden.R PATH/TO/torch_attentivechrome.py
source(file.path("tests", "testthat", "helper-golden.R"))

peer <- commandArgs(trailingOnly = TRUE)
stopifnot(length(peer) == 1L, file.exists(peer))

shapes <- list(
    small = c(bins = 20L, marks = 3L, hidden = 8L, markHidden = 4L),
    odd = c(bins = 7L, marks = 2L, hidden = 5L, markHidden = 3L),
    oneMark = c(bins = 10L, marks = 1L, hidden = 4L, markHidden = 6L))

folder <- file.path("tests", "testthat", "goldens")
dir.create(folder, showWarnings = FALSE)
for (name in names(shapes)) {
    shape <- shapes[[name]]
    json <- tempfile(fileext = ".json")
    # 19 genes: more than one block of the core's, the last one not full
    system2("/usr/bin/python3", c(peer, "golden", json, "--batch", 19,
        "--bins", shape[["bins"]], "--marks", shape[["marks"]],
        "--hidden", shape[["hidden"]], "--mark-hidden", shape[["markHidden"]]))
    golden <- do.call(readGolden, c(file = json, as.list(shape)))
    saveRDS(golden, file.path(folder, paste0(name, ".rds")), compress = "xz")
}
