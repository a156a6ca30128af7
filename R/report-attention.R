# Attention, its stability and verdict, and genes, as sections of a report.
# `about` is of .reported(); its `looked` is the attention in the cell types of
# the figures, NULL without one, or the condition why it could not be computed.

# Genes of each cell type of a panel whose mean beta is shown.
.reportBetaGenes <- 300L

.reportLooked <- function(about) {
    if (is.null(about$test)) return(NULL)
    seen <- about$test[, about$cellTypes]
    if (about$panel) {
        seen <- about$test[.evenly(nrow(about$test), .reportBetaGenes), ]
    }
    tryCatch(attention(about$object, seen, threads = about$threads),
             AttentiveChrome_noAttention = function(e) NULL, error = identity)
}

.reportAttention <- function(about) {
    looked <- about$looked
    figures <- if (is.null(about$test)) {
        "Not computed, as no signal was given."
    } else if (is.null(looked)) {
        paste("The architecture has no attention; genes are shown with",
              "integrated gradients.")
    } else if (inherits(looked, "error")) {
        .failed(looked)
    } else {
        c(if (!about$panel) .binsFigure(about, looked),
          if ("beta" %in% assayNames(looked)) .marksFigure(about, looked))
    }
    c("# Attention", "", figures, "", .reportStability(about),
      .reportVerdicts(about))
}

.trackWords <- c(alpha = "attention (alpha)", share = "share",
                 attribution = "attribution")

# A place in words, such as H3K4me3 at +150 bp.
.placeOf <- function(row) {
    sprintf("%s at %+d bp", row$mark, as.integer(round(row$position)))
}

.binsFigure <- function(about, looked) {
    what <- if ("share" %in% assayNames(looked)) "share" else "alpha"
    words <- .stateWords(looked)
    height <- 1.5 + 2.2 * length(about$cellTypes)
    .reportFigure(about, "Over the bins", plotAttention(looked, what = what),
                  function(data) {
        top <- data[which.max(abs(data$mean)), ]
        sprintf(paste("Mean %s of each bin of each mark, for genes predicted",
                      "%s and %s in %s. The largest is %s, of %s, in genes",
                      "predicted %s in %s."), .trackWords[[what]],
                words[["high"]], words[["low"]], .listed(about$cellTypes),
                .decimals(top$mean, 4L), .placeOf(top), words[[top$state]],
                top$cellType)
    }, max(height, 5))
}

.marksFigure <- function(about, looked) {
    many <- ncol(looked) > 6L
    c(if (about$panel) {
          c(sprintf("Mean over %s of each cell type.", .nGenes(nrow(looked))),
            "")
      },
      .reportFigure(about, "Over the marks",
                    plotMarkAttention(looked, cluster = many),
                    function(data) {
          top <- data[which.max(data$beta), ]
          sprintf(paste("Heat map of the mean attention over the marks (beta)",
                        "in %s. The largest is %s, of %s in %s (%s)."),
                  if (many) sprintf("%d cell types", ncol(looked))
                  else .listed(colnames(looked)), .decimals(top$beta), top$mark,
                  top$cellType, tolower(top$panel))
      }, if (many) 6 else 3.5))
}

# ---- stability and verdict ---------------------------------------------------

.reportStability <- function(about) {
    .reportSection("## Stability over seeds", {
        found <- .stabilityOf(about)
        if (is.null(found)) {
            paste("Not computed. It needs models of several seeds: train an",
                  "ensemble (`attentiveChrome(members = 5)`), or pass",
                  "`stability()` of several models.")
        } else {
            .stabilityLines(about, found)
        }
    })
}

# That which was given or, of an ensemble, of its members.
.stabilityOf <- function(about) {
    if (!is.null(about$stability)) return(about$stability)
    if (!.isEnsemble(about$object) || is.null(about$test)) return(NULL)
    first <- .membersOf(about$object)[[1L]]
    own <- setdiff(.stableExplanations(first, NULL), "integratedGradients")
    if (length(own) == 0L) own <- "integratedGradients"
    some <- .evenly(nrow(about$test), 200L)
    stability(about$object, about$test[some, about$cellTypes[1L]],
              explanations = own, threads = about$threads)
}

