# The R interface to the C core: its arguments, its calls and the handling of
# interrupted calls.

# With a seed, dropout is active in training and gradients, but never in
# predictions, and so is the loss of marks at the rate `markDropout`. `present`:
# which marks all genes have, if not all (R/model-marks.R).
.network <- function(stages, threads, precision, seed = NA_integer_,
                     markDropout = 0, present = NULL, target = .classTarget) {
    size <- .networkSize(stages)
    list(stages = .stageColumns(stages), threads = as.integer(threads),
         precision = precision, kernels = .kernelsOf(precision), seed = seed,
         marks = size$marks, markDropout = markDropout, present = present,
         outputs = .outputsOf(stages, target), target = target, size = size)
}

# Genes as the core reads them: with the marks that are present, marks x genes,
# or NULL if all are.
.coreGenes <- function(network, genes) {
    genes["present"] <- list(genes$present)
    if (!is.null(genes$auxiliary)) genes$y <- .outputTargets(network, genes)
    if (!is.null(network$present) && is.null(genes$present)) {
        samples <- .inputCount(genes$x, network$size$bins * network$marks)
        genes$present <- rep(as.integer(network$present), samples)
    }
    genes
}

# The stages as src/ffi_model.c reads them: named vectors with one element per
# stage.
.stageColumns <- function(stages) {
    sizes <- c("copies", "steps", "inputs", "units", "window", "rate",
               "branch", "side", "marks", "offset", "keep", "tied")
    columns <- lapply(sizes, function(size) {
        vapply(stages, function(s) as.numeric(s[[size]]), 0)
    })
    c(list(layer = vapply(stages, `[[`, "", "layer")),
      stats::setNames(columns, sizes))
}

# Used in messages. The first stage reads the bins of each mark, or transposes.
.networkSize <- function(stages) {
    first <- stages[[1L]]
    transposes <- first$layer == "transpose"
    list(bins = if (transposes) first$inputs else first$steps,
         marks = if (transposes) first$steps else first$copies,
         units = max(vapply(stages, function(s) s$units, 0L)))
}

# The number of threads: from the argument, the option, OpenMP's variable, or 1.
# In a forked child, such as a worker of MulticoreParam, the core always uses
# one thread.
.threads <- function(threads) {
    threads <- threads %||% getOption("AttentiveChrome.threads") %||%
        .ompThreads() %||% 1L
    as.integer(.checkNumber(threads, "threads", 1, .Machine$integer.max,
                            whole = TRUE))
}

# OMP_NUM_THREADS may be a list with one number per level of nesting.
.ompThreads <- function() {
    first <- sub(",.*", "", Sys.getenv("OMP_NUM_THREADS"))
    if (grepl("^[1-9][0-9]*$", first)) as.numeric(first)
}

# Trains for one epoch. state: list(parameters, first, second, steps). Returns
# the new state, the mean loss and whether the user interrupted; the state is
# valid in that case too. A time limit is an error.
.trainEpoch <- function(network, state, genes, order, settings) {
    genes <- .coreGenes(network, genes)
    out <- .orNoMemory(network, "train", .Call(ffi_train, network, state, genes,
                                               order, settings))
    out$interrupted <- .isInterrupt(out$stopped)
    if (out$interrupted) out else .orStopped(out)
}

# Mixed precision is for training alone. Returns list(logit, attention): what is
# predicted of each gene and, where attention is wanted, a [numbers x copies x
# genes] array per stage with attention; and `outputs` x genes, if the network
# has several.
.predictGenes <- function(network, parameters, genes, attention = FALSE) {
    network <- .exactNetwork(network)
    .checkMemory(network, "predict")
    genes <- .coreGenes(network, genes)
    out <- .orNoMemory(network, "predict", .Call(ffi_predict, network,
                                                 parameters, genes, attention))
    out <- .orStopped(out)
    if (length(network$outputs$at) == 1L) return(out[c("logit", "attention")])
    .withMainOutput(network, out)[c("logit", "attention", "outputs")]
}

# The mean loss and its derivatives with respect to the parameters and the
# input.
.lossGradient <- function(network, parameters, genes) {
    .checkMemory(network, "gradientOfInput")
    genes <- .coreGenes(network, genes)
    out <- .orNoMemory(network, "gradientOfInput",
                       .Call(ffi_gradient, network, parameters, genes))
    .orStopped(out)[c("loss", "gradient", "dx")]
}

