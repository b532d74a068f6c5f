#!/bin/bash
# The example suite through Tamarack, twice (ROUNDS), and once with a test broken on purpose; then the example's own tests of its server.
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
passed=0 failed=0
verify() { if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1: expected $3, got $2"; fi; }
out=$(mktemp)
for round in $(seq 1 "${ROUNDS:-2}"); do
  "$here/scripts/demo.sh" --json >"$out"
  verify "round $round: exit code" $? 0
  verify "round $round: ledger is complete" "$(grep '^{' "$out" | node -pe 'const r=JSON.parse(require("fs").readFileSync(0,"utf8"));Object.values(r.ledger).reduce((a,b)=>a+b)===r.planned&&r.planned>=30')" true
done
(cd "$here/examples/actions" && BREAK=save "$here/build/bin/tamarack" run --json edit >"$out")
verify "broken on purpose: exit code" $? 1
verify "broken on purpose: its screenshot is in the report" "$(node -pe 'const r=JSON.parse(require("fs").readFileSync(0,"utf8").trim().split("\n").pop());const h=require("fs").readFileSync(r.report,"utf8");const d=JSON.parse(h.match(/<script type="application\/json" id="tamarack-report">([\s\S]*?)<\/script>/)[1]);d.tests.filter(t=>t.outcome==="failed").every(t=>t.attempts.some(a=>(a.attachments||[]).some(x=>(x.data_uri||"").startsWith("data:image/png"))))' <"$out")" true
(cd "$here/examples/actions" && npm run --silent test:server >"$out") || cat "$out"
passed=$((passed + $(sed -n 's/^# pass //p' "$out"))) failed=$((failed + $(sed -n 's/^# fail //p' "$out")))
rm -f "$out"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
