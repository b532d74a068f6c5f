"""The example suite on 2 workers: wall time of `tamarack run` against `npx playwright test --workers=2` on the same application,
interleaved pairs. Goal: median ratio at most 0.95. Both start the application themselves and have a warm cache of compiled specs.
Where the browsers alone keep every core busy, no order of the tests can save time: so the work of the cores is printed beside the wall time."""
import os
import shutil
import socket
import statistics
import subprocess
import sys

from common import ROOT, load, processor_seconds, run_json, spread, wall

PAIRS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
EXAMPLE = ROOT / "examples/actions"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def playwright():
    data = EXAMPLE / ".data/bench"
    shutil.rmtree(data, ignore_errors=True)
    env = {**os.environ, "USE_WEB_SERVER": "1", "PORT": free_port(), "DATA_DIR": str(data), "ALLOW_TEST_RESET": "1"}
    seconds, done = wall(["npx", "playwright", "test", "--workers=2", "--reporter=dot"], cwd=EXAMPLE, env=env)
    if done.returncode != 0:
        print(f"  (playwright itself was not green, exit {done.returncode}: {done.stdout[-300:]!r})", file=sys.stderr)
    return seconds


def tamarack():
    return run_json(EXAMPLE, "--workers", "2")["wall_ms"] / 1000


subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=EXAMPLE, check=True) if not (EXAMPLE / "node_modules").exists() else None
tamarack()  # history and the compile cache are warm for both sides
ratios, works, busy = [], [], []
for pair in range(PAIRS):
    times, work = {}, {}
    for side in [tamarack, playwright] if pair % 2 else [playwright, tamarack]:
        before = processor_seconds()
        times[side.__name__] = side()
        work[side.__name__] = processor_seconds() - before
    ratios.append(times["tamarack"] / times["playwright"])
    works.append(work["tamarack"] / work["playwright"])
    busy.append(work["playwright"] / times["playwright"] / os.cpu_count())
    print(
        f"pair {pair + 1}: tamarack {times['tamarack']:.1f} s ({work['tamarack']:.0f} s of cores), "
        f"playwright {times['playwright']:.1f} s ({work['playwright']:.0f} s of cores), ratio {ratios[-1]:.3f}; {load()}",
        flush=True,
    )
print(f"work of the cores, tamarack / playwright: {spread(works)}")
print(f"cores busy while playwright ran alone: {spread(busy)}; what is left over is all that a better order could save")
print(f"tamarack / playwright, example suite, 2 workers: {spread(ratios)}, goal 0.95: {'met' if statistics.median(ratios) <= 0.95 else 'MISSED'}")
