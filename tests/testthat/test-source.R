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
