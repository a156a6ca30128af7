#!/usr/bin/env bash
# Every bench, one after the other: each writes its own table beside itself.
set -euo pipefail
cd "$(dirname "$0")/.."
for script in bench/[a-z]*.R; do
    [ "$script" = bench/helper.R ] || Rscript "$script"
done
