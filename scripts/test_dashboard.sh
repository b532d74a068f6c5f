#!/bin/bash
# The dashboard of a real server in real Chromium (tests/dashboard), run through Tamarack itself: TAMARACK_BIN (default build/bin/tamarack)
# runs the suite and is also the server, the agents and the clients in it. Arguments go to `tamarack run`. Last line: "N passed, M failed".
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
export PATH="$here/build/node/bin:$PATH" PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
TAMARACK_BIN=$(realpath "${TAMARACK_BIN:-$here/build/bin/tamarack}")
export TAMARACK_BIN DASHBOARD_DATA="$here/build/dashboard/data"

fail() { echo "$1" >&2; echo "0 passed, 1 failed"; exit 1; }

cd "$here/tests/dashboard" || fail "there is no tests/dashboard"
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error ||
  fail "npm ci failed in tests/dashboard"
npm run --silent check || fail "TypeScript refuses tests/dashboard"
./make_data.sh "$DASHBOARD_DATA" || fail "make_data.sh failed"

out=$(mktemp)
trap 'rm -f "$out"' EXIT
"$TAMARACK_BIN" run --workers 2 --json "$@" >"$out"
status=$?
node -e '
  const last = require("fs").readFileSync(process.argv[1], "utf8").trim().split("\n").pop();
  const { ledger, planned } = JSON.parse(last.startsWith("{") ? last : "{}");
  const passed = ledger === undefined ? 0 : ledger.passed;
  // Flaky, skipped and whatever did not come to its end is not what this suite promises.
  const failed = ledger === undefined ? 1 : planned - passed;
  console.log(`${passed} passed, ${failed === 0 && process.argv[2] !== "0" ? 1 : failed} failed`);
' "$out" "$status"
exit "$status"
