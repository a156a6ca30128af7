# The works that a report cites, by key. A text cites them as [@key]; to add
# one, add an entry.

.references <- function() {
    c(.methodReferences(), .trainingReferences(), .statisticsReferences(),
      list(attentivechrome = .packageReference()))
}

# As in inst/CITATION.
.packageReference <- function() {
    cited <- utils::citation("AttentiveChrome")
    cited[[which(vapply(unclass(cited), attr, "", "bibtype") == "Manual")]]
}

# Where each architecture is from, in words.
.architectureSource <- function(architecture) {
    for (source in names(.architectureSources)) {
        if (architecture %in% .architectureSources[[source]]) return(source)
    }
}

.architectureSources <- list(
    "the package's own architecture, with two levels of attention after
     AttentiveChrome [@singh2017]" = "additive",
    "AttentiveChrome [@singh2017]" = "lstm-alpha-beta",
    "a variant that AttentiveChrome was compared with [@singh2017]" =
        c("lstm-alpha", "lstm-attn", "lstm", "cnn-attn", "cnn-alpha-beta"),
    "DeepChrome [@singh2016]" = "deepchrome",
    "DeepDiff [@sekhon2018]" = c("raw_d", "raw_c", "raw", "aux", "raw_aux",
                                 "aux_siamese", "raw_aux_siamese"))
names(.architectureSources) <- gsub("\\s+", " ", names(.architectureSources))

.methodReferences <- function() {
    list(
        singh2017 = .reference(
            "InProceedings", "Singh Lanchantin Sekhon Qi",
            "Ritambhara Jack Arshdeep Yanjun", 2017,
            paste("Attend and Predict: Understanding Gene Regulation by",
                  "Selective Attention on Chromatin"),
            booktitle = "Advances in Neural Information Processing Systems",
            volume = "30", url = "https://arxiv.org/abs/1708.00339"),
        singh2016 = .reference(
            "Article", "Singh Lanchantin Robins Qi",
            "Ritambhara Jack Gabriel Yanjun", 2016,
            paste("DeepChrome: Deep-learning for Predicting Gene Expression",
                  "from Histone Modifications"),
            journal = "Bioinformatics", volume = "32", pages = "i639--i648",
            doi = "10.1093/bioinformatics/btw427"),
        sekhon2018 = .reference(
            "Article", "Sekhon Singh Qi", "Arshdeep Ritambhara Yanjun", 2018,
            paste("DeepDiff: DEEP-learning for predicting DIFFerential gene",
                  "expression from histone modifications"),
            journal = "Bioinformatics", volume = "34", pages = "i891--i900",
            doi = "10.1093/bioinformatics/bty612"))
}

.trainingReferences <- function() {
    list(
        kingma2015 = .reference(
            "InProceedings", "Kingma Ba", "Diederik Jimmy", 2015,
            "Adam: A Method for Stochastic Optimization",
            booktitle = "International Conference on Learning Representations",
            url = "https://arxiv.org/abs/1412.6980"),
        loshchilov2019 = .reference(
            "InProceedings", "Loshchilov Hutter", "Ilya Frank", 2019,
            "Decoupled Weight Decay Regularization",
            booktitle = "International Conference on Learning Representations",
            url = "https://arxiv.org/abs/1711.05101"),
        smith2019 = .reference(
            "InProceedings", "Smith Topin", "Leslie Nicholay", 2019,
            paste("Super-Convergence: Very Fast Training of Neural Networks",
                  "Using Large Learning Rates"),
            booktitle = paste("Artificial Intelligence and Machine Learning",
                              "for Multi-Domain Operations Applications"),
            url = "https://arxiv.org/abs/1708.07120"),
        lakshminarayanan2017 = .reference(
            "InProceedings", "Lakshminarayanan Pritzel Blundell",
            "Balaji Alexander Charles", 2017,
            paste("Simple and Scalable Predictive Uncertainty Estimation",
                  "using Deep Ensembles"),
            booktitle = "Advances in Neural Information Processing Systems",
            volume = "30", url = "https://arxiv.org/abs/1612.01474"))
}

