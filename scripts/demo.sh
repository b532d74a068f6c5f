#!/bin/bash
# The example application and its suite, as a user would run them.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here/examples/actions"
[ -d node_modules ] && [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error
[ -f dist/index.html ] && [ -z "$(find web server package.json -newer dist/index.html -print -quit)" ] || npm run --silent build
"$here/build/bin/tamarack" run --workers 2 "$@"
echo "report: $(ls -td "$PWD"/.tamarack/runs/r-* | head -1)/report.html"
