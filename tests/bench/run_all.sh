#!/bin/bash
# All ratios, one after another; a quiet machine gives better figures. About 40 minutes, most of it browsers.
#   overhead.py          what `tamarack run` adds to a trivial command
#   command_makespan.py  makespan of unequal units against the lower bound of the same run
#   playwright_ratio.py  the example suite against Playwright itself, in pairs
#   wait_latency.py      how soon a test goes on after its job has ended, pushed against polled, and the requests of each; needs redis-server
#   flows.py             40 flows of 30 s backend time against the same tests polling inside Playwright, 2 workers each; a quarter of an hour
#   flow_start.py        from an event to the first line of the next phase
#   board_bench          10,000 parked waits: memory, processor; 1,000 of one address (cmake --preset bench, ninja board_bench)
#   load.py              a server under simulated agents and browsers: leases/s and their latency against the commits/s of this machine, cost per
#                        unit at 10,000 against 1,000, memory per 1,000 tests, age of events; needs build/bench/bin/load (cmake --preset bench)
set -euo pipefail
cd "$(dirname "$0")"
/usr/bin/python3 overhead.py
/usr/bin/python3 command_makespan.py
/usr/bin/python3 playwright_ratio.py "${PAIRS:-5}"
/usr/bin/python3 wait_latency.py
/usr/bin/python3 flow_start.py
[ ! -x ../../build/bench/bin/board_bench ] || ../../build/bench/bin/board_bench
/usr/bin/python3 flows.py
/usr/bin/python3 load.py
