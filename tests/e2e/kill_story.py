"""One story, told at many instants: a run of 60 tests is killed with SIGKILL and resumed; what must then be true.

What is provable about "no finished test ran again": a unit is finished when its command has ended, and the proof of that is the exit
record that the shim writes (attempts/TERM/exit.json) or its result in the journal, whichever comes first. Between the last line of a
script and its exit record the test is still in flight, and a test in flight may run again; of those there is at most one per worker
and kill. So, after every kill, the finished units are read from journal and exit records, and none of them may start again.
"""

import json
import random
import signal
import time

from harness import OUTCOMES

WORKERS = 3
UNITS = [f"unit-{n:02d}" for n in range(60)]
FAILING = {"unit-07", "unit-31"}
# Unequal and short: 60 of them take about a second and a half on three workers.
SCRIPT = 'n=${1#unit-}; sleep 0.0$(( (${n#0} * 7) % 10 ))\n[ "$1" != unit-07 ] && [ "$1" != unit-31 ]\n'


def make(project):
    project.commands(UNITS, SCRIPT, workers=WORKERS, logged=True)


def recorded_run(project):
    """The id of the run in the journal, or nothing when the kill came before there was one."""
    if not (project.root / ".tamarack/tamarack.db").exists():
        return None
    return next((body["run"] for _, kind, body in project.journal() if kind == "run_planned"), None)


def finished_units(project, run):
    """Units whose end is provable: they must never start again."""
    done, leases, names = set(), {}, []
    for _, kind, body in project.journal():
        if kind == "run_planned":
            names = [test["identity"]["spec"] for test in body["plan"]["tests"]]
        elif kind == "lease_granted":
            leases[body["term"]] = [names[test] for piece in body["pieces"] for test in piece["tests"]]
        elif kind == "test_finished" and body["counted"]:
            done.add(names[body["report"]["test"]])
    for term, units in leases.items():
        record = project.read(f".tamarack/runs/{run}/attempts/{term}/exit.json")
        if record and json.loads(record)["signal"] == 0:
            done.update(units)
    return done


def kill_at(project, process, instant):
    """SIGKILLs the process when the units have written so many more lines and a moment has passed; False when it ended before."""
    lines, moment = instant
    log = project.root / "units.log"
    wanted = lines + (log.read_bytes().count(b"\n") if log.exists() else 0)
    deadline = time.monotonic() + 60
    while lines > 0 and process.poll() is None and not (log.exists() and log.read_bytes().count(b"\n") >= wanted):
        assert time.monotonic() < deadline, "the run stands still"
        time.sleep(0.001)
    # The moment is the input of the story, not a wait for something: it carries the kill into any part of a unit's life.
    until = time.monotonic() + moment
    while time.monotonic() < until and process.poll() is None:
        time.sleep(0.0005)
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGKILL)
    process.communicate()
    project.assert_nothing_left(10)
    return True


def instant_of(dice):
    """Mostly while units run, sometimes while the command starts."""
    if dice.random() < 0.15:
        return 0, dice.uniform(0, 0.08)
    return dice.randint(1, 120), dice.uniform(0, 0.02)


def tell(project, seed, kills=1):
    """Runs the story once; every promise is asserted. Returns what happened, for the summary."""
    dice = random.Random(seed)
    make(project)
    happened = {"killed": 0, "before the plan": 0, "finished": 0, "repeated": 0}
    command = ["run"]
    starts_of_finished = {}
    process = project.start(*command, "--json")
    for _ in range(kills):
        if not kill_at(project, process, instant_of(dice)):
            break
        happened["killed"] += 1
        run = recorded_run(project)
        if run is None:
            # Nothing was promised yet: there is no run to resume, and that is said.
            resumed = project.tamarack("resume")
            assert resumed.code == 2 and "no interrupted run" in resumed.err, resumed.text
            happened["before the plan"] += 1
            command = ["run"]
        else:
            starts = project.starts()
            for unit in finished_units(project, run):
                starts_of_finished.setdefault(unit, starts[unit])
            command = ["resume", run]
        process = project.start(*command, "--json")
    finished = project.finish(process)
    assert finished.code == 1, finished.text

    starts = project.starts()
    again = {unit: (count, starts[unit]) for unit, count in starts_of_finished.items() if starts[unit] != count}
    assert not again, f"finished tests ran again: {again}"
    happened["finished"] = len(starts_of_finished)
    happened["repeated"] = sum(count - 1 for count in starts.values())
    assert happened["repeated"] <= WORKERS * happened["killed"], f"more repetitions than tests can have been in flight: {happened}"
    verify_ledger(project, finished.json)
    return happened


def verify_ledger(project, result):
    tests = project.tests(result["run_id"])  # asserts that none has two verdicts
    expected = {unit: "failed" if unit in FAILING else "passed" for unit in UNITS}
    assert tests == expected, {unit: outcome for unit, outcome in tests.items() if outcome != expected[unit]}
    assert {unit for word, unit, _ in project.log() if word == "end"} == set(UNITS), "a test counts that never came to its end"
    for account in (result, project.tamarack("show", result["run_id"], "--json").json):
        assert account["planned"] == 60 and account["exit_code"] == 1
        assert {outcome: account["ledger"][outcome] for outcome in OUTCOMES if account["ledger"][outcome]} == {"passed": 58, "failed": 2}
    project.assert_nothing_left()
