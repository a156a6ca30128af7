# Local paths and URLs, and downloads by curl.

# Bytes must arrive as stored, so no content encoding is accepted: otherwise a
# .gz file that the server declares as encoded would be decompressed. A
# connection without data for a minute is closed.
.curlHandle <- function(range = NULL) {
    curl::new_handle(accept_encoding = NULL, range = range,
                     connecttimeout = 30L, low_speed_limit = 1L,
                     low_speed_time = 60L, buffersize = 262144L)
}

# NULL, or curl's message if the transfer failed. Unlike curl's connections,
# this passes on every byte received before that. Stops once `isVain()` is TRUE.
.perform <- function(url, handle, receive, isVain = function() FALSE) {
    pool <- curl::new_pool()
    cut <- NULL
    curl::curl_fetch_multi(url, done = function(response) NULL,
                           fail = function(message) cut <<- message,
                           pool = pool, data = receive, handle = handle)
    while (curl::multi_run(timeout = 1, pool = pool)$pending > 0L) {
        if (isVain()) {
            curl::multi_cancel(handle)
            break
        }
    }
    cut
}

# The status (0 without an answer) and the size of the whole file, NA if not
# reported.
.readAnswer <- function(handle) {
    data <- curl::handle_data(handle)
    headers <- curl::parse_headers_list(data$headers)
    size <- if (data$status_code == 200L) headers[["content-length"]]
            else sub(".*/", "", headers[["content-range"]] %||% "")
    list(status = data$status_code,
         size = suppressWarnings(as.numeric(size %||% NA)))
}

# The lines of a small text file; NULL if it cannot be downloaded.
.fetchLines <- function(url) {
    text <- raw()
    handle <- .curlHandle()
    cut <- .perform(url, handle, function(bytes, final) {
        text <<- c(text, bytes)
    })
    if (!is.null(cut) || .readAnswer(handle)$status != 200L) return(NULL)
    strsplit(rawToChar(text[text != 0]), "\r?\n")[[1L]]
}

.isRemote <- function(x) grepl("^https?://", x)

# Paths are unchanged; file:// URLs are converted to paths.
.localPath <- function(x) {
    isUrl <- startsWith(x, "file://")
    # file:///C:/folder is C:/folder.
    path <- sub("^/([A-Za-z]:)", "\\1", sub("^file://(localhost)?", "", x))
    x[isUrl] <- vapply(path[isUrl], utils::URLdecode, "")
    x
}
