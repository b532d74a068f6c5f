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
# In the tree of the release: what it is made of is compiled there already.
if ! { cmake --preset release -Wno-dev -DTAMARACK_TESTS=ON && cmake --build build/release -j "$(nproc)" --target simulation; } >"$log" 2>&1; then
  tail -40 "$log"
  echo "0 passed, 1 failed"
  exit 1
fi
build/release/bin/simulation --scale 10000
# A short run cannot meet everything; the full one must.
[ "$seeds" -lt 50000 ] || coverage=--require-coverage
if build/release/bin/simulation --seeds "1..$seeds" --threads "$(nproc)" ${coverage:-}; then
  echo "$cases passed, 0 failed"
else
  echo "0 passed, 1 failed"
  exit 1
fi
