#!/bin/bash
# The two-phase tests: starts the shared backend, runs them through Tamarack, stops the backend. Arguments go to `tamarack run`.
set -euo pipefail
cd "$(dirname "$0")"
tamarack=${TAMARACK_BIN:-tamarack}
ready=$(mktemp)
TAMARACK_TEST=1 /usr/bin/python3 start.py --port 0 >"$ready" 2>&1 &
backend=$!
trap 'kill $backend 2>/dev/null; wait $backend 2>/dev/null; rm -f "$ready"' EXIT
until grep -q '^analysis: ready' "$ready"; do
  kill -0 $backend 2>/dev/null || { cat "$ready" >&2; exit 6; }
  sleep 0.1
done
ANALYSIS_BACKEND=$(sed -n 's/^analysis: ready on \(http[^ ]*\).*/\1/p' "$ready")
ANALYSIS_REDIS=$(sed -n 's/^analysis: ready on .*(state in \([^,]*\),.*/\1/p' "$ready")
export ANALYSIS_BACKEND ANALYSIS_REDIS
"$tamarack" run --config tamarack.flows.toml "$@"
