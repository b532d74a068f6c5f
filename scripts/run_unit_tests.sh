#!/bin/bash
# Runs every C++ test executable of a build folder (all, or those named after it) and adds up their cases.
# Usage: run_unit_tests.sh BUILD_DIR [NAME_test …]. Last line: "N passed, M failed"; exit 1 when anything failed.
set -uo pipefail
build=$1
shift
passed=0 failed=0
tests=("$@")
[ ${#tests[@]} -gt 0 ] || tests=($(cd "$build/bin" && ls ./*_test))
for name in "${tests[@]}"; do
  log=$(mktemp)
  if ASAN_OPTIONS=detect_stack_use_after_return=1 timeout 900 "$build/bin/$name" --gtest_brief=1 >"$log" 2>&1; then status=0; else status=$?; fi
  ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -1)
  bad=$(sed -n 's/^ *\([0-9]*\) FAILED TEST.*/\1/p' "$log" | tail -1)
  passed=$((passed + ${ok:-0}))
  if [ "$status" != 0 ]; then
    failed=$((failed + ${bad:-1}))
    echo "---- $(basename "$name") failed (exit $status)"
    cat "$log"
  fi
  rm -f "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
