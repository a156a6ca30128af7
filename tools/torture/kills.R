# SIGKILL at random moments: of the R process that trains a panel, alone or with
# workers, and of the workers. The same call must then end in the same bits, and
# leave nothing behind.
source(file.path("tools", "torture", "helper.R"))
kills <- as.integer(Sys.getenv("TORTURE_KILLS", "100"))
epochs <- 200
whole <- weights(train(signal, epochs = epochs))
data <- tempfile()
saveRDS(signal, data)

start <- function(folder, workers) {
    callr::r_bg(function(data, folder, epochs, workers) {
        back <- if (workers == 1L) BiocParallel::SerialParam() else
            BiocParallel::MulticoreParam(workers)
        AttentiveChrome::trainCellTypes(readRDS(data), folder, seed = 1,
            epochs = epochs, filters = 4, context = 4, BPPARAM = back,
            progress = FALSE)
    }, list(data, folder, epochs, workers), supervise = TRUE)
}

childrenOf <- function(pid) {
    out <- suppressWarnings(system2("pgrep", c("-P", pid), stdout = TRUE))
    as.integer(out)
}

waitFor <- function(condition, seconds = 60) {
    deadline <- Sys.time() + seconds
    while (!condition() && Sys.time() < deadline) Sys.sleep(0.01)
}

# Kills the process or one of its workers; its panel is then resumed by others.
killOnce <- function(folder, victim, moment) {
    workers <- if (victim == "serial") 1L else 2L
    process <- start(folder, workers)
    waitFor(function() {
        file.exists(file.path(folder, "settings.rds")) || !process$is_alive()
    })
    Sys.sleep(moment)
    if (victim == "worker") {
        children <- childrenOf(process$get_pid())
        if (length(children) > 0L) {
            tools::pskill(children[1L], tools::SIGKILL)
            process$wait(30000)
        }
    }
    children <- childrenOf(process$get_pid())
    # Not process$kill(), which kills its workers too.
    tools::pskill(process$get_pid(), tools::SIGKILL)
    process$wait()
    # Workers see that they are alone after an epoch.
    waitFor(function() !any(dir.exists(file.path("/proc", children))), 30)
    sum(dir.exists(file.path("/proc", children)))
}

# A panel takes some kills until it is finished; then the next.
torture <- function(victim, count) {
    result <- c(kills = 0L, panels = 0L, lost = 0L, `other bits` = 0L,
                `files left` = 0L, `workers left` = 0L)
    while (result[["kills"]] < count) {
        folder <- tempfile("run")
        for (i in seq_len(min(5L, count - result[["kills"]]))) {
            alive <- killOnce(folder, victim, stats::runif(1L, 0, 0.8))
            result[c("kills", "workers left")] <-
                result[c("kills", "workers left")] + c(1L, alive)
        }
        panel <- tryCatch(train(signal, folder, epochs),
                          error = function(e) message(conditionMessage(e)))
        files <- list.files(folder, all.files = TRUE, no.. = TRUE)
        expected <- c("lock", "settings.rds", basename(
            own$.recordFile(folder, colnames(signal))))
        result <- result + c(0L, 1L, is.null(panel),
            !is.null(panel) && !identical(weights(panel), whole),
            length(setdiff(files, expected)), 0L)
        unlink(folder, recursive = TRUE)
    }
    result
}

set.seed(1)
victims <- c(serial = "the process, SerialParam",
             master = "the master of MulticoreParam(2)",
             worker = "a worker of MulticoreParam(2)")
shares <- ceiling(kills * c(0.34, 0.33, 0.33))
rows <- Map(function(victim, share) torture(victim, share), names(victims),
            shares)
table <- data.frame(victim = victims, do.call(rbind, rows),
                    check.names = FALSE, row.names = NULL)
writeLinesOf("3-kills", c("## SIGKILL at random moments", "",
                          asMarkdown(table), ""))
quit("no", as.integer(sum(table[4:7]) > 0L))
