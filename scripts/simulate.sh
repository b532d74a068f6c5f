#!/bin/bash
# Plays SEEDS (100,000) whole runs, each from a seed of its own, in the optimised build on all processors. Prints how fast and what was met on
# the way; every 10,000 seeds count as one. Last line: "N passed, M failed".
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
seeds=${SEEDS:-100000}
step=10000
[ "$seeds" -ge "$step" ] || step=$seeds
cases=$((seeds / step))
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { cmake --preset bench -Wno-dev && cmake --build build/bench -j "$(nproc)" --target simulation; } >"$log" 2>&1; then
  tail -40 "$log"
  echo "0 passed, 1 failed"
  exit 1
fi
build/bench/bin/simulation --scale 10000
# A short run cannot meet everything; the full one must.
[ "$seeds" -lt 50000 ] || coverage=--require-coverage
if build/bench/bin/simulation --seeds "1..$seeds" --threads "$(nproc)" ${coverage:-}; then
  echo "$cases passed, 0 failed"
else
  echo "0 passed, 1 failed"
  exit 1
fi
