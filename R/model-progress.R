# Progress bars.

# Of training.
.progressBar <- function(settings) {
    if (!settings$progress) {
        return(list(tick = function(row) NULL, done = function() NULL))
    }
    env <- new.env()
    id <- cli::cli_progress_bar(
        total = settings$epochs, clear = FALSE, .auto_close = FALSE,
        .envir = env, extra = list(now = ""),
        format = paste("epoch {cli::pb_current}/{cli::pb_total}",
                       "{cli::pb_bar} {cli::pb_extra$now} {cli::pb_eta_str}"))
    list(tick = function(row) {
        now <- sprintf("loss %.4f", row$loss)
        score <- .scoreColumnIn(row)
        if (!is.na(row[[score]])) {
            now <- sprintf("%s, %s %.4f", now, .scoreTitles[[score]],
                           row[[score]])
        }
        cli::cli_progress_update(id = id, extra = list(now = now),
                                 .envir = env)
    }, done = function() cli::cli_progress_done(id = id, .envir = env))
}

# Of work on a number of things, such as genes.
.countBar <- function(what, total, progress) {
    if (!.checkFlag(progress, "progress")) {
        return(list(tick = function(n) NULL, done = function() NULL))
    }
    env <- new.env()
    id <- cli::cli_progress_bar(
        total = total, .auto_close = FALSE, .envir = env,
        format = paste(what, "{cli::pb_current}/{cli::pb_total}",
                       "{cli::pb_bar} {cli::pb_eta_str}"))
    list(tick = function(n) {
        cli::cli_progress_update(inc = n, id = id, .envir = env)
    }, done = function() cli::cli_progress_done(id = id, .envir = env))
}
