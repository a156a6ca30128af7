# Recipes of training: settings by one word, schedules of the learning rate and
# the parameters that weight decay shrinks.

# Each has all the arguments of attentiveChrome() that a recipe decides.
.recipes <- list(
    default = list(epochs = 15, batchSize = 32, learningRate = 1e-3,
                   weightDecay = 0.01, schedule = "oneCycle", clip = 1,
                   transform = "log1p", keep = "loss", patience = Inf),
    published = list(epochs = 30, batchSize = 16, learningRate = 2e-4,
                     weightDecay = 0, schedule = "constant", clip = 1,
                     transform = "none", keep = "auroc", patience = Inf),
    deepdiff = list(epochs = 90, batchSize = 10, learningRate = 1e-4,
                    weightDecay = 0, schedule = "constant", clip = 1,
                    transform = "none", keep = "pearson", patience = Inf)
)

# The architecture that a recipe trains unless another is given.
.recipeArchitectures <- list(default = "additive",
                             published = "lstm-alpha-beta",
                             deepdiff = "raw_d")

# The settings of the recipe, but for those that were given (not NULL). An
# architecture may have its own for the default recipe.
.recipeSettings <- function(recipe, given, architecture,
                            target = .classTarget) {
    settings <- .recipes[[recipe]]
    own <- if (recipe == "default") .architectures[[architecture]]$recipe
    settings[names(own)] <- own
    if (settings$keep == "auroc" && !.isClass(target)) {
        settings$keep <- "pearson"
    }
    given <- Filter(Negate(is.null), given[names(settings)])
    settings[names(given)] <- given
    # Differences of signal are negative, too.
    if (.isDifference(target) && settings$transform == "log1p") {
        settings$transform <- "signedLog1p"
    }
    settings <- .checkRecipeSettings(settings)
    .checkKeep(settings$keep, target)
    settings
}

.checkRecipeSettings <- function(settings) {
    number <- function(name, ...) .checkNumber(settings[[name]], name, ...)
    choice <- function(name, from) .checkChoice(settings[[name]], name, from)
    number("epochs", 1, whole = TRUE)
    number("batchSize", 1, .Machine$integer.max, whole = TRUE)
    number("learningRate", 0)
    number("weightDecay", 0)
    number("clip", .Machine$double.eps)
    number("patience", 1)
    settings$schedule <- choice("schedule", names(.schedules))
    settings$transform <- choice("transform", names(.transforms))
    settings$keep <- choice("keep", names(.epochScores))
    settings
}

# ---- schedules --------------------------------------------------------------

# The learning rate of a step (0-based) of all steps, as a share of the highest.
.schedules <- list(
    constant = function(step, steps) rep(1, length(step)),
    oneCycle = function(step, steps) {
        if (steps == 1) return(1) # the end of the cycle would not train at all
        peak <- 0.3 * steps - 1
        ifelse(step <= peak,
               .cosineBetween(1 / 25, 1, step / peak),
               .cosineBetween(1, 1 / 25 / 1e4,
                              (step - peak) / (steps - 1 - peak)))
    },
    cosine = function(step, steps) {
        warmup <- ceiling(0.1 * steps)
        ifelse(step < warmup, (step + 1) / warmup,
               .cosineBetween(1, 0, (step - warmup) / (steps - warmup)))
    }
)

.cosineBetween <- function(from, to, share) {
    to + (from - to) / 2 * (1 + cos(pi * share))
}

# The learning rates of the mini-batches of an epoch (1-based).
.learningRates <- function(settings, epoch, genes) {
    batches <- ceiling(genes / settings$batchSize)
    step <- (epoch - 1) * batches + seq_len(batches) - 1
    settings$learningRate *
        .schedules[[settings$schedule]](step, settings$epochs * batches)
}

# ---- weight decay -----------------------------------------------------------

# Weight matrices decay; biases and the context vectors of attention do not, and
# neither do the positions of gates. The values of bins decay more: the marks of
# a gene are correlated, and without it models of different seeds would share
# out the same prediction among them differently.
.decayFactors <- function(stage) {
    layer <- .layerTypes[[stage$layer]]
    shapes <- layer$parameters(stage)
    factors <- vapply(shapes, function(shape) as.numeric(sum(shape > 1) > 1), 0)
    factors[names(layer$decay)] <- layer$decay
    rep(factors, vapply(shapes, prod, 0))
}

# One number per parameter; none if nothing decays.
.weightDecay <- function(stages, decay) {
    if (decay == 0) return(numeric())
    decay * unlist(lapply(stages, function(stage) {
        if (length(.layerTypes[[stage$layer]]$parameters(stage)) > 0L) {
            rep(unname(.decayFactors(stage)), stage$copies - stage$tied)
        }
    }))
}

# ---- the epoch that is kept -------------------------------------------------

# The score of an epoch, a row of the history: the highest is kept. NA means
# that the latest epoch is.
.epochScores <- list(loss = function(row) -row$validationLoss,
                auroc = function(row) row$validationAuroc,
                pearson = function(row) row$validationPearson,
                last = function(row) NA_real_)
