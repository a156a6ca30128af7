# The explorer's server: which gene, cell type and edits are chosen.

.explorerServer <- function(app, input, output, session) {
    .findServer(app, input, output, session)
    cellType <- shiny::reactive(input$cellType)
    gene <- shiny::reactive({
        shiny::validate(shiny::need(
            isTRUE(input$gene %in% app$genes),
            paste("No gene is chosen. Type an id or symbol in the field Gene,",
                  "or choose a row of the table under Genes.")))
        input$gene
    })
    .genesServer(app, input, session, cellType)
    .geneServer(app, input, gene, cellType)
    .editServer(app, input, session, gene, cellType)
    .cellTypesServer(app, input, session, gene, cellType)
}

# ---- finding genes -----------------------------------------------------------

.chooseGene <- function(app, session, gene) {
    shiny::updateSelectizeInput(session, "gene", server = TRUE,
                                choices = stats::setNames(app$genes,
                                                          app$titles),
                                selected = gene)
}

# The gene and cell type of the address, if it names any.
.findServer <- function(app, input, output, session) {
    asked <- shiny::reactive(shiny::parseQueryString(
        session$clientData$url_search))
    shiny::observeEvent(asked(), {
        wanted <- asked()
        row <- tryCatch(.findGenes(app$signal, wanted$gene),
                        error = function(e) NULL)
        .chooseGene(app, session, if (is.null(row)) "" else app$genes[row])
        if (!is.null(row)) shiny::updateTabsetPanel(session, "tab", "gene")
        if (isTRUE(wanted$cellType %in% app$cellTypes)) {
            shiny::updateSelectInput(session, "cellType",
                                     selected = wanted$cellType)
        }
        output$found <- shiny::renderUI({
            if (!is.null(wanted$gene) && is.null(row)) {
                shiny::p(class = "problem", role = "alert", sprintf(
                    "The signal has no gene %s, or several with this symbol.",
                    wanted$gene))
            }
        })
    })
}

.genesServer <- function(app, input, session, cellType) {
    panel <- shiny::reactive(.tablePanel(app, cellType()))
    table <- .panelServer("genes", panel, "table", draw = function(value) {
        .dataTable(value, select = TRUE)
    })
    shiny::observeEvent(table$row(), {
        .chooseGene(app, session, panel()$value$gene[table$row()])
        shiny::updateTabsetPanel(session, "tab", "gene")
    })
}

# ---- one gene ----------------------------------------------------------------

.geneServer <- function(app, input, gene, cellType) {
    .panelServer("prediction", shiny::reactive(
        .predictionPanel(app, gene(), cellType())), "facts",
        draw = .predictionFacts)
    .panelServer("tracks", shiny::reactive({
        gene()
        shiny::validate(shiny::need(
            all(input$tracks %in% app$tracks) && length(input$tracks) > 0L,
            "Choose at least one track."))
        .tracksPanel(app, gene(), cellType(), input$tracks)
    }), height = function() {
        130 + length(app$marks) * (60 + 60 * max(1L, length(input$tracks)))
    })
    if (app$has$beta) {
        .panelServer("beta", shiny::reactive(
            .betaPanel(app, gene(), cellType())),
            height = function() 110 + 42 * length(app$marks))
    }
    .panelServer("neighbours", shiny::reactive(
        .neighboursPanel(app, gene(), cellType())), "table",
        draw = function(value) .dataTable(value, search = FALSE))
}

.cellTypesServer <- function(app, input, session, gene, cellType) {
    .panelServer("types", shiny::reactive(.cellTypesPanel(app, gene())),
                 "table", draw = .dataTable)
    if (app$has$beta) {
        .panelServer("typesBeta", shiny::reactive(.betaPanel(app, gene())),
                     height = function() 160 + 36 * length(app$marks))
    }
    shiny::observeEvent(cellType(), {
        chosen <- utils::head(unique(c(cellType(), app$cellTypes)), 3L)
        shiny::updateSelectizeInput(session, "overlaid", selected = chosen)
    }, ignoreInit = TRUE)
    .panelServer("overlay", shiny::reactive({
        gene()
        shiny::validate(shiny::need(input$overlaid,
                                    "Choose at least one cell type."))
        .overlayPanel(app, gene(), input$overlaid)
    }), height = function() 140 + 110 * length(app$marks))
}

