# Edits in the explorer. An edit is a list of the arguments of editSignal():
# `edit`, `marks`, `within`, and `amount` or `from`.

# The whole bins under a brush, as a range in base pairs.
.snapRange <- function(bins, from, to) {
    ends <- range(bins$offsets) + c(0, bins$width)
    range <- pmin(pmax(range(from, to), ends[1L]), ends[2L])
    first <- floor((range[1L] - ends[1L]) / bins$width)
    last <- ceiling((range[2L] - ends[1L]) / bins$width)
    most <- length(bins$offsets)
    first <- min(first, most - 1)
    ends[1L] + bins$width * c(first, max(last, first + 1))
}

# The marks under a brush of plotEdit(), whose top row is the first.
.brushedMarks <- function(marks, ymin, ymax) {
    row <- rev(seq_along(marks))
    marks[row < ymax & row + 1 > ymin]
}

# What is missing for an edit, in words for the user, or NULL.
.editMissing <- function(edit) {
    if (length(edit$marks) == 0L) {
        return("Choose a mark, or brush over the figure.")
    }
    if (length(edit$within) != 2L || anyNA(edit$within)) {
        return(paste("Choose a range: brush over the figure, type one, or",
                     "press Whole window."))
    }
    if (edit$within[1L] >= edit$within[2L]) {
        return("The range must start before it ends.")
    }
    if (edit$edit %in% c("scale", "shift") &&
        (length(edit$amount) != 1L || is.na(edit$amount))) {
        return(if (edit$edit == "scale") "Choose a factor."
               else "Choose a distance.")
    }
    if (edit$edit == "copy" && !isTRUE(nzchar(edit$from))) {
        return("Choose the cell type to copy from.")
    }
    NULL
}

.editCall <- function(edit, x, cellType) {
    more <- c(switch(edit$edit,
                     scale = , shift = sprintf("amount = %s, ",
                                               .numeral(edit$amount)),
                     copy = sprintf("from = %s, ", .quoted(edit$from))), "")[1L]
    sprintf("editSignal(%s, \"%s\", %s,\n    within = c(%s, %s), %s%s)", x,
            edit$edit, .quoted(edit$marks), .numeral(edit$within[1L]),
            .numeral(edit$within[2L]), more,
            paste("cellTypes =", .quoted(cellType)))
}

.numeral <- function(x) format(x, digits = 15L, scientific = FALSE)

# The signals: `gene`, and `step1`, `step2`, ... after each edit.
.stepsCode <- function(gene, cellType, edits) {
    copied <- unlist(lapply(edits, `[[`, "from"))
    before <- c("gene", sprintf("step%d", seq_along(edits)))
    c(.geneCode(gene, unique(c(cellType, copied))),
      vapply(seq_along(edits), function(i) {
          sprintf("step%d <- %s", i,
                  .editCall(edits[[i]], before[i], cellType))
      }, ""))
}

.editsCode <- function(cellType, edits) {
    steps <- seq_along(edits)
    c(sprintf("edited <- predictEdits(model, gene, list(\n    %s))",
              paste(sprintf("\"step %d\" = function(x) step%d", steps, steps),
                    collapse = ",\n    ")),
      sprintf("edited <- edited[edited$cellType == %s, ]", .quoted(cellType)),
      sprintf("edited$description <- tail(metadata(step%d)$edits, %d)",
              max(steps), max(steps)),
      "edited")
}

.editFigureCode <- function(gene, cellType, edits) {
    sprintf("plotEdit(gene, %s, %s, %s)",
            c("gene", sprintf("step%d", seq_along(edits)))[length(edits) + 1L],
            .quoted(gene), .quoted(cellType))
}
