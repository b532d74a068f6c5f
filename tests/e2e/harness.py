"""A tiny project on disk and the real binary run in it.

Every process of a project carries a marker in its environment, so that a test can find what was left behind. Nothing here sleeps
without watching for an event: `wait_until` polls with a bound and says what it was waiting for.
"""

import atexit
import functools
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.path.abspath(os.environ.get("TAMARACK_BIN", REPOSITORY / "build/bin/tamarack"))
OUTCOMES = ("passed", "failed", "flaky", "skipped", "timed_out", "lost", "cancelled", "never_ran")

# A unit says when it began and, if it comes to its own end, when it ended; O_APPEND keeps lines of parallel units whole.
LOGGING_UNIT = """echo "start $1 $(date +%s%N)" >> units.log
trap 'echo "end $1 $(date +%s%N)" >> units.log' EXIT
{body}"""


def wait_until(condition, what, seconds=20):
    """Polls until `condition()` is true and returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.005)


def marked_processes(marker):
    """Processes, zombies aside, whose environment carries the marker: {pid: command line}."""
    wanted = f"TAMARACK_E2E={marker}".encode()
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:
                if wanted not in file.read().split(b"\0"):
                    continue
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                found[int(entry)] = file.read().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue  # it ended while we looked, or it is another user's
    return found


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def rss_kib(pid):
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


@functools.cache
def python_folder():
    """A folder whose python3 is Debian's: the one that has pytest and selenium, whatever else is installed on this machine."""
    folder = tempfile.mkdtemp(prefix="tamarack-e2e-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.symlink("/usr/bin/python3", f"{folder}/python3")
    return folder


@dataclass
class Finished:
    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self):
        """The last line of standard output, which --json promises to be one object."""
        lines = self.out.strip().splitlines()
        assert lines, f"no output; exit code {self.code}; standard error:\n{self.err}"
        return json.loads(lines[-1])

    @property
    def text(self):
        return self.out + self.err


