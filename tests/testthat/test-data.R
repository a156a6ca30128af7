# The measured data set.

test_that("roadmapGenes is a valid signal that says how it was made", {
    expect_true(validObject(roadmapGenes))
    expect_identical(dim(roadmapGenes), c(400L, 2L))
    expect_identical(colnames(roadmapGenes), c("E003", "E123"))
    expect_identical(marks(roadmapGenes), .authorMarks)
    expect_identical(range(binOffsets(roadmapGenes)), c(-5000, 4900))
    expect_identical(roadmapGenes@bins$orient, "genome")
    expect_identical(preprocessing(roadmapGenes)$counting,
                     rep("overlap", 2L))
    expect_false(anyNA(expressionLabel(roadmapGenes)))
    for (mark in marks(roadmapGenes)) {
        expect_type(assay(roadmapGenes, mark), "integer")
        expect_false(anyNA(assay(roadmapGenes, mark)))
    }
    # So that it can be combined with signal that was read from files.
    own <- countReads(c(H3K4me3 = readsFile("S1-H3K4me3.tagAlign.gz")),
                      tssWindows(readsFile("genes.tsv")), cellType = "S1")
    expect_identical(names(sources(roadmapGenes)), names(sources(own)))
    windows <- suppressWarnings(tssWindows(roadmapGenes))
    expect_identical(GenomicRanges::ranges(windows),
                     GenomicRanges::ranges(rowRanges(roadmapGenes)))
})

test_that("the labels of roadmapGenes are above the median of all genes", {
    above <- sweep(assay(roadmapGenes, "expression"), 2L,
                   roadmapGenes$medianExpression, ">")
    expect_equal(expressionLabel(roadmapGenes), 1 * above)
})

# Bins of neighbours that lie on the same bases. Were the bins of minus-strand
# genes flipped, or were the TSS others, their counts would not agree.
test_that("overlapping windows of roadmapGenes agree on their counts", {
    tss <- rowData(roadmapGenes)$tss
    on <- as.character(GenomicRanges::seqnames(rowRanges(roadmapGenes)))
    near <- outer(on, on, "==") & outer(tss, tss, function(a, b) {
        b > a & b - a < 3000
    })
    pairs <- which(near, arr.ind = TRUE)
    expect_gte(nrow(pairs), 5L)
    for (i in seq_len(nrow(pairs))) {
        lag <- round(diff(tss[pairs[i, ]]) / 100)
        counts <- binMatrix(roadmapGenes, "H3K4me3", "E003")[pairs[i, ], ]
        agreement <- cor(counts[1L, (lag + 1):100], counts[2L, 1:(100 - lag)])
        expect_gt(agreement, 0.9)
    }
})

test_that("roadmapGenes is what the authors' tables say", {
    for (cellType in colnames(roadmapGenes)) {
        tables <- vapply(c("train", "valid"), function(part) {
            sharedFile("data", "roadmap-600", cellType, "classification",
                       paste0(part, ".csv"))
        }, "")
        read <- readChromeTable(unname(tables), cellType)
        expect_identical(rownames(roadmapGenes), rownames(read))
        own <- roadmapGenes[, cellType]
        expect_equal(expressionLabel(own), expressionLabel(read))
        for (mark in marks(read)) {
            expect_equal(binMatrix(own, mark), binMatrix(read, mark))
        }
    }
})

test_that("data sets stay small", {
    folder <- test_path("..", "..", "data")
    files <- list.files(folder, "[.]rda$", full.names = TRUE)
    skip_if(length(files) == 0L, "the sources")
    expect_lt(max(file.size(files)), 400e3)
})
