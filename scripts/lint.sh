#!/bin/bash
# Import and house rules, formatting, clang-tidy, syntax of shims, plugin and scripts, names and imports of the Python tests, copies of the
# clients. Each check counts one.
# Last line: "N passed, M failed". clang-tidy remembers what was clean: seconds after a small change, minutes the first time.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0
python=/usr/bin/python3
[ -x "$python" ] || python=python3

# check NAME COMMAND…: silent when it passes.
check() {
  local name=$1 log
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok      $name: $(tail -n 1 "$log")"
  else
    failed=$((failed + 1))
    echo "FAILED  $name"
    tail -n 200 "$log"
  fi
  rm -f "$log"
}

sources() { git ls-files --cached --others --exclude-standard 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' 'cmake/*.cpp' | grep -v '^tests/projects/'; }
formatted() {
  local bad=0 total=0
  while read -r file; do
    [ -f "$file" ] || continue
    total=$((total + 1))
    clang-format-19 --dry-run -Werror "$file" >/dev/null 2>&1 || { bad=$((bad + 1)); echo "  $file"; }
  done < <(sources)
  echo "$((total - bad)) of $total files are formatted; the others: make format"
  [ "$bad" = 0 ]
}
tidy() {
  if [ ! -f build/check/compile_commands.json ] || [ ! -f build/check/CMakeFiles/tamarack_pch.dir/cmake_pch.hxx.pch ]; then
    cmake --preset check -Wno-dev >/dev/null || return 1
  fi
  # The precompiled headers are made by the build, the headers of embedded files when it is configured; clang-tidy only reads them.
  cmake --build build/check --target tamarack_pch tamarack_test_pch >/dev/null || return 1
  scripts/run_tidy.py
}
shims() {
  local file
  while read -r file; do node --check "$file" || return 1; done < <(git ls-files --cached --others --exclude-standard 'src/adapter/shims/*js' 'clients/*.cjs' 'clients/*.js' 'clients/*.mjs' 'tests/projects/*.mjs')
  echo "node reads them"
}
plugins() {
  local files
  mapfile -t files < <(git ls-files --cached --others --exclude-standard 'src/*.py' 'clients/*.py' 'scripts/*.py' 'tests/*.py')
  PYTHONPYCACHEPREFIX=$(mktemp -d) "$python" -m py_compile "${files[@]}" && echo "${#files[@]} files compile"
}
names() {
  local files
  mapfile -t files < <(git ls-files --cached --others --exclude-standard 'src/*.py' 'clients/*.py' 'scripts/*.py' 'tests/*.py' 'examples/*.py')
  "$python" -m pyflakes "${files[@]}" && echo "${#files[@]} files use what they import, and define what they use"
}
scripts_parse() {
  local file
  for file in scripts/*.sh; do bash -n "$file" || return 1; done
  echo "$(ls scripts/*.sh | wc -l) scripts parse"
}

check "house" "$python" scripts/check_house.py
check "house tests" "$python" tests/house/test_house.py
check "format" formatted
check "tidy" tidy
check "shims" shims
check "python" plugins
check "names" names
check "collect" scripts/collect_tests.sh
check "copies" clients/copies.sh --check
check "shell" scripts_parse
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
