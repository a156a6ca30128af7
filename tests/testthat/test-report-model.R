test_that("a report is one whole page with alternative texts", {
    skip_if_not_installed("rmarkdown")
    skip_if_not(rmarkdown::pandoc_available())
    parts <- smallParts(150)
    folder <- withr::local_tempdir()
    file <- file.path(folder, "report.html")
    report(quickModel(parts), parts, file)
    expect_identical(list.files(folder, all.files = TRUE, no.. = TRUE),
                     "report.html")
    page <- paste(readLines(file), collapse = "\n")
    expect_lt(file.size(file), 5e6)
    expect_match(page, "<html[^>]* lang=\"en\"")
    images <- regmatches(page, gregexpr("<img[^>]*>", page))[[1L]]
    expect_gt(length(images), 6L)
    expect_true(all(grepl("src=\"data:image/svg", images, fixed = TRUE)))
    expect_true(all(grepl("alt=\"[^\"]+\"", images)))
    expect_no_match(page, "(src|<link[^>]* href)=\"https?://")
    expect_no_match(page, "Not shown", fixed = TRUE)
})
