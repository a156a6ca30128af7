# `Rscript tools/lint/run.R` runs the project's own linters and clang-format.
# Each counts as one check; the counts go to a file in the folder
# ATTENTIVECHROME_COUNTS, if it is set.
source(file.path("tools", "lint", "templates.R"))
source(file.path("tools", "lint", "includes.R"))
source(file.path("tools", "lint", "layout.R"))

# Each linter returns a data frame with `file`, `line` and `finding`.
lintFiles <- function(files, lint) {
    do.call(rbind, lapply(files, function(file) {
        found <- lint(file)
        if (NROW(found) > 0L) cbind(file = file, found)
    }))
}

rFiles <- list.files("R", "[.]R$", full.names = TRUE)
cFiles <- list.files(c("src", file.path("tests", "core")), "[.][ch]$",
                     recursive = TRUE, full.names = TRUE)

# What clang-format would change; a machine without it skips the check.
lintFormat <- function() {
    out <- suppressWarnings(system2("clang-format", c("--dry-run", cFiles),
                                    stdout = TRUE, stderr = TRUE))
    said <- regmatches(out, regexec("^([^:]+):([0-9]+):[0-9]+: (.*)", out))
    said <- do.call(rbind, said[lengths(said) > 0L])
    if (!is.null(said)) {
        data.frame(file = said[, 2L], line = as.integer(said[, 3L]),
                   finding = said[, 4L])
    }
}

linters <- list(
    "message templates" = list(files = rFiles, run = function() {
        lintFiles(rFiles, lintTemplates)
    }),
    "layout of R/" = list(files = rFiles, run = function() {
        found <- lintLayout()
        if (length(found) > 0L) {
            data.frame(file = "R", line = 0L, finding = found)
        }
    }),
    "includes of the C core" = list(files = cFiles, run = lintIncludes),
    "clang-format" = list(files = cFiles, run = lintFormat))
if (!nzchar(Sys.which("clang-format"))) {
    cat("lint, clang-format: skipped, the program is not installed\n")
    linters[["clang-format"]] <- NULL
}

failed <- 0L
for (name in names(linters)) {
    found <- linters[[name]]$run()
    if (NROW(found) > 0L) {
        cat(sprintf("%s:%d: %s\n", found$file, found$line, found$finding),
            sep = "")
    }
    cat(sprintf("lint, %s: %d files, %d findings\n", name,
                length(linters[[name]]$files), NROW(found)))
    failed <- failed + (NROW(found) > 0L)
}
counts <- Sys.getenv("ATTENTIVECHROME_COUNTS")
if (nzchar(counts)) {
    writeLines(paste(length(linters) - failed, failed),
               file.path(counts, "lint"))
}
quit(status = as.integer(failed > 0L))
