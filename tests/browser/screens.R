# Pictures of all screens of the explorer, to look at:
#   Rscript tests/browser/screens.R FOLDER
# Two explorers of simulated signal: an ensemble in four cell types, and one
# model in one; and tracks in igv.js, if it is there.
folder <- commandArgs(TRUE)[1L]
stopifnot(!is.na(folder))
.libPaths(c(file.path("tests", "browser", "library"), .libPaths()))
suppressPackageStartupMessages(library(AttentiveChrome))
source(file.path("tests", "browser", "helper-browser.R"))
source(file.path("tests", "browser", "helper-igv.R"))
dir.create(folder, showWarnings = FALSE, recursive = TRUE)

# Pictures of each kind of edit.
edits <- function(page, model, shot, tab) {
    tab("edit")
    shot("edit-none")
    js(page, "document.querySelectorAll('details').forEach(d => d.open = true)")
    mark <- marks(model)[1:2]
    for (m in mark) {
        js(page, sprintf("$('#editMarks input[value=\"%s\"]').click()", m))
    }
    js(page, "document.querySelector('#editWhole').click()")
    waitForJs(page, "!!document.querySelector('#edits-facts .bar')")
    shot("edit-silence")
    js(page, "document.querySelector('#editAdd').click()")
    Sys.sleep(1)
    for (kind in c("scale", "shift", "copy")) {
        js(page, sprintf("$('input[name=editKind][value=%s]').click()", kind))
        Sys.sleep(0.5)
        js(page, sprintf(paste0(
            "if (!$('#editMarks input[value=\"%s\"]')[0].checked)",
            " $('#editMarks input[value=\"%s\"]').click()"),
            marks(model)[4], marks(model)[4]))
        js(page, "document.querySelector('#editWhole').click()")
        waitForJs(page, paste0("document.querySelectorAll('#edits-facts ",
                               ".steps li').length == 2"))
        shot(paste0("edit-", kind))
    }
}

# A picture of each tab, with the R code of its panels shown in `code`.
screens <- function(name, model, signal, gene) {
    page <- openExplorer(model, signal)
    shot <- function(what) {
        waitForShiny(page)
        Sys.sleep(1)
        picture(page, file.path(folder, paste0(name, "-", what, ".png")))
    }
    tab <- function(value) {
        js(page, sprintf("document.querySelector('[data-value=%s]').click()",
                         value))
        Sys.sleep(0.5)
    }
    waitForJs(page, paste("document.querySelectorAll('#genes-table tbody tr')",
                          ".length > 5"))
    shot("genes")
    tab("gene")
    shot("gene-none")
    js(page, sprintf("$('#gene')[0].selectize.load(function(f) {})"))
    js(page, sprintf(paste0("$('#gene')[0].selectize.addOption({value: '%s', ",
                            "label: '%s'}); $('#gene')[0].selectize",
                            ".setValue('%s')"), gene, gene, gene))
    waitForJs(page, "!!document.querySelector('#tracks-figure img')")
    shot("gene")
    js(page, "document.querySelectorAll('details').forEach(d => d.open = true)")
    shot("gene-code")
    js(page, paste("document.querySelectorAll('#tracks input').forEach(",
                   "e => { if (!e.checked) e.click() })"))
    shot("gene-all-tracks")
    edits(page, model, shot, tab)
    tab("cellTypes")
    shot("types")
    tab("model")
    shot("model")
}

signal <- simulateChromatin(900, cellTypes = 4, seed = 1)
parts <- splitGenes(signal, seed = 1)
quiet <- function(...) {
    suppressMessages(attentiveChrome(..., epochs = 3, seed = 1,
                                     progress = FALSE))
}
gene <- rownames(parts$test)[12]
wanted <- commandArgs(TRUE)[-1L]
make <- list(
    classes = function() {
        screens("classes", quiet(parts, members = 3), parts$test, gene)
    },
    one = function() {
        few <- lapply(parts, function(x) x[, 1])
        class(few) <- class(parts)
        screens("one", quiet(few), parts$test[, 1], gene)
    },
    igv = function() {
        if (is.null(igvScript())) return(message("igv.js is not there"))
        genes <- smallGenome()
        files <- withr::local_tempdir()
        page <- openIgv(writeTracks(genes, files), genes, rownames(genes)[6],
                        files)
        Sys.sleep(3)
        picture(page, file.path(folder, "igv.png"))
    })
for (name in if (length(wanted) > 0L) wanted else names(make)) make[[name]]()
