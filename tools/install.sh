#!/usr/bin/env bash
# Installs the package into the first library that may be written to; makes
# the user's own where none may.
set -euo pipefail
cd "$(dirname "$0")/.."

library=$(Rscript -e '
    user <- Sys.getenv("R_LIBS_USER")
    if (!any(file.access(.libPaths(), 2) == 0)) {
        dir.create(user, recursive = TRUE, showWarnings = FALSE)
        .libPaths(c(user, .libPaths()))
    }
    cat(.libPaths()[file.access(.libPaths(), 2) == 0][1])')
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# From a copy: compiling leaves nothing in the checkout.
cp -r DESCRIPTION NAMESPACE LICENSE NEWS.md R data inst man src "$build"
find "$build/src" -name '*.o' -delete
R CMD INSTALL --no-test-load --library="$library" "$build" 2>"$build/log" \
    || { cat "$build/log" >&2; exit 1; }
echo "Installed AttentiveChrome in $library"
