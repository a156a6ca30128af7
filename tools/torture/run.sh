#!/usr/bin/env bash
# Bit flips, full disks and kills; the figures go to bench/results/torture.md.
# Needs root on Linux (it mounts small disks). The installed package is tried.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
export TORTURE_OUT
TORTURE_OUT=$(mktemp -d)
trap 'rm -rf "$TORTURE_OUT"' EXIT
status=0
for part in bitflips diskfull kills; do
    Rscript "tools/torture/$part.R" || status=1
done
{
    echo "# Torture"
    echo
    echo "By \`make torture\` on $(date +%F). Nothing may be silently"
    echo "different, truncated, lost or left."
    echo
    cat "$TORTURE_OUT"/*
} >bench/results/torture.md
exit "$status"
