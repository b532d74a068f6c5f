"""From an event to the next phase: COUNT flows whose waits watch one file each are parked; the files come one by one, each when a worker is free.
How long until the first line of the validate test runs: push, confirming look, journal, lease, process. Goal: p99 under 250 ms.

Usage: flow_start.py [COUNT]"""
import os
import statistics
import subprocess
import sys
import time

from common import TAMARACK, Scratch, load

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 200
HEAD = """version = 1
[suite]
framework = "command"
discover = "cat units.txt"
run = "sh unit.sh {unit}"
[run]
workers = 2
"""
FLOW = """[[flow]]
name = "f%(n)d"
each = "all"
[[flow.phase]]
name = "prepare"
match = "p%(n)d"
[[flow.phase]]
name = "backend"
wait = { file = { path = "%(folder)s/done/%(n)d" } }
timeout = "10m"
[[flow.phase]]
name = "validate"
match = "v%(n)d"
"""
UNIT = 'case $1 in v*) date +%s%N > "began/${1#v}.new" && mv "began/${1#v}.new" "began/${1#v}" ;; esac\n'


def wait_for(condition, what, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds} s in vain for {what}")
        time.sleep(0.002)


with Scratch("") as folder:
    (folder / "tamarack.toml").write_text(HEAD + "".join(FLOW % {"n": n, "folder": folder} for n in range(COUNT)))
    (folder / "units.txt").write_text("".join(f"p{n}\nv{n}\n" for n in range(COUNT)))
    (folder / "unit.sh").write_text(UNIT)
    for name in ("done", "began"):
        (folder / name).mkdir()
    log = open(folder / "log", "w+")
    run = subprocess.Popen([TAMARACK, "run"], cwd=folder, stdout=log, stderr=log, env={**os.environ, "NO_COLOR": "1"})
    try:
        wait_for(lambda: (folder / "log").read_text().count("no worker is held") == COUNT, "all waits to be parked")
        took = []
        for n in range(COUNT):
            time.sleep(0.05)  # One after the other: a worker is free each time.
            at = time.time_ns()
            (folder / "done" / f"{n}").write_text("{}")
            wait_for(lambda: (folder / "began" / f"{n}").exists(), f"the validate test of flow {n}", 30)
            took.append((int((folder / "began" / f"{n}").read_text()) - at) / 1e6)
        if run.wait(60) != 0:
            raise SystemExit((folder / "log").read_text()[-3000:])
    finally:
        if run.poll() is None:
            run.kill()
            run.wait()
    took.sort()
    p99 = took[min(COUNT - 1, int(COUNT * 0.99))]
    print(
        f"event → first line of the next phase, {COUNT} flows, a worker free: p50 {statistics.median(took):.0f} ms, p99 {p99:.0f} ms (max {took[-1]:.0f}); "
        f"goal p99 250 ms: {'met' if p99 < 250 else 'MISSED'}; {load()}"
    )
