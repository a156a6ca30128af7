# What is worth knowing about a model that was just trained: one message, of
# class AttentiveChrome_note.

.noteTraining <- function(model, plan, validation, threads) {
    if (.notes$unwanted) return(model)
    known <- plan$data$validation
    logit <- if (!is.null(known)) .predictInput(model, known, threads)$logit
    notes <- c(.noteOrientation(model), .noteLastEpoch(model),
               .noteOneSide(model, logit),
               .noteBaseline(model, validation, known$y, logit))
    if (length(notes) > 0L) {
        cli::cli_inform(c("About the trained model", .bullets(notes, "i")),
                        class = "AttentiveChrome_note")
    }
    model
}

.notes <- new.env()
.notes$unwanted <- FALSE

# For callers that train many models: the notes are not even made.
.withoutNotes <- function(expr) {
    before <- .notes$unwanted
    on.exit(.notes$unwanted <- before)
    .notes$unwanted <- TRUE
    expr
}

.noteOrientation <- function(model) {
    if (!identical(model@bins$orient, "genome")) return(NULL)
    paste("The bins of genes on the minus strand run from 3' to 5'. With",
          "orient = \"transcript\", those of all genes run from 5' to 3'.")
}

# At a constant rate, an epoch can be the best and the last because training was
# too short. Schedules end at a rate near 0, and so with their best epochs.
.noteLastEpoch <- function(model) {
    settings <- model@training
    short <- settings$schedule == "constant" && settings$keep != "last" &&
        settings$validationGenes > 0L && settings$epochs > 1 &&
        all(.bestEpochs(model) == settings$epochs)
    if (short) {
        paste("The best epoch is the last one: more epochs may give a better",
              "model.")
    }
}

.noteOneSide <- function(model, logit) {
    if (is.null(logit) || !.hasClasses(model)) return(NULL)
    high <- .predictedLogit(model, logit) > 0
    if (length(unique(high)) > 1L) return(NULL)
    sprintf(paste("All predicted probabilities of the %d validation genes lie",
                  "%s 0.5, after %d steps. More epochs or a smaller batchSize",
                  "take more steps."), length(high),
            if (high[1L]) "above" else "below", .stepsOf(model))
}

.stepsOf <- function(model) {
    settings <- model@training
    max(0, trainingHistory(model)$epoch) *
        ceiling(settings$genes / settings$batchSize)
}

# `logit`: of the validation genes with a label, whose labels are `y`.
.noteBaseline <- function(model, validation, y, logit) {
    trained <- all(.bestEpochs(model) > 0L)
    if (is.null(validation) || !trained) return(NULL)
    target <- .targetOf(model)
    score <- .scoreTitles[[.scoreColumn(target)]]
    own <- .scoreOf(target, y, logit)
    cellTypes <- model@training$cellTypes
    label <- .targetValues(target, validation, cellTypes, "validation")
    best <- .storedLogit(model@baseline, validation, model@marks,
                         cellTypes)$baseline
    known <- !is.na(label)
    baseline <- .scoreOf(target, label[known], best$logit[known])
    if (round(baseline, 3L) <= round(own, 3L)) return(NULL)
    sprintf(paste("The baseline %s is better on the validation genes: %s",
                  "%.3f, the model %.3f."), best$name, score, baseline, own)
}
