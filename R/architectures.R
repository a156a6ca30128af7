# Architectures are tables: a list of stages for the C core (src/core/network.c)
# and what the user is told of them. A stage is `copies` layers of one kind side
# by side, each reading an equal part of what the stage before wrote. Adding a
# model of the paper is an entry here; adding a kind of layer is also a file in
# src/core and an entry in .layerTypes.

# Kinds of layer: their number in the core (ac_layer in attentive.h) and the
# shapes of their parameters, in the core's order.
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
        list(weight = c(s$units, s$steps * s$inputs), bias = s$units)
    })
)

.stage <- function(layer, name, copies, steps, inputs, units = 0L) {
    list(layer = layer, name = name, copies = as.integer(copies),
         steps = as.integer(steps), inputs = as.integer(inputs),
         units = as.integer(units))
}

# `alpha` and `beta` name the stages whose attention is over the bins and over
# the marks. `sizes` are the arguments of attentiveChrome() that set its sizes.
.architectures <- list(
    "lstm-alpha-beta" = list(
        title = paste("AttentiveChrome: an LSTM and attention over the bins",
                      "for each mark, an LSTM and attention over the marks"),
        sizes = c("hidden", "markHidden"),
        alpha = "binAttention",
        beta = "markAttention",
        stages = function(marks, bins, size) {
            hidden <- size$hidden
            markHidden <- size$markHidden
            list(
                .stage("lstm", "binLstm", marks, bins, 1L, hidden),
                .stage("attention", "binAttention", marks, bins, 2L * hidden),
                .stage("lstm", "markLstm", 1L, marks, 2L * hidden, markHidden),
                .stage("attention", "markAttention", 1L, marks,
                       2L * markHidden),
                .stage("dense", "head", 1L, 1L, 2L * markHidden, 1L)
            )
        }
    )
)

.checkArchitecture <- function(architecture) {
    known <- names(.architectures)
    if (!is.character(architecture) || length(architecture) != 1L ||
        !architecture %in% known) {
        .stop("{.arg architecture} must be one of {.val {known}}",
              x = "It is {.val {architecture}}.")
    }
    architecture
}

.stagesOf <- function(architecture, marks, bins, size) {
    .architectures[[architecture]]$stages(length(marks), bins, size)
}

# Names and shapes of all parameters, in the order of the core's block. A stage
# with a copy a mark has the mark in its names.
.parameterShapes <- function(stages, marks) {
    shapes <- lapply(stages, function(s) {
        own <- .layerTypes[[s$layer]]$parameters(s)
        prefix <- if (s$copies > 1L || .isPerMark(s, marks)) {
            paste(s$name, marks, sep = ".")
        } else {
            s$name
        }
        named <- lapply(prefix, function(p) {
            stats::setNames(own, paste(p, names(own), sep = "."))
        })
        do.call(c, named)
    })
    do.call(c, shapes)
}

# A model of one mark still has a stage for the mark before one over the marks.
.isPerMark <- function(stage, marks) {
    length(marks) == 1L && startsWith(stage$name, "bin")
}

# The core's block of numbers as the named list that users see, and back.
.listParameters <- function(block, shapes) {
    sizes <- vapply(shapes, prod, 0)
    ends <- cumsum(sizes)
    parts <- Map(function(shape, size, end) {
        values <- block[seq.int(end - size + 1, length.out = size)]
        if (length(shape) == 2L) matrix(values, shape[1L], shape[2L])
        else values
    }, shapes, sizes, ends)
    stats::setNames(parts, names(shapes))
}

.blockOf <- function(parameters) {
    unlist(parameters, use.names = FALSE)
}
