#!/bin/bash
# The reporter shims inside their real frameworks, and the helper packages by themselves.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
node --test --test-reporter=tap tests/projects/shims.test.mjs clients/playwright/test/agent.test.js clients/cypress/test/commands.test.js >"$log" 2>&1
status=$?
cat "$log"
echo "$(sed -n 's/^# pass \([0-9]*\)/\1/p' "$log") passed, $(sed -n 's/^# fail \([0-9]*\)/\1/p' "$log") failed"
rm -f "$log"
exit $status
