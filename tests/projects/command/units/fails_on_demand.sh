if [ -n "${FAIL:-}" ]; then
  echo "FAIL is set" >&2
  exit 3
fi
echo "FAIL is not set"
