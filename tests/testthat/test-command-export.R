skip_if_not_installed("optparse")
skip_if_not_installed("rtracklayer")
skip_if_not_installed("jsonlite")
quiet <- function(...) suppressMessages(main(c(...), quit = FALSE))

test_that("what is exported is what the functions write", {
    folder <- withr::local_tempdir()
    at <- function(...) file.path(folder, ...)
    x <- quickAttention(2)
    saveRDS(x, at("x.rds"))
    one <- colnames(x)[2]
    expect_identical(quiet("export", at("x.rds"), at("tracks"), "--what=alpha",
                           "--marks=H3K4me3", "--cell-types", one), 0L)
    own <- exportTracks(x, at("own"), what = "alpha", marks = "H3K4me3",
                        cellTypes = one)
    same <- function(a, b) {
        expect_identical(unname(tools::md5sum(a)), unname(tools::md5sum(b)))
    }
    same(list.files(at("tracks"), full.names = TRUE), own$file)
    quiet("export", at("x.rds"), at("hub"), "--format=hub", "--what=share",
          "--email=a@b.c", "--overlaps=mean",
          paste0("--chosen-genes=", rownames(x)[3]))
    exportTracks(x, at("own2"), "hub", "share", genes = rownames(x)[3],
                 email = "a@b.c", overlaps = "mean")
    same(at("hub", list.files(at("hub"))), at("own2", list.files(at("own2"))))
    quiet("export", at("x.rds"), at("x.gz"), "--what=beta")
    writeDeepTools(x, at("own.gz"), "beta")
    same(at("x.gz"), at("own.gz"))
    quiet("export", at("x.rds"), at("x.tsv"),
          paste0("--chosen-genes=", rownames(x)[3]))
    expect_equal(utils::read.delim(at("x.tsv")),
                 as.data.frame(x, genes = rownames(x)[3]))
    quiet("export", at("x.rds"), at("flat.rds"))
    expect_equal(readRDS(at("flat.rds")), flattenSignal(x))
})
