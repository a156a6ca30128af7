#!/usr/bin/env bash
# R CMD build and check: as usual, then with nothing of Suggests; then
# BiocCheck. Fails on any error, warning or note. Counts its steps in the file
# named by the first argument, if any.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# A step that ended: counted, with what it printed if it failed.
count() {
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

step() {
    local name=$1
    shift
    echo "== $name"
    "$@"
    count "$name" $?
}

build() {
    git ls-files -z --cached --others --exclude-standard |
        xargs -0 cp --parents -t "$work/source"
    (cd "$work" && R CMD build source)
}

# The limit of the installed size is 8.5 MB: 2.5 of R code, 2.2 of vignettes with
# figures, and 2 of library, of which the symbols for the debugger that Debian's
# R compiles in are 1.1; a stripped library would lack the symbols that another
# check reads.
check() { # NAME [VARIABLE=VALUE ...] -- arguments
    local name=$1
    shift
    mkdir -p "$work/$name"
    (cd "$work/$name" && env _R_CHECK_SYSTEM_CLOCK_=0 OMP_THREAD_LIMIT=2 \
        _R_CHECK_PKG_SIZES_THRESHOLD_=8.5 \
        ATTENTIVECHROME_SHARED="${ATTENTIVECHROME_SHARED:-$here/../shared}" \
        "$@" ../AttentiveChrome_*.tar.gz)
    local log=$work/$name/AttentiveChrome.Rcheck
    grep -q '^Status: OK' "$log/00check.log" && return 0
    tail -n 40 "$log"/tests/*.fail 2>/dev/null
    return 1
}

bare() {
    check bare _R_CHECK_DEPENDS_ONLY_=true _R_CHECK_FORCE_SUGGESTS_=false \
        R CMD check --no-manual --ignore-vignettes
}

bioc() {
    # shellcheck disable=SC2016
    (cd "$work" && Rscript -e '
        package <- list.files(pattern = "tar.gz$")
        out <- BiocCheck::BiocCheck(package, `no-check-CRAN` = TRUE,
            `no-check-bioc-help` = TRUE, `no-check-deprecated` = TRUE,
            `no-check-remotes` = TRUE, `no-check-version-num` = TRUE,
            `no-check-R-ver` = TRUE, `no-check-bioc-views` = TRUE)
        quit(status = as.integer(length(out$error) > 0))')
}

mkdir -p "$work/source"
step "R CMD build" build

# The two checks at the same time: each takes one core.
bare >"$work/bare.log" 2>&1 &
step "R CMD check" check full R CMD check --no-manual
wait $!
bare_status=$?
echo "== R CMD check without Suggests"
cat "$work/bare.log"
count "R CMD check without Suggests" "$bare_status"
step "BiocCheck" bioc

[ $# -eq 0 ] || echo "$passed $failed" >"$1"
[ "$failed" -eq 0 ]