# The derivatives of each gene's logit with respect to its input, as a vector of
# inputs x genes.
.logitGradient <- function(network, parameters, genes) {
    .checkMemory(network, "gradientOfInput")
    genes <- .coreGenes(network, genes)
    out <- .orNoMemory(network, "gradientOfInput",
                       .Call(ffi_logit_gradient, network, parameters, genes))
    .orStopped(out)$dx
}

# ---- memory -----------------------------------------------------------------

# The bytes that the core needs for a use: "predict", "gradient",
# "gradientOfInput" or "train". Inf if no machine has that much.
.networkBytes <- function(network, use) .Call(ffi_memory, network, use)

# Raises an error if the machine does not have the memory that the network
# needs, before it is allocated. Small networks are not checked, as the query
# takes time.
.checkMemory <- function(network, use) {
    bytes <- .networkBytes(network, use)
    if (bytes > 2^28) {
        available <- .availableMemory()
        if (bytes > available) .stopMemory(network, bytes, available)
    }
}

# Returns the result of the core; NULL means that an allocation failed.
.orNoMemory <- function(network, use, out) {
    if (is.null(out)) .stopMemory(network, .networkBytes(network, use), NA)
    out
}

.stopMemory <- function(network, bytes, available) {
    size <- network$size
    wanted <- if (is.finite(bytes)) paste(.showBytes(bytes), "of memory")
              else "more memory than any machine has"
    there <- if (!is.na(available)) .showBytes(available)
    .stop("The network is too large for this machine",
          x = "{size$bins} bin{?s} x {size$marks} mark{?s} with up to
               {size$units} unit{?s} per layer need {wanted}{
               if (!is.null(there)) paste0('; ', there, ' are available')}.",
          i = "Use fewer or wider bins, fewer marks or a smaller architecture.",
          class = "noMemory")
}

.showBytes <- function(bytes) {
    sprintf("%.1f GB (%.0f bytes)", bytes / 1e9, bytes)
}

# The available bytes, including swap, within the limit of the control group (a
# container or a batch job). Inf if the system does not report them.
.availableMemory <- function() {
    min(.systemMemory(), .groupMemory())
}

.systemMemory <- function(file = "/proc/meminfo") {
    lines <- .linesOf(file)
    kB <- vapply(c("MemAvailable", "SwapFree"), function(name) {
        line <- grep(paste0("^", name, ":"), lines, value = TRUE)
        if (length(line) == 1L) as.numeric(gsub("[^0-9]", "", line)) else NA
    }, 0)
    if (is.na(kB[[1L]])) Inf else 1024 * sum(kB, na.rm = TRUE)
}

# The memory left within the limits of the process's control group and its
# parents, versions 1 and 2. The file cache counts as free, as the system
# releases it when needed.
.groupMemory <- function(root = "/sys/fs/cgroup") {
    own <- unique(sub("^[^:]*:[^:]*:", "", .linesOf("/proc/self/cgroup")))
    paths <- unique(unlist(lapply(own, .pathsAbove)))
    folders <- c(paste0(root, paths), paste0(root, "/memory", paths))
    min(Inf, vapply(folders[dir.exists(folders)], .groupLeft, 0), na.rm = TRUE)
}

# For "/a/b": "", "/a" and "/a/b".
.pathsAbove <- function(path) {
    parts <- setdiff(strsplit(path, "/", fixed = TRUE)[[1L]], "")
    c("", vapply(seq_along(parts), function(n) {
        paste0("/", parts[seq_len(n)], collapse = "")
    }, ""))
}

.groupLeft <- function(folder) {
    number <- function(names) {
        text <- unlist(lapply(file.path(folder, names), .linesOf))
        suppressWarnings(as.numeric(text))[1L] # "max" is no limit
    }
    limit <- number(c("memory.max", "memory.limit_in_bytes"))
    used <- number(c("memory.current", "memory.usage_in_bytes"))
    cache <- grep("^(total_)?inactive_file ", value = TRUE,
                  .linesOf(file.path(folder, "memory.stat")))
    limit - used + max(0, as.numeric(sub(".* ", "", cache)))
}

.linesOf <- function(file) {
    if (!file.exists(file)) return(character())
    tryCatch(readLines(file, warn = FALSE), error = function(e) character(),
             warning = function(w) character())
}