.stabilityLines <- function(about, found) {
    table <- found$table
    numbers <- c("rank", "top", "mark", "rankLowest", "shuffledRank")
    cells <- cbind(.seedTitles(table$explanation),
                   vapply(table[numbers], .decimals, character(nrow(table)),
                          digits = 2L))
    c(sprintf(paste("Agreement of %d models of different seeds on %s: mean",
                    "rank correlation over the bins, overlap of the top %d",
                    "bins, and same top mark."), table$models[1L],
              .nGenes(found$genes), found$size), "",
      .markdownTable(matrix(cells, nrow(table)), c(
          "Explanation", "Rank correlation", "Overlap of the top",
          "Same top mark", "Lowest rank correlation",
          "Rank correlation, shuffled labels")), "",
      if (found$states && "alpha" %in% table$explanation) c(.stateNote, ""),
      .reportFigure(about, "Stability of pairs of models", plot(found),
                    function(data) {
          best <- table[which.max(table$rank), ]
          sprintf(paste("Agreement of each pair of models. The highest mean",
                        "rank correlation is %s, of %s."),
                  .decimals(best$rank, 2L), .seedTitles(best$explanation))
      }))
}

.reportVerdicts <- function(about) {
    found <- about$explanations
    .reportSection("## Verdict", if (is.null(found)) {
        paste("None: whether the attention explains better than the signal",
              "itself was not tested.", if (.isClass(about$facts$target))
                  "Pass `compareExplanations()`."
              else "`compareExplanations()` takes models of classes.")
    } else {
        c(.verdictItems(found$verdicts), "",
          .reportFigure(about, "Scores of explanations", plot(found),
                        function(data) {
              table <- found$table
              top <- table[which.max(table$score), ]
              sprintf(paste("Score of each explanation with its interval. The",
                            "highest is %s, of %s."), .decimals(top$score),
                      .explanationTitles(top$explanation))
          }))
    })
}

.verdictItems <- function(verdicts) {
    if (is.null(verdicts)) return("No explanation was judged.")
    panel <- .panelsOf(verdicts)
    unlist(lapply(levels(panel), function(name) {
        sprintf("* %s: %s", name, .verdictLines(verdicts[panel == name, ]))
    }))
}

# ---- genes -------------------------------------------------------------------

.reportGenes <- function(about) {
    if (is.null(about$test) || (about$panel && is.null(about$genes))) {
        return(NULL)
    }
    c("# Genes", "",
      if (is.null(about$genes)) {
          c("The genes with the highest and the lowest prediction.", "")
      },
      unlist(lapply(about$cellTypes, function(cellType) {
          tryCatch(.genesOfCellType(about, cellType), error = function(e) {
              c(.failed(e), "")
          })
      })))
}

.genesOfCellType <- function(about, cellType) {
    model <- if (about$panel) about$object[[cellType]] else about$object
    own <- about$test[, cellType]
    rows <- if (is.null(about$genes)) {
        predicted <- stats::predict(model, own, threads = about$threads)
        unique(c(which.max(predicted), which.min(predicted)))
    } else {
        .findGenes(own, about$genes)
    }
    own <- own[rows, ]
    explained <- tryCatch(
        attention(model, own, threads = about$threads),
        AttentiveChrome_noAttention = function(e) {
            attribution(model, own, "integratedGradients",
                        threads = about$threads)
        })
    titles <- .geneTitles(explained, seq_along(rows))
    unlist(lapply(seq_along(rows), function(i) {
        .reportFigure(about, paste("Gene", titles[i], "in", cellType),
                      plotGene(own, explained, rownames(own)[i], cellType),
                      function(data) {
            .geneInWords(data, titles[i], own, explained, i, cellType)
        }, height = 1 + 1.4 * length(marks(own)))
    }))
}

.geneInWords <- function(data, title, signal, explained, row, cellType) {
    data$mark <- as.character(data$mark)
    bars <- data[data$track == "signal", ]
    other <- data[data$track != "signal", ]
    highest <- bars[which.max(bars$value), ]
    largest <- other[which.max(abs(other$value)), ]
    measured <- .measuredText(signal, explained, row, cellType)
    sprintf(paste("Signal of each mark around the TSS of %s in %s, and the %s",
                  "of each bin. %s, %s. Highest signal: %s (%s). Largest",
                  "%s: %s (%s)."), title, cellType,
            .trackWords[[largest$track]],
            .capital(measured),
            .predictionText(explained,
                            .predictionsOf(explained, row, cellType)),
            .placeOf(highest), format(signif(highest$value, 3L)),
            .trackWords[[largest$track]], .placeOf(largest),
            .decimals(largest$value, 3L))
}
