paper <- c("H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3")
deepDiff <- c("H3K4me1", "H3K4me3", "H3K9me3", "H3K27me3", "H3K36me3")

expectFixture <- function(model, signal, expected) {
    att <- attention(model, signal)
    expect_equal(as.vector(assay(att, "probability")), expected$probability,
                 tolerance = 1e-6)
    alpha <- vapply(marks(model), function(mark) binMatrix(att, mark),
                    matrix(0, nrow(signal), 100L))
    # [gene][mark][bin] there
    expect_lt(max(abs(aperm(alpha, c(1L, 3L, 2L)) - expected$bin_attention)),
              1e-6)
    beta <- assay(att, "beta")[, 1L, ]
    expect_lt(max(abs(beta - expected$mark_attention)), 1e-6)
}

fixture <- function(name) {
    skip_if_not_installed("jsonlite")
    jsonlite::fromJSON(sharedFile("fixtures", paste0(name, ".json")))
}

test_that("the authors' own model of 2019 predicts and attends as in PyTorch", {
    model <- readTorchWeights(sharedFile("fixtures", "authors_model.pt"),
                              deepDiff)
    valid <- readChromeTable(sharedFile("data", "roadmap-600", "E123",
        "classification", "valid.csv"), cellTypes = "E123")
    expected <- fixture("authors_model")
    expect_identical(expected$marks, deepDiff)
    expectFixture(model, valid[seq_along(expected$probability), ], expected)
    wrong <- readTorchWeights(sharedFile("fixtures", "authors_model.pt"), paper)
    expect_false(isTRUE(all.equal(predict(wrong, valid),
                                  predict(model, valid), tolerance = 1e-3)))
    expect_output(print(model), "weights were read")
    measures <- evaluate(model, valid)
    expect_true(is.na(measures$baselineAuroc))
    expect_false(is.na(measures$auroc))
})

test_that("both formats of the published names are read", {
    toy <- readChromeTable(sharedFile("data", "e003-toy", "test.csv"),
                           cellTypes = "E003")
    for (name in c("published_names_legacy", "published_names_zip")) {
        model <- readTorchWeights(sharedFile("fixtures", paste0(name, ".pt")),
                                  paper)
        expectFixture(model, toy, fixture(name))
    }
})

# ---- files that PyTorch makes here ------------------------------------------

python <- function(lines, ...) {
    skip_on_cran()
    script <- withr::local_tempfile(
        lines = c("import sys, torch, collections", lines))
    status <- suppressWarnings(system2("/usr/bin/python3", c(script, ...),
                                       stdout = FALSE, stderr = FALSE))
    if (status != 0) skip("no python3 with torch")
}

test_that("views, halves, doubles, prefixes and parameters are read", {
    source <- sharedFile("fixtures", "published_names_zip.pt")
    folder <- withr::local_tempdir()
    python(c(
        "d = torch.load(sys.argv[1]); out = sys.argv[2]",
        "def save(name, e, **k): torch.save(e, out + '/' + name, **k)",
        "save('double', {k: v.double() for k, v in d.items()})",
        "save('half', {k: v.half() for k, v in d.items()})",
        "save('bfloat16', {k: v.bfloat16() for k, v in d.items()})",
        "save('prefix', {'module.' + k: v for k, v in d.items()})",
        "save('parameter', {k: torch.nn.Parameter(v) for k, v in d.items()})",
        "flat = [v.t().reshape(-1) for v in d.values()]",
        "flat = torch.cat([torch.zeros(7)] + flat)",
        "views = collections.OrderedDict(); at = 7",
        "for k, v in d.items():",
        "    n = v.numel()",
        "    views[k] = flat[at:at + n].view(v.t().shape).t(); at += n",
        "save('views', views)",
        "save('old-views', views, _use_new_zipfile_serialization=False)",
        "open(out + '/done', 'w').close()"), source, folder)
    plain <- coef(readTorchWeights(source, paper))
    read <- function(name) {
        coef(readTorchWeights(file.path(folder, name), paper))
    }
    for (name in c("double", "prefix", "parameter", "views", "old-views")) {
        expect_identical(read(name), plain)
    }
    expect_equal(unlist(read("half")), unlist(plain), tolerance = 1e-3)
    expect_equal(unlist(read("bfloat16")), unlist(plain), tolerance = 1e-2)
})

