# `make site`: the pkgdown site, with articles, into site/. Needs no network:
# pkgdown is told that there is none, and the pages load nothing from elsewhere.
options(pkgdown.internet = FALSE)
library(pkgdown)

unlink("site", recursive = TRUE)
init_site()
build_home(preview = FALSE)
build_reference(preview = FALSE, lazy = FALSE, devel = FALSE)
build_articles(preview = FALSE, lazy = FALSE)
build_news(preview = FALSE)
build_search()

# Pages of file:// cannot fetch search.json; they can load a script.
index <- jsonlite::read_json(file.path("site", "search.json"))
index <- lapply(index, function(entry) {
    entry <- lapply(entry, function(x) paste(unlist(x), collapse = " "))
    entry$path <- sub("^/+", "", entry$path)
    entry
})
index <- Filter(function(entry) {
    file.exists(file.path("site", entry$path)) && nzchar(entry$path)
}, index)
# pkgdown 2.0 leaves the title out of most entries.
titles <- vapply(file.path("site", vapply(index, `[[`, "", "path")),
                 function(page) {
    head <- grep("<title>", readLines(page, warn = FALSE), fixed = TRUE,
                 value = TRUE)[1L]
    text <- sub(".*<title>(.*)</title>.*", "\\1", head)
    sub(" (\u2022|\u2014).*$", "", text)
}, "")
index <- Map(function(entry, title) {
    entry$title <- title
    entry
}, index, unname(titles))
writeLines(paste0("window.searchIndex = ",
                  jsonlite::toJSON(index, auto_unbox = TRUE), ";"),
           file.path("site", "search-index.js"))
unlink(file.path("site", "search.json"))

# The pages must load nothing from elsewhere.
pages <- list.files("site", "[.]html$", recursive = TRUE, full.names = TRUE)
loads <- paste0("<(script|img|iframe)[^>]* src=\"(https?:)?//|",
                "<link[^>]* href=\"(https?:)?//")
foreign <- Filter(function(page) {
    any(grepl(loads, readLines(page, warn = FALSE)))
}, pages)
if (length(foreign) > 0L) {
    stop("these pages load something from elsewhere: ",
         paste(foreign, collapse = ", "))
}
cat(sprintf("site: %d pages; open site/index.html\n", length(pages)))
