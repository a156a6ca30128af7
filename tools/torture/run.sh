#!/usr/bin/env bash
# Bit flips, full disks, kills, damaged tables and fuzz targets; the figures go
# to bench/results/torture.md. Needs root on Linux (it mounts small disks) and
# clang. The installed package is tried.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
export TORTURE_OUT
TORTURE_OUT=$(mktemp -d)
trap 'rm -rf "$TORTURE_OUT"' EXIT
status=0
for part in bitflips diskfull kills csv fuzz; do
    if ! Rscript "tools/torture/$part.R"; then
        status=1
        # A part that ends without its table must not be missing unseen.
        compgen -G "$TORTURE_OUT/*-$part" >/dev/null ||
            printf '## %s\n\nIt ended in an error.\n\n' "$part" \
                >"$TORTURE_OUT/9-$part"
    fi
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
