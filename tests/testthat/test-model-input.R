test_that("facts of an array are those of its values, as stored", {
    plain <- function(values) {
        known <- values[is.finite(values)]
        list(finite = all(is.finite(values)), least = min(known),
             meanSize = mean(abs(known)))
    }
    whole <- array(withr::with_seed(1, rpois(240, 4)), c(6, 4, 10))
    for (values in list(whole, whole - 5.25)) {
        expect_equal(.arrayFacts(values), plain(values))
        rows <- c(24L, 3L, 3L, 17L)
        expect_equal(.arrayFacts(values, rows),
                     plain(.markRows(values, rows)))
        values[3, 1, 7] <- NA
        expect_equal(.arrayFacts(values), plain(values))
        expect_equal(.arrayFacts(values, 4:9), plain(.markRows(values, 4:9)))
        expect_false(.arrayFacts(values, 3L)$finite)
    }
    whole <- whole + 0
    whole[2, 2, 2] <- -Inf
    expect_equal(.arrayFacts(whole), plain(whole))
    expect_identical(.arrayFacts(array(0L, c(0, 1, 5))),
                     list(finite = TRUE, least = Inf, meanSize = 0))
    expect_error(.arrayFacts(whole, 25L), "does not exist")
})
