#!/bin/bash
# The types, the lint and the unit tests of web/. Last line: "N passed, M failed".
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here/web"
fail() { echo "FAILED: $1"; echo "0 passed, 1 failed"; exit 1; }

npm run --silent typecheck || fail "the type check of web/"
npm run --silent lint || fail "the lint of web/"
found=$(mktemp)
trap 'rm -f "$found"' EXIT
npx vitest run --reporter=json --outputFile="$found" >/dev/null
node -e '
  const { testResults, numPassedTests, numFailedTests, success } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  for (const file of testResults) {
    if (file.status === "failed" && file.assertionResults.length === 0) console.log(`FAILED: ${file.name}: ${file.message}`);
    for (const test of file.assertionResults)
      if (test.status === "failed") console.log(`FAILED: ${test.fullName}: ${test.failureMessages.join("\n")}`);
  }
  console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
  process.exit(success ? 0 : 1);
' "$found"
