#!/bin/bash
# Starts the shared queue, runs a command with its addresses in TASKS_URL and TASKS_BACKEND, stops the queue.
# BROKER=rabbitmq uses RabbitMQ instead of Redis.
set -euo pipefail
cd "$(dirname "$0")"
ready=$(mktemp)
/usr/bin/python3 start.py --port 0 --broker "${BROKER:-redis}" >"$ready" 2>&1 &
backend=$!
trap 'kill $backend 2>/dev/null; wait $backend 2>/dev/null; rm -f "$ready"' EXIT
until grep -q '^tasks: ready' "$ready"; do
  kill -0 $backend 2>/dev/null || { cat "$ready" >&2; exit 6; }
  sleep 0.1
done
TASKS_URL=$(sed -n 's/^tasks: ready on \(http[^ ]*\).*/\1/p' "$ready")
TASKS_BACKEND=$(sed -n 's/^tasks: ready on .*(backend \(.*\))$/\1/p' "$ready")
export TASKS_URL TASKS_BACKEND
"$@"
