"""What the benchmarks share: the binary, scratch projects, medians with their spread."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TAMARACK = os.environ.get("TAMARACK_BIN", str(ROOT / "build/bin/tamarack"))


class Scratch:
    """A folder with a tamarack.toml that goes away afterwards."""

    def __init__(self, toml):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="tamarack-bench-"))
        (self.path / "tamarack.toml").write_text(toml)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def run_json(folder, *arguments, env=None):
    """`tamarack run --json` in a folder: the object of its last line; fails loudly when the run was not green."""
    done = subprocess.run([TAMARACK, "run", "--json", *arguments], cwd=folder, env={**os.environ, **(env or {})}, capture_output=True, text=True)
    if not done.stdout.strip():
        raise SystemExit(f"tamarack printed nothing (exit {done.returncode}):\n{done.stderr[-3000:]}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    if result["verdict"] != "passed":
        raise SystemExit(f"the run was not green: {result['headline']}\n{done.stderr[-3000:]}")
    return result


def wall(command, **kwargs):
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, **kwargs)
    return time.monotonic() - started, done


def processor_seconds():
    """What all cores of this machine have worked since it started, everybody's work together."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def spread(values, unit=""):
    return f"median {statistics.median(values):.3f}{unit} (min {min(values):.3f}, max {max(values):.3f}, n {len(values)})"


def load():
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
