# Integrated gradients: seconds, points and what is missed, of the published and
# the additive model on real genes, and the halving to an absolute tolerance
# that they replaced. Writes bench/results/attribution.md.
source(file.path("bench", "helper.R"))
source(file.path("bench", "genome-wide-data.R"))
own <- asNamespace("AttentiveChrome")

parts <- inThirds(readPileup("E013"))
pick <- function(signal, n) {
    signal[round(seq(1, nrow(signal), length.out = n)), ]
}
some <- pick(parts$test, sized(200, 10))
background <- pick(parts$train, 50)
models <- lapply(c(additive = "default", published = "published"),
                 function(recipe) {
    quietly(attentiveChrome(parts$train, parts$validation, recipe = recipe,
                            seed = 1, progress = FALSE,
                            epochs = sized(NULL, 1)))
})

# ---- the former algorithm ---------------------------------------------------

# Parts of four points; each is halved until it misses the change of its logit
# by less than a sixteenth of 1e-3, or is 2^-24 of the line.
halve <- function(model, x, from, to, depth) {
    at <- (1 + c(-0.8611363115940526, -0.3399810435848563, 0.3399810435848563,
                 0.8611363115940526)) / 2
    weight <- c(0.3478548451374538, 0.6521451548625461, 0.6521451548625461,
                0.3478548451374538) / 2
    total <- 0
    for (i in 1:4) {
        total <- total + weight[i] * own$.inputGradient(
            model, (from + (to - from) * at[i]) * x, 1)
    }
    logit <- function(at) own$.inputLogit(model, at * x, 1)
    values <- x * total * (to - from)
    missed <- abs(colSums(values) - (logit(to) - logit(from)))
    rough <- which(missed > 1e-3 / 16)
    if (length(rough) == 0L || depth == 0L) return(values)
    middle <- (from + to) / 2
    half <- function(from, to) {
        halve(model, x[, rough, drop = FALSE], from, to, depth - 1L)
    }
    values[, rough] <- half(from, middle) + half(middle, to)
    values
}
former <- function(model, x) {
    Reduce(`+`, lapply(0:3, function(k) {
        halve(model, x, k / 4, (k + 1) / 4, 22L)
    }))
}

# ---- in turn ----------------------------------------------------------------

row <- function(model, what, values, change, seconds) {
    missed <- abs(values - change) / pmax(abs(change), 0.1)
    data.frame(model = model, what = what, genes = length(change),
               seconds = round(seconds, 2), `a gene, ms` = round(
                   1000 * seconds / length(change), 1),
               `misses, median` = sprintf("%.2g %%", 100 * median(missed)),
               `misses, most` = sprintf("%.2g %%", 100 * max(missed)),
               check.names = FALSE)
}
sums <- function(why) {
    Reduce(`+`, lapply(marks(why), function(mark) {
        rowSums(assay(why, mark))
    }))
}
seconds <- function(code) system.time(code)[["user.self"]]
measure <- function(name) {
    model <- models[[name]]
    x <- own$.inputMatrix(model, some)
    logit <- predict(model, some, type = "link")[, 1L]
    change <- logit - own$.inputLogit(model, numeric(nrow(x)), 1)
    fromOthers <- logit - mean(predict(model, background, type = "link"))
    run <- function(what, change, signal = some, ...) {
        took <- seconds(why <- suppressMessages(attribution(
            model, signal, ..., threads = 1, progress = FALSE)))
        row(name, what, sums(why), change, took)
    }
    few <- round(seq(1, nrow(some), length.out = 10)) # these take long
    took <- seconds(old <- former(model, x[, few]))
    once <- seconds(own$.inputGradient(model, x, 1))
    rbind(
        data.frame(model = name, what = "derivatives at one point",
                   genes = nrow(some), seconds = round(once, 2),
                   `a gene, ms` = round(1000 * once / nrow(some), 1),
                   `misses, median` = "", `misses, most` = "",
                   check.names = FALSE),
        row(name, "formerly, 1e-3 of a logit", colSums(old), change[few],
            took),
        run("integrated gradients, 1 %", change,
            method = "integratedGradients"),
        run("expected gradients, 50 genes, 1 %", fromOthers[few],
            some[few, ], method = "expectedGradients",
            background = background))
}
table <- do.call(rbind, lapply(names(models), measure))

# ---- where to put fixed points ----------------------------------------------

gauss <- function(n) {
    i <- seq_len(n - 1)
    beside <- i / sqrt(4 * i^2 - 1)
    jacobi <- matrix(0, n, n)
    jacobi[cbind(i, i + 1)] <- jacobi[cbind(i + 1, i)] <- beside
    e <- eigen(jacobi, symmetric = TRUE)
    list(at = (1 + e$values) / 2, weight = e$vectors[1L, ]^2)
}
fixed <- function(name, power, n = sized(16, 4)) {
    model <- models[[name]]
    x <- own$.inputMatrix(model, some)
    change <- own$.inputLogit(model, x, 1) -
        own$.inputLogit(model, numeric(nrow(x)), 1)
    points <- gauss(n)
    total <- Reduce(`+`, Map(function(s, weight) {
        weight * power * s^(power - 1) *
            own$.inputGradient(model, s^power * x, 1)
    }, points$at, points$weight))
    missed <- abs(colSums(x * total) - change) / pmax(abs(change), 0.1)
    data.frame(model = name, points = n, `t = s^` = power,
               `misses, median` = sprintf("%.2g %%", 100 * median(missed)),
               `genes within 1 %` = mean(missed < 0.01), check.names = FALSE)
}
powers <- do.call(rbind, lapply(names(models), function(name) {
    do.call(rbind, lapply(c(1, 2, 3, 5), fixed, name = name))
}))

writeResult("attribution.md", c(
    "## Integrated gradients", "",
    "Test genes of E013, 100 bins x 5 marks, one thread, seconds of the",
    "processor. What is missed is the sum over the bins minus the change of",
    "the logit, as a fraction of the change (of 0.1 where this is smaller).",
    "", markdown(table), "",
    "The same with a fixed number of Gauss-Legendre points that t = s^power",
    "concentrates near zero signal, where it was thought that networks change",
    "most. This gains little; points where the error is large do.", "",
    markdown(powers, 2)))
