#!/usr/bin/env bash
# Sums the traces of a large job, an hour of each rank, and checks the memory and the CPU time of that.
# Usage: check-ranks.sh RPROF WRITER COUNT; WRITER is the example `ranks` of rprof-trace.
set -euo pipefail

rprof=$1 writer=$2 count=$3
# A tenth of the traces is written. The others are further names of them, as fourteen gigabytes are no test of a sum.
written=$(((count + 9) / 10))
hosts=$(((written + 9) / 10))
scratch=$(mktemp -d -p "${TMPDIR:-/var/tmp}")
trap 'rm -rf "$scratch"' EXIT

"$writer" "$written" "$hosts" "$scratch/0"
for copy in {1..9}; do
    cp -al "$scratch/0" "$scratch/$copy"
done

"$rprof" run -q -o "$scratch/sum.dat" -- "$rprof" compare --by rank --json "$scratch/?/trace-*.dat" > "$scratch/sum.json"
"$rprof" peak --json "$scratch/sum.dat" > "$scratch/peak.json"

python3 - "$scratch" "$((written * 10))" <<'LOOK'
import json, sys

place, count = sys.argv[1], int(sys.argv[2])
found = json.load(open(f"{place}/sum.json"))
peak = json.load(open(f"{place}/peak.json"))[0]["peak_bytes"] / 2**20
end = json.loads(open(f"{place}/sum.dat").read().splitlines()[-1].removeprefix("END "))
seconds = end["user_s"] + end["system_s"]
print(f"check-ranks: {count} traces of an hour: {end['elapsed_s']:.1f} s, {seconds:.1f} s of CPU time, peak {peak:.1f} MiB")
assert len(found["ranks"]) == count, len(found["ranks"])
# The time on the clock depends on what else runs. Two cores need half of the CPU time, as two threads read.
assert seconds / 2 < 60 * count / 10_000, "more than a minute of two cores for 10,000 traces"
assert peak < 128, "more memory than the ranks and steps need"
LOOK
