# Downloads of large files into a BiocFileCache. A partial file is saved and
# resumed, and only complete, valid files enter the cache.
#
# A failure is returned as a fault: a list of `kind` and `reason`, or NULL on
# success. The kinds:
#   "silent"   no answer: a retry may help, other files of the server will fail
#   "passing"  a lost connection or a server error: a retry may help
#   "refused"  an answer that a retry will not change, such as 404
#   "damaged"  the file is complete but invalid
#   "disk"     the file cannot be written to disk

.fault <- function(kind, ...) list(kind = kind, reason = paste0(...))

# ---- all files --------------------------------------------------------------

# The paths of all `urls`. `sums` are their MD5 sums (NA if unknown), or NULL to
# look for published ones. `how` has `retries`, `wait`, `progress` and, for
# messages, the name of the `caller`.
.fetchAll <- function(urls, cache, sums, how) {
    for (package in c("BiocFileCache", "curl", "filelock")) {
        .needs(package, "to download files")
    }
    cache <- .openCache(cache)
    lockFile <- file.path(BiocFileCache::bfccache(cache), "download.lock")
    lock <- filelock::lock(lockFile, timeout = 0)
    on.exit(if (!is.null(lock)) filelock::unlock(lock))
    found <- .inCache(urls, cache, sums)
    if (is.null(lock) && !all(found$complete)) {
        cli::cli_inform("Waiting for another R process that is downloading to
                         {.file {dirname(lockFile)}}")
        lock <- filelock::lock(lockFile)
        found <- .inCache(urls, cache, sums)
    }
    if (all(found$complete)) return(found$path)
    if (is.null(sums)) {
        lacking <- urls[!found$complete]
        sums <- .checksumsOf(urls, .publishedChecksums(lacking))
    }
    .fetchLacking(found, cache, sums, how)
}

# The paths of all files of `found`; an error at the end if any are missing.
.fetchLacking <- function(found, cache, sums, how) {
    lacking <- which(!found$complete)
    faults <- list()
    for (i in lacking) {
        url <- found$url[i]
        how$name <- sprintf("%s (%d/%d)", basename(url), match(i, lacking),
                            length(lacking))
        part <- .partPath(url, cache)
        fault <- .silentServer(url, faults) %||%
            .fetch(url, part, sums[[i]], how)
        faults[[url]] <- fault
        if (is.null(fault)) {
            found$path[i] <- .keep(part, url, found$path[i], cache)
        }
    }
    if (length(faults) > 0L) .stopFaults(faults, nrow(found), how$caller)
    found$path
}

# Avoids waiting for each of hundreds of files if the server is down.
.silentServer <- function(url, faults) {
    host <- function(x) sub("^(https?://[^/]*).*", "\\1", x)
    kinds <- vapply(faults, `[[`, "", "kind")
    if (!host(url) %in% host(names(faults)[kinds == "silent"])) return(NULL)
    .fault("silent", "not tried, as the server did not respond before")
}

.stopFaults <- function(faults, count, caller) {
    reason <- vapply(faults, `[[`, "", "reason")
    kind <- vapply(faults, `[[`, "", "kind")
    urls <- tapply(names(faults), factor(reason, unique(reason)), .some, 20L)
    lines <- paste0(urls, ": ", names(urls))
    .stop("{length(faults)} of {count} file{?s} could not be downloaded",
          .bullets(lines, "x"),
          i = if ("refused" %in% kind) {
              if (caller == "roadmapDownload") "Check the cell types and marks
                  (not every cell type has every mark), and that {.arg base} has
                  the consortium's folders."
              else "Check that {.arg base} has the authors' files."
          },
          i = if ("damaged" %in% kind) "The file on the server may be damaged:
               try another {.arg base}, and check the MD5 sums.",
          i = if ("disk" %in% kind) "Free disk space, or choose another
               {.arg cache}.",
          i = if (any(c("silent", "passing") %in% kind)) "Check the connection
               and call {.fn {caller}} again to resume.",
          i = if (length(faults) < count) "All other files are in the cache.")
}

# ---- the cache --------------------------------------------------------------

.openCache <- function(cache) {
    if (is(cache, "BiocFileCache")) return(cache)
    cache <- cache %||% tools::R_user_dir("AttentiveChrome", "cache")
    if (!is.character(cache) || length(cache) != 1L || is.na(cache) ||
        file.exists(cache) && !dir.exists(cache)) {
        .stop("{.arg cache} must be the path of a folder or a BiocFileCache",
              x = "It is {.val {cache}}.")
    }
    BiocFileCache::BiocFileCache(cache, ask = FALSE)
}

# The path of each address in the cache (NA without an entry), and whether a
# complete file is there: one that exists and matches its MD5 sum. Entries of
# files outside the cache folder are ignored.
.inCache <- function(urls, cache, sums) {
    entries <- BiocFileCache::bfcinfo(cache)
    entries <- entries[entries$rtype != "local", ]
    path <- entries$rpath[match(urls, entries$rname)]
    complete <- file.exists(path)
    check <- which(complete & !is.na(sums))
    complete[check] <- tools::md5sum(path[check]) == sums[check]
    data.frame(url = urls, path = path, complete = complete)
}

# In the cache folder, named after the address.
.partPath <- function(url, cache) {
    name <- gsub("[^A-Za-z0-9.-]+", "_", url)
    file.path(BiocFileCache::bfccache(cache), paste0(name, ".part"))
}

# Moves a complete file to the cache entry of its address: `path`, unless NA.
.keep <- function(part, url, path, cache) {
    if (is.na(path)) {
        path <- unname(BiocFileCache::bfcnew(
            cache, url, ext = paste0("_", basename(url))))
    }
    fault <- .Call(ffi_sync_file, part)
    if (fault == "") fault <- .putInPlace(part, path)
    if (fault != "") .stopUnwritten(path, fault)
    path
}

# ---- one file ---------------------------------------------------------------

# Downloads to `part` until it is complete. Returns a fault on failure.
.fetch <- function(url, part, md5, how) {
    most <- .size(part)
    failures <- 0L
    repeat {
        begun <- .size(part)
        fault <- .request(url, part, how) %||% .damage(part, url, md5)
        if (is.null(fault)) return(NULL)
        if (fault$kind == "damaged") {
            unlink(part)
            # A part from an earlier call may belong to an older file, so try
            # once from the start. Otherwise the server's file is damaged.
            if (begun == 0) return(fault)
        }
        if (fault$kind %in% c("refused", "disk")) return(fault)
        failures <- if (.size(part) > most) 1L else failures + 1L
        most <- max(most, .size(part))
        if (failures > how$retries) return(fault)
        Sys.sleep(how$wait * 2^(failures - 1L))
    }
}

.size <- function(path) if (file.exists(path)) file.size(path) else 0

# One request for the rest of `part`.
.request <- function(url, part, how) {
    begun <- .size(part)
    handle <- .curlHandle(range = if (begun > 0) sprintf("%.0f-", begun))
    bar <- .downloadBar(how, environment())
    answer <- NULL
    unwritten <- ""
    receive <- function(bytes, final) {
        if (is.null(answer)) {
            answer <<- .readAnswer(handle)
            # 206 sends the rest; 200 sends the whole file regardless.
            if (answer$status == 200L) unlink(part, expand = FALSE)
        }
        if (!answer$status %in% c(200L, 206L) || unwritten != "") return()
        unwritten <<- .Call(ffi_append_file, part, bytes)
        bar(length(bytes), if (answer$status == 200L) 0 else begun,
            answer$size)
    }
    cut <- .perform(url, handle, receive, function() unwritten != "")
    if (unwritten != "") {
        return(.fault("disk", "could not be written: ", unwritten))
    }
    .judge(.readAnswer(handle), cut, part)
}

.judge <- function(answer, cut, part) {
    have <- .size(part)
    status <- answer$status
    if (status == 0L) return(.fault("silent", cut %||% "no answer"))
    if (status == 416L) {
        # Nothing is left to send: `part` is complete, or too long.
        if (identical(answer$size, have)) return(NULL)
        unlink(part)
        return(.fault("passing", "the file on the server has changed"))
    }
    if (!status %in% c(200L, 206L)) {
        kind <- if (status >= 500L || status %in% c(408L, 429L)) "passing"
                else "refused"
        return(.fault(kind, "HTTP status ", status, .statusNames(status)))
    }
    if (is.null(cut) && answer$size %in% c(NA, have)) return(NULL)
    .fault("passing", sprintf("interrupted after %.0f bytes", have),
           if (!is.na(answer$size)) sprintf(" of %.0f", answer$size),
           if (!is.null(cut)) paste0(" (", cut, ")"))
}

.statusNames <- function(status) {
    name <- c("401" = "unauthorized", "403" = "forbidden",
              "404" = "not found", "410" = "gone",
              "429" = "too many requests", "500" = "server error",
              "503" = "service unavailable")[as.character(status)]
    if (is.na(name)) "" else paste0(" (", name, ")")
}

# Reports received bytes, in addition to `begun` earlier ones, of `size`.
.downloadBar <- function(how, env) {
    if (!how$progress) return(function(bytes, begun, size) NULL)
    id <- cli::cli_progress_bar(how$name, type = "download", total = NA,
                                clear = FALSE, .envir = env)
    done <- NULL
    function(bytes, begun, size) {
        done <<- (done %||% begun) + bytes
        cli::cli_progress_update(set = done, total = size, id = id,
                                 .envir = env)
    }
}

# ---- damage -----------------------------------------------------------------

.damage <- function(path, url, md5) {
    if (!is.na(md5)) {
        found <- unname(tools::md5sum(path))
        if (found != md5) {
            return(.fault("damaged", "its MD5 sum is ", found, ", not ", md5))
        }
    }
    if (grepl("[.]gz$", url) && !(.isGzip(path) && .isWholeGzip(path))) {
        return(.fault("damaged", "its gzip data are damaged or end too early"))
    }
    NULL
}
