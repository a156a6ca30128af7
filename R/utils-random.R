# All random numbers come from R, so that `seed` and set.seed() make results
# reproducible.

# Evaluates code with a seed, or with R's current state if NULL. The kinds of
# generator are fixed too, as the numbers depend on them.
.withSeed <- function(seed, code) {
    if (is.null(seed)) return(code)
    withr::with_seed(seed, code, .rng_kind = "Mersenne-Twister",
                     .rng_normal_kind = "Inversion",
                     .rng_sample_kind = "Rejection")
}

# The seed of a training, drawn if not given so that the model can record it.
.chooseSeed <- function(seed) {
    if (is.null(seed)) return(sample.int(.Machine$integer.max, 1L))
    as.integer(.checkNumber(seed, "seed", -.Machine$integer.max,
                            .Machine$integer.max, whole = TRUE))
}

# The seed of one of several trainings, such as that of a cell type: 28 bits of
# a hash of the seed and its name.
.seedOf <- function(seed, name) {
    strtoi(substr(rlang::hash(list(as.integer(seed), name)), 1L, 7L), 16L)
}

.normal <- function(rows, columns) {
    matrix(stats::rnorm(rows * columns), rows)
}
