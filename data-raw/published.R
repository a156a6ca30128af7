# Makes data/publishedModels.rda of published.tsv: the MD5 sums that the Kipoi
# model zoo gives for the authors' models (kipoi/models on GitHub,
# AttentiveChrome/models.tsv). Run in the package's folder.
table <- read.delim(file.path("data-raw", "published.tsv"))
stopifnot(nrow(table) == 55L, !anyDuplicated(table$id),
          all(nchar(table$md5) == 32L))
publishedModels <- data.frame(
    id = table$id, file = paste0(table$id, "_attchrome_avgAUC_model.pt"),
    md5 = table$md5)
save(publishedModels, file = file.path("data", "publishedModels.rda"),
     version = 2L, compress = "xz")
