#!/bin/bash
# Runs every C++ test executable of a build folder (all, or those named after it), as many at a time as there are processors, and adds up
# their cases. Usage: run_unit_tests.sh BUILD_DIR [NAME_test …]. Last line: "N passed, M failed"; exit 1 when anything failed.
set -uo pipefail
build=$1
shift
passed=0 failed=0
tests=("$@")
[ ${#tests[@]} -gt 0 ] || mapfile -t tests < <(cd "$build/bin" && ls -- *_test)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
export ASAN_OPTIONS=detect_stack_use_after_return=1 build logs
printf '%s\n' "${tests[@]}" | xargs -P "$(nproc)" -I{} bash -c 'timeout 900 "$build/bin/{}" --gtest_brief=1 >"$logs/{}.log" 2>&1; echo $? >"$logs/{}.status"'
for name in "${tests[@]}"; do
  log=$logs/$name.log
  status=$(cat "$logs/$name.status" 2>/dev/null || echo 1)
  ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -1)
  bad=$(sed -n 's/^ *\([0-9]*\) FAILED TEST.*/\1/p' "$log" | tail -1)
  passed=$((passed + ${ok:-0}))
  if [ "$status" != 0 ]; then
    failed=$((failed + ${bad:-1}))
    echo "---- $name failed (exit $status)"
    cat "$log"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
