# Fails when FAIL is set.
if [ -n "${FAIL:-}" ]; then
  echo "FAIL is set" >&2
  exit 1
fi
