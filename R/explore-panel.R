# The shiny module of a panel: a figure or a table, the code that makes it, and
# the downloads.

.panelPage <- function(id, title, show = c("figure", "table", "facts"),
                       note = NULL, top = NULL, brush = FALSE) {
    ns <- shiny::NS(id)
    show <- match.arg(show)
    brush <- if (brush) shiny::brushOpts(ns("brush"), fill = "#2166ac",
                                         stroke = "#2166ac", opacity = 0.15,
                                         delay = 200, delayType = "debounce",
                                         resetOnNew = FALSE)
    shiny::tags$section(
        class = "card panel", `aria-labelledby` = ns("title"),
        shiny::div(class = "card-body",
            shiny::h2(title, id = ns("title")),
            if (!is.null(note)) shiny::p(class = "note", note),
            top,
            switch(show,
                figure = shiny::plotOutput(ns("figure"), height = "auto",
                                           brush = brush),
                table = DT::DTOutput(ns("table")),
                facts = shiny::uiOutput(ns("facts")))),
        shiny::conditionalPanel("output.ready", ns = ns,
            class = "card-footer",
            shiny::tags$details(
                shiny::tags$summary("R code"),
                shiny::verbatimTextOutput(ns("code"))),
            shiny::div(class = "downloads",
                if (show == "figure") shiny::downloadLink(ns("pdf"), "PDF"),
                shiny::downloadLink(ns("csv"), "csv"))))
}

# `panel` is a reactive panel (R/explore-app.R), `height` a function of the
# figure's pixels, `draw` makes the table or the facts of the value.
.panelServer <- function(id, panel, show = c("figure", "table", "facts"),
                         height = function() 400, draw = identity) {
    show <- match.arg(show)
    shiny::moduleServer(id, function(input, output, session) {
        shown <- shiny::reactive(.orExplain(panel()))
        # Computed here: what a panel has to say would get lost in `draw`.
        drawn <- function() {
            value <- shown()$value
            draw(value)
        }
        switch(show,
            figure = output$figure <- shiny::renderPlot(
                shown()$value, height = height, res = 96,
                alt = function() .orNothing(shown()$alt)),
            table = output$table <- DT::renderDT(drawn()),
            facts = output$facts <- shiny::renderUI(drawn()))
        output$code <- shiny::renderText(paste(shown()$code, collapse = "\n"))
        output$ready <- shiny::reactive(!is.null(.orNothing(shown())))
        shiny::outputOptions(output, "ready", suspendWhenHidden = FALSE)
        output$pdf <- shiny::downloadHandler(
            function() .downloadName(shown(), "pdf"),
            function(file) .savePdf(shown()$value, file, height()))
        output$csv <- shiny::downloadHandler(
            function() .downloadName(shown(), "csv"),
            function(file) .writeWhole(.tableBytes(.panelData(shown())), file))
        list(brush = shiny::reactive(input$brush),
             row = shiny::reactive(input$table_rows_selected))
    })
}

# Errors of the package are shown in the panel, in its own words.
.orExplain <- function(expr) {
    tryCatch(expr, rlang_error = function(e) {
        shiny::validate(cli::ansi_strip(conditionMessage(e)))
    })
}

# NULL where there is nothing to show yet.
.orNothing <- function(expr) {
    tryCatch(expr, shiny.silent.error = function(e) NULL)
}

# What the csv has: the table, or the data of the figure.
.panelData <- function(panel) {
    if (is.data.frame(panel$value)) as.data.frame(panel$value)
    else as.data.frame(panel$value$data)
}

.downloadName <- function(panel, ending) {
    paste0(gsub("[^A-Za-z0-9._-]+", "-", panel$file), ".", ending)
}

# As high as on the page, where 96 pixels are an inch.
.savePdf <- function(figure, file, height) {
    ggplot2::ggsave(file, figure, device = "pdf", width = 8,
                    height = max(3, height / 96))
}
