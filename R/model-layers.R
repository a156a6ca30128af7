# Layers as R sees them: stages of a network, and the parameters that they
# have. What they compute is in src/core, a file each.

.noParameters <- function(s) list()

# Kinds of layer: their number in the core (ac_layer in attentive.h) and the
# shapes of their parameters, in the core's order. The arrays are PyTorch's;
# the core reads them column by column, as R keeps them.
.layerTypes <- list(
    lstm = list(code = 0L, parameters = function(s) {
        way <- list(weight_ih = c(4L * s$units, s$inputs),
                    weight_hh = c(4L * s$units, s$units),
                    bias_ih = 4L * s$units, bias_hh = 4L * s$units)
        c(stats::setNames(way, paste0("forward.", names(way))),
          stats::setNames(way, paste0("reverse.", names(way))))
    }),
    attention = list(code = 1L, parameters = function(s) {
        list(context = s$inputs)
    }),
    dense = list(code = 2L, parameters = function(s) {
        list(weight = c(s$units, as.numeric(s$steps) * s$inputs),
             bias = s$units)
    }),
    conv = list(code = 3L, parameters = function(s) {
        list(weight = c(s$units, s$inputs, s$window), bias = s$units)
    }),
    pool = list(code = 4L, parameters = .noParameters),
    relu = list(code = 5L, parameters = .noParameters),
    dropout = list(code = 6L, parameters = .noParameters),
    swap = list(code = 7L, parameters = .noParameters),
    pad = list(code = 8L, parameters = .noParameters),
    ends = list(code = 9L, parameters = .noParameters)
)

# `copies` layers of one kind side by side, each reading an equal part of what
# the stage before wrote: `steps` steps of `inputs` numbers. A name that begins
# with "bin" is that of a stage with a copy a mark.
.stage <- function(layer, name, copies, steps, inputs, units = 0L,
                   window = 0L, rate = 0) {
    list(layer = layer, name = name, copies = as.integer(copies),
         steps = as.integer(steps), inputs = as.integer(inputs),
         units = as.integer(units), window = as.integer(window), rate = rate)
}

# ---- parameters -------------------------------------------------------------

# Names and shapes of all parameters, in the order of the core's block. A stage
# with a copy a mark has the mark in its names.
.parameterShapes <- function(stages, marks) {
    shapes <- lapply(stages, function(s) {
        own <- .layerTypes[[s$layer]]$parameters(s)
        if (length(own) == 0L) return(NULL)
        prefix <- if (startsWith(s$name, "bin")) paste(s$name, marks, sep = ".")
                  else s$name
        named <- lapply(prefix, function(p) {
            stats::setNames(own, paste(p, names(own), sep = "."))
        })
        do.call(c, named)
    })
    do.call(c, shapes)
}

# The core's block of numbers as the named list that users see, and back.
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
