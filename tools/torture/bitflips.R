# One bit flipped at random in each kind of file: it must be an error, or give
# what the whole file gives. Anything else is silently different.
source(file.path("tools", "torture", "helper.R"))
flips <- as.integer(Sys.getenv("TORTURE_FLIPS", "200")) # of each kind
folder <- tempfile("run")
panel <- train(signal, folder)
checkpoint <- tempfile()
fit <- function() {
    parts <- suppressMessages(splitGenes(signal[, 1L]))
    attentiveChrome(parts$train, parts$validation, epochs = 2, filters = 4,
                    context = 4, seed = 1, checkpoint = checkpoint,
                    progress = FALSE)
}
fit()
paper <- attentiveChrome(signal[, 1L], epochs = 1, seed = 1,
                         architecture = "lstm-alpha-beta", hidden = 4,
                         markHidden = 3, progress = FALSE)
pt <- tempfile(fileext = ".pt")
writeTorchWeights(paper, pt)

kinds <- list(
    record = list(path = own$.recordFile(folder, "cellType1"),
                  read = function() weights(openPanel(folder))),
    settings = list(path = own$.settingsFile(folder), read = function() {
        panel <- openPanel(folder)
        list(weights(panel), panel@settings)
    }),
    checkpoint = list(path = checkpoint, read = function() coef(fit())),
    plan = list(path = own$.planFile(checkpoint),
                read = function() coef(fit())),
    `.pt, zip` = list(path = pt, read = function() {
        coef(readTorchWeights(pt, marks(paper)))
    }))

# TRUE where the flip was noticed, NA where it does not matter.
tryFlip <- function(kind, bit, expected) {
    bytes <- readBytes(kind$path)
    on.exit(writeBin(bytes, kind$path))
    at <- bit %/% 8 + 1
    flipped <- bytes
    flipped[at] <- xor(flipped[at], as.raw(2^(bit %% 8)))
    writeBin(flipped, kind$path)
    got <- tryCatch(list(suppressWarnings(kind$read())),
                    error = function(e) NULL)
    if (is.null(got)) return(TRUE)
    if (identical(got[[1L]], expected)) NA else FALSE
}

set.seed(1)
rows <- lapply(names(kinds), function(name) {
    kind <- kinds[[name]]
    expected <- kind$read()
    bits <- sample(8 * file.size(kind$path), flips, replace = TRUE) - 1
    noticed <- vapply(bits, tryFlip, NA, kind = kind, expected = expected)
    data.frame(file = name, flips = flips, error = sum(noticed, na.rm = TRUE),
               `same values` = sum(is.na(noticed)),
               `silently different` = sum(!noticed, na.rm = TRUE),
               check.names = FALSE)
})
writeLinesOf("1-bitflips", c("## One flipped bit", "",
    asMarkdown(do.call(rbind, rows)), "",
    paste("A flip in a `.pt` file outside of what its checksums cover (times,",
          "attributes, padding) changes no weight. Files that `torch.save()`",
          "wrote before PyTorch 1.6 have no checksum: a flip in a weight",
          "cannot be known there, and is not counted here."), ""))
bad <- sum(vapply(rows, `[[`, 0L, "silently different"))
quit("no", as.integer(bad > 0L))
