# A user's walk through the explorer.

signal <- roadmapGenes[1:200, ]
parts <- splitGenes(signal, seed = 1)
model <- suppressMessages(attentiveChrome(
    parts, epochs = 2, filters = 4, context = 4, seed = 1, progress = FALSE))
signal <- parts$test
gene <- rownames(signal)[3]

test_that("a walk in Chromium: search, gene, edit, download", {
    page <- openExplorer(model, signal)
    waitForJs(page, paste("document.querySelectorAll('#genes-table tbody tr')",
                          ".length > 5"))
    js(page, "document.querySelector('#gene-selectized').focus()")
    page$Input$insertText(text = gene)
    waitForJs(page, sprintf(paste(
        "[...document.querySelectorAll('.selectize-dropdown .option')].some(",
        "e => e.dataset.value == '%s')"), gene))
    js(page, sprintf("$('#gene')[0].selectize.setValue('%s')", gene))
    js(page, "document.querySelector('[data-value=gene]').click()")
    waitForJs(page, "!!document.querySelector('#tracks-figure img')")
    waitForShiny(page)
    text <- function(id) {
        js(page, sprintf("document.querySelector('#%s').innerText", id))
    }
    expect_match(text("prediction-facts"),
                 sprintf("%.3f", predict(model, signal[gene, 1])))
    expect_match(js(page, "document.querySelector('#tracks-figure img').alt"),
                 gene)
    js(page, "document.querySelector('[data-value=edit]').click()")
    waitForJs(page, "!!document.querySelector('#edited-figure img')")
    expect_match(text("edits-facts"), "Choose a mark")
    js(page, "$('#editMarks input[value=H3K4me3]').click()")
    js(page, "document.querySelector('#editWhole').click()")
    waitForJs(page, "!!document.querySelector('#edits-facts .bar')")
    waitForShiny(page)
    lost <- editSignal(signal[gene, 1], "silence", "H3K4me3")
    saved <- data.table::fread(text = download(page, "edits-csv"))
    expect_equal(saved$after, predict(model, lost)[1, 1], tolerance = 1e-5)
    expect_match(download(page, "edited-pdf"), "^%PDF")
})
