"""Makespan of 200 `command` units with unequal sleeps (longest 3 s) on 8 workers against the lower bound of the same run.
Goals: first run at most 1.15, later runs (history known) at most 1.05."""
import random
import statistics
import sys

from common import Scratch, load, run_json, spread

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
TOML = """version = 1
project = "makespan"
[suite]
framework = "command"
discover = "ls units/*.sh"
run = "sh {unit}"
"""

first, later = [], []
for seed in range(ROUNDS):
    with Scratch(TOML) as folder:
        (folder / "units").mkdir()
        draw = random.Random(seed)
        sleeps = [3.0] + [round(0.05 + 1.2 * draw.random() ** 2, 2) for _ in range(199)]
        draw.shuffle(sleeps)
        for i, seconds in enumerate(sleeps):
            (folder / f"units/unit-{i:03}.sh").write_text(f"sleep {seconds}\n")
        for number in range(3):
            result = run_json(folder, "--workers", "8")
            (first if number == 0 else later).append(result["wall_ms"] / result["lower_bound_ms"])
print(f"makespan / lower bound, 200 units, 8 workers, first run: {spread(first)}, goal 1.15: {'met' if statistics.median(first) <= 1.15 else 'MISSED'}")
print(f"makespan / lower bound, 200 units, 8 workers, later runs: {spread(later)}, goal 1.05: {'met' if statistics.median(later) <= 1.05 else 'MISSED'}; {load()}")
