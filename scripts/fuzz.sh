#!/bin/bash
# Searches with libFuzzer: every target for SECONDS, from its committed corpus. Finds are left in build/fuzz/finds; add the fixed ones to
# tests/fuzz/corpus/TARGET. Usage: fuzz.sh SECONDS [TARGET …]. Last line: "N passed, M failed".
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${1:?usage: fuzz.sh SECONDS [TARGET …]}
shift
cmake --preset fuzz -Wno-dev >/dev/null && cmake --build build/fuzz -j "$(nproc)" --target fuzz_targets || exit 1
mkdir -p build/fuzz/finds
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd build/fuzz/bin && for program in *_fuzz; do echo "${program%_fuzz}"; done)
passed=0 failed=0
for target in "${targets[@]}"; do
  grown=build/fuzz/grown/$target # what the search adds is kept between runs, and is not committed
  mkdir -p "$grown"
  log=build/fuzz/$target.log
  if build/fuzz/bin/"${target}_fuzz" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/finds/$target-" "$grown" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    passed=$((passed + 1)) result=ok
  else
    failed=$((failed + 1)) result="FAILED, see $log"
  fi
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  covered=$(grep -oE 'cov: [0-9]+' "$log" | tail -1)
  printf '%-12s %9s runs in %s s, %s: %s\n' "$target" "${runs:-0}" "$seconds" "${covered:-cov: 0}" "$result"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
