# Random numbers are R's, so that seed and set.seed() reproduce everything.

# Evaluates code with the seed, or in the stream of random numbers if NULL. The
# kinds of generator are fixed too: a seed alone does not tell the numbers.
.withSeed <- function(seed, code) {
    if (is.null(seed)) return(code)
    withr::with_seed(seed, code, .rng_kind = "Mersenne-Twister",
                     .rng_normal_kind = "Inversion",
                     .rng_sample_kind = "Rejection")
}

# The seed of a fit: as given, or drawn, so that the model can record it.
.chooseSeed <- function(seed) {
    if (is.null(seed)) return(sample.int(.Machine$integer.max, 1L))
    as.integer(.checkNumber(seed, "seed", -.Machine$integer.max,
                            .Machine$integer.max, whole = TRUE))
}
