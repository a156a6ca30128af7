marksOf <- c("H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3")
twoCells <- function() {
    x <- simulateChromatin(30, cellTypes = 2, bins = 20, seed = 1,
                           causal = list(H3K4me3 = 9:12), scenario = "blocks")
    colnames(x) <- c("K562", "H1")
    x
}

# All but the edited part of a mark must be as it was.
expectEdited <- function(edited, signal, mark, rows, cell, bins, values) {
    expected <- signal
    assay(expected, mark)[rows, cell, bins] <- values
    for (name in assayNames(signal)) {
        expect_equal(assay(edited, name), assay(expected, name))
    }
    metadata(edited)$edits <- NULL
    expect_identical(metadata(edited), metadata(signal))
    expect_identical(rowRanges(edited), rowRanges(signal))
}

test_that("silencing and scaling change what is named and nothing else", {
    x <- twoCells()
    lost <- editSignal(x, "silence", "H3K4me3", within = 300,
                       genes = rownames(x)[c(2, 5)], cellTypes = "K562")
    expectEdited(lost, x, "H3K4me3", c(2, 5), "K562", 8:13, 0)
    twice <- editSignal(x, "scale", "H3K9me3", within = c(-1000, -750),
                        amount = 2.5)
    expectEdited(twice, x, "H3K9me3", 1:30, 1:2, 1:2,
                 2.5 * assay(x, "H3K9me3")[, , 1:2])
    all <- editSignal(x, "silence", marksOf)
    for (mark in marksOf) expect_true(all(assay(all, mark) == 0))
})

test_that("shifting moves values along the bins, zeros come in", {
    x <- twoCells()
    values <- binMatrix(x, "H3K4me3", "H1")
    down <- editSignal(x, "shift", "H3K4me3", amount = 300, cellTypes = "H1")
    expectEdited(down, x, "H3K4me3", 1:30, "H1", 1:20,
                 cbind(matrix(0, 30, 3), values[, 1:17]))
    up <- editSignal(x, "shift", "H3K4me3", within = c(-500, 0), amount = -200,
                     cellTypes = "H1")
    expectEdited(up, x, "H3K4me3", 1:30, "H1", 6:10,
                 cbind(values[, 8:10], matrix(0, 30, 2)))
    out <- editSignal(x, "shift", "H3K4me3", amount = 5000)
    expect_true(all(assay(out, "H3K4me3") == 0))
})

test_that("a mark is copied from a cell type gene by gene", {
    x <- twoCells()
    copied <- editSignal(x, "copy", "H3K27me3", from = "H1")
    expectEdited(copied, x, "H3K27me3", 1:30, "K562", 1:20,
                 assay(x, "H3K27me3")[, "H1", ])
    expect_identical(editSignal(x, "copy", "H3K27me3", from = 2), copied)
    three <- cbind(x, `colnames<-`(x[, 1], "third"))
    many <- editSignal(three, "copy", "H3K4me3", from = "H1", within = 200)
    expectEdited(many, three, "H3K4me3", 1:30, c(1, 3), 9:12,
                 assay(x, "H3K4me3")[, c("H1", "H1"), 9:12])
})

test_that("nothing is copied from a cell type of another preprocessing", {
    x <- twoCells()
    preprocessing(x)$normalization <- c("none", "cpm")
    expect_error(editSignal(x, "copy", "H3K27me3", from = "H1"),
                 "must have the same normalization.*\"cpm\", but \"none\"")
    expect_silent(editSignal(x, "scale", "H3K27me3", amount = 2))
    three <- cbind(x, `colnames<-`(x[, "H1"], "third"))
    expect_silent(editSignal(three, "copy", "H3K27me3", from = "H1",
                             cellTypes = "third"))
})

test_that("edits are recorded in their order", {
    x <- twoCells()
    x <- editSignal(x, "silence", "H3K4me3", within = 300, cellTypes = "K562",
                    genes = rownames(x)[2])
    x <- editSignal(x, "copy", "H3K27me3", from = "H1")
    x <- editSignal(x, "scale", c("H3K4me1", "H3K36me3"), amount = 0.5)
    x <- editSignal(x, "shift", "H3K4me3", amount = -500)
    expect_snapshot(cat(metadata(x)$edits, sep = "\n"))
})

test_that("mistakes in edits are reported", {
    x <- twoCells()
    expect_snapshot(error = TRUE, {
        editSignal(x, "remove", "H3K4me3")
        editSignal(x, "silence", "H3K4me9")
        editSignal(x, "silence", "H3K4me3", within = 5000)
        editSignal(x, "silence", "H3K4me3", within = c(10, 60))
        editSignal(x, "silence", "H3K4me3", amount = 2)
        editSignal(x, "shift", "H3K4me3")
        editSignal(x, "shift", "H3K4me3", amount = 250)
        editSignal(x, "scale", "H3K4me3", amount = -1)
        editSignal(x, "copy", "H3K4me3", from = "HeLa")
        editSignal(x[, "H1"], "copy", "H3K4me3", from = "H1")
        editSignal(x, "silence", "H3K4me3", genes = "nowhere")
        editSignal(x, "silence", "H3K4me3", cellTypes = "HeLa")
    })
})

