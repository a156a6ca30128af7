#!/usr/bin/env bash
# Runs the benches named, or all, one after the other; RESULTS.md is what they
# wrote, with the last results of those not run.
set -euo pipefail
cd "$(dirname "$0")/.."
all="train predict kernels scaling memory reads architectures panel roadmap \
baselines"
for part in ${@:-$all}; do Rscript "bench/$part.R"; done
{
    echo "# Measured"
    echo
    echo "By \`make bench\` on $(date +%F), $(Rscript -e '
        source(file.path("bench", "helper.R")); cat(machine())')."
    echo
    for part in $all; do cat "bench/results/$part.md"; done
} >bench/RESULTS.md
