#!/bin/bash
# Everything CI runs. Each step prints one line of its own ("N passed, M failed"); they are added up at the end.
# Usage: test_all.sh [STEP …] runs only the named steps.
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
logs=build/test-logs
mkdir -p "$logs"
total_passed=0 total_failed=0
wanted=("$@")

# step NAME COMMAND…: runs it, shows its end when it failed. A step without a count of its own counts as one test.
step() {
  local name=$1
  shift
  if [ ${#wanted[@]} -gt 0 ] && [[ ! " ${wanted[*]} " == *" $name "* ]]; then return; fi
  local started=$SECONDS status=0
  "$@" >"$logs/$name.log" 2>&1 || status=$?
  local line passed failed
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$logs/$name.log" | tail -1)
  if [ -n "$line" ]; then
    passed=$(echo "$line" | sed -E 's/^([0-9]+) passed, ([0-9]+) failed.*/\1/')
    failed=$(echo "$line" | sed -E 's/^([0-9]+) passed, ([0-9]+) failed.*/\2/')
    [ "$status" != 0 ] && [ "$failed" = 0 ] && failed=1
  elif [ "$status" = 0 ]; then passed=1 failed=0; else passed=0 failed=1; fi
  total_passed=$((total_passed + passed))
  total_failed=$((total_failed + failed))
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
# The concurrent parts: threads of the loop, the writer of the journal, real processes.
thread_tests() {
  local programs=(io_test agent_test coordinator_test artifact_test server_test client_test notify_test)
  configure_and_build tsan --target "${programs[@]}" && scripts/run_unit_tests.sh build/tsan "${programs[@]}"
}

step build make build
step web bash -c 'cd web && npm run --silent typecheck && npm run --silent lint && npx vitest run --reporter=json --outputFile=../build/test-logs/vitest.json >/dev/null; node -e "const r=require(\"../build/test-logs/vitest.json\");console.log(r.numPassedTests+\" passed, \"+r.numFailedTests+\" failed\");process.exit(r.success?0:1)"'
step docs /usr/bin/python3 scripts/check_docs.py build/bin/tamarack
step lint scripts/lint.sh
step asan unit_tests asan
step tsan thread_tests
step simulation scripts/simulate.sh
step shims scripts/test_shims.sh
step e2e scripts/test_e2e.sh
step dashboard scripts/test_dashboard.sh
step demo scripts/test_demo.sh

echo
echo "$total_passed passed, $total_failed failed"
[ "$total_failed" = 0 ]
