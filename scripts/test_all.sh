#!/bin/bash
# Everything CI runs. Each step prints one line of its own ("N passed, M failed"); they are added up at the end.
# Usage: test_all.sh [STEP …] runs only the named steps.
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
logs=build/test-logs
mkdir -p "$logs"
rm -f "$logs"/*.count
wanted=("$@")

is_wanted() { [ ${#wanted[@]} = 0 ] || [[ " ${wanted[*]} " == *" $1 "* ]]; }

# step NAME COMMAND…: runs it, shows its end when it failed. A step without a count of its own counts as one test.
step() {
  local name=$1
  shift
  is_wanted "$name" || return
  local started=$SECONDS status=0
  "$@" >"$logs/$name.log" 2>&1 || status=$?
  local line passed failed
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$logs/$name.log" | tail -1)
  if [ -n "$line" ]; then
    passed=$(echo "$line" | sed -E 's/^([0-9]+) passed, ([0-9]+) failed.*/\1/')
    failed=$(echo "$line" | sed -E 's/^([0-9]+) passed, ([0-9]+) failed.*/\2/')
    [ "$status" != 0 ] && [ "$failed" = 0 ] && failed=1
  elif [ "$status" = 0 ]; then passed=1 failed=0; else passed=0 failed=1; fi
  echo "$passed $failed" >"$logs/$name.count"
  printf '%-14s %5d passed, %d failed  (%d s)\n' "$name:" "$passed" "$failed" $((SECONDS - started))
  if [ "$status" != 0 ] || [ "$failed" != 0 ]; then
    echo "---- end of $logs/$name.log"
    tail -n 60 "$logs/$name.log"
    echo "----"
  fi
}

jobs=$(nproc)
configure_and_build() { cmake --preset "$1" -Wno-dev && cmake --build "build/$1" -j "$jobs" "${@:2}"; }
unit_tests() { configure_and_build "$1" && scripts/run_unit_tests.sh "build/$1"; }
# The concurrent parts: threads of the loop, the writers of the journals, the probers' own threads, real processes, a whole server.
concurrent=(io_test agent_test coordinator_test artifact_test server_test client_test notify_test board_test probe_test)
thread_tests() { configure_and_build tsan --target "${concurrent[@]}" && scripts/run_unit_tests.sh build/tsan "${concurrent[@]}"; }

# The compilers and clang-tidy get what the tests of the binary leave of the processors while these wait. No test of the sanitizers runs
# beside them: that could take it beyond its time.
beside() {
  # clang-tidy looks at one file in six, other ones with every commit; `make lint` at all that have changed.
  step lint env TIDY_SHARE=6 nice -n 10 scripts/lint.sh
  is_wanted asan && nice -n 10 bash -c 'cmake --preset asan -Wno-dev && cmake --build build/asan -j "$(nproc)"' >"$logs/asan-build.log" 2>&1
  is_wanted tsan && nice -n 10 bash -c 'cmake --preset tsan -Wno-dev && cmake --build build/tsan -j "$(nproc)" --target "$@"' _ "${concurrent[@]}" >"$logs/tsan-build.log" 2>&1
  true
}

step build make build
step web scripts/test_web.sh
step docs /usr/bin/python3 scripts/check_docs.py build/bin/tamarack
beside &
step shims scripts/test_shims.sh
step e2e scripts/test_e2e.sh
step dashboard scripts/test_dashboard.sh
step demo env ROUNDS=1 scripts/test_demo.sh
step examples scripts/test_examples.sh
wait
step asan unit_tests asan
step tsan thread_tests
# A part of what `scripts/simulate.sh` plays by itself.
step simulation env SEEDS=30000 scripts/simulate.sh

echo
# A step that came to no end did not pass.
failed_steps=()
for name in build web docs lint shims e2e dashboard demo examples asan tsan simulation; do
  is_wanted "$name" || continue
  [ -s "$logs/$name.count" ] || echo "0 1" >"$logs/$name.count"
  grep -q ' 0$' "$logs/$name.count" || failed_steps+=("$name")
done
# What failed once more, in few words: often only the end of such a log is kept.
for name in "${failed_steps[@]}" ; do
  echo "failed in $name:"
  grep -aE '^ *(✗|\?|!|FAILED|not ok|\[  FAILED  \]|E  |Error)|error:|: Failure$' "$logs/$name.log" | tail -n 5 | cut -c 1-240
done
cat "$logs"/*.count | awk '{ passed += $1; failed += $2 } END { print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 }'
