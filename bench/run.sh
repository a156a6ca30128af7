#!/usr/bin/env bash
# Every bench, one after the other; RESULTS.md is what they wrote.
set -euo pipefail
cd "$(dirname "$0")/.."
parts="train predict scaling memory roadmap"
for part in $parts; do Rscript "bench/$part.R"; done
{
    echo "# Measured"
    echo
    echo "By \`make bench\` on $(date +%F), $(Rscript -e '
        source(file.path("bench", "helper.R")); cat(machine())')."
    echo
    for part in $parts; do cat "bench/results/$part.md"; done
} >bench/RESULTS.md
