# The explorer in a real browser.

browserPath <- function() {
    paths <- Sys.which(c("chromium", "chromium-browser", "google-chrome"))
    found <- unname(paths[nzchar(paths)])
    if (length(found) > 0L) found[1L]
}

# A page of Chromium that ends with the test that asks.
openPage <- function(address, width = 1400, env = parent.frame()) {
    browser <- chromote::Chrome$new(path = browserPath(), args = c(
        "--headless=new", "--no-sandbox", "--disable-gpu",
        "--disable-dev-shm-usage", "--hide-scrollbars"))
    chrome <- chromote::Chromote$new(browser)
    withr::defer(chrome$close(), env)
    page <- chrome$new_session(width = width, height = 1000)
    page$Page$navigate(address, timeout_ = 60)
    page
}

# A picture of the whole page.
picture <- function(page, file) {
    size <- page$Page$getLayoutMetrics()$cssContentSize
    clip <- list(x = 0, y = 0, width = size$width, height = size$height,
                 scale = 1)
    image <- page$Page$captureScreenshot(clip = clip,
                                         captureBeyondViewport = TRUE)
    writeBin(jsonlite::base64_dec(image$data), file)
}

# An explorer in another process, and a page of Chromium that shows it. Both end
# with the test that asks.
openExplorer <- function(model, signal, query = "", width = 1400,
                         env = parent.frame()) {
    port <- 20000L + Sys.getpid() %% 20000L
    said <- withr::local_tempfile(.local_envir = env)
    server <- callr::r_bg(function(model, signal, port, libraries) {
        .libPaths(libraries)
        shiny::runApp(AttentiveChrome::explore(model, signal), port = port,
                      launch.browser = FALSE)
    }, list(model, signal, port, .libPaths()), stderr = said)
    withr::defer(server$kill(), env)
    waitFor(function() {
        if (!server$is_alive()) server$get_result()
        any(grepl("^Listening on", readLines(said)))
    }, "the server", 180)
    openPage(sprintf("http://127.0.0.1:%d/%s", port, query), width, env)
}

waitFor <- function(test, what, seconds = 60) {
    end <- Sys.time() + seconds
    while (!isTRUE(test())) {
        if (Sys.time() > end) stop("Waited in vain for ", what)
        Sys.sleep(0.1)
    }
}

# The value of a JavaScript expression on the page.
js <- function(page, code) page$Runtime$evaluate(code)$result$value

waitForJs <- function(page, code) {
    waitFor(function() js(page, code), code)
}

# Until shiny has nothing left to do.
waitForShiny <- function(page) {
    waitForJs(page, paste(
        "!document.documentElement.classList.contains('shiny-busy') &&",
        "document.querySelectorAll('.recalculating').length == 0"))
}

setInput <- function(page, name, value) {
    js(page, sprintf("Shiny.setInputValue(%s, %s, {priority: 'event'})",
                     deparse(name), value))
    Sys.sleep(0.3)
    waitForShiny(page)
}

# The text of a download, through the session of the page.
download <- function(page, id) {
    page$Runtime$evaluate(sprintf(
        "fetch(document.getElementById('%s').href).then(r => r.text())", id),
        awaitPromise = TRUE)$result$value
}
