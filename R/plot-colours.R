#' Colours of marks
#'
#' All figures and tracks draw a mark in the same colour, whatever other marks
#' they show. `markColours()` tells which.
#'
#' The standard marks and DNase have colours that readers with protanopia,
#' deuteranopia and tritanopia can tell apart: as they see them by the model of
#' Machado et al. (2009), any two differ by at least 15 in CIELAB. The marks of
#' the paper and DNase have those of Okabe and Ito (2008). Colours of other
#' marks follow from their names, and are not checked; in a figure with several
#' such marks, those that would share a colour get the next ones.
#'
#' Of the channels of a pair of cell types ([pairCellTypes()]), A - B has the
#' colour of its mark, A a lighter and B a darker one.
#'
#' Your own colours are an option, a character vector with the names of marks:
#' `options(AttentiveChrome.colours = c(H3K4me3 = "firebrick"))`. Marks that it
#' does not name keep theirs.
#'
#' @param marks Names of marks; upper and lower case are the same. By default
#'   the standard marks and DNase.
#' @return A character vector of colours (`"#RRGGBB"`, or as in the option),
#'   named by `marks`. It is an error, here and in the figures, if the option is
#'   not a vector of colours with different names.
#' @references Machado, Oliveira and Fernandes (2009), IEEE Transactions on
#'   Visualization and Computer Graphics 15, 1291; Okabe and Ito (2008), Color
#'   universal design.
#' @seealso [plotGene()], [plotAttention()]
#' @export
#' @examples
#' markColours()
#' markColours(c("H3K4me3", "ATAC"))
#' old <- options(AttentiveChrome.colours = c(ATAC = "firebrick"))
#' markColours(c("H3K4me3", "ATAC"))
#' options(old)
markColours <- function(marks = NULL) {
    palette <- c(.ofMarks("colour"), DNase = "#000000")
    .markColours(as.character(marks %||% names(palette)), palette)
}

# For marks without a colour of their own (.standardMarks): Paul Tol's muted
# palette.
.otherColours <- c("#882255", "#44AA99", "#999933", "#332288", "#CC6677",
                   "#117733", "#88CCEE", "#AA4499", "#DDCC77")

# The ends of scales on both sides of 0, which is white.
.lowHigh <- c(low = "#2166AC", high = "#B2182B")

# One colour per mark, named.
.markColours <- function(marks, palette = c(.ofMarks("colour"),
                                            DNase = "#000000")) {
    palette <- c(.checkColours(getOption("AttentiveChrome.colours")), palette)
    known <- match(tolower(marks), tolower(names(palette)))
    colours <- unname(palette[known])
    channel <- is.na(known) & grepl(.channelEnd, marks)
    if (any(channel)) {
        of <- .markColours(sub(.channelEnd, "", marks[channel]), palette)
        colours[channel] <- .shaded(of, sub(.channelPart, "\\1",
                                            marks[channel]))
    }
    other <- is.na(known) & !channel
    colours[other] <- .coloursByName(marks[other])
    stats::setNames(colours, marks)
}

.channelEnd <- "[.](A-B|A|B)$"
.channelPart <- paste0("^.*", .channelEnd)

# Half-way to white for A, and to black for B.
.shaded <- function(colours, channel) {
    to <- c(A = 255, B = 0, "A-B" = NA)[channel]
    rgb <- grDevices::col2rgb(colours)
    mixed <- 0.55 * rgb + 0.45 * rep(to, each = 3L)
    rgb[, !is.na(to)] <- mixed[, !is.na(to)]
    grDevices::rgb(t(rgb), maxColorValue = 255)
}

.checkColours <- function(colours) {
    if (is.null(colours)) return(NULL)
    good <- is.character(colours) && .areNames(names(colours)) &&
        !anyDuplicated(tolower(names(colours))) && all(.areColours(colours))
    if (!good) {
        .stop("The option {.val AttentiveChrome.colours} must be a character
               vector of colours, named by different marks",
              x = "It is {.val {colours}}, with the names
                   {.val {as.character(names(colours))}}.",
              i = "For example {.code options(AttentiveChrome.colours =
                   c(H3K4me3 = \"firebrick\"))}.")
    }
    colours
}

.areColours <- function(colours) {
    vapply(colours, function(colour) {
        !is.na(colour) && !inherits(try(grDevices::col2rgb(colour),
                                        silent = TRUE), "try-error")
    }, NA)
}

# A place in .otherColours by the name alone; if it is taken, the next free one.
.coloursByName <- function(marks) {
    all <- length(.otherColours)
    taken <- integer()
    for (mark in toupper(marks)) {
        code <- utf8ToInt(mark)
        at <- (sum(code * seq_along(code)) + 0:(all - 1L)) %% all + 1L
        free <- setdiff(at, utils::tail(taken, length(taken) %% all))
        taken <- c(taken, free[1L])
    }
    .otherColours[taken]
}
