# Atomic file writing. Bytes are written to a temporary file in the same folder,
# flushed to disk, and then renamed. Even after a kill or a power failure, the
# path holds either the old or the new file. Failures are errors with the reason
# given by the system.

.isPath <- function(x) {
    is.character(x) && length(x) == 1L && !is.na(x) && nzchar(x)
}

# Checks that `path` can be the path of a new file, but not its permissions.
.checkOutput <- function(path, arg) {
    if (!.isPath(path)) {
        .stop("{.arg {arg}} must be the path of a file",
              x = "It is {.val {path}}.")
    }
    if (dir.exists(path)) {
        .stop("{.arg {arg}} must be the path of a file",
              x = "{.file {path}} is a folder.")
    }
    if (!dir.exists(dirname(path))) {
        .stop("{.arg {arg}} must be the path of a file in an existing folder",
              x = "There is no folder {.file {dirname(path)}}.")
    }
    invisible(path)
}

# ---- atomic writing ---------------------------------------------------------

.writeWhole <- function(bytes, path) {
    path <- .linkedFile(path)
    .removeLeftovers(path)
    part <- .partFile(path)
    on.exit(unlink(part, expand = FALSE))
    fault <- .Call(ffi_write_file, part, bytes)
    if (fault == "" && !.hasBytes(part, bytes)) {
        fault <- "The file that was written does not match its contents"
    }
    if (fault == "") fault <- .putInPlace(part, path)
    if (fault != "") .stopUnwritten(path, fault)
    invisible(path)
}

.stopUnwritten <- function(path, reason) {
    .stop("{.file {path}} could not be written", x = "{reason}.",
          class = "AttentiveChrome_unwritten")
}

# Renames a flushed file. The folder, which has the name, is flushed too.
# Returns "" or the reason of the failure.
.putInPlace <- function(part, path) {
    fault <- .Call(ffi_replace_file, part, path)
    if (fault == "") fault <- .Call(ffi_sync_file, dirname(path))
    fault
}

# Follows symbolic links, so that their target is written.
.linkedFile <- function(path) {
    path <- enc2native(path.expand(path))
    for (i in 1:40) { # the limit of most systems
        target <- Sys.readlink(path)
        if (is.na(target) || target == "") break
        absolute <- grepl("^(/|[A-Za-z]:|\\\\)", target)
        path <- if (absolute) target else file.path(dirname(path), target)
    }
    path
}

# Reads in chunks, as a second copy of a large file may not fit into memory.
.hasBytes <- function(path, bytes) {
    if (!identical(file.size(path), as.double(length(bytes)))) return(FALSE)
    connection <- file(path, "rb")
    on.exit(close(connection))
    from <- 0
    while (from < length(bytes)) {
        to <- min(from + 2^22, length(bytes))
        piece <- readBin(connection, "raw", to - from)
        if (!identical(piece, bytes[(from + 1):to])) return(FALSE)
        from <- to
    }
    TRUE
}

# ---- names while writing ----------------------------------------------------

# The name of the temporary file identifies the file, machine and process. Its
# length is fixed, as the name of the file may have the maximum length.
.partFile <- function(path) {
    file.path(dirname(path), sprintf(".%s-%s-%d.part", .shortHash(path),
                                     .thisMachine(), Sys.getpid()))
}

.shortHash <- function(path) .textHash(basename(path), 12L)

.textHash <- function(text, digits) {
    bytes <- charToRaw(enc2utf8(text))
    substr(rlang::hash(bytes), 1L, digits)
}

.thisMachine <- function() .textHash(Sys.info()[["nodename"]], 6L)

# Removes temporary files of this file that a killed process left behind.
.removeLeftovers <- function(path) {
    pattern <- sprintf("^[.]%s-[0-9a-f]{6}-[0-9]+[.]part$", .shortHash(path))
    parts <- list.files(dirname(path), pattern, all.files = TRUE,
                        full.names = TRUE)
    unlink(Filter(.isLeftover, parts), recursive = TRUE, expand = FALSE)
}

# For processes on other machines, only the age counts: no write takes a day.
.isLeftover <- function(part) {
    fields <- strsplit(basename(part), "[-.]")[[1L]]
    pid <- as.integer(fields[4L])
    if (fields[3L] == .thisMachine()) {
        return(pid == Sys.getpid() || !.Call(ffi_is_running, pid))
    }
    isTRUE(difftime(Sys.time(), file.mtime(part), units = "days") > 1)
}

# ---- tables -----------------------------------------------------------------

# A table as the bytes of a file. Texts with a separator, a quote or a line
# break are quoted, unless `quote` is FALSE, and quotes in them doubled.
# fwrite() reports success even if the disk took only part of the last bytes, so
# the lines are counted.
.tableBytes <- function(table, ...) {
    path <- withr::local_tempfile()
    tryCatch(data.table::fwrite(table, path, ..., showProgress = FALSE),
             error = function(e) .stopUnwritten(path, conditionMessage(e)))
    header <- if (!isFALSE(list(...)$col.names)) list(names(table))
    texts <- Filter(function(x) is.character(x) || is.factor(x), table)
    inText <- vapply(c(header, texts), .newlinesIn, 0L)
    if (.countNewlines(path) != nrow(table) + length(header) + sum(inText)) {
        .stopUnwritten(path, "Only part of the temporary file was written")
    }
    readBin(path, "raw", file.size(path))
}

