"""What `tamarack run` of one trivial unit adds to the command itself. Goal: at most 60 ms."""
import statistics
import sys

from common import Scratch, TAMARACK, load, spread, wall

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
TOML = """version = 1
project = "overhead"
[suite]
framework = "command"
discover = "echo unit"
run = "true {unit}"
[run]
workers = 1
"""

with Scratch(TOML) as folder:
    wall([TAMARACK, "run"], cwd=folder)  # warm: the state folder exists, the binary is in the page cache
    ours, bare = [], []
    for _ in range(ROUNDS):
        seconds, done = wall([TAMARACK, "run"], cwd=folder)
        if done.returncode != 0:
            raise SystemExit(done.stdout + done.stderr)
        ours.append(seconds * 1000)
        bare.append(wall(["sh", "-c", "true unit"], cwd=folder)[0] * 1000)
    added = [a - b for a, b in zip(ours, bare)]
    print(f"overhead: tamarack run {spread(ours, ' ms')}; the command alone {spread(bare, ' ms')}")
    print(f"overhead: added {spread(added, ' ms')}, goal at most 60 ms: {'met' if statistics.median(added) <= 60 else 'MISSED'}; {load()}")
