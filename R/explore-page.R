# The explorer's page.

.explorerPage <- function(app, title) {
    css <- system.file("explorer", "explorer.css", package = "AttentiveChrome")
    bslib::page_fluid(
        title = title, lang = "en", theme = bslib::bs_theme(version = 5),
        shiny::includeCSS(css),
        shiny::tags$header(
            shiny::h1(title),
            shiny::p(class = "note", .appInWords(app))),
        shiny::fluidRow(
            shiny::column(3, class = "controls", .controls(app)),
            shiny::column(9, shiny::tags$main(shiny::tabsetPanel(
                id = "tab",
                shiny::tabPanel("Genes", value = "genes", .genesTab()),
                shiny::tabPanel("Gene", value = "gene", .geneTab(app)),
                shiny::tabPanel("Edit", value = "edit", .editTab(app)),
                shiny::tabPanel("Cell types", value = "cellTypes",
                                .cellTypesTab(app)),
                shiny::tabPanel("Model", value = "model", .modelTab(app)))))))
}

.appInWords <- function(app) {
    types <- length(app$cellTypes)
    sprintf("%s%s model of %d marks; %s in %d cell type%s", if (app$has$members)
        sprintf("Ensemble of %d: ", length(app$model)) else "",
        app$model@architecture, length(app$marks),
        .nGenes(length(app$genes)), types, if (types == 1L) "" else "s")
}

.controls <- function(app) {
    list(
        shiny::selectizeInput("gene", "Gene", NULL, options = list(
            placeholder = if (app$has$symbol) "Id or symbol" else "Id",
            maxOptions = 50L)),
        shiny::selectInput("cellType", "Cell type", app$cellTypes),
        shiny::uiOutput("found"))
}

.genesTab <- function() {
    .panelPage("genes", "Predictions of all genes", "table",
               note = "A row opens its gene. Titles of columns sort.")
}

.geneTab <- function(app) {
    list(
        .panelPage("prediction", "Prediction", "facts",
            note = if (!app$has$members)
                "One model: no range of members. An ensemble has one."),
        .panelPage("tracks", "Signal, attention and attribution", "figure",
            top = shiny::checkboxGroupInput("tracks", "Tracks below the signal",
                app$tracks, utils::head(app$tracks, if (app$has$beta) 2L
                                                    else 1L), inline = TRUE)),
        if (app$has$beta) .panelPage("beta", "Attention over the marks",
                                     "figure"),
        .panelPage("neighbours", "Genes predicted alike", "table",
            note = sprintf(
                paste("Distance between the predicted probabilities as they",
                      "are and without each mark in turn; the closest of the",
                      "%d genes with the nearest logits in this cell type."),
                .nearGenes)))
}

.editTab <- function(app) {
    list(
        shiny::fluidRow(
            shiny::column(4, shiny::tags$section(
                class = "card panel", shiny::div(class = "card-body",
                    shiny::h2("Edit"), .editControls(app)))),
            shiny::column(8, .panelPage("edits", "Probability", "facts"))),
        .panelPage("edited", "Signal", "figure", brush = TRUE,
                   note = "Brush over rows to choose what to edit."))
}

.editControls <- function(app) {
    width <- app$model@bins$width
    kinds <- c(Silence = "silence", Scale = "scale", Shift = "shift",
               `Copy from another cell type` = "copy")
    if (length(app$cellTypes) == 1L) kinds <- kinds[-4L]
    only <- function(kind, ...) {
        shiny::conditionalPanel(sprintf("input.editKind == '%s'", kind), ...)
    }
    number <- function(id, label, value = NA, step = width) {
        shiny::numericInput(id, label, value, step = step, width = "100%")
    }
    list(
        shiny::radioButtons("editKind", "What", kinds),
        only("scale", shiny::sliderInput("editFactor", "Factor", 0, 5, 2,
                                         step = 0.25)),
        only("shift", number("editShift",
                             sprintf("Distance (bp, multiples of %g)", width),
                             5 * width)),
        if (length(kinds) == 4L)
            only("copy", shiny::selectInput("editSource", "Copy from", NULL)),
        shiny::checkboxGroupInput("editMarks", "Marks", app$marks,
                                  inline = TRUE),
        shiny::fluidRow(shiny::column(6, number("editFrom", "From (bp)")),
                        shiny::column(6, number("editTo", "To (bp)"))),
        shiny::actionLink("editWhole", "Whole window"),
        shiny::div(class = "buttons",
            shiny::actionButton("editAdd", "Keep, and add another",
                                class = "btn-sm btn-primary"),
            shiny::actionButton("editUndo", "Undo", class = "btn-sm"),
            shiny::actionButton("editReset", "Reset", class = "btn-sm")))
}

.cellTypesTab <- function(app) {
    list(
        .panelPage("types", "Predictions by cell type", "table"),
        if (app$has$beta) .panelPage(
            "typesBeta", "Attention over the marks by cell type", "figure"),
        .panelPage("overlay", "Signal by cell type", "figure",
            top = shiny::selectizeInput(
                "overlaid", "Cell types, at most six", app$cellTypes,
                utils::head(app$cellTypes, 3L), multiple = TRUE,
                options = list(maxItems = 6L))))
}

.modelTab <- function(app) {
    section <- function(title, ...) {
        shiny::tags$section(class = "card panel", shiny::div(
            class = "card-body", shiny::h2(title), ...))
    }
    printed <- function(x) {
        lines <- utils::capture.output(methods::show(x))
        shiny::pre(class = "printed", paste(lines, collapse = "\n"))
    }
    list(section("Model", printed(app$model)),
         section("Signal", printed(app$signal)),
         section("R code", shiny::p(
             "The code of each panel needs these two, which are the arguments",
             "of explore():"), shiny::pre(paste(
                 "library(AttentiveChrome)",
                 "model   # for example readRDS(\"model.rds\")",
                 "signal  # for example readRDS(\"signal.rds\")",
                 sep = "\n"))))
}
