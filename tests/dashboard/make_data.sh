#!/bin/bash
# Makes the data folder of a server that has seen something: a real server, a real agent, and runs of the little suite in shop/.
# Usage: make_data.sh FOLDER (is replaced). TAMARACK_BIN: the binary under test.
# Runs, oldest first: main passed; main flaky (cart); feature/taxes failed (checkout, with evidence); feature/waiting goes on for ever,
# because it asks for an agent that there is not.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
to=$(mkdir -p "$1" && cd "$1" && pwd)
rm -rf "$to"
work=$(mktemp -d)
children=()
finish() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT

# Nothing of the caller's: a CI job's variables would make these runs tries of one job.
clean=(env -i "PATH=$PATH" "HOME=$work" "LANG=C.UTF-8" GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t)
tamarack() { "${clean[@]}" "$TAMARACK_BIN" "$@"; }

mkfifo "$work/address"
"${clean[@]}" "$TAMARACK_BIN" serve --open --data "$to" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.log" &
children+=($!)
exec 3<"$work/address"
read -r -t 30 -u 3 address || { cat "$work/serve.log" >&2; exit 1; }
"${clean[@]}" "$TAMARACK_BIN" agent --server "$address" --name maker -w 1 --data "$work/agent" >"$work/agent.log" 2>&1 &
children+=($!)

cp -r "$here/shop" "$work/shop"
cd "$work/shop"
git() { "${clean[@]}" git "$@"; }
git init -q -b main . && git add . && git commit -q -m "The shop"

# run EXIT-CODE BRANCH WRONG FLAGS…
run() {
  local expected=$1 code=0
  git checkout -q -B "$2"
  echo "$3" >wrong
  tamarack run --server "$address" "${@:4}" >"$work/run.log" 2>&1 || code=$?
  [ "$code" = "$expected" ] && return
  cat "$work/run.log" "$work/agent.log" "$work/serve.log" >&2
  echo "a run for $2 ended with exit code $code, expected $expected" >&2
  exit 1
}
run 0 main ''
run 0 main 'cart once'
run 1 feature/taxes 'checkout always'
run 0 feature/waiting '' --detach --agent-label machine=nowhere
