# The stages of a network and the shapes of their parameters. The computation is
# in src/core/layers, one file per kind of layer.

.noParameters <- function(s) list()

# The kinds of layers, by their names in the core (layer_names in
# src/ffi_model.c), and the shapes of their parameters, in the order of the
# core. The arrays have PyTorch's shapes; the core reads them column by column,
# as R stores them. `decay`: how many times the weight decay a parameter has
# that does not follow the rule (R/model-recipe.R).
.layerTypes <- list(
    lstm = list(parameters = function(s) {
        direction <- list(weight_ih = c(4L * s$units, s$inputs),
                          weight_hh = c(4L * s$units, s$units),
                          bias_ih = 4L * s$units, bias_hh = 4L * s$units)
        c(stats::setNames(direction, paste0("forward.", names(direction))),
          stats::setNames(direction, paste0("reverse.", names(direction))))
    }),
    attention = list(parameters = function(s) {
        list(context = s$inputs)
    }),
    dense = list(parameters = function(s) {
        list(weight = c(s$units, as.numeric(s$steps) * s$inputs),
             bias = s$units)
    }),
    conv = list(parameters = function(s) {
        list(weight = c(s$units, s$inputs, s$window), bias = s$units)
    }),
    pool = list(parameters = .noParameters),
    relu = list(parameters = .noParameters),
    dropout = list(parameters = .noParameters),
    transpose = list(parameters = .noParameters),
    pad = list(parameters = .noParameters),
    distance = list(parameters = .noParameters),
    finalState = list(parameters = .noParameters),
    average = list(parameters = .noParameters),
    value = list(decay = c(detector = 30, profile = 30),
                 parameters = function(s) {
        places <- .placeCount(s)
        list(detector = c(s$units, s$inputs), profile = c(places, s$units),
             offset = places)
    }),
    gate = list(decay = c(position = 0), parameters = function(s) {
        list(query = c(s$inputs, s$side), position = c(s$steps, s$inputs),
             weight1 = c(s$units, s$side), bias1 = s$units,
             weight2 = c(s$inputs, s$units), bias2 = s$inputs, bias = 1L)
    })
)

# A stage has `copies` parallel layers of one kind. Each layer reads an equal
# share of the output of the previous stage: `steps` steps of `inputs` numbers.
# A stage whose name starts with "bin" has one copy per mark, one whose name
# starts with "pair" one per cell type. `marks`: what an attention has of the
# marks, which genes may lack. See `ac_stage` for the others.
.stage <- function(layer, name, copies, steps, inputs, units = 0L,
                   window = 0L, rate = 0, branch = 0L, side = 0L,
                   marks = c("none", "copies", "steps"), offset = 0L,
                   keep = 0L, tied = 0L) {
    list(layer = layer, name = name, copies = as.integer(copies),
         steps = as.integer(steps), inputs = as.integer(inputs),
         units = as.integer(units), window = as.integer(window), rate = rate,
         branch = as.integer(branch), side = as.integer(side),
         marks = match(marks[1L], c("none", "copies", "steps")) - 1L,
         offset = as.integer(offset), keep = as.integer(keep),
         tied = as.integer(tied))
}

# No stage without dropout: it would only copy.
# `window` steps are dropped together.
.dropoutStages <- function(copies, steps, inputs, rate, window = 1L) {
    if (rate == 0) return(list())
    list(.stage("dropout", "dropout", copies, steps, inputs, window = window,
                rate = rate))
}

.lstmStages <- function(name, copies, steps, inputs, hidden, dropout) {
    c(list(.stage("lstm", name, copies, steps, inputs, hidden)),
      .dropoutStages(copies, steps, 2 * hidden, dropout))
}

.binAttention <- function(marks, bins, inputs) {
    .stage("attention", "binAttention", marks, bins, inputs, marks = "copies")
}

.markAttention <- function(marks, inputs) {
    .stage("attention", "markAttention", 1L, marks, inputs, marks = "steps")
}

.logitStage <- function(inputs) .stage("dense", "head", 1L, 1L, inputs, 1L)

# `window` bins make a place; bins left over belong to the last.
.placeCount <- function(s) max(1L, s$steps %/% s$window)

# ---- parameters -------------------------------------------------------------

# Names and shapes of all parameters, in the order of the core's block. In a
# stage with one copy per mark, the names of the parameters include the mark.
.parameterShapes <- function(stages, marks) {
    shapes <- lapply(stages, function(s) {
        own <- .layerTypes[[s$layer]]$parameters(s)
        if (length(own) == 0L) return(NULL)
        prefix <- if (startsWith(s$name, "bin")) paste(s$name, marks, sep = ".")
                  else if (startsWith(s$name, "pair"))
                      paste(s$name, c("A", "B"), sep = ".")
                  else s$name
        prefix <- prefix[seq_len(s$copies - s$tied)]
        named <- lapply(prefix, function(p) {
            stats::setNames(own, paste(p, names(own), sep = "."))
        })
        do.call(c, named)
    })
    do.call(c, shapes)
}

# Converts the core's block of numbers to the named list that users see, and
# back.
.listParameters <- function(block, shapes) {
    sizes <- vapply(shapes, prod, 0)
    ends <- cumsum(sizes)
    parts <- Map(function(shape, size, end) {
        values <- block[seq.int(end - size + 1, length.out = size)]
        if (length(shape) > 1L) array(values, shape) else values
    }, shapes, sizes, ends)
    stats::setNames(parts, names(shapes))
}

.blockOf <- function(parameters) {
    unlist(parameters, use.names = FALSE)
}
