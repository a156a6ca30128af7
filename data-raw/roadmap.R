# Makes data/roadmapCellTypes.rda. Run in the package's folder:
#     Rscript data-raw/roadmap.R [celltypes.tsv]
# The table has the columns id, name and deepchrome_auroc, as in DeepChrome's
# supplement; by default it is that of the folder `shared` beside the checkout.
# The groups are those of the consortium's metadata (column GROUP of
# https://egg2.wustl.edu/roadmap/data/byFileType/metadata/EID_metadata.tab).
groups <- list(
    "ESC" = c(3, 16, 24),
    "ES-deriv" = c(4:7, 11:13),
    "Epithelial" = c(27, 28, 55:59, 61),
    "Blood & T-cell" = c(37, 38, 47, 62),
    "HSC & B-cell" = 50,
    "Neurosph" = c(53, 54),
    "Heart" = c(65, 95, 104, 105),
    "Brain" = c(70, 71, 82),
    "Digestive" = c(79, 84, 85, 94, 106, 109),
    "Other" = c(66, 87, 96, 97, 98, 113),
    "Muscle" = 100,
    "Thymus" = 112,
    "ENCODE2012" = c(114, 116:120, 122, 123, 127, 128))

path <- c(commandArgs(trailingOnly = TRUE),
          file.path("..", "shared", "data", "celltypes.tsv"))[1L]
table <- read.delim(path, quote = "", stringsAsFactors = FALSE)
group <- rep(names(groups), lengths(groups))
names(group) <- sprintf("E%03d", unlist(groups))
stopifnot(nrow(table) == 56L, !anyDuplicated(table$id),
          setequal(table$id, names(group)))

roadmapCellTypes <- data.frame(
    id = table$id, name = table$name, group = unname(group[table$id]),
    deepchromeAuroc = table$deepchrome_auroc)
dir.create("data", showWarnings = FALSE)
save(roadmapCellTypes, file = file.path("data", "roadmapCellTypes.rda"),
     version = 2L, compress = "xz")
