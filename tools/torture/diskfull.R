# Every writer on disks that are too small: an error that says so and the old
# file, or the new file, whole. Nothing else may lie there. Needs root (mount).
source(file.path("tools", "torture", "helper.R"))
parts <- suppressMessages(splitGenes(signal[, 1L]))
model <- attentiveChrome(parts$train, parts$validation, epochs = 2,
                         filters = 16, context = 16, seed = 1,
                         progress = FALSE)
placed <- roadmapGenes[1:60, "E123"]
GenomeInfoDb::seqlengths(placed) <- rep(3e8L, length(
    GenomeInfoDb::seqlevels(placed)))
panel <- train(signal[, 1:2])
wide <- data.frame(gene = sprintf("gene%05d", 1:12000), p = (1:12000) / 7)
fit <- function(path) {
    attentiveChrome(parts$train, epochs = 1, filters = 8, context = 8,
                    seed = 1, checkpoint = path, progress = FALSE)
}
writers <- list(
    `writeChromeTable(), csv` = function(path) {
        writeChromeTable(signal[, 1L], path)
    },
    `writeChromeTable(), csv.gz` = function(path) {
        writeChromeTable(signal[, 1L], paste0(path, ".gz"))
    },
    `writeTorchWeights()` = function(path) writeTorchWeights(model, path),
    `main(), table` = function(path) own$.writeTable(wide, path),
    `main(), attention` = function(path) {
        own$.writeWhole(serialize(signal, NULL), path)
    },
    `record` = function(path) own$.saveSealed(model, path, "record"),
    `checkpoint and plan` = fit,
    `run folder` = function(path) {
        tryCatch(train(signal[, 1:2], paste0(path, "-run")),
                 warning = function(w) stop(conditionMessage(w)))
    },
    `exportTracks(), hub` = function(path) {
        exportTracks(placed, path, "hub", genome = "hg19", email = "a@b.org")
    },
    `exportTracks(), bedGraph` = function(path) {
        exportTracks(placed, path, "bedGraph")
    },
    `writeDeepTools()` = function(path) writeDeepTools(placed, path),
    `report() and its file for MultiQC` = function(path) {
        report(panel, file = path, multiqc = TRUE)
    },
    `explore(), folder` = function(path) {
        explore(model, signal[, 1L], folder = path)
    })
sizes <- unique(round(4 * 1.19^(0:29) / 4) * 4 + seq(0, 116, 4))[1:30]

wholeBytes <- function(folder) {
    files <- list.files(folder, recursive = TRUE, full.names = TRUE,
                        all.files = TRUE)
    lapply(stats::setNames(files, sub(folder, "", files, fixed = TRUE)),
           function(file) if (!grepl("lock$", file)) file.size(file))
}

# "new", "old", or what is wrong.
tryWriter <- function(write, size, expected) {
    disk <- tempfile("disk")
    dir.create(disk)
    on.exit(unlink(disk, recursive = TRUE))
    mount <- c("-t", "tmpfs", "-o", sprintf("size=%dk", size), "tmpfs", disk)
    if (system2("mount", mount) != 0L) stop("no right to mount: run as root")
    on.exit(system2("umount", disk), add = TRUE, after = FALSE)
    failed <- tryCatch({
        suppressMessages(write(file.path(disk, "file")))
        NULL
    }, error = conditionMessage)
    left <- wholeBytes(disk)
    parts <- grepl("[.]part(/|$)", names(left))
    if (any(parts)) return("part left")
    # What is there must be what a whole disk has, or not be there.
    known <- intersect(names(left), names(expected))
    whole <- all(mapply(function(a, b) is.null(a) || abs(a - b) < 200,
                        left[known], expected[known]))
    if (!whole) return("truncated file")
    if (is.null(failed)) {
        if (setequal(names(left), names(expected))) "new" else "false success"
    } else if (grepl("No space left", failed)) {
        "old"
    } else {
        "other reason"
    }
}

rows <- lapply(names(writers), function(name) {
    whole <- tempfile("whole")
    dir.create(whole)
    writers[[name]](file.path(whole, "file"))
    expected <- wholeBytes(whole)
    came <- vapply(sizes, tryWriter, "", write = writers[[name]],
                   expected = expected)
    count <- function(what) sum(came == what)
    data.frame(writer = name, disks = length(sizes), `written` = count("new"),
               `error: no space` = count("old"),
               `truncated or left` = count("truncated file") +
                   count("part left"),
               `false success` = count("false success"),
               `other reason` = count("other reason"), check.names = FALSE)
})
table <- do.call(rbind, rows)
writeLinesOf("2-diskfull", c("## Full disks", "", sprintf(
    "tmpfs of %d sizes, %d to %d KB.", length(sizes), min(sizes), max(sizes)),
    "", asMarkdown(table), ""))
quit("no", as.integer(sum(table[5:7]) > 0L))
