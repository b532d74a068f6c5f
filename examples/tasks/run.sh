#!/bin/bash
# The whole suite through Tamarack, with its flows. Arguments go to `tamarack run`.
exec "$(dirname "$0")/with_backend.sh" "${TAMARACK_BIN:-tamarack}" run "$@"
