# The files of exportTracks() as igv.js reads them.

test_that("igv.js reads the values that were written", {
    skip_if(is.null(igvScript()),
            "igv.js is not there (npm install --prefix tests/browser)")
    signal <- smallGenome()
    folder <- withr::local_tempdir()
    tracks <- writeTracks(signal, folder)
    gene <- rownames(signal)[6L]
    page <- openIgv(tracks, signal, gene, folder)
    window <- rowRanges(signal)[gene]
    for (i in seq_len(nrow(tracks))) {
        read <- igvRead(page, tracks$name[i], window)
        own <- subsetByOverlaps(tracks$own[[i]], window)
        expect_identical(read$start, as.numeric(start(own)))
        expect_identical(read$end, as.numeric(end(own)))
        expect_equal(read$value, own$score, tolerance = 1e-6)
        expect_identical(nrow(read), length(binOffsets(signal)))
    }
})