class Project:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.root.mkdir(parents=True, exist_ok=True)
        self.marker = uuid.uuid4().hex
        self.processes = []

    # ---- files
    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def read(self, path):
        target = self.root / path
        return target.read_text() if target.exists() else ""

    def copy(self, folder, *ignored):
        """A mini-project of the repository; installed packages are linked, what runs leave behind stays behind."""
        source = REPOSITORY / folder
        skip = shutil.ignore_patterns("node_modules", ".tamarack", "__pycache__", "test-results", "build", *ignored)
        shutil.copytree(source, self.root, dirs_exist_ok=True, ignore=skip)
        for installed in ("node_modules", "build"):
            if (source / installed).exists():
                (self.root / installed).symlink_to(source / installed)

    def commands(self, units, script, run="sh unit.sh {unit}", suite="", settings="", workers=2, logged=False):
        """A `command` suite: `script` gets the unit's name as $1; `units` is a list of names."""
        self.write("units.txt", "".join(unit + "\n" for unit in units))
        self.write("unit.sh", LOGGING_UNIT.replace("{body}", script) if logged else script)
        run = run.replace("\\", "\\\\").replace('"', '\\"')
        self.write("tamarack.toml", f'version = 1\n[suite]\nframework = "command"\ndiscover = "cat units.txt"\nrun = "{run}"\n{suite}\n'
                                    + (f"[run]\nworkers = {workers}\n" if "[run]" not in settings else "") + settings)

    # ---- the binary
    def environment(self, env=None):
        noise = ("CI", "GITHUB_", "FORCE_COLOR", "NO_COLOR", "TAMARACK_", "PYTEST_", "FAIL", "HANG", "PORT")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(noise)}
        path = f"{python_folder()}:{REPOSITORY}/build/node/bin:{clean.get('PATH', '')}"
        return {**clean, "PATH": path, "TAMARACK_E2E": self.marker, **(env or {})}

    def start(self, *arguments, env=None, binary=None, **options):
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("stdin", subprocess.DEVNULL)
        process = subprocess.Popen([binary or BINARY, *map(str, arguments)], cwd=self.root, env=self.environment(env), **options)
        self.processes.append(process)
        return process

    def finish(self, process, seconds=90):
        began = time.monotonic()
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"still running after {seconds} s; output:\n{out.decode(errors='replace')}\n{err.decode(errors='replace')}")
        return Finished(process.returncode, (out or b"").decode(errors="replace"), (err or b"").decode(errors="replace"), time.monotonic() - began)

    def tamarack(self, *arguments, env=None, seconds=90, **options):
        began = time.monotonic()
        finished = self.finish(self.start(*arguments, env=env, **options), seconds)
        finished.seconds = time.monotonic() - began
        return finished

    def run(self, *arguments, expect=None, **options):
        """`tamarack run --json`, checked for what every run promises."""
        return self.checked("run", *arguments, expect=expect, **options)

    def resume(self, *arguments, expect=None, **options):
        return self.checked("resume", *arguments, expect=expect, **options)

    def checked(self, *arguments, expect=None, **options):
        finished = self.tamarack(*arguments, "--json", **options)
        assert expect is None or finished.code == expect, f"exit code {finished.code}, expected {expect}\n{finished.text}"
        if finished.out.strip():
            result = finished.json
            assert result["exit_code"] == finished.code, finished.text
            assert sum(result["ledger"][outcome] for outcome in OUTCOMES) == result["planned"], finished.text
            assert set(result["ledger"]) == set(OUTCOMES)
        return finished

    # ---- what a run left
    def run_ids(self):
        folder = self.root / ".tamarack/runs"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def journal(self, run=None):
        """[(seq, kind, body)] of a run, read from a copy so that the database stays as it was left."""
        copy = self.root / f".journal-{uuid.uuid4().hex}"
        try:
            while True:
                shutil.rmtree(copy, ignore_errors=True)
                copy.mkdir()
                try:
                    for path in (self.root / ".tamarack").glob("tamarack.db*"):
                        shutil.copy(path, copy / path.name)
                    break
                except FileNotFoundError:
                    pass  # its journal went into the database while it was copied: all of it again
            database = sqlite3.connect(copy / "tamarack.db")
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            has_journal = database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'journal'").fetchone() == (1,)
            rows = database.execute("SELECT run_id, seq, kind, body FROM journal ORDER BY run_id, seq").fetchall() if has_journal else []
            database.close()
        finally:
            shutil.rmtree(copy)
        last = run or (rows[-1][0] if rows else None)
        return [(seq, kind, json.loads(body)) for run_id, seq, kind, body in rows if run_id == last]

    def tests(self, run=None):
        """{name: outcome} of every planned test, from the journal. Checks that each was settled exactly once."""
        names, settled = [], {}
        for _, kind, body in self.journal(run):
            if kind == "run_planned":
                for test in body["plan"]["tests"]:
                    identity = test["identity"]
                    name = " › ".join([identity["spec"], *identity["title_path"]])
                    names.append(name + (f" [{identity['parameters']}]" if identity["parameters"] else ""))
            elif kind == "test_finished" and body["counted"] and body["settles"] != "pending":
                settled.setdefault(body["report"]["test"], []).append(body["settles"])
            elif kind == "test_settled":
                settled.setdefault(body["test"], []).append(body["outcome"])
        doubled = {names[test]: outcomes for test, outcomes in settled.items() if len(outcomes) != 1}
        assert not doubled, f"tests with more than one verdict: {doubled}"
        assert len(set(names)) == len(names), "equal names"
        return {name: settled.get(index, [None])[0] for index, name in enumerate(names)}

    def log(self):
        """[(word, unit, nanoseconds as text of one length)] written by LOGGING_UNIT."""
        lines = (line.split(" ", 1) for line in self.read("units.log").splitlines())
        return [(word, *rest.rsplit(" ", 1)) for word, rest in lines]

    def spans(self):
        """{unit: (start, end)} of the last execution of each unit."""
        spans = {}
        for word, unit, at in self.log():
            spans[unit] = (at, None) if word == "start" else (spans[unit][0], at)
        return spans

    def starts(self):
        counts = {}
        for word, unit, _ in self.log():
            if word == "start":
                counts[unit] = counts.get(unit, 0) + 1
        return counts

    # ---- processes
    def alive(self):
        return marked_processes(self.marker)

    def assert_nothing_left(self, seconds=5):
        wait_until(lambda: not self.alive(), f"the end of {self.alive()}", seconds)

    def clean_up(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()
        left = self.alive()
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return left


def overlap(first, second):
    return first[0] < second[1] and second[0] < first[1]
