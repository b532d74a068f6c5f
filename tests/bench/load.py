"""A real `tamarack serve` under load: agents and browsers are simulated by tests/bench/load, everything on this machine, SQLite, every result
durable before the next lease goes out. Unit leases and results per second, how long a worker waits for its next lease, what a unit costs the
server from 100 to 10,000 of them, memory per 1,000 tests, and how old an entry is when a browser gets it. After every run the journal is
read: each planned test must have passed exactly once.

The bound in the same round: how often one writer can commit what one unit leaves (4 rows, 1 KB) to SQLite in the same folder, WAL,
synchronous=FULL. The server commits what arrived during a commit together, so that many agents get above it.

Usage: load.py [--quick] [--json] [--budget SECONDS] [--agents N,N…] [--units N,N…]
       --quick: 4 agents, 100 units, one round, as a smoke test. Exit code 1 when a ledger is not complete or a quick run has no figures.
Binaries: $TAMARACK_BIN, default build/bin/tamarack; $LOAD_BIN, default the first of build/bench/bin/load, build/check/bin/load.
"""
import argparse
import collections
import json
import os
import pathlib
import resource
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from common import ROOT, TAMARACK, load

AGENTS, UNITS = (4, 32, 128, 1000), (100, 1000, 10_000)
ROUNDS_MAX = 5
FLAT_MAX = 1.25  # what a unit may cost in a plan of 10,000, measured by one in a plan of 1,000
BOUND_SECONDS = 0.2  # before a load, and again after it
LOAD_TIMEOUT_S = 120


def load_binary():
    candidates = [os.environ.get("LOAD_BIN", "")] + [str(ROOT / "build" / preset / "bin/load") for preset in ("bench", "check")]
    found = next((one for one in candidates if one and os.access(one, os.X_OK)), None)
    return found or sys.exit("there is no `load` program: cmake --preset bench && cmake --build build/bench --target load, or set LOAD_BIN")


LOAD = load_binary()


class Incomplete(Exception):
    """A run whose ledger is wrong: nothing else matters then."""


