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

# The strings of a table of names in a file of the C sources.
namesInC <- function(file, table) {
    path <- test_path("..", "..", "src", file)
    skip_if_not(file.exists(path), "the sources")
    text <- paste(readLines(path), collapse = " ")
    body <- sub(paste0(".*", table, "[^=]*= *[{]"), "", text)
    body <- sub("[}].*", "", body)
    gsub("\"", "", regmatches(body, gregexpr("\"[^\"]*\"", body))[[1L]])
}

test_that("R and C know layers and ways to count by the same names", {
    expect_setequal(namesInC("ffi_model.c", "layer_names"),
                    names(.layerTypes))
    expect_identical(namesInC("ffi_bins.c", "count_by_names"), .countBy)
})
