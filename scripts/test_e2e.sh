#!/bin/bash
# End-to-end tests of the binary (TAMARACK_BIN, default build/bin/tamarack): tiny projects on disk, real frameworks, real kills.
# Arguments go to pytest: scripts/test_e2e.sh -k kills. Last line: "N passed, M failed", and ", K skipped" if there were any.
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
export PATH="$here/build/node/bin:$PATH" PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 PYTHONDONTWRITEBYTECODE=1
export TAMARACK_BIN="${TAMARACK_BIN:-$here/build/bin/tamarack}"

fail() { echo "$1" >&2; echo "0 passed, 1 failed"; exit 1; }

for project in mocha playwright; do
  folder=tests/projects/$project
  [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] ||
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error) || fail "npm ci failed in $folder"
done
cmake -S tests/projects/ctest -B build/e2e/ctest -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 >/dev/null &&
  cmake --build build/e2e/ctest >/dev/null || fail "the CTest mini-project cannot be built"

results=build/e2e/results.xml
rm -f "$results"
/usr/bin/python3 -m pytest -q -n "${WORKERS:-2}" --junitxml="$results" --rootdir=tests/e2e -c tests/e2e/pytest.ini tests/e2e "$@"
status=$?
[ -f "$results" ] || fail "pytest did not come to its end (exit code $status)"
/usr/bin/python3 - "$results" "$status" <<'SUMMARY'
import sys
import xml.etree.ElementTree as xml

suite = xml.parse(sys.argv[1]).getroot().find("testsuite")
total, skipped = int(suite.get("tests")), int(suite.get("skipped"))
failed = int(suite.get("failures")) + int(suite.get("errors"))
if failed == 0 and sys.argv[2] != "0":
    failed = 1  # pytest itself was not content
print(f"{max(total - skipped - failed, 0)} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
SUMMARY
exit "$status"
