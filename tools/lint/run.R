# `Rscript tools/lint/run.R` runs the project's own linters over R/. Each counts
# as one check; the counts go to a file in the folder ATTENTIVECHROME_COUNTS, if
# it is set.
source(file.path("tools", "lint", "templates.R"))
source(file.path("tools", "lint", "layout.R"))

linters <- list("message templates" = lintTemplates)
files <- list.files("R", "[.]R$", full.names = TRUE)
failed <- 0L
for (name in names(linters)) {
    found <- 0L
    for (file in files) {
        faults <- linters[[name]](file)
        found <- found + NROW(faults)
        if (NROW(faults) > 0L) {
            cat(sprintf("%s:%d: %s\n", file, faults$line, faults$finding),
                sep = "")
        }
    }
    cat(sprintf("lint, %s: %d files, %d findings\n", name, length(files),
                found))
    failed <- failed + (found > 0L)
}
layout <- lintLayout()
cat(layout, sprintf("lint, layout: %d findings", length(layout)), sep = "\n")
failed <- failed + (length(layout) > 0L)

counts <- Sys.getenv("ATTENTIVECHROME_COUNTS")
if (nzchar(counts)) {
    writeLines(paste(length(linters) + 1L - failed, failed),
               file.path(counts, "lint"))
}
quit(status = as.integer(failed > 0L))
