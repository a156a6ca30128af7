#!/usr/bin/env bash
# Installs the Debian packages that are missing: `run` what the package needs,
# `demo` what the report of its demo needs besides, `test` what its tests and
# checks need besides, `site` what `make site` needs besides, `fuzz` what
# `make -C tests/core fuzz` needs, `browser` what `make browser-test` needs
# besides.
# shellcheck disable=SC2034 # the lists are read by their names
set -euo pipefail

# OpenBLAS is R's BLAS once it is there, by Debian's alternatives: double
# precision is three to seven times as fast as with the reference BLAS.
run="libopenblas0-pthread
     r-base-core r-base-dev r-cran-cli r-cran-data.table r-cran-filelock
     r-cran-generics r-cran-ggplot2 r-cran-rlang r-cran-withr
     r-bioc-biocgenerics r-bioc-biocparallel r-bioc-delayedarray
     r-bioc-genomeinfodb r-bioc-genomicranges r-bioc-iranges
     r-bioc-s4vectors r-bioc-summarizedexperiment zlib1g-dev"
demo="pandoc r-cran-jsonlite r-cran-rmarkdown"
test="bedtools clang-format pandoc python3-deeptools python3-numpy
      python3-torch qpdf r-bioc-bioccheck r-bioc-biocfilecache
      r-bioc-complexheatmap r-bioc-gviz
      r-bioc-genomicalignments r-bioc-genomicfeatures r-bioc-limma r-bioc-edger
      r-bioc-rsamtools r-bioc-rtracklayer r-cran-callr r-cran-curl
      r-bioc-hdf5array r-cran-batchtools r-cran-bslib r-cran-dt
      r-cran-glmnet r-cran-jsonlite
      r-cran-knitr r-cran-lintr r-cran-optparse r-cran-patchwork
      r-cran-pkgload r-cran-proc r-cran-ranger r-cran-rmarkdown
      r-cran-roxygen2 r-cran-shiny r-cran-testthat r-cran-yaml
      samtools shellcheck"
site="r-cran-pkgdown"
fuzz="clang libclang-rt-14-dev"
browser="chromium"

wanted=""
for group in "$@"; do wanted="$wanted ${!group}"; done

missing=""
for package in $wanted; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "These are Debian's names of what is needed; see README.md for other" \
         "systems:$missing" >&2
    exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
echo "Installing:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