# ---- files that mean harm ---------------------------------------------------

# A pickle of protocol 2, from strings and bytes.
pickle <- function(...) {
    parts <- lapply(list(...), function(p) {
        if (is.character(p)) charToRaw(p) else as.raw(p)
    })
    c(as.raw(c(0x80, 2)), unlist(parts), charToRaw("."))
}
text <- function(x) c(0x58, nchar(x), 0, 0, 0, utf8ToInt(x))

# An archive as PyTorch's, of named raw vectors.
archive <- function(entries, method = 0, prefix = "a/") {
    number <- function(x, bytes) as.raw(x %/% 256^(seq_len(bytes) - 1) %% 256)
    body <- raw()
    directory <- raw()
    for (i in seq_along(entries)) {
        name <- charToRaw(paste0(prefix, names(entries)[i]))
        data <- entries[[i]]
        fields <- c(number(20, 2), number(0, 2), number(method, 2),
                    number(0, 8), number(length(data), 4),
                    number(length(data), 4), number(length(name), 2))
        directory <- c(directory, charToRaw("PK"), as.raw(1:2), number(20, 2),
                       fields, number(0, 12), number(length(body), 4), name)
        body <- c(body, charToRaw("PK"), as.raw(3:4), fields, number(0, 2),
                  name, data)
    }
    c(body, directory, charToRaw("PK"), as.raw(5:6), number(0, 4),
      number(length(entries), 2), number(length(entries), 2),
      number(length(directory), 4), number(length(body), 4), number(0, 2))
}

read <- function(bytes) {
    file <- withr::local_tempfile()
    writeBin(bytes, file)
    readTorchWeights(file, paper)
}
readPickle <- function(...) read(archive(list(data.pkl = pickle(...))))

# {"w": a tensor of a storage with `count` numbers, of which 4 are there}
tensor <- function(count = 4L, offset = 0L, size = 4L, stride = 1L,
                   location = "cpu") {
    int <- function(x) c(0x4a, bitwAnd(bitwShiftR(x, c(0, 8, 16, 24)), 255))
    archive(list(data.pkl = pickle("}", text("w"),
        "ctorch._utils\n_rebuild_tensor_v2\n", "((", text("storage"),
        "ctorch\nFloatStorage\n", text("0"), text(location), int(count), "tQ",
        int(offset), int(size), 0x85, int(stride), 0x85, 0x89, "}tRs"),
        "data/0" = raw(16L)))
}

test_that("a program in the file is refused, and not run", {
    mark <- withr::local_tempfile()
    expect_error(readPickle("cposix\nsystem\n", text(paste("touch", mark)),
                            0x85, "R"), "posix.system")
    expect_false(file.exists(mark))
    expect_error(readPickle("cbuiltins\neval\n", text("1"), 0x85, "R"),
                 "builtins.eval")
    expect_error(readPickle("ctorch\nload\n"), "torch.load")
    # A whole model was saved.
    expect_error(readPickle("ctorch.nn.modules.linear\nLinear\n", ")", 0x81),
                 "model.state_dict\\(\\).*torch.nn.modules.linear.Linear")
    expect_error(readPickle("(S'x'\nios\nsystem\n"), "0x53")
    expect_error(readPickle("(ios\nsystem\n"), "0x69")
    expect_error(readPickle("ccollections\nOrderedDict\n", text("x"), 0x85,
                            "R"), "calls a name as no state dict")
})

