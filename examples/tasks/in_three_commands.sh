#!/bin/bash
# One statement by hand: its preparation, the wait, its validation, each a command of its own, as the steps of a pipeline would be.
set -euo pipefail
cd "$(dirname "$0")"
[ -n "${TASKS_BACKEND:-}" ] || exec ./with_backend.sh ./in_three_commands.sh
tamarack=${TAMARACK_BIN:-tamarack}
"$tamarack" run --tag preparation --grep 'a long statement'
"$tamarack" wait http '{task_url}' --run newest --field '$.status' --error-field '$.error' --timeout 10m
"$tamarack" run --tag validation --grep 'a long statement' --continue newest
