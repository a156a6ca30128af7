# The tracks of exportTracks() in igv.js, a genome browser for web pages.

igvScript <- function() {
    file <- browserFile("node_modules/igv/dist/igv.min.js")
    if (file.exists(file)) file
}

# From the folder of the repository or, in tests, from this one.
browserFile <- function(name) {
    here <- if (file.exists("helper-igv.R")) "." else file.path("tests",
                                                                "browser")
    file.path(here, name)
}

# Signal and attention of simulated genes along a chromosome that is small
# enough to be written: igv.js wants its sequence.
smallGenome <- function(genes = 12L, chromosome = "chr1") {
    signal <- simulateChromatin(genes, seed = 1)
    at <- 12000L * seq_len(genes)
    rowRanges(signal) <- tssWindows(
        data.frame(gene_id = rownames(signal), chr = chromosome, start = at,
                   end = at, strand = rep_len(c("+", "-"), genes)),
        seqlengths = stats::setNames(max(at) + 12000L, chromosome))
    signal
}

# The sequence, without meaning, of the only chromosome, and its index.
writeGenome <- function(signal, folder) {
    length <- GenomeInfoDb::seqlengths(signal)
    letters <- rep_len(c("A", "C", "G", "T"), 60L)
    lines <- rep(paste(letters, collapse = ""), length / 60L)
    writeLines(c(paste0(">", names(length)), lines),
               file.path(folder, "genome.fa"))
    writeLines(paste(names(length), 60L * length(lines),
                     nchar(names(length)) + 2L, 60L, 61L, sep = "\t"),
               file.path(folder, "genome.fa.fai"))
}

# A hub with the attention of a model, and the signal as bedGraph: what
# exportTracks() returns, with names for igv.js. `own` has the values of each.
writeTracks <- function(signal, folder) {
    model <- suppressMessages(attentiveChrome(
        signal, epochs = 2, filters = 4, context = 4, seed = 1,
        progress = FALSE))
    looked <- attention(model, signal)
    hub <- exportTracks(looked, folder, "hub", c("alpha", "share"), "H3K4me3",
                        genome = "simulated", email = "someone@example.org")
    flat <- exportTracks(signal, folder, "bedGraph",
                         marks = c("H3K4me3", "H3K27me3"))
    tracks <- rbind(hub, flat)
    tracks$name <- paste(tracks$mark, tracks$what)
    tracks$own <- lapply(seq_len(nrow(tracks)), function(i) {
        x <- if (tracks$what[i] == "signal") signal else looked
        own <- trackRanges(x, tracks$what[i], tracks$mark[i])
        own$score <- S4Vectors::mcols(own)[[1L]]
        own
    })
    tracks
}

# A page of Chromium where igv.js shows the tracks of a folder at one gene.
# `tracks` is what exportTracks() returns.
openIgv <- function(tracks, signal, gene, folder, env = parent.frame()) {
    writeGenome(signal, folder)
    file.copy(c(igvScript(), browserFile("igv.html")), folder)
    window <- rowRanges(signal)[gene]
    colours <- markColours(tracks$mark)
    options <- list(
        reference = list(id = "simulated", fastaURL = "genome.fa",
                         indexURL = "genome.fa.fai"),
        locus = as.character(granges(window, use.mcols = FALSE)),
        tracks = lapply(seq_len(nrow(tracks)), function(i) {
            list(name = tracks$name[i], type = "wig", height = 100,
                 color = colours[[i]], url = basename(tracks$file[i]))
        }))
    jsonlite::write_json(options, file.path(folder, "options.json"),
                         auto_unbox = TRUE)
    port <- 20000L + (Sys.getpid() + 7L) %% 20000L
    server <- processx::process$new(
        "node", c(browserFile("ranges.js"), folder, port),
        stdout = "|")
    withr::defer(server$kill(), env)
    waitFor(function() {
        any(grepl("Listening", server$read_output_lines()))
    }, "the server of files")
    page <- openPage(sprintf("http://127.0.0.1:%d/igv.html", port), env = env)
    waitForJs(page, "!!window.browser || !!window.failed")
    failed <- js(page, "window.failed")
    if (!is.null(failed)) stop("igv.js: ", failed)
    page
}

# What igv.js read of a track in a window: start (from 1), end and value.
igvRead <- function(page, name, window) {
    text <- page$Runtime$evaluate(
        sprintf("featuresOf('%s', '%s', %d, %d)", name,
                as.character(seqnames(window)), start(window) - 1L,
                end(window)), awaitPromise = TRUE)$result$value
    read <- jsonlite::fromJSON(text)
    data.frame(start = read[, 1L] + 1, end = read[, 2L] + 0,
               value = read[, 3L])
}
