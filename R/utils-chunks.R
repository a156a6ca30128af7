# 1 to n in groups of up to `size`.
.inChunks <- function(n, size) {
    unname(split(seq_len(n), ceiling(seq_len(n) / max(1, floor(size)))))
}
