#!/bin/bash
# The example applications with real backends: their own tests, their suites through Tamarack, and their two-phase flows.
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
export TAMARACK_BIN=${TAMARACK_BIN:-$here/build/bin/tamarack} TAMARACK_TEST=1
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
verify() { if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $1: expected $3, got $2" >>"$work/failures"; fi; }
# Says how long a story took. What a failed one wrote stands at the end, where the next ones do not push it out.
took() {
  echo "$1: $((SECONDS - started)) s"
  [ "$failed" = "$before" ] || { echo "---- what '$1' wrote"; tail -n 25 "$2"; } >>"$work/failures"
}

prepare() {
  cd "$here/examples/$1" || exit 1
  [ -d node_modules ] && [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error
}

# The applications' own tests, which mostly wait: side by side. Each test counts.
own_tests() {
  local started=$SECONDS name line count
  for name in "$@"; do
    (cd "$here/examples/$name" && /usr/bin/python3 -m pytest -q -p no:cacheprovider tests >"$work/$name" 2>&1; echo $? >"$work/$name.code") &
  done
  wait
  for name in "$@"; do
    line=$(tail -1 "$work/$name")
    count=$(echo "$line" | grep -oE '[0-9]+ passed' | cut -d' ' -f1)
    passed=$((passed + ${count:-0}))
    [ "$(cat "$work/$name.code")" = 0 ] || { tail -n 60 "$work/$name" >> "$work/failures"; failed=$((failed + 1)); }
    echo "$name, its own tests: $line"
  done
  echo "own tests: $((SECONDS - started)) s"
}

# A run of Tamarack: its name, how many tests and flows must have passed, and the command.
suite() {
  local started=$SECONDS before=$failed name=$1 expected=$2
  shift 2
  "$@" --json >"$work/out" 2>"$work/log"
  verify "$name: exit code" $? 0
  verify "$name: ledger" "$(tail -1 "$work/out" | /usr/bin/python3 -c 'import json,sys; r = json.load(sys.stdin); print(r["ledger"]["passed"], "of", r["planned"])')" "$expected of $expected"
  took "$name" "$work/log"
}

# A flow that is broken on purpose: how, its exit code, and what must be said of it.
broken() {
  local started=$SECONDS before=$failed
  BREAK=$1 ./run.sh --state-dir "$work/state" --grep '/› a report › /' >"$work/out" 2>&1
  verify "flow with BREAK=$1: exit code" $? "$2"
  verify "flow with BREAK=$1: says why" "$(grep -c "wait 'analysis' $3" "$work/out" | sed 's/^[1-9].*/yes/')" yes
  verify "flow with BREAK=$1: nothing is validated" "$(grep -c 'shows its result.*never ran' "$work/out" | sed 's/^[1-9].*/yes/')" yes
  verify "flow with BREAK=$1: ledger" "$(sed -n 's/^ *ledger *//p' "$work/out")" "1 planned = 1 failed"
  took "flow with BREAK=$1" "$work/out"
}

three_commands() {
  local started=$SECONDS before=$failed
  ./in_three_commands.sh >"$work/out" 2>&1
  verify "tasks in three commands: exit code" $? 0
  verify "tasks in three commands: both runs passed" "$(grep -c ' passed  (exit code 0)' "$work/out")" 2
  took "tasks in three commands" "$work/out"
}

verify "the examples' processes.py are the same" "$(cmp "$here"/examples/{analysis,tasks}/processes.py 2>&1)" ""
prepare tasks
verify "tasks: types" "$(npx --no-install tsc --noEmit)" ""
prepare analysis
[ -f dist/index.html ] && [ -z "$(find web package.json -newer dist/index.html -print -quit)" ] || npm run --silent build
verify "analysis: types" "$(npx --no-install tsc --noEmit)" ""
for file in cypress.config.js cypress/*/*.js; do verify "syntax of $file" "$(node --check "$file" 2>&1)" ""; done

own_tests analysis tasks
suite "analysis" 11 "$TAMARACK_BIN" run
suite "analysis, flows" 5 ./run.sh
broken job 1 'failed: station 7 sent no figures'
broken typo 5 "is invalid: .*/jobs/undefined/status"
cd "$here/examples/tasks"
suite "tasks" 7 ./run.sh
three_commands

[ ! -s "$work/failures" ] || cat "$work/failures"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
