#!/bin/bash
# Imports every test of the binary without running one, in about two seconds: a name that has moved is seen here, and not first by whoever
# runs them all. Needs no binary. Usage: collect_tests.sh [FOLDER …], tests/e2e if none is named. One line when all is well.
set -uo pipefail
cd "$(dirname "$0")/.."
python=/usr/bin/python3
[ -x "$python" ] || python=python3
[ $# -gt 0 ] || set -- tests/e2e
log=$(mktemp)
# Collecting only looks whether there is a binary, and must not start it.
TAMARACK_BIN=/bin/false "$python" -m pytest --collect-only -q -p no:cacheprovider "$@" >"$log" 2>&1
status=$?
if [ "$status" = 0 ]; then tail -n 1 "$log"; else cat "$log"; fi
rm -f "$log"
exit "$status"