test_that("predictEdits() is predict() of copies edited by hand", {
    x <- twoCells()
    model <- attentiveChrome(x, epochs = 30, filters = 4, context = 4,
                             learningRate = 0.01, seed = 1)
    out <- predictEdits(model, x, list(
        lost = list("silence", "H3K4me3", within = 300),
        none = function(x) x,
        H1 = list("copy", "H3K4me3", from = "H1")))
    lost <- copied <- x
    assay(lost, "H3K4me3")[, , 8:13] <- 0
    assay(copied, "H3K4me3")[, "K562", ] <- assay(x, "H3K4me3")[, "H1", ]
    before <- as.vector(predict(model, x))
    after <- c(predict(model, lost), before, predict(model, copied))
    expect_identical(levels(out$edit), c("lost", "none", "H1"))
    expect_equal(out$before, rep(before, 3))
    expect_equal(out$after, after)
    expect_equal(out$change, after - rep(before, 3))
    expect_identical(out$flipped, (after > 0.5) != (rep(before, 3) > 0.5))
    expect_identical(out$gene, rep(rownames(x), 6))
    expect_identical(out$cellType, rep(rep(c("K562", "H1"), each = 30), 3))
    expect_gt(max(abs(out$change[out$edit == "lost"])), 0.01)
    lines <- capture.output(print(out))
    expect_match(lines[1], "Edits of 30 genes")
    lost <- out$edit == "lost" & out$cellType == "K562"
    expect_match(lines[grepl("lost +K562", lines)],
                 sprintf("%.3f +%.3f$", mean(out$change[lost]),
                         mean(out$flipped[lost])))
    expect_output(print(head(out)), "gene cellType edit")
    expect_output(print(out[1:3]), "gene cellType edit")
    figure <- ggplot2::ggplot_build(plot(out))
    middle <- figure$data[[2]]
    expect_equal(nrow(middle), 6L)
    k562 <- out$edit == "lost" & out$cellType == "K562"
    expect_true(any(abs(middle$xmiddle -
                        stats::median(out$change[k562])) < 1e-9))
    expect_snapshot(error = TRUE, {
        predictEdits(model, x, list(list("silence", "H3K4me3")))
        predictEdits(model, x, list(a = "silence"))
        predictEdits(model, x, list(a = function(x) x[1:3, ]))
    })
})

# ---- smallestFlip() ---------------------------------------------------------

# Members of a flip silenced by hand.
silenced <- function(signal, members) {
    for (i in seq_len(nrow(members))) {
        signal <- editSignal(signal, "silence", members$mark[i],
                             within = c(members$start[i], members$end[i]))
    }
    signal
}

expectHonest <- function(flips, model, signal) {
    for (i in seq_len(nrow(flips))) {
        one <- signal[flips$gene[i], flips$cellType[i]]
        after <- predict(model, silenced(one, flips$members[[i]]))
        expect_equal(flips$after[i], as.vector(after), tolerance = 1e-5)
        expect_equal(flips$before[i], as.vector(predict(model, one)),
                     tolerance = 1e-5)
    }
    expect_identical(flips$flipped, (flips$after > 0.5) != (flips$before > 0.5))
    expect_identical(flips$size, vapply(flips$members, nrow, 0L))
}

learned <- local({
    signal <- simulateChromatin(300, bins = 20, seed = 1, noise = 0.3,
                                causal = list(H3K4me3 = 9:12),
                                scenario = "blocks")
    list(signal = signal, model = attentiveChrome(
        signal, recipe = "published", epochs = 15, hidden = 6,
        markHidden = 4, learningRate = 0.01, transform = "log1p", seed = 1))
})

test_that("the smallest set of marks is that of brute force", {
    signal <- learned$signal[1:40, ]
    flips <- smallestFlip(learned$model, signal, unit = "marks")
    expectHonest(flips, learned$model, signal)
    sets <- as.matrix(expand.grid(rep(list(c(FALSE, TRUE)), 5)))
    before <- as.vector(predict(learned$model, signal)) > 0.5
    flipped <- apply(sets, 1L, function(set) {
        edited <- if (any(set)) editSignal(signal, "silence", marksOf[set])
                  else signal
        (as.vector(predict(learned$model, edited)) > 0.5) != before
    })
    sizes <- apply(flipped, 1L, function(f) {
        if (any(f)) min(rowSums(sets)[f]) else NA
    })
    expect_identical(flips$flipped, !is.na(sizes))
    expect_true(any(flips$flipped) && !all(flips$flipped))
    expect_equal(flips$size[flips$flipped], sizes[!is.na(sizes)])
})

