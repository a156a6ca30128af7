# How the explorer shows tables and numbers.

.columnTitles <- c(gene = "Gene", symbol = "Symbol", chromosome = "Chromosome",
                   cellType = "Cell type", probability = "Probability",
                   measured = "Measured", expression = "Expression",
                   distance = "Distance", description = "Edit",
                   before = "Before", after = "After", change = "Change",
                   flipped = "Class changes", edit = "Step")

# A table to sort and search, whose rows stay on the server.
.dataTable <- function(data, rows = 15L, select = FALSE, search = TRUE) {
    data <- as.data.frame(data)
    fill <- names(data)[names(data) %in% c("probability", "after")]
    numbers <- names(data)[vapply(data, is.numeric, NA)]
    counts <- intersect(numbers, "expression")
    titles <- ifelse(names(data) %in% names(.columnTitles),
                     .columnTitles[names(data)], names(data))
    table <- DT::datatable(
        data, colnames = titles, rownames = FALSE,
        class = "table table-sm table-hover",
        selection = if (select) "single" else "none",
        options = list(pageLength = rows, lengthChange = FALSE,
                       dom = if (!search) "t" else if (nrow(data) > rows)
                           "ftip" else "ft",
                       language = list(search = "Search the table:",
                                       info = "_START_ to _END_ of _TOTAL_")))
    table <- DT::formatRound(table, setdiff(numbers, counts), 3L)
    table <- DT::formatRound(table, counts, 1L)
    DT::formatStyle(table, fill, backgroundPosition = "left center",
                    backgroundRepeat = "no-repeat",
                    backgroundSize = "100% 70%",
                    background = DT::styleColorBar(c(0, 1), "#d6e4f2",
                                                   angle = -90))
}

# The prediction as a row of facts, each a number and what it is.
.predictionFacts <- function(value) {
    p <- value$probability
    facts <- list(
        .fact(sprintf("%.3f", p), "probability of high expression", "large"),
        .fact(if (p > 0.5) "high" else "low", "predicted"))
    if (!is.null(value$lowest)) {
        facts <- c(facts, list(
            .fact(sprintf("%.3f \u2013 %.3f", value$lowest, value$highest),
                  "range of the members"),
            .fact(sprintf("%.3f", value$data),
                  "uncertainty left by the signal (nats)"),
            .fact(sprintf("%.3f", value$training),
                  "uncertainty left by the training (nats)")))
    }
    if (!is.null(value$set)) {
        facts <- c(facts, list(.fact(value$set, "classes at level 0.9")))
    }
    if (!is.null(value$measured)) {
        facts <- c(facts, list(.fact(
            if (is.na(value$measured)) "unknown" else value$measured,
            "measured")))
    }
    if (!is.null(value$expression)) {
        facts <- c(facts, list(.fact(format(value$expression, digits = 3L),
                                     "measured expression")))
    }
    shiny::div(class = "facts", facts)
}

.fact <- function(value, title, class = "") {
    shiny::div(class = paste("fact", class), shiny::div(class = "value", value),
               shiny::div(class = "title", title))
}

# The probability before and after all edits.
.editFacts <- function(value) {
    last <- value[nrow(value), ]
    bar <- function(title, p) {
        shiny::div(class = "bar-row", shiny::span(class = "title", title),
            shiny::div(class = "bar", shiny::div(
                class = "fill", style = sprintf("width: %.1f%%", 100 * p))),
            shiny::span(class = "value", sprintf("%.3f", p)))
    }
    class <- function(p) if (p > 0.5) "high" else "low"
    shiny::div(`aria-live` = "polite",
        bar("Before", last$before), bar("After", last$after),
        shiny::p(class = "verdict", sprintf(
            "Change %+.3f: %s", last$change,
            if (last$flipped) {
                sprintf("the predicted class changes from %s to %s.",
                        class(last$before), class(last$after))
            } else {
                sprintf("the predicted class stays %s.", class(last$after))
            })),
        shiny::tags$ol(class = "steps", lapply(seq_len(nrow(value)), \(i) {
            shiny::tags$li(value$description[i], shiny::span(
                class = "value", sprintf("%.3f", value$after[i])))
        })))
}
