# The linter of the C core's includes.
#
# The rooms of src/core stand on floors: a file includes headers of its own room
# and of rooms below it, never of one above, and no two files include each other
# by whatever detour. An include names the path from src/core on, so that the
# room is seen.

# The rooms, each with those that it may include.
.rooms <- list(
    core = character(), kernels = "core", layers = c("core", "kernels"),
    network = c("core", "kernels", "layers"), reads = "core",
    torch = character(), boundary = c("core", "reads", "torch"))

# Findings: a data frame with `file`, `line` and `finding`.
lintIncludes <- function(folder = "src") {
    includes <- .readIncludes(folder)
    rbind(.lintFloors(includes), .lintCycles(includes))
}

# A row per include of one of our own files: who, in which line, and whom.
.readIncludes <- function(folder) {
    files <- list.files(folder, "[.][ch]$", recursive = TRUE)
    rows <- lapply(files, function(file) {
        text <- readLines(file.path(folder, file))
        line <- grep("^#include \"", text)
        name <- sub("^#include \"([^\"]+)\".*", "\\1", text[line])
        beside <- name %in% c("ffi.h", files)
        data.frame(from = rep(file, length(line)), line = line, name = name,
                   to = ifelse(beside, name, file.path("core", name)),
                   known = ifelse(beside, name, file.path("core", name)) %in%
                       files)
    })
    do.call(rbind, rows)
}

.roomOf <- function(file) {
    parts <- strsplit(file, "/", fixed = TRUE)
    vapply(parts, function(p) {
        switch(as.character(length(p)), "1" = "boundary", "2" = "core", p[2L])
    }, "")
}

.lintFloors <- function(includes) {
    from <- .roomOf(includes$from)
    to <- .roomOf(includes$to)
    allowed <- mapply(function(f, t) {
        f %in% names(.rooms) && t %in% c(f, .rooms[[f]])
    }, from, to)
    says <- ifelse(!includes$known,
                   sprintf("no such file below src/core: \"%s\"",
                           includes$name),
                   sprintf("the room %s may not include the room %s (\"%s\")",
                           from, to, includes$name))
    bad <- !includes$known | !allowed
    data.frame(file = includes$from, line = includes$line,
               finding = says)[bad, ]
}

# An include of a file that includes nothing, or by a file that nobody includes,
# is in no cycle. Without these others become so; what remains are cycles.
.lintCycles <- function(includes) {
    left <- includes
    repeat {
        ready <- !left$to %in% left$from | !left$from %in% left$to
        if (!any(ready)) break
        left <- left[!ready, ]
    }
    data.frame(file = left$from, line = left$line,
               finding = sprintf("\"%s\" is in a cycle of includes", left$name))
}