test_that("flipping bins are causal ones, far more than by chance", {
    high <- which(predict(learned$model, learned$signal) > 0.6)[1:25]
    signal <- learned$signal[high, ]
    flips <- smallestFlip(learned$model, signal)
    expectHonest(flips, learned$model, signal)
    expect_gt(mean(flips$flipped), 0.5)
    members <- do.call(rbind, flips$members[flips$flipped])
    causal <- members$mark == "H3K4me3" & members$start >= -200 &
        members$start < 200
    # 4 of 100 bins decide.
    expect_lt(stats::binom.test(sum(causal), nrow(members), 0.04,
                                "greater")$p.value, 1e-6)
    expect_gt(mean(causal), 0.5)
})

test_that("no bin of a flipping set can be spared", {
    high <- which(predict(learned$model, learned$signal) > 0.95)
    signal <- learned$signal[high, ]
    flips <- smallestFlip(learned$model, signal)
    flips <- flips[flips$flipped & flips$size > 1, ]
    expect_gt(nrow(flips), 0)
    for (i in seq_len(nrow(flips))) {
        members <- flips$members[[i]]
        for (j in seq_len(nrow(members))) {
            fewer <- silenced(signal[flips$gene[i], ], members[-j, ])
            expect_gt(predict(learned$model, fewer)[1], 0.5)
        }
    }
})

test_that("bins that later bins make unnecessary are restored", {
    # The first alone goes furthest; the other two together do without it.
    search <- list(high = TRUE, before = 1, useful = 1:3,
                   logitOf = function(sets) {
        as.vector(1 - c(0.3, 0.2, 0.2) %*% sets - sets[2, ] * sets[3, ])
    })
    search$start <- .foundSet(search, logical(3), 1)
    two <- .greedySet(search, 2)
    expect_identical(two$set, c(TRUE, TRUE, FALSE))
    expect_false(two$flipped)
    expect_identical(.greedySet(search, 3)$set, c(FALSE, TRUE, TRUE))
    expect_identical(.exactSet(search, 3)$set, c(FALSE, TRUE, TRUE))
})

test_that("blocks, marks, `maxSize` and `value` bound the search", {
    high <- which(predict(learned$model, learned$signal) > 0.6)[1:5]
    signal <- learned$signal[high, ]
    flips <- smallestFlip(learned$model, signal, width = 300, maxSize = 2,
                          marks = c("H3K4me3", "H3K9me3"))
    members <- do.call(rbind, flips$members)
    expect_true(all(members$mark %in% c("H3K4me3", "H3K9me3")))
    expect_true(all((members$start + 1000) %% 300 == 0))
    expect_true(all(members$end == pmin(members$start + 300, 1000)))
    expect_true(all(flips$size <= 2))
    expectHonest(flips, learned$model, signal)
    low <- which(predict(learned$model, learned$signal) < 0.4)[1:5]
    raised <- smallestFlip(learned$model, learned$signal[low, ], value = 60,
                           unit = "marks", marks = "H3K4me3")
    expect_true(all(raised$flipped & raised$after > 0.5))
    empty <- learned$signal[low[1], ]
    for (mark in marksOf) empty <- editSignal(empty, "silence", mark)
    nothing <- smallestFlip(learned$model, empty)
    expect_identical(nothing$set, "")
    expect_identical(nothing$size, 0L)
    expect_false(nothing$flipped)
    expect_identical(nothing$after, nothing$before)
})

test_that("edits work with every architecture", {
    x <- twoCells()[1:10, ]
    for (name in listArchitectures()$architecture) {
        model <- attentiveChrome(x, architecture = name, epochs = 1, seed = 1)
        flips <- smallestFlip(model, x[1:2, ], maxSize = 2, width = 500)
        expectHonest(flips, model, x)
        expect_identical(nrow(flips), 4L)
    }
})

test_that("mistakes in smallestFlip() are reported", {
    expect_snapshot(error = TRUE, {
        smallestFlip(learned$model, learned$signal, unit = "genes")
        smallestFlip(learned$model, learned$signal, width = 150)
        smallestFlip(learned$model, learned$signal, unit = "marks", width = 100)
        smallestFlip(learned$model, learned$signal, marks = "H3K27ac")
        smallestFlip(learned$model, learned$signal, value = -1)
        smallestFlip(learned$model, learned$signal, maxSize = 0)
    })
    many <- simulateChromatin(10, marks = paste0("M", 1:13), bins = 2,
                              causal = list(), seed = 1)
    model <- attentiveChrome(many, epochs = 1, filters = 2, context = 2)
    expect_error(smallestFlip(model, many, unit = "marks"), "at most 12 marks")
    members <- data.frame(mark = c("A", "A", "A", "B"),
                          start = c(-200, -100, 300, 400),
                          end = c(-100, 0, 400, 500))
    expect_identical(.describeSet(members, "bins"),
                     "A -200 to +0; A +300 to +400; B +400 to +500")
    expect_identical(.describeSet(members[0, ], "bins"), "")
})