.statisticsReferences <- function() {
    list(
        guo2017 = .reference(
            "InProceedings", "Guo Pleiss Sun Weinberger",
            "Chuan Geoff Yu Kilian", 2017,
            "On Calibration of Modern Neural Networks",
            booktitle = "International Conference on Machine Learning",
            url = "https://arxiv.org/abs/1706.04599"),
        platt1999 = .reference(
            "InCollection", "Platt", "John", 1999,
            paste("Probabilistic Outputs for Support Vector Machines and",
                  "Comparisons to Regularized Likelihood Methods"),
            booktitle = "Advances in Large Margin Classifiers",
            publisher = "MIT Press"),
        delong1988 = .reference(
            "Article", "DeLong DeLong Clarke-Pearson",
            "Elizabeth David Daniel", 1988,
            paste("Comparing the Areas under Two or More Correlated Receiver",
                  "Operating Characteristic Curves"),
            journal = "Biometrics", volume = "44", pages = "837--845"),
        obuchowski1997 = .reference(
            "Article", "Obuchowski", "Nancy", 1997,
            "Nonparametric Analysis of Clustered ROC Curve Data",
            journal = "Biometrics", volume = "53", pages = "567--578"),
        mitchell2019 = .reference(
            "InProceedings", paste("Mitchell Wu Zaldivar Barnes Vasserman",
                                   "Hutchinson Spitzer Raji Gebru"),
            "Margaret Simone Andrew Parker Lucy Ben Elena Inioluwa Timnit",
            2019, "Model Cards for Model Reporting",
            booktitle = paste("Conference on Fairness, Accountability, and",
                              "Transparency"),
            pages = "220--229", doi = "10.1145/3287560.3287596"))
}

.reference <- function(type, family, given, year, title, ...) {
    split <- function(words) strsplit(words, " ", fixed = TRUE)[[1L]]
    author <- do.call(c, Map(function(family, given) {
        utils::person(given, family)
    }, split(family), split(given)))
    utils::bibentry(type, author = author, year = year, title = title, ...)
}

# "Singh et al. 2017"
.inText <- function(key) {
    entry <- .references()[[key]]
    family <- vapply(unclass(entry)[[1L]]$author, function(person) {
        name <- unclass(person)[[1L]]
        paste(name$family %||% name$given, collapse = " ")
    }, "")
    who <- switch(min(length(family), 3L), family,
                  paste(family, collapse = " and "),
                  paste(family[1L], "et al."))
    paste(who, entry$year)
}

.citedPattern <- "\\[@([A-Za-z0-9]+)\\]"

# The keys that a text cites, in order.
.citedKeys <- function(text) {
    marks <- unlist(regmatches(text, gregexpr(.citedPattern, text)))
    unique(sub(.citedPattern, "\\1", marks))
}

# The text with "(Singh et al. 2017)" for [@singh2017].
.withCitations <- function(text) {
    for (key in .citedKeys(text)) {
        text <- gsub(sprintf("[@%s]", key), sprintf("(%s)", .inText(key)),
                     text, fixed = TRUE)
    }
    text
}

# The references of a text as plain lines, and as BibTeX with their keys.
.referenceLines <- function(keys) {
    vapply(.references()[keys], function(entry) {
        text <- gsub("\\s+", " ", paste(format(entry, "text"), collapse = " "))
        sub("doi:\\S+ <(https://doi.org/[^>]+)>", "<\\1>", text)
    }, "", USE.NAMES = FALSE)
}

.bibtexLines <- function(keys) {
    unlist(lapply(keys, function(key) {
        sub("{,", sprintf("{%s,", key), fixed = TRUE,
            format(.references()[[key]], "bibtex"))
    }), use.names = FALSE)
}