.newlinesIn <- function(text) {
    text <- as.character(text)
    several <- text[grepl("\n", text, fixed = TRUE)]
    sum(lengths(regmatches(several, gregexpr("\n", several, fixed = TRUE))))
}

.countNewlines <- function(path) {
    connection <- gzfile(path, "rb")
    on.exit(close(connection))
    lines <- 0
    while (length(bytes <- readBin(connection, "raw", 2^22)) > 0L) {
        lines <- lines + sum(bytes == as.raw(10L))
    }
    lines
}

# ---- sealed files -----------------------------------------------------------

# A sealed file is an .rds file with an additional last line, which readRDS()
# ignores: the `kind` of file (such as "record") and a digest. The digest is
# verified before the bytes are unserialised, as a flipped bit could crash R.
.saveSealed <- function(x, path, kind) {
    payload <- serialize(x, NULL)
    .writeWhole(c(payload, charToRaw(.sealLine(kind, payload))), path)
}

.sealLine <- function(kind, payload) {
    sprintf("\nAttentiveChrome 1 %-10s %s\n", kind,
            rlang::hash(list(kind, payload)))
}

.sealPattern <- "^\nAttentiveChrome 1 ([a-z]+) +([0-9a-f]{32})\n$"

.readSealed <- function(path, kind) {
    bytes <- .readBytes(path)
    size <- max(length(bytes) - nchar(.sealLine("", raw())), 0L)
    seal <- bytes[size + seq_len(length(bytes) - size)]
    seal <- if (any(seal == 0)) "" else rawToChar(seal)
    payload <- bytes[seq_len(size)]
    if (!grepl(.sealPattern, seal, useBytes = TRUE)) {
        .stop("{.file {path}} is not a {kind} file of this version of
               AttentiveChrome",
              i = "It is a different file, damaged, or from version 0.99.0.",
              class = "AttentiveChrome_damaged")
    }
    found <- sub(.sealPattern, "\\1", seal)
    if (!identical(seal, .sealLine(found, payload))) {
        .stop("{.file {path}} is damaged",
              x = "Its contents do not match their digest.",
              i = "Delete the file, or restore it from a copy.",
              class = "AttentiveChrome_damaged")
    }
    if (found != kind) {
        .stop("{.file {path}} must be a {kind} file",
              x = "It is a {found} file.")
    }
    unserialize(payload)
}

.readBytes <- function(path) {
    .orUnreadable(readBin(path, "raw", file.size(path)), path)
}

# Reads an .rds file of the user.
.readRds <- function(path) .orUnreadable(readRDS(path), path)

# R gives the reason in a warning, and then an error without it.
.orUnreadable <- function(reading, path) {
    reason <- NULL
    tryCatch(
        withCallingHandlers(reading, warning = function(w) {
            reason <<- conditionMessage(w)
            invokeRestart("muffleWarning")
        }),
        error = function(e) {
            reason <- reason %||% conditionMessage(e)
            .stop("{.file {path}} could not be read", x = "{reason}",
                  class = "AttentiveChrome_damaged")
        })
}

# A digest that is the same in every session. Serialisation version 2 expands
# R's compact (ALTREP) forms, so that only the values count.
.digest <- function(x) {
    rlang::hash(unserialize(serialize(x, NULL, version = 2L)))
}

# ---- locks ------------------------------------------------------------------

# The system releases a lock when the process ends for any reason. Returns NULL
# if another process holds it for `wait` seconds.
.lockFile <- function(path, wait = 0, message = NULL) {
    .makeLockFile(path)
    started <- proc.time()[["elapsed"]]
    repeat {
        lock <- tryCatch(
            filelock::lock(path, timeout = 0),
            error = function(e) .stopUnwritten(path, conditionMessage(e)))
        waited <- proc.time()[["elapsed"]] - started
        if (!is.null(lock) || waited >= wait) return(lock)
        if (!is.null(message)) cli::cli_inform("{message}")
        message <- NULL
        Sys.sleep(0.1)
    }
}

# filelock would create the file for its owner only. All members of a group that
# can write to the folder must be able to lock it.
.makeLockFile <- function(path) {
    if (file.exists(path)) return()
    fault <- .Call(ffi_append_file, path.expand(path), raw())
    if (fault != "") .stopUnwritten(path, fault)
    mode <- function(x) file.info(x, extra_cols = FALSE)$mode
    group <- mode(dirname(path)) & as.octmode("020")
    if (group != 0L) Sys.chmod(path, mode(path) | group, use_umask = FALSE)
}
