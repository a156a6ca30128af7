# The tracks of exportTracks() in igv.js, a genome browser in the browser:
#   npm install --prefix /tmp/igv igv
#   Rscript tests/browser/igv.R /tmp/igv/node_modules/igv/dist/igv.min.js \
#       output/igv.png
# writes a picture to look at, and stops if igv.js cannot read a track.
args <- commandArgs(TRUE)
stopifnot(length(args) == 2L, file.exists(args[1L]))
.libPaths(c(file.path("tests", "browser", "library"), .libPaths()))
suppressPackageStartupMessages(library(AttentiveChrome))
source(file.path("tests", "browser", "helper-browser.R"))

folder <- withr::local_tempdir()
genes <- simulateChromatin(200, seed = 1)
lengths <- GenomeInfoDb::Seqinfo(paste0("chr", 1:22), rep(1e8, 22))
model <- suppressMessages(attentiveChrome(genes, epochs = 2, filters = 4,
                                          context = 4, seed = 1,
                                          progress = FALSE))
alpha <- attention(model, genes)
hub <- exportTracks(alpha, folder, "hub", what = c("alpha", "share"),
                    marks = "H3K4me3", seqlengths = lengths, genome = "hg19",
                    email = "someone@example.org")
flat <- exportTracks(genes, folder, "bedGraph", marks = "H3K4me3")
tracks <- rbind(hub, flat)
file.copy(args[1L], file.path(folder, "igv.js"))

window <- rowRanges(genes)[12]
reference <- list(id = "simulated", chromSizesURL = "sizes")
writeLines(sprintf("chr%d\t100000000", 1:22), file.path(folder, "sizes"))
options <- list(
    reference = reference,
    locus = sprintf("%s:%d-%d", GenomicRanges::seqnames(window),
                    GenomicRanges::start(window), GenomicRanges::end(window)),
    tracks = lapply(seq_len(nrow(tracks)), function(i) {
        list(name = tracks$track[i], type = "wig", height = 90,
             url = basename(tracks$file[i]))
    }))
writeLines(c(
    "<!DOCTYPE html><div id='igv'></div><script src='igv.js'></script>",
    "<script>window.addEventListener('error', e => window.failed = e.message);",
    sprintf("igv.createBrowser(document.getElementById('igv'), %s)",
            jsonlite::toJSON(options, auto_unbox = TRUE)),
    ".then(b => { window.browser = b; })",
    ".catch(e => { window.failed = String(e.message || e); });</script>"),
    file.path(folder, "index.html"))

server <- processx::process$new(
    "node", c(file.path("tests", "browser", "ranges.js"), folder, "18765"))

# A function, so that its page ends before R does.
look <- function() {
    page <- openPage("http://127.0.0.1:18765/index.html")
    waitForJs(page, "!!window.browser || !!window.failed")
    failed <- js(page, "window.failed")
    if (!is.null(failed)) stop("igv.js: ", failed)

    # What igv.js reads of the window, beside what was written.
    for (i in seq_len(nrow(tracks))) {
        read <- page$Runtime$evaluate(sprintf(paste0(
            "(async () => { const t = browser.findTracks('name', '%s')[0];",
            " const f = await t.featureSource.getFeatures({chr: '%s', start: %d,",
            " end: %d, bpPerPixel: 1}); return f.map(x => x.value).join(' ')})()"),
            tracks$track[i], as.character(GenomicRanges::seqnames(window)),
            GenomicRanges::start(window), GenomicRanges::end(window)),
            awaitPromise = TRUE)$result$value
        cat(tracks$track[i], length(strsplit(read, " ")[[1L]]), "values, such as",
            utils::head(strsplit(read, " ")[[1L]], 3L), "\n")
        stopifnot(nzchar(read))
    }
    Sys.sleep(2)
    dir.create(dirname(args[2L]), showWarnings = FALSE)
    picture(page, args[2L])
}
look()
server$kill()
