# Marks that are missing: the core's masks against plain R and finite
# differences, training with markDropout, and signal without some of the marks.

parts <- smallParts()
model <- quickModel(parts, markDropout = 0.5)
lacks <- parts$test
marks(lacks) <- setdiff(marks(lacks), "H3K27me3")
given <- listArchitectures()$architecture

# ---- the core ---------------------------------------------------------------

# A network of an architecture and genes, each of which has another subset of
# three marks.
maskedCase <- function(name) {
    size <- smallSizes[names(.architectures[[name]]$size)]
    stages <- .stagesOf(name, c("a", "b", "c"), 6L, size)
    shapes <- .parameterShapes(stages, c("a", "b", "c"))
    subsets <- t(as.matrix(expand.grid(0:1, 0:1, 0:1)))[, -1L]
    withr::with_seed(1, list(
        stages = stages, network = .network(stages, 1L, "double"),
        parameters = stats::runif(sum(vapply(shapes, prod, 0)), -0.5, 0.5),
        shapes = shapes,
        genes = list(x = stats::rnorm(18 * 14), y = rep(c(0, 1), 7),
                     present = as.integer(cbind(subsets, subsets)))))
}

test_that("gradients with a mask are right, in every architecture", {
    for (name in given) {
        case <- maskedCase(name)
        loss <- function(parameters, x = case$genes$x) {
            genes <- case$genes
            genes$x <- x
            .lossGradient(case$network, parameters, genes)$loss
        }
        own <- .lossGradient(case$network, case$parameters, case$genes)
        difference <- function(f, at, i) {
            step <- replace(numeric(length(at)), i, 1e-5)
            (f(at + step) - f(at - step)) / 2e-5
        }
        some <- withr::with_seed(2, sample(length(case$parameters), 60, TRUE))
        numeric <- vapply(some, function(i) {
            difference(loss, case$parameters, i)
        }, 0)
        expect_lt(max(abs(own$gradient[some] - numeric)), 1e-9)
        there <- which(rep(case$genes$present, each = 6L) == 1L)
        expect_identical(own$dx[-there], numeric(length(own$dx[-there])))
        some <- withr::with_seed(3, sample(there, 40))
        numeric <- vapply(some, function(i) {
            difference(function(x) loss(case$parameters, x), case$genes$x, i)
        }, 0)
        expect_lt(max(abs(own$dx[some] - numeric)), 1e-9)
    }
})

test_that("the signal of a missing mark has no effect, bit for bit", {
    for (name in given) {
        case <- maskedCase(name)
        for (precision in c("single", "double")) {
            network <- .network(case$stages, 1L, precision)
            logit <- function(genes) {
                .predictGenes(network, case$parameters, genes)$logit
            }
            other <- case$genes
            gone <- rep(case$genes$present, each = 6L) == 0L
            other$x[gone] <- 1000
            expect_identical(logit(case$genes), logit(other))
            other$present <- NULL
            expect_false(identical(logit(case$genes), logit(other)))
        }
    }
})

test_that("a mask of ones changes nothing but rounding", {
    for (name in given) {
        case <- maskedCase(name)
        all <- case$genes
        all$present <- rep(1L, length(all$present))
        none <- all
        none$present <- NULL
        logit <- function(genes) {
            .predictGenes(case$network, case$parameters, genes)$logit
        }
        expect_equal(logit(all), logit(none), tolerance = 1e-12)
    }
})

softmax <- function(x) exp(x - max(x)) / sum(exp(x - max(x)))

# One direction of an LSTM, steps x units.
plainLstm <- function(x, p, reverse = FALSE) {
    units <- ncol(p$weight_hh)
    h <- cell <- numeric(units)
    out <- matrix(0, nrow(x), units)
    for (t in if (reverse) rev(seq_len(nrow(x))) else seq_len(nrow(x))) {
        gates <- matrix(p$weight_ih %*% x[t, ] + p$bias_ih +
                            p$weight_hh %*% h + p$bias_hh, units)
        s <- stats::plogis(gates)
        cell <- s[, 2L] * cell + s[, 1L] * tanh(gates[, 3L])
        h <- s[, 4L] * tanh(cell)
        out[t, ] <- h
    }
    out
}

