#!/bin/bash
# All ratios, one after another; a quiet machine gives better figures. About 25 minutes, most of it the browser suite.
#   overhead.py          what `tamarack run` adds to a trivial command
#   command_makespan.py  makespan of unequal units against the lower bound of the same run
#   playwright_ratio.py  the example suite against Playwright itself, in pairs
#   load.py              a server under simulated agents and browsers: leases/s and their latency against the commits/s of this machine, cost per
#                        unit at 10,000 against 1,000, memory per 1,000 tests, age of events; needs build/bench/bin/load (cmake --preset bench)
set -euo pipefail
cd "$(dirname "$0")"
/usr/bin/python3 overhead.py
/usr/bin/python3 command_makespan.py
/usr/bin/python3 playwright_ratio.py "${PAIRS:-5}"
/usr/bin/python3 load.py
