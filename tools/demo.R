# `make demo`: trains on the shipped data, predicts, explains, draws, and
# writes everything into a folder.
suppressPackageStartupMessages(library(AttentiveChrome))

out <- commandArgs(trailingOnly = TRUE)
if (length(out) != 1L) out <- "output"
dir.create(out, showWarnings = FALSE)

k562 <- roadmapGenes[, "E123"]
parts <- splitGenes(k562, by = "chromosome", chromosomes = list(
    validation = c("chr3", "chr6", "chr9", "chr17"),
    test = c("chr1", "chr2", "chr5", "chr7", "chr8")))
test <- parts$test

message("Training on ", nrow(parts$train), " genes ...")
model <- attentiveChrome(parts, seed = 1, progress = TRUE)
print(model)
print(evaluate(model, test), digits = 3)
looked <- attention(model, test)

write <- function(value, name) {
    utils::write.csv(value, file.path(out, name), row.names = FALSE)
}
write(augment(model, test), "predictions.csv")
write(data.frame(gene = rownames(looked), assay(looked, "beta")[, 1L, ]),
      "mark-attention.csv")
for (mark in marks(looked)) {
    alpha <- binMatrix(looked, mark)
    write(data.frame(gene = rownames(alpha), alpha, check.names = FALSE),
          paste0("attention-", mark, ".csv"))
}
shares <- data.frame(gene = rownames(looked),
                     apply(assay(looked, "share")[, 1L, , ], 1:2, sum))
write(shares, "mark-shares.csv")
saveRDS(model, file.path(out, "model.rds"))

probability <- assay(looked, "probability")[, 1L]
gene <- names(which.max(probability))
save <- function(plot, name, height = 5) {
    ggplot2::ggsave(file.path(out, name), plot, width = 7, height = height,
                    dpi = 120, bg = "white")
}
save(plot(model), "history.png", 4)
save(plotAttention(looked), "attention.png", 6)
save(plotAttention(looked, what = "share"), "shares.png", 6)
save(plotMarkAttention(looked), "mark-attention.png", 4)
save(plotGene(test, looked, gene), "gene.png", 8)

page <- file.path(out, "report.html")
message("Writing the report ...")
report(model, parts, page, genes = gene)

cat("\nWritten:\n")
cat(paste0("  ", sort(list.files(out, full.names = TRUE)), "\n"), sep = "")
cat("\nThe report is ", page, ": open it in a browser.\n", sep = "")