test_that("sizes larger than the file allows are refused", {
    for (location in c("cpu", "cuda:0")) {
        expect_error(read(tensor(location = location)),
                     "Missing: rnn_hms.0.*Unknown: w")
    }
    expect_error(read(tensor(count = 2147483647L)), "larger than the file")
    expect_error(read(tensor(count = 5L, size = 5L)), "missing or cut")
    expect_error(read(tensor(count = -1L)), "not told as PyTorch")
    expect_error(read(tensor(offset = -1L)), "out of its storage")
    expect_error(read(tensor(offset = 1L)), "out of its storage")
    expect_error(read(tensor(size = 2147483647L, stride = 0L)),
                 "out of its storage")
    expect_error(read(tensor(size = 3L, stride = 2147483647L)),
                 "out of its storage")
    expect_error(read(tensor(size = 3L, stride = -1L)), "out of its storage")
    expect_error(readPickle(0x58, 255, 255, 255, 255), "longer than the file")
    expect_error(readPickle("N", 0x72, 255, 255, 255, 255), "beyond the file")
})

test_that("pickles that contain themselves are refused", {
    expect_error(readPickle("]", 0x71, 0, 0x68, 0, "a"),
                 "not a PyTorch state dict")
    expect_error(readPickle("}", 0x71, 0, text("w"), 0x68, 0, "s"),
                 "an entry is no tensor")
})

test_that("archives that PyTorch would not write are refused", {
    empty <- pickle("}")
    expect_error(read(archive(list(data.pkl = empty), method = 8)),
                 "compressed")
    expect_error(read(archive(list(data.pkl = empty, data.pkl = empty))),
                 "name twice")
    for (prefix in c("../", "/", "a/../", "a\\", "a/b\\")) {
        expect_error(read(archive(list(data.pkl = empty), prefix = prefix)),
                     "no PyTorch's|several folders")
    }
    expect_error(read(archive(list(x = empty))), "no data.pkl")
    expect_error(read(charToRaw("PK\003\004")), "is cut")
    expect_error(read(charToRaw("not a model")), "begins as no file")
})

test_that("a file cut at any byte is refused", {
    for (name in c("published_names_legacy.pt", "published_names_zip.pt")) {
        path <- sharedFile("fixtures", name)
        bytes <- readBin(path, "raw", file.size(path))
        ends <- unique(c(0:600, seq(600, length(bytes) - 1L, by = 971),
                         length(bytes) - 1:60))
        said <- vapply(ends, function(end) {
            is.character(.Call(ffi_read_torch, bytes[seq_len(end)]))
        }, NA)
        expect_true(all(said))
    }
})

test_that("damaged bytes never crash", {
    path <- sharedFile("fixtures", "published_names_zip.pt")
    bytes <- readBin(path, "raw", file.size(path))
    from <- which(bytes == as.raw(0x80))[1L]
    .withSeed(1L, for (i in 1:300) {
        bad <- bytes
        at <- from + sample.int(7000L, 5L)
        bad[at] <- as.raw(sample.int(256L, 5L) - 1L)
        out <- .Call(ffi_read_torch, bad)
        expect_true(is.character(out) || is.list(out))
    })
})

test_that("a file of another kind of model is reported", {
    path <- sharedFile("fixtures", "published_names_zip.pt")
    expect_snapshot(error = TRUE, {
        readTorchWeights(path)
        readTorchWeights(path, paper[1:4])
        readTorchWeights(path, c(paper[1:4], "label"))
        readTorchWeights("no-such-file.pt", paper)
    }, transform = function(x) gsub("'/[^']*'", "FOLDER", x))
})

# ---- further training -------------------------------------------------------

