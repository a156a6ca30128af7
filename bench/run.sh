#!/usr/bin/env bash
# Runs the benches named, or all, one after the other; RESULTS.md is what they
# wrote, with the last results of those not run. BENCH_QUICK=1 runs them in
# their smallest form, to see that they work, and keeps nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
all=(train predict kernels blas mixed threads scaling memory loading reads
     architectures compare panel roadmap simulator splits baselines genomewide
     regression number-intervals differences calibration quality explanations
     unlike ensembles attribution verdicts missing-marks differential explorer
     report)
[ $# -gt 0 ] || set -- "${all[@]}"
for part in "$@"; do Rscript "bench/$part.R"; done
[ -z "${BENCH_QUICK:-}" ] || exit 0
{
    echo "# Measured"
    echo
    echo "By \`make bench\` on $(date +%F), $(Rscript -e '
        source(file.path("bench", "helper.R")); cat(machine())')."
    echo
    for part in "${all[@]}"; do
        [ ! -f "bench/results/$part.md" ] || cat "bench/results/$part.md"
    done
} >bench/RESULTS.md