# ---- edits -------------------------------------------------------------------

.editServer <- function(app, input, session, gene, cellType) {
    kept <- shiny::reactiveVal(list())
    pending <- shiny::reactive(.pendingEdit(input))
    # The edits that can be made, and what is wrong with the last one.
    chosen <- shiny::reactive({
        missing <- .editMissing(pending())
        edits <- c(kept(), list(pending()))
        if (is.null(missing)) missing <- .editFault(app, gene(), cellType(),
                                                    edits)
        if (is.null(missing)) list(edits = edits)
        else list(edits = kept(), missing = missing)
    })
    .panelServer("edits", shiny::reactive({
        gene()
        shiny::validate(shiny::need(length(chosen()$edits) > 0L,
                                    chosen()$missing))
        .editsPanel(app, gene(), cellType(), chosen()$edits)
    }), "facts", draw = function(value) {
        list(.editFacts(value), shiny::p(class = "note", chosen()$missing))
    })
    figure <- .panelServer("edited", shiny::reactive(
        .editFigurePanel(app, gene(), cellType(), chosen()$edits)),
        height = function() 90 + 68 * length(app$marks))
    shiny::observeEvent(figure$brush(), .takeBrush(app, session,
                                                   figure$brush()))
    .editButtons(app, input, session, kept, chosen)
    shiny::observeEvent(list(input$gene, cellType()), kept(list()))
    shiny::observeEvent(cellType(), shiny::updateSelectInput(
        session, "editSource", choices = setdiff(app$cellTypes, cellType())))
}

.pendingEdit <- function(input) {
    list(edit = input$editKind, marks = input$editMarks,
         within = c(input$editFrom, input$editTo),
         amount = switch(input$editKind %||% "", scale = input$editFactor,
                         shift = input$editShift),
         from = if (identical(input$editKind, "copy")) input$editSource)
}

# What editSignal() says of the edits, or NULL.
.editFault <- function(app, gene, cellType, edits) {
    tryCatch({
        .editsPanel(app, gene, cellType, edits)
        NULL
    }, rlang_error = function(e) cli::ansi_strip(conditionMessage(e)))
}

.takeBrush <- function(app, session, brush) {
    range <- .snapRange(app$model@bins, brush$xmin, brush$xmax)
    .setRange(session, range)
    shiny::updateCheckboxGroupInput(session, "editMarks",
        selected = .brushedMarks(app$marks, brush$ymin, brush$ymax))
}

.setRange <- function(session, range) {
    shiny::updateNumericInput(session, "editFrom", value = range[1L])
    shiny::updateNumericInput(session, "editTo", value = range[2L])
}

.editButtons <- function(app, input, session, kept, chosen) {
    bins <- app$model@bins
    # Until the browser has cleared the marks, nothing is shown anew.
    clear <- function() {
        shiny::freezeReactiveValue(input, "editMarks")
        .setRange(session, c(NA, NA))
        shiny::updateCheckboxGroupInput(session, "editMarks",
                                        selected = character())
        session$resetBrush("edited-brush")
    }
    shiny::observeEvent(input$editWhole, .setRange(
        session, range(bins$offsets) + c(0, bins$width)))
    shiny::observeEvent(input$editAdd, {
        if (is.null(chosen()$missing)) {
            kept(chosen()$edits)
            clear()
        } else {
            shiny::showNotification(chosen()$missing, type = "warning")
        }
    })
    shiny::observeEvent(input$editUndo, kept(utils::head(kept(), -1L)))
    shiny::observeEvent(input$editReset, {
        kept(list())
        clear()
    })
}
