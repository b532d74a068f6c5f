# Runs one unit and describes it, with three points, as TAP version 13 on standard output.
output=$(sh "$1" 2>&1)
code=$?
echo "TAP version 13"
echo "1..3"
if [ "$code" -eq 0 ]; then
  echo "ok 1 - $1 runs"
else
  echo "not ok 1 - $1 runs"
  echo "  ---"
  echo "  message: 'exit code $code'"
  echo "  ..."
fi
echo "ok 2 - $1 is documented # SKIP not yet"
echo "not ok 3 - $1 is fast # TODO measure it"
printf '%s\n' "$output" | sed 's/^/# /'
exit "$code"
