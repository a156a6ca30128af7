# Sections and figures of a report, as Markdown, and what is said of those that
# could not be made.

# What could not be made, as text that .tellUnmade() finds.
.failed <- function(condition) {
    paste0("**Not shown**: ", .reasonOf(condition))
}

# A section whose lines could not be made has the reason instead.
.reportSection <- function(heading, lines) {
    c(heading, "", tryCatch(lines, error = .failed), "")
}

# A figure as Markdown. `alt` is called with the figure's data.
.reportFigure <- function(about, heading, plot, alt, height = 4.5, width = 7) {
    .reportSection(paste("##", heading), {
        force(plot)
        name <- sprintf("figure%d.svg", length(list.files(about$folder)) + 1L)
        ggplot2::ggsave(file.path(about$folder, name), plot,
                        device = grDevices::svg, width = width,
                        height = height)
        text <- gsub("([][\\\\*_`])", "\\\\\\1", alt(plot$data))
        sprintf("![%s](%s)", paste(text, collapse = " "), name)
    })
}
