#!/usr/bin/env bash
# Compares the memory of rprof's own programs with a baseline, and proves that a larger one is refused.
# Usage: check-memory.sh DIRECTORY_OF_PROGRAMS BASELINE [save]
set -euo pipefail

built=$1 baseline=$2 save=${3-}
rprof=$built/rprof
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The reports of this script are its own, not those of the job around it.
unset GITHUB_ACTIONS RPROF_TRACE

# Pages of the programs' files come and go with the cache, and compilers differ.
tolerance=20%
runs=3
if [ "$save" ]; then runs=5; fi

# measure NAME COMMAND...: several runs of a command under rprof, as NAME-1.dat, NAME-2.dat, …
measure() {
    local name=$1 run
    shift
    for ((run = 1; run <= runs; run++)); do
        "$rprof" run -q --force -o "$scratch/$name-$run.dat" -- "$@" >"$scratch/output" || {
            cat "$scratch/output"
            echo "check-memory: $name failed" >&2
            exit 1
        }
    done
}

check() {
    "$rprof" check --name "$1" --baseline "$baseline" --tolerance $tolerance "$scratch/$1"-*.dat
}

"$built/examples/long" 30000 "$scratch/long.dat"
long=$scratch/long.dat

declare -A usual=(
    [peak]="$rprof peak $long"
    [plot]="$rprof plot --force -o $scratch/x.svg $long"
    [convert]="$rprof convert --force $long $scratch/x.csv"
    [truth]="$built/examples/truth touch 64MiB"
)
names=(peak plot convert truth)

for name in "${names[@]}"; do
    measure "$name" ${usual[$name]}
    if [ "$save" ]; then
        "$rprof" check --name "$name" --save-baseline "$baseline" "$scratch/$name"-*.dat
    else
        check "$name"
    fi
done

# A regression on purpose, of each kind: more input, and more memory.
copies=()
for copy in {1..24}; do
    cp "$long" "$scratch/copy$copy.dat"
    copies+=("$scratch/copy$copy.dat")
done
measure plot "$rprof" plot --force -o "$scratch/y.svg" "${copies[@]}"
measure truth "$built/examples/truth" touch 80MiB
for name in plot truth; do
    code=0
    check "$name" || code=$?
    if [ $code != 3 ]; then
        echo "check-memory: a larger $name was not refused: exit code $code, not 3" >&2
        exit 1
    fi
done
echo "check-memory: ${#names[@]} programs are within $baseline, and 2 larger ones were refused"
