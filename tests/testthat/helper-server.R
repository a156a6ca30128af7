# A small HTTP server on localhost, in R only, for tests of downloads. It serves
# a folder with byte ranges, and writes a line for each request. One process
# serves all tests; each test has a folder of its own.
.servers <- new.env()

localServer <- function(env = parent.frame()) {
    for (package in c("callr", "curl", "BiocFileCache", "filelock")) {
        testthat::skip_if_not_installed(package)
    }
    withr::local_envvar(no_proxy = "127.0.0.1", .local_envir = env)
    if (is.null(.servers$process)) startServer()
    root <- withr::local_tempdir(tmpdir = file.path(.servers$folder, "root"),
                                 .local_envir = env)
    list(root = root, control = file.path(.servers$folder, "control"),
         base = paste0(.servers$address, "/", basename(root)))
}

startServer <- function() {
    end <- testthat::teardown_env()
    folder <- withr::local_tempdir(.local_envir = end)
    .servers$folder <- folder
    dir.create(file.path(folder, "root"))
    dir.create(file.path(folder, "control"))
    parts <- lapply(.serverParts, `environment<-`, globalenv())
    # A killed process leaves its temporary folder behind: it is in ours.
    .servers$process <- callr::r_bg(
        serveFolder, list(folder, parts),
        env = c(callr::rcmd_safe_env(), TMPDIR = folder))
    withr::defer(.servers$process$kill(), end)
    portFile <- file.path(folder, "control", "port")
    for (i in 1:200) {
        if (file.exists(portFile) || !.servers$process$is_alive()) break
        Sys.sleep(0.05)
    }
    .servers$address <- paste0("http://127.0.0.1:", readLines(portFile))
}

# What happens to the next requests for a file, one word each: "404", "503",
# "whole" (the range is ignored), "page" (a web page instead of the file),
# "unsized" (no length is told), "encoded" (gzip is called an encoding) or
# "cut:N" (the connection ends after N bytes).
setFaults <- function(server, path, ...) {
    path <- substring(path, nchar(dirname(server$root)) + 1L)
    writeLines(c(...), file.path(server$control, utils::URLencode(path, TRUE)))
}

# The requests for a file so far, or for all: the range asked for, the status
# and the bytes of the body.
requestsFor <- function(server, path = server$root) {
    path <- substring(path, nchar(dirname(server$root)) + 1L)
    lines <- readLines(file.path(server$control, "log"))
    parts <- strsplit(lines[startsWith(lines, path)], "|", fixed = TRUE)
    data.frame(range = vapply(parts, `[`, "", 2L),
               status = as.integer(vapply(parts, `[`, "", 3L)),
               sent = as.numeric(vapply(parts, `[`, "", 4L)))
}

# What the server's process runs: it finds the functions of .serverParts in its
# global environment, and nothing else from here.
serveFolder <- function(folder, parts) {
    list2env(parts, globalenv())
    control <- file.path(folder, "control")
    for (port in sample(20000:60000, 20L)) {
        listener <- tryCatch(serverSocket(port), error = function(e) NULL)
        if (!is.null(listener)) break
    }
    writeLines(as.character(port), file.path(control, "port.new"))
    file.rename(file.path(control, "port.new"), file.path(control, "port"))
    repeat {
        connection <- socketAccept(listener, blocking = TRUE, open = "r+b",
                                   timeout = 3600)
        try(serveRequest(connection, folder), silent = TRUE)
        close(connection)
    }
}

.serverParts <- list(
    serveRequest = function(connection, folder) {
        control <- file.path(folder, "control")
        asked <- readRequest(connection)
        fault <- nextFault(asked$path, control)
        reply <- answerRequest(asked, file.path(folder, "root"), fault)
        header <- c(paste("HTTP/1.1", reply$status, "-"), reply$header,
                    if (fault == "encoded") "Content-Encoding: gzip",
                    if (fault != "unsized") {
                        paste("Content-Length:", length(reply$body))
                    },
                    "Connection: close", "", "")
        sent <- length(reply$body)
        if (startsWith(fault, "cut")) sent <- as.numeric(sub("cut:", "", fault))
        # Before the body: the reader may look as soon as it has all of it.
        cat(asked$path, "|", asked$range, "|", reply$status, "|", sent, "\n",
            sep = "", file = file.path(control, "log"), append = TRUE)
        writeBin(charToRaw(paste(header, collapse = "\r\n")), connection)
        writeBin(utils::head(reply$body, sent), connection)
    },
    readRequest = function(connection) {
        lines <- character()
        while (nzchar(line <- readLines(connection, 1L))) {
            lines <- c(lines, line)
        }
        range <- grep("^range:", lines, ignore.case = TRUE, value = TRUE)
        list(path = strsplit(lines[1L], " ")[[1L]][2L],
             range = c(sub("^range: *", "", range, ignore.case = TRUE), "")[1L])
    },
    nextFault = function(path, control) {
        file <- file.path(control, utils::URLencode(path, TRUE))
        faults <- if (file.exists(file)) readLines(file) else character()
        if (length(faults) == 0L) return("")
        writeLines(faults[-1L], file)
        faults[1L]
    },
    answerRequest = function(asked, root, fault) {
        file <- file.path(root, asked$path)
        if (fault %in% c("404", "503")) return(list(status = fault))
        if (!file.exists(file)) return(list(status = "404"))
        body <- readBin(file, "raw", file.size(file))
        if (fault == "page") body <- charToRaw("<html>Come back later</html>")
        size <- length(body)
        if (asked$range == "" || fault == "whole") {
            return(list(status = "200", body = body))
        }
        from <- as.numeric(sub("bytes=([0-9]+)-", "\\1", asked$range))
        if (from >= size) {
            return(list(status = "416",
                        header = paste0("Content-Range: bytes */", size)))
        }
        list(status = "206", body = body[(from + 1):size],
             header = sprintf("Content-Range: bytes %.0f-%d/%d", from,
                              size - 1L, size))
    })
