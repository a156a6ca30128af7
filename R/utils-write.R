# How the package writes files: whole or not at all. Bytes go to a name of
# their own in the same folder, to the disk, and then, renamed, to their place.
# Whoever looks, also after a kill or a power cut, finds the old file or the new
# one. What cannot be written is an error with the system's reason.

.isPath <- function(x) {
    is.character(x) && length(x) == 1L && !is.na(x) && nzchar(x)
}

# A path that a file can be written to; whether it can be is seen by writing.
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
        .stop("{.arg {arg}} must be the path of a file in a folder that
               exists",
              x = "There is no folder {.file {dirname(path)}}.")
    }
    invisible(path)
}

# ---- the one writer ---------------------------------------------------------

.writeWhole <- function(bytes, path) {
    path <- .linkedFile(path)
    .removeLeftovers(path)
    part <- .partFile(path)
    on.exit(unlink(part, expand = FALSE))
    fault <- .Call(ffi_write_file, part, bytes)
    if (fault == "" && !.hasBytes(part, bytes)) {
        fault <- "What was written is not what is read"
    }
    if (fault == "") fault <- .putInPlace(part, path)
    if (fault != "") .stopUnwritten(path, fault)
    invisible(path)
}

.stopUnwritten <- function(path, reason) {
    .stop("{.file {path}} could not be written", x = "{reason}.",
          class = "AttentiveChrome_unwritten")
}

# Gives a file that is on the disk its name. The folder has the name: it must
# go to the disk too. "" or the reason why not.
.putInPlace <- function(part, path) {
    fault <- .Call(ffi_replace_file, part, path)
    if (fault == "") fault <- .Call(ffi_sync_file, dirname(path))
    fault
}

# What a link stands for is written, and the link stays.
.linkedFile <- function(path) {
    path <- enc2native(path.expand(path))
    for (i in 1:40) { # as many as systems follow
        target <- Sys.readlink(path)
        if (is.na(target) || target == "") break
        absolute <- grepl("^(/|[A-Za-z]:|\\\\)", target)
        path <- if (absolute) target else file.path(dirname(path), target)
    }
    path
}

# Read in pieces, as a second copy of a big file may not fit into memory.
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

# The name of the part tells whose it is: of which file, machine and process.
# Its length does not depend on the file's, which may have the longest name.
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

# Parts of this file that a killed process has left.
.removeLeftovers <- function(path) {
    pattern <- sprintf("^[.]%s-[0-9a-f]{6}-[0-9]+[.]part$", .shortHash(path))
    parts <- list.files(dirname(path), pattern, all.files = TRUE,
                        full.names = TRUE)
    unlink(Filter(.isLeftover, parts), expand = FALSE)
}

# Of another machine's processes only the time can tell: no file takes a day.
.isLeftover <- function(part) {
    fields <- strsplit(basename(part), "[-.]")[[1L]]
    pid <- as.integer(fields[4L])
    if (fields[3L] == .thisMachine()) {
        return(pid == Sys.getpid() || !.Call(ffi_is_running, pid))
    }
    isTRUE(difftime(Sys.time(), file.mtime(part), units = "days") > 1)
}

# ---- tables -----------------------------------------------------------------

# A table as the bytes of a file. fwrite() takes it for success when the disk
# took a part of its last bytes; they end lines, so that lines are missing then.
.tableBytes <- function(table, ...) {
    path <- withr::local_tempfile()
    tryCatch(data.table::fwrite(table, path, ..., showProgress = FALSE),
             error = function(e) .stopUnwritten(path, conditionMessage(e)))
    inText <- vapply(Filter(is.character, table), function(column) {
        sum(lengths(regmatches(column, gregexpr("\n", column, fixed = TRUE))))
    }, 0L)
    header <- !isFALSE(list(...)$col.names)
    if (.countNewlines(path) != nrow(table) + header + sum(inText)) {
        .stopUnwritten(path, "The disk of temporary files took a part only")
    }
    readBin(path, "raw", file.size(path))
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

# A sealed file is an .rds file with a line after its end, which readRDS() does
# not look at: what the file is (`kind`: a "record", say), and a digest. It is
# checked before R makes anything of the bytes: a flipped bit in them may crash
# R, too.
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
        .stop("{.file {path}} is no {kind} file of this version of
               AttentiveChrome",
              i = "It is another file, or damaged, or from version 0.99.0.",
              class = "AttentiveChrome_damaged")
    }
    found <- sub(.sealPattern, "\\1", seal)
    if (!identical(seal, .sealLine(found, payload))) {
        .stop("{.file {path}} is damaged",
              x = "Its contents do not fit their digest.",
              i = "Delete the file, or take it from a copy.",
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

# An .rds file of the user.
.readRds <- function(path) .orUnreadable(readRDS(path), path)

# R tells the reason in a warning and then stops without it.
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

# A digest that a new session of R gives too: of the values, not of the compact
# forms that R may keep them in, which version 2 does not know.
.digest <- function(x) {
    rlang::hash(unserialize(serialize(x, NULL, version = 2L)))
}

# ---- locks ------------------------------------------------------------------

# The system lets go of a lock when the process ends, however it ends. NULL if
# another process has it and keeps it for `wait` seconds.
.lockFile <- function(path, wait = 0, message = NULL) {
    .makeLockFile(path)
    started <- proc.time()[["elapsed"]]
    repeat {
        lock <- tryCatch(filelock::lock(path, timeout = 0), error = function(e) {
            .stopUnwritten(path, conditionMessage(e))
        })
        waited <- proc.time()[["elapsed"]] - started
        if (!is.null(lock) || waited >= wait) return(lock)
        if (!is.null(message)) cli::cli_inform("{message}")
        message <- NULL
        Sys.sleep(0.1)
    }
}

# filelock would make it for its owner alone. Who may write to the folder, as
# the members of a group may, must be able to lock.
.makeLockFile <- function(path) {
    if (file.exists(path)) return()
    fault <- .Call(ffi_append_file, path.expand(path), raw())
    if (fault != "") .stopUnwritten(path, fault)
    mode <- function(x) file.info(x, extra_cols = FALSE)$mode
    group <- mode(dirname(path)) & as.octmode("020")
    if (group != 0L) Sys.chmod(path, mode(path) | group, use_umask = FALSE)
}
