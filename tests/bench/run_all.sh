#!/bin/bash
# All ratios, one after another; a quiet machine gives better figures. About 20 minutes, most of it the browser suite.
set -euo pipefail
cd "$(dirname "$0")"
/usr/bin/python3 overhead.py
/usr/bin/python3 command_makespan.py
/usr/bin/python3 playwright_ratio.py "${PAIRS:-5}"