plainBoth <- function(x, p, name) {
    part <- function(direction) {
        names <- c("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        stats::setNames(p[paste(name, direction, names, sep = ".")], names)
    }
    cbind(plainLstm(x, part("forward")), plainLstm(x, part("reverse"), TRUE))
}

test_that("lstm-alpha-beta without marks is that of plain R", {
    case <- maskedCase("lstm-alpha-beta")
    case$stages <- .stagesOf("lstm-alpha-beta", c("a", "b", "c"), 6L,
                             list(hidden = 3, markHidden = 2, dropout = 0))
    p <- .listParameters(case$parameters, case$shapes)
    x <- array(case$genes$x, c(6, 3, 14))
    present <- matrix(case$genes$present, 3L)
    expected <- vapply(1:14, function(g) {
        embedded <- t(vapply(1:3, function(j) {
            mark <- c("a", "b", "c")[j]
            h <- plainBoth(matrix(x[, j, g]), p, paste0("binLstm.", mark))
            u <- p[[paste0("binAttention.", mark, ".context")]]
            colSums(h * softmax(h %*% u)[, 1L]) * present[j, g]
        }, numeric(6)))
        h <- plainBoth(embedded, p, "markLstm")
        there <- which(present[, g] == 1L)
        beta <- softmax(h[there, , drop = FALSE] %*% p$markAttention.context)
        pooled <- colSums(h[there, , drop = FALSE] * beta[, 1L])
        sum(p$head.weight * pooled) + p$head.bias
    }, 0)
    network <- .network(case$stages, 1L, "double")
    out <- .predictGenes(network, case$parameters, case$genes, TRUE)
    expect_equal(out$logit, as.vector(expected), tolerance = 1e-10)
    at <- which(vapply(case$stages, `[[`, "", "name") == "markAttention")
    beta <- matrix(out$attention[[at]], 3L)
    expect_identical(beta == 0, present == 0L)
    expect_equal(colSums(beta), rep(1, 14))
})

# ---- training ---------------------------------------------------------------

# Whether it goes on after a crash: test-model-checkpoint.R.
test_that("training is reproducible, with any number of threads", {
    same <- function(a, b) expect_identical(coef(a), coef(b))
    same(model, quickModel(parts, markDropout = 0.5, threads = 2))
    expect_false(identical(coef(model), coef(quickModel(parts))))
})

test_that("the same marks are dropped in double precision", {
    fit <- quickModel(parts, markDropout = 0.5, precision = "double")
    distance <- function(other) {
        max(abs(unlist(coef(fit)) - unlist(coef(other))))
    }
    expect_lt(distance(model), distance(quickModel(parts)) / 2)
})

test_that("without markDropout nothing changes, and rates are checked", {
    expect_identical(coef(quickModel(parts, markDropout = 0)),
                     coef(quickModel(parts)))
    expect_error(quickModel(parts, markDropout = 1), "from 0 to 0.9")
    expect_output(print(model), "mark dropout 0.5")
})

# ---- signal that lacks marks ------------------------------------------------

test_that("predictions do not depend on the marks that are missing", {
    expect_false(identical(predict(model, lacks), predict(model, parts$test)))
    other <- parts$test
    assay(other, "H3K27me3", withDimnames = FALSE) <-
        7 * assay(other, "H3K27me3", withDimnames = FALSE)
    marks(other) <- rev(marks(lacks))
    expect_identical(predict(model, lacks), predict(model, other))
    expect_equal(predict(model, lacks[1:3, ]), predict(model, lacks)[1:3, ,
                                                       drop = FALSE])
})

test_that("prediction sets need all marks", {
    expect_error(predict(model, lacks, "set"), "H3K27me3")
    expect_true(all(predict(model, parts$test, "set") %in%
                        c("none", "high", "low", "high or low")))
})

test_that("attention and attribution are of the marks that are there", {
    for (m in list(model, quickLstm(parts, markDropout = 0.5))) {
        told <- attention(m, lacks)
        expect_identical(marks(told), marks(lacks))
        beta <- assay(told, "beta", withDimnames = FALSE)[, 1L, ]
        expect_true(all(beta[, marks(m) == "H3K27me3"] == 0))
        expect_equal(unname(rowSums(beta)), rep(1, nrow(lacks)),
                     tolerance = 1e-6)
        why <- attribution(m, lacks[1:3, ], "integratedGradients")
        expect_identical(marks(why), marks(lacks))
        expect_lt(max(abs(assay(why, "completeness"))), 1e-3)
    }
    told <- attention(model, lacks)
    shares <- rowSums(assay(told, "share")[, 1L, , ])
    expect_equal(unname(shares) + metadata(told)$bias,
                 stats::qlogis(unname(assay(told, "probability")[, 1L])),
                 tolerance = 1e-5)
    own <- attribution(model, lacks, "share")
    expect_true(all(is.finite(assay(own, "H3K4me3"))))
    by <- assay(.sharesOf(told), "H3K4me3", withDimnames = FALSE)[, 1L, ]
    j <- match("H3K4me3", marks(model))
    share <- assay(told, "share", withDimnames = FALSE)[, 1L, j, ]
    expect_equal(by, sweep(share, 2L, model@training$meanShare[, j]),
                 ignore_attr = TRUE)
    expect_s3_class(plotGene(lacks, told, rownames(lacks)[1L]), "ggplot")
})

test_that("evaluate() has no stored baselines where a mark is missing", {
    table <- evaluate(model, lacks)
    label <- expressionLabel(lacks)[, 1L]
    expect_equal(table$auroc, .auroc(label, predict(model, lacks)[, 1L]))
    expect_true(is.na(table$baselineAuroc) && is.na(table$referenceAuroc))
    train <- parts$train
    marks(train) <- marks(lacks)
    without <- trainBaseline(train)
    table <- evaluate(model, lacks, baselines = list(without = without))
    expect_false(is.na(table$withoutDifference))
})

test_that("other models and functions refuse signal that lacks marks", {
    plain <- quickModel(parts)
    expect_snapshot(predict(plain, lacks), error = TRUE)
    expect_snapshot(faithfulness(model, lacks), error = TRUE)
    none <- lacks
    assay(none, "other", withDimnames = FALSE) <-
        assay(none, "H3K4me3", withDimnames = FALSE)
    marks(none) <- "other"
    expect_snapshot(predict(model, none), error = TRUE)
    old <- plain
    old@training$markDropout <- NULL
    expect_identical(predict(old, parts$test), predict(plain, parts$test))
})

test_that("weights in PyTorch's format do not know of marks", {
    path <- withr::local_tempfile(fileext = ".pt")
    fit <- quickLstm(parts, markDropout = 0.5)
    writeTorchWeights(fit, path)
    back <- readTorchWeights(path, marks(fit), bins = length(binOffsets(fit)))
    expect_equal(coef(back), coef(fit))
})
