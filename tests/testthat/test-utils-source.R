# Of two definitions of a name in the package the later one would win, silently.
test_that("no name is defined twice", {
    folder <- test_path("..", "..", "R")
    skip_if_not(dir.exists(folder), "the sources")
    files <- list.files(folder, "[.]R$", full.names = TRUE)
    skip_if(length(files) == 0L, "the sources")
    names <- unlist(lapply(files, function(file) {
        vapply(parse(file), function(e) {
            defines <- is.call(e) && identical(e[[1L]], as.name("<-")) &&
                is.name(e[[2L]])
            if (defines) as.character(e[[2L]]) else NA_character_
        }, "")
    }))
    expect_gt(length(names), 100L)
    expect_identical(unique(names[duplicated(names) & !is.na(names)]),
                     character())
})

# The constants of an enumeration in the core's headers, in their order.
coreNames <- function(file, first) {
    path <- test_path("..", "..", "src", "core", file)
    skip_if_not(file.exists(path), "the sources")
    text <- gsub("/[*].*?[*]/", "", paste(readLines(path), collapse = " "))
    body <- sub(paste0(".*[{] *", first), first, text)
    sub(" *=.*", "", trimws(strsplit(sub("[}].*", "", body), ",")[[1L]]))
}

test_that("numbers that R and the core share are the same in both", {
    layers <- coreNames("attentive.h", "AC_LSTM")
    expect_identical(
        toupper(paste0("AC_", names(.layerTypes))),
        layers[vapply(.layerTypes, `[[`, 0L, "code") + 1L])
    expect_identical(length(.layerTypes), length(layers) - 1L)
    expect_identical(coreNames("attentive.h", "AC_PREDICT")[
        .networkUses + 1L], c("AC_PREDICT", "AC_GRADIENT",
                              "AC_GRADIENT_AND_DX", "AC_TRAIN"))
    expect_identical(coreNames("bins.h", "AC_OVERLAP"),
                     c("AC_OVERLAP", "AC_FIVE_PRIME", "AC_MIDPOINT"))
    expect_identical(.countBy, c("overlap", "fivePrime", "midpoint"))
})
