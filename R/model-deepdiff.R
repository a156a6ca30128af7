# The stages of DeepDiff's networks with auxiliary parts.

# Each cell type has an encoder of its own and a second level with a head, whose
# outputs are its expression. `raw`: whether the second level of the difference
# reads all channels, of which the auxiliary ones are the last; otherwise it is
# a perceptron of both auxiliary levels. `siamese`: whether both cell types have
# the same first level, and embeddings that are far apart where the difference
# is large.
.auxStages <- function(channels, bins, size, raw, siamese) {
    own <- if (raw) channels / 5 else channels / 2
    bin <- 2 * size$hidden
    mark <- 2 * size$markHidden
    stages <- c(.lstmStages("binLstm", channels, bins, 1L, size$hidden,
                            size$dropout),
                list(.binAttention(channels, bins, bin)))
    tied <- if (siamese) own else 0
    stages <- lapply(stages, function(s) {
        if (s$layer != "dropout") s$tied <- as.integer(tied)
        s
    })
    pair <- (channels - 2 * own) * bin # where the auxiliary channels begin
    chain <- .chain(stages)
    if (siamese) {
        chain <- .chained(chain, "distance", .stage(
            "distance", "distance", 1L, 2L, own * bin), from = "start",
            skip = pair)
    }
    if (raw) {
        chain <- .chained(chain, "level", .stage(
            "lstm", "markLstm", 1L, channels, bin, size$markHidden),
            from = "start")
        chain <- .chained(chain, "v", .markAttention(channels, mark))
    }
    chain <- .chained(chain, "pairs", .stage(
        "lstm", "pairLstm", 2L, own, bin, size$markHidden), from = "start",
        skip = pair)
    chain <- .chained(chain, "v12", .stage("attention", "pairAttention", 2L,
                                           own, mark))
    chain <- .chained(chain, "f", .stage("dense", "pairHead", 2L, 1L, mark, 1L))
    chain <- if (raw) .chained(chain, "y", .logitStage(mark), from = "v")
             else .perceptronHead(chain, mark, size$perceptron)
    outputs <- c(chain$at[["y"]], chain$at[["f"]] + 0:1,
                 if (siamese) chain$at[["distance"]])
    structure(chain$stages, outputs = outputs)
}

.perceptronHead <- function(chain, mark, units) {
    chain <- .chained(chain, "hidden", .stage("dense", "perceptron", 1L, 1L,
                                              2 * mark, units), from = "v12")
    chain <- .chained(chain, "relu", .stage("relu", "relu", 1L, 1L, units))
    .chained(chain, "y", .logitStage(units))
}

# ---- stages that keep what was written before --------------------------------

# `at`: where the numbers of each stage are in what the last one wrote.
.chain <- function(stages) list(stages = stages, at = c(start = 0))

# Adds a stage that reads what `from` wrote (by default the stage before), after
# the first `skip` numbers of it.
.chained <- function(chain, name, stage, from = names(chain$at)[1L],
                     skip = 0) {
    stage$offset <- as.integer(chain$at[[from]] + skip)
    stage$keep <- 1L
    chain$stages <- c(chain$stages, list(stage))
    chain$at <- c(stats::setNames(0, name), chain$at + .writtenBy(stage))
    chain
}

# Numbers per gene.
.writtenBy <- function(stage) {
    one <- switch(stage$layer, lstm = 2 * stage$units * stage$steps,
                  attention = , relu = stage$inputs, dense = stage$units,
                  distance = 1)
    one * stage$copies
}
