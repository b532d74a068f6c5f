#!/bin/bash
# What stands in several places on purpose, each made from one source. Without arguments: writes the copies. With --check: only compares.
#   playwright/agent.js -> cypress/agent.js          each package stands alone, without a dependency
#   playwright          -> examples/*/vendor/*.tgz   an example travels to agents, or is copied, without the rest of this repository
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
check=${1:-}
[ -z "$check" ] || [ "$check" = --check ] || { echo "usage: copies.sh [--check]" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
old=0
stale() { echo "$1 differs from $2; to make it anew: clients/copies.sh" >&2; old=$((old + 1)); }

if ! cmp -s "$here/playwright/agent.js" "$here/cypress/agent.js"; then
  if [ -n "$check" ]; then stale clients/cypress/agent.js clients/playwright/agent.js; else cp "$here/playwright/agent.js" "$here/cypress/agent.js"; fi
fi

# Compares what is inside: the same files, packed by another npm, need not be the same bytes.
mkdir "$work/new"
(cd "$here/playwright" && npm pack --silent --pack-destination "$work" >/dev/null)
tar -xzf "$work"/*.tgz -C "$work/new"
for example in analysis tasks; do
  folder=$here/../examples/$example packed=$here/../examples/$example/vendor/tamarack-playwright.tgz
  rm -rf "$work/old" && mkdir "$work/old"
  [ ! -f "$packed" ] || tar -xzf "$packed" -C "$work/old"
  if ! diff -rq "$work/old" "$work/new" >/dev/null; then
    if [ -n "$check" ]; then stale "examples/$example/vendor/tamarack-playwright.tgz" clients/playwright; continue; fi
    mkdir -p "$folder/vendor" && cp "$work"/*.tgz "$packed"
  fi
  # npm ci refuses a package whose sum is not the one of the lock file.
  node -e '
    const fs = require("fs"), [, folder, check] = process.argv;
    const file = `${folder}/package-lock.json`, lock = JSON.parse(fs.readFileSync(file));
    const entry = lock.packages["node_modules/tamarack-playwright"];
    const sum = "sha512-" + require("crypto").createHash("sha512").update(fs.readFileSync(`${folder}/vendor/tamarack-playwright.tgz`)).digest("base64");
    if (entry.integrity === sum) process.exit(0);
    if (check) process.exit(1);
    entry.integrity = sum;
    fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");
  ' "$folder" "$check" || stale "examples/$example/package-lock.json" "the sum of vendor/tamarack-playwright.tgz"
done
echo "the copies of clients/ are $([ "$old" = 0 ] && echo equal || echo old)"
[ "$old" = 0 ]