class Server:
    """A server of its own, in a folder that goes away with it."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tamarack-load-"))
        self.process = None
        try:
            made = subprocess.run(
                [TAMARACK, "token", "create", "--data", self.folder / "data", "--project", "*", "--role", "runner"], capture_output=True, text=True, check=True
            )
            self.token = made.stdout.strip()
            self.errors = open(self.folder / "errors", "w+")
            command = [TAMARACK, "serve", "--data", self.folder / "data", "--listen", "127.0.0.1:0"]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors, text=True)
            self.url = self.process.stdout.readline().strip()
            if not self.url.startswith("http://"):
                raise SystemExit(f"the server did not start:\n{(self.folder / 'errors').read_text()[-3000:]}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def put_load(self, **options):
        """The figures of one load, with the ledger checked; or {"problem": …}."""
        arguments = [f"--{name.replace('_', '-')}" if value is True else f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        command = [LOAD, "--server", self.url, "--server-pid", str(self.process.pid), *(part for one in arguments for part in one.split("="))]
        try:
            done = subprocess.run(command, env={**os.environ, "TAMARACK_TOKEN": self.token}, capture_output=True, text=True, timeout=LOAD_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return {"problem": f"no end within {LOAD_TIMEOUT_S} s"}
        if self.process.poll() is not None:
            raise Incomplete(f"the server ended with code {self.process.returncode}:\n{(self.folder / 'errors').read_text()[-3000:]}")
        if done.returncode != 0:
            return {"problem": done.stderr.strip() or f"exit {done.returncode}"}
        figures = json.loads(done.stdout)
        self.check(figures)
        return figures

    def check(self, figures):
        """Every planned test passed exactly once, by the row and by the journal."""
        run, tests = figures["run"], figures["tests"]
        row = json.loads(self.get(f"/api/v1/runs/{run}"))
        facts = {"verdict": row["verdict"], "passed": row["ledger"]["passed"], "planned": row["planned"], "attempts": row["attempts"]}
        if facts != {"verdict": "passed", "passed": tests, "planned": tests, "attempts": tests}:
            raise Incomplete(f"run {run} of {tests} tests: {facts}")
        ended = [json.loads(line)["body"] for line in self.get(f"/api/v1/runs/{run}/journal").splitlines() if '"kind":"test_finished"' in line]
        passes = collections.Counter(one["report"]["test"] for one in ended if one["counted"] and one["settles"] == "passed")
        if len(ended) != tests or sorted(passes) != list(range(tests)) or max(passes.values()) != 1:
            raise Incomplete(f"run {run}: {len(ended)} results for {tests} tests, {len(passes)} of them passed, at most {max(passes.values(), default=0)} times")


def commits_per_second(folder):
    """The machine's own bound: one writer, one transaction after another."""
    database = sqlite3.connect(folder / "bound.db", isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE IF NOT EXISTS rows (body TEXT)")
        rows = [("x" * 250,)] * 4
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < BOUND_SECONDS:
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO rows VALUES (?)", rows)
            database.execute("COMMIT")
            count += 1
        return count / (time.perf_counter() - began)
    finally:
        database.close()


def one_load(**options):
    with Server() as server:
        before = commits_per_second(server.folder)
        figures = server.put_load(**options)
        figures["commits_per_s"] = (before + commits_per_second(server.folder)) / 2
    return figures


class Samples:
    """Several rounds of one load."""

    def __init__(self):
        self.rounds, self.problem, self.seconds = [], None, 0

    def add(self, **options):
        began = time.monotonic()
        figures = one_load(**options)
        self.seconds = time.monotonic() - began
        if "problem" in figures:
            self.problem = figures["problem"]
        else:
            self.rounds.append(figures)

    def of(self, value):
        values = [value(one) for one in self.rounds]
        return {"median": statistics.median(values), "min": min(values), "max": max(values), "n": len(values)}

    def summary(self):
        if not self.rounds:
            return {"problem": self.problem or "no time was left for it"}
        commit_ms = lambda one: 1000 / one["commits_per_s"]
        values = {
            "units_per_s": lambda one: one["leases"] / one["work_ms"] * 1000,
            "results_per_s": lambda one: one["results"] / one["work_ms"] * 1000,
            "units_per_commit": lambda one: one["leases"] / one["work_ms"] * commit_ms(one),
            "lease_p50_ms": lambda one: one["lease"]["p50"],
            "lease_p99_ms": lambda one: one["lease"]["p99"],
            "first_lease_p99_ms": lambda one: one["first_lease"]["p99"],
            "lease_p50_in_commits": lambda one: one["lease"]["p50"] / commit_ms(one),
            "server_us_per_unit": lambda one: one["server_cpu_ms"] / one["leases"] * 1000,
            "server_busy": lambda one: one["server_cpu_ms"] / one["work_ms"],
            "simulator_busy": lambda one: one["own_cpu_ms"] / one["work_ms"],
            "join_ms": lambda one: one["join_ms"],
            "join_cpu_ms": lambda one: one["join_cpu_ms"],
            "links_lost": lambda one: one["links_lost"],
            "commits_per_s": lambda one: one["commits_per_s"],
            "event_p50_ms": lambda one: one["events"]["p50"],
            "event_p99_ms": lambda one: one["events"]["p99"],
            "watchers_cut": lambda one: one["events_cut"],
            "watchers_behind": lambda one: one["watchers_behind"] + one["events_gaps"],
        }
        return {name: self.of(value) for name, value in values.items()}


# ---- what is measured


class Leases:
    """All sizes, round after round, so that a busy moment of the machine hits all of them."""

    def __init__(self, agents, units):
        self.table = {(a, u): Samples() for a in agents for u in units}

    def measure(self, rounds, deadline):
        for _ in range(rounds):
            for (agents, units), samples in self.table.items():
                # What stands in the way of so many agents does so with any number of units.
                samples.problem = samples.problem or next((one.problem for (a, _), one in self.table.items() if a == agents and one.problem), None)
                if not samples.problem and time.monotonic() + samples.seconds <= deadline:
                    samples.add(agents=agents, units=units)

    def summary(self):
        return {f"{a}x{u}": {"agents": a, "units": u, **samples.summary()} for (a, u), samples in self.table.items()}


def measure_events(rounds, deadline):
    """50 browsers beside 32 agents: at a pace of about 160 tests a second, and as fast as they can."""
    paced, flood = Samples(), Samples()
    for number in range(rounds):
        if number > 0 and time.monotonic() + paced.seconds + flood.seconds > deadline:
            break
        paced.add(agents=32, units=640, watchers=50, test_ms=200)
        flood.add(agents=32, units=1000, watchers=50)
    return {"paced": paced.summary(), "flood": flood.summary()}


def measure_neighbours(rounds, deadline):
    """What a younger run, whose plan stands beside this run's entries in the journal, adds to the cost of a unit."""
    alone, beside = Samples(), Samples()
    for number in range(rounds):
        if number > 0 and time.monotonic() + alone.seconds + beside.seconds > deadline:
            break
        alone.add(agents=32, units=3000)
        beside.add(agents=32, units=3000, beside=True)
    return {"alone": alone.summary(), "beside": beside.summary()}


def measure_memory(tests, rounds):
    """Runs one after another on one server, and one whose agents fetch the plan as real ones do."""
    result = {"tests": tests, "runs": []}
    with Server() as server:
        for _ in range(rounds):
            figures = server.put_load(agents=32, units=tests // 20, tests_per_unit=20)
            if "problem" in figures:
                return {"problem": figures["problem"]}
            result["runs"].append(figures["kb"])
    with Server() as server:
        figures = server.put_load(agents=128, units=tests, fetch_spec=True)
        result["fetched"] = figures.get("kb") or {"problem": figures["problem"]}
    return result


# ---- what is said of it


def spread(value, digits=0):
    return f"{value['median']:.{digits}f} ({value['min']:.{digits}f}–{value['max']:.{digits}f})"


def print_leases(leases):
    head = ["agents", "units", "n", "units/s (min–max)", "lease p50 ms", "p99 ms", "first p99", "units/commit", "p50/commit", "server µs/unit", "server busy", "simulator busy", "join ms", "join cpu ms"]
    rows = [head]
    for cell in leases.values():
        size = [str(cell["agents"]), str(cell["units"])]
        if "problem" in cell:
            continue
        middle = lambda name, digits=1: f"{cell[name]['median']:.{digits}f}"
        rows.append(
            size
            + [str(cell["units_per_s"]["n"]), spread(cell["units_per_s"]), spread(cell["lease_p50_ms"], 1), middle("lease_p99_ms"), middle("first_lease_p99_ms")]
            + [middle("units_per_commit", 2), middle("lease_p50_in_commits"), middle("server_us_per_unit", 0), middle("server_busy", 2), middle("simulator_busy", 2), middle("join_ms", 0), middle("join_cpu_ms", 0)]
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        print("  ".join(text.rjust(width) for text, width in zip(row, widths)))
    for cell in leases.values():
        if "problem" in cell:
            print(f"NOT MEASURED: {cell['agents']} agents, {cell['units']} units: {cell['problem']}")
    measured = [cell for cell in leases.values() if "problem" not in cell]
    lost = sum(cell["links_lost"]["max"] for cell in measured)
    if lost:
        print(f"links that broke and came back: up to {lost:.0f}: the latencies above contain that")
    if measured:
        bounds = [cell["commits_per_s"] for cell in measured]
        print(
            f"bound: {statistics.median(b['median'] for b in bounds):.0f} commits/s by one writer in the same folder "
            f"(min {min(b['min'] for b in bounds):.0f}, max {max(b['max'] for b in bounds):.0f}); units/commit and p50/commit are ratios to it, "
            "of each round by itself. server µs/unit: its processor time, with that of its commits; first p99: all workers are up at one moment"
        )


def print_flat(leases):
    for agents in sorted({cell["agents"] for cell in leases.values()}):
        cost = {cell["units"]: cell["server_us_per_unit"]["median"] for cell in leases.values() if cell["agents"] == agents and "problem" not in cell}
        if 1000 not in cost or 10_000 not in cost:
            continue
        ratio = cost[10_000] / cost[1000]
        print(f"server's processor time per unit, {agents} agents, 10,000 / 1,000 units: {ratio:.2f}, goal {FLAT_MAX}: {'met' if ratio <= FLAT_MAX else 'MISSED'}")


def print_events(events):
    for pace, cell in events.items():
        if "problem" in cell:
            print(f"NOT MEASURED: 50 browsers, {pace}: {cell['problem']}")
            continue
        print(
            f"event → browser, 50 of them, {pace} ({cell['results_per_s']['median']:.0f} results/s): p50 {spread(cell['event_p50_ms'])} ms, "
            f"p99 {spread(cell['event_p99_ms'])} ms; cut off {cell['watchers_cut']['median']:.0f} times, "
            f"missed entries: {cell['watchers_behind']['max']:.0f}; lease p99 meanwhile {cell['lease_p99_ms']['median']:.1f} ms"
        )


def print_neighbours(neighbours):
    for cell in neighbours.values():
        if "problem" in cell:
            return print(f"NOT MEASURED: two runs at once: {cell['problem']}")
    ratio = neighbours["beside"]["server_us_per_unit"]["median"] / neighbours["alone"]["server_us_per_unit"]["median"]
    print(f"server's processor time per unit, 3,000 units beside a younger run that waits / alone: {ratio:.2f}, goal {FLAT_MAX}: {'met' if ratio <= FLAT_MAX else 'MISSED'}")


def print_memory(memory):
    if "problem" in memory:
        return print(f"NOT MEASURED: memory: {memory['problem']}")
    thousands = memory["tests"] / 1000
    for number, kb in enumerate(memory["runs"], 1):
        print(
            f"memory, run {number} of {memory['tests']} tests on one server: {kb['before'] / 1024:.1f} MiB before, {kb['planned'] / 1024:.1f} planned, "
            f"{kb['verdict'] / 1024:.1f} at the verdict, {kb['peak'] / 1024:.1f} at most, {kb['after'] / 1024:.1f} after; per 1,000 tests: "
            f"{(kb['verdict'] - kb['before']) / 1024 / thousands:.2f} MiB at the verdict, {(kb['after'] - kb['before']) / 1024 / thousands:.2f} left"
        )
    kb = memory["fetched"]
    if "problem" in kb:
        return print(f"NOT MEASURED: agents that fetch the plan: {kb['problem']}")
    print(f"memory, 128 agents that fetch the plan of {memory['tests']} tests at once: {kb['before'] / 1024:.1f} MiB before, {kb['peak'] / 1024:.1f} at most")


def quick():
    samples = Samples()
    samples.add(agents=4, units=100, watchers=2)
    if samples.problem:
        raise Incomplete(samples.problem)
    cell = {"agents": 4, "units": 100, **samples.summary()}
    if cell["watchers_behind"]["max"] > 0:
        raise Incomplete("a watcher did not see every entry")
    return {"leases": {"4x100": cell}}


def measure(options, deadline):
    """First everything once, then more rounds for as long as there is time."""
    leases = Leases(options.agents, options.units)
    leases.measure(1, deadline)
    events = measure_events(3, deadline)
    memory = measure_memory(10_000, 3)
    neighbours = measure_neighbours(3, deadline)
    leases.measure(ROUNDS_MAX - 1, deadline)
    return {"leases": leases.summary(), "events": events, "memory": memory, "neighbours": neighbours}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--budget", type=float, default=300, help="seconds for all of it")
    numbers = lambda text: tuple(int(part) for part in text.split(","))
    parser.add_argument("--agents", type=numbers, default=AGENTS)
    parser.add_argument("--units", type=numbers, default=UNITS)
    options = parser.parse_args()
    began = time.monotonic()
    # The server inherits it.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        if options.quick:
            result = quick()
        else:
            result = measure(options, began + options.budget)
    except Incomplete as wrong:
        print(f"load: {wrong}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({"load_average": os.getloadavg()[0], "cores": os.cpu_count(), "open_files_max": hard, **result}))
        return 0
    print_leases(result["leases"])
    print_flat(result["leases"])
    print_events(result.get("events", {}))
    if "neighbours" in result:
        print_neighbours(result["neighbours"])
    if "memory" in result:
        print_memory(result["memory"])
    print(f"every planned test passed exactly once in all of them; {time.monotonic() - began:.0f} s, {load()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