test_that("update() goes on from the weights, on new genes", {
    path <- sharedFile("fixtures", "authors_model.pt")
    model <- readTorchWeights(path, deepDiff)
    folder <- dirname(sharedFile("data", "roadmap-600", "E123",
                                 "classification", "train.csv"))
    train <- readChromeTable(file.path(folder, "train.csv"), cellTypes = "E123")
    still <- update(model, train, epochs = 1, learningRate = 0, seed = 1)
    expect_equal(coef(still), coef(model), tolerance = 1e-7)
    more <- update(model, train, epochs = 3, learningRate = 1e-3, seed = 1)
    expect_identical(marks(more), deepDiff)
    expect_lt(tail(trainingHistory(more)$loss, 1), trainingHistory(still)$loss)
    expect_warning(own <- evaluate(more, train),
                   class = "AttentiveChrome_seen")
    expect_false(is.na(own$baselineAuroc))
    expect_error(update(model, train, hidden = 4), "must be empty")
})

# ---- writing ----------------------------------------------------------------

test_that("a model written and read back has the same bits", {
    parts <- smallParts()
    for (precision in c("single", "double")) {
        model <- quickLstm(parts, precision = precision, transform = "none")
        file <- withr::local_tempfile(fileext = ".pt")
        expect_identical(writeTorchWeights(model, file), file)
        again <- readTorchWeights(file, marks(model), bins = 20)
        expect_identical(coef(again), coef(model))
    }
    expect_equal(predict(again, parts$test),
                 predict(model, parts$test, calibrated = FALSE),
                 tolerance = 1e-6)
    expect_error(writeTorchWeights(model, "no/such/folder/file"),
                 "existing folder")
    expect_error(writeTorchWeights(1, file), "must be a model")
})

test_that("every architecture is written and read back", {
    parts <- smallParts()
    for (architecture in listArchitectures()$architecture) {
        model <- attentiveChrome(parts$train, architecture = architecture,
                                 epochs = 1, seed = 1)
        file <- withr::local_tempfile(fileext = ".pt")
        writeTorchWeights(model, file)
        again <- readTorchWeights(file, marks(model), bins = 20,
                                  architecture = architecture)
        expect_identical(coef(again), coef(model))
    }
    expect_error(readTorchWeights(file, marks(model), bins = 20,
                                  architecture = "lstm"), "Missing")
    expect_error(readTorchWeights(file, marks(model), bins = 20,
        architecture = architecture, filters = 3), "must have the shape")
})

test_that("PyTorch reads what is written, and gives it back, bit for bit", {
    model <- attentiveChrome(simulateChromatin(30, seed = 1), epochs = 1,
                             seed = 1)
    cnn <- attentiveChrome(simulateChromatin(30, seed = 1), epochs = 1,
                           architecture = "deepchrome", seed = 1)
    folder <- withr::local_tempdir()
    at <- function(name) file.path(folder, name)
    writeTorchWeights(model, at("model.pt"))
    writeTorchWeights(cnn, at("cnn.pt"))
    python(c(
        "f = sys.argv[1] + '/'",
        "d = torch.load(f + 'model.pt')",
        "s = torch.load(f + 'model.pt', weights_only=True)",
        "assert list(d) == list(s) and all(torch.equal(d[k], s[k]) for k in d)",
        "p = torch.load(sys.argv[2])",
        "def shapes(d): return {k: v.shape for k, v in d.items()}",
        "assert shapes(d) == shapes(p)",
        "torch.save(d, f + 'new.pt')",
        "torch.save(d, f + 'old.pt', _use_new_zipfile_serialization=False)",
        "c = torch.load(f + 'cnn.pt')",
        "c = [v.double().abs().sum().item() for v in c.values()]",
        "open(f + 'sum', 'w').write(repr(sum(c)))"),
        folder, sharedFile("fixtures", "published_names_zip.pt"))
    for (name in c("new.pt", "old.pt")) {
        expect_identical(coef(readTorchWeights(at(name), marks(model))),
                         coef(model))
    }
    expect_equal(as.numeric(readLines(at("sum"), warn = FALSE)),
                 sum(abs(unlist(coef(cnn)))))
})
