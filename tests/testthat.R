library(testthat)
library(AttentiveChrome)

test_check("AttentiveChrome")
