# The measures of a report as custom content of MultiQC: a table, whose rows
# have the names of the report and of the cell type.

.writeMultiqc <- function(evaluation, file) {
    .needs("jsonlite", "for the file for MultiQC")
    name <- sub("[.][^.]*$", "", basename(file))
    path <- file.path(dirname(file), paste0(name, "_mqc.json"))
    json <- jsonlite::toJSON(.multiqcTable(as.data.frame(evaluation), name),
                             auto_unbox = TRUE, pretty = TRUE, digits = 6)
    .writeWhole(charToRaw(enc2utf8(paste0(json, "\n"))), path)
}

.multiqcTable <- function(evaluation, name) {
    measures <- .measuresOf(evaluation)
    kind <- if (.areClasses(evaluation)) "classes" else "numbers"
    id <- paste0("attentivechrome_", kind)
    best <- .prefixed("baseline", measures[1L])
    columns <- c("genes", measures, intersect(best, names(evaluation)))
    rows <- lapply(seq_len(nrow(evaluation)), function(i) {
        values <- as.list(evaluation[i, columns])
        Filter(function(value) !is.na(value), values)
    })
    names(rows) <- paste(name, evaluation$cellType)
    list(id = id, section_name = "AttentiveChrome",
         description = paste("Performance on the test genes of each cell",
                             "type, by the R package AttentiveChrome."),
         plot_type = "table",
         pconfig = list(id = paste0(id, "_table"),
                        title = "AttentiveChrome: performance"),
         headers = stats::setNames(lapply(columns, .multiqcHeader), columns),
         data = rows)
}

.multiqcHeader <- function(column) {
    if (column == "genes") {
        return(list(title = "Genes", description = "Test genes with a label",
                    format = "{:,.0f}", scale = FALSE))
    }
    baseline <- startsWith(column, "baseline")
    measure <- sub("^baseline", "", column)
    measure <- paste0(tolower(substr(measure, 1L, 1L)), substring(measure, 2L))
    title <- .measureTitle(measure)
    list(title = if (baseline) paste(title, "of baseline") else title,
         description = if (baseline) paste(title, "of the best baseline")
                       else paste(title, "of the model"),
         format = "{:,.3f}", scale = FALSE)
}
