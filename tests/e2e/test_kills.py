"""SIGKILL of anything at any time costs at most the test in flight, and nothing is left running."""

import contextlib
import json
import os
import pathlib
import signal

import pytest

import kill_story
from harness import REPOSITORY, children_of, wait_until

KILLS = int(os.environ.get("KILLS", "12"))


@pytest.mark.parametrize("seed", range(1, KILLS + 1))
def test_tamarack_is_killed_at_a_random_instant(project, seed):
    kill_story.tell(project, seed)


@pytest.mark.parametrize("seed", [101, 102])
def test_tamarack_is_killed_again_while_it_resumes(project, seed):
    assert kill_story.tell(project, seed, kills=3)["killed"] >= 1


# ---- a unit that waits for the test

# $1.pid appears when the unit runs; it ends when "go" appears.
WAITS = 'echo $$ > "$1.pid.new"; mv "$1.pid.new" "$1.pid"\nwhile [ ! -e go ]; do sleep 0.02; done\n'


def shims(project):
    return [pid for pid, command in project.alive().items() if command.startswith("tamarack __shim")]


def wait_for_unit(project, unit):
    return int(wait_until(lambda: project.read(f"{unit}.pid"), f"unit '{unit}' to run"))


def kill_and_forget(project, unit, pids):
    (project.root / f"{unit}.pid").unlink()
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # a subshell that was about to end
            os.kill(pid, signal.SIGKILL)


def of_the_command(project, pid):
    """The command that the shim started, of which `pid` may be a child."""
    (shim,) = shims(project)
    return children_of(shim)


def of_the_shim(project, pid):
    return shims(project)


def of_the_tree(project, pid):
    return [other for other in project.alive() if other != project.processes[-1].pid]


@pytest.mark.parametrize("victims", [of_the_command, of_the_shim, of_the_tree])
def test_a_killed_framework_process_costs_nothing_but_time(project, victims):
    project.commands(["a", "b"], 'case "$1" in a) ;; b)\n(setsid sleep 600 &)\n' + WAITS + ';; esac\n', workers=1, logged=True)
    process = project.start("run", "--json")
    pid = wait_for_unit(project, "b")
    kill_and_forget(project, "b", victims(project, pid))
    wait_for_unit(project, "b")
    project.write("go", "")
    finished = project.finish(process, 30)
    assert finished.code == 0, finished.text
    assert project.tests() == {"a": "passed", "b": "passed"}
    assert project.starts() == {"a": 1, "b": 2}
    project.assert_nothing_left(1)


def test_a_unit_that_is_killed_every_time_is_lost_by_name(project):
    project.commands(["a", "deadly"], 'test "$1" = a || kill -9 $PPID $$\n', run="sh unit.sh {unit}; true", workers=1, logged=True, settings="[run]\nworkers = 1\nlost_max = 2\n")
    project.write("tamarack.toml", project.read("tamarack.toml").replace("sh unit.sh {unit}; true", "sh unit.sh {unit}; exit $?"))
    finished = project.run(expect=4, seconds=30)
    assert project.tests() == {"a": "passed", "deadly": "lost"}
    assert project.starts()["deadly"] == 2
    assert finished.json["verdict"] == "incomplete" and "deadly" in project.tamarack("show").out


# ---- Tamarack is frozen, the unit ends, Tamarack dies without having heard of it

REPORTS = {
    "exit-code": ("", "", True),
    "junit": ('results = "junit:{data}/{unit}.xml"\nenv = { OUT = "{data}" }',
              'echo "<testsuite name=\'s\'><testcase name=\'c\'/></testsuite>" > "$OUT/$1.xml"\n', True),
    "junit of a worker": ('results = "junit:out-{worker}.xml"', 'echo "<testsuite name=\'s\'><testcase name=\'c\'/></testsuite>" > "out-$TAMARACK_WORKER_INDEX.xml"\n', True),
    "ctrf": ('results = "ctrf:{unit}.json"', 'echo \'{"results":{"tool":{"name":"x"},"summary":{"tests":1},"tests":[{"name":"c","status":"passed","duration":1}]}}\' > "$1.json"\n', True),
    # Its result went into the pipe of a process that is gone: the unit counts as in flight and runs again, but is never called failed.
    "tap": ('results = "tap"', 'echo "1..1"; echo "ok 1 - c"\n', False),
}


def run_killed_before_it_heard_of_a(project):
    """The id of a run in which unit "a" came to its end while Tamarack was frozen, before it was killed."""
    process = project.start("run", "--json")
    wait_for_unit(project, "a")
    process.send_signal(signal.SIGSTOP)
    project.write("go", "")
    (run,) = project.run_ids()
    wait_until(lambda: project.read(f".tamarack/runs/{run}/attempts/1/exit.json"), "the exit record")
    process.kill()
    process.communicate()
    project.assert_nothing_left(5)
    return run


@pytest.mark.parametrize("kind", REPORTS)
def test_what_ended_unheard_is_recovered(project, kind):
    suite, script, is_provable = REPORTS[kind]
    project.commands(["a", "b"], f'if [ "$1" = a ]; then {WAITS.strip()}; fi\n' + script, suite=suite, workers=1, logged=True)
    run = run_killed_before_it_heard_of_a(project)
    project.resume(run, expect=0)
    assert project.tests() == {"a": "passed", "b": "passed"}
    assert project.starts() == {"a": 1 if is_provable else 2, "b": 1}


def test_the_test_in_flight_runs_again_and_nothing_else(project):
    project.commands(["a", "b", "c"], f'if [ "$1" = b ]; then {WAITS.strip()}; fi\n', workers=1, logged=True)
    process = project.start("run")
    wait_for_unit(project, "b")
    process.kill()
    process.communicate()
    project.assert_nothing_left(5)
    listed = project.tamarack("runs", "--json").json
    assert listed["verdict"] == "interrupted"
    assert "interrupted" in project.tamarack("runs").out
    shown = project.tamarack("show")
    assert shown.code == 0 and listed["run_id"] in shown.out, "an interrupted run can be looked at"
    project.write("go", "")
    resumed = project.resume(expect=0)
    assert resumed.json["run_id"] == listed["run_id"]
    assert project.starts() == {"a": 1, "b": 2, "c": 1}


def test_a_retry_budget_is_not_spent_by_kills(project):
    project.commands(["a"], f"{WAITS}exit 1\n", workers=1, logged=True)
    process = project.start("run", "--retries", "1")
    wait_for_unit(project, "a")
    process.kill()
    process.communicate()
    project.assert_nothing_left(5)
    project.write("go", "")
    project.resume(expect=1)
    assert project.starts() == {"a": 3}, "the killed execution, the attempt and its retry"


def test_killed_while_listing_leaves_nothing_to_resume(project):
    project.commands(["a"], "true\n")
    project.write("tamarack.toml", project.read("tamarack.toml").replace("cat units.txt", "touch listing; exec sleep 600"))
    process = project.start("run")
    wait_until(lambda: (project.root / "listing").exists(), "the listing")
    process.kill()
    process.communicate()
    project.assert_nothing_left(5)
    resumed = project.tamarack("resume")
    assert resumed.code == 2 and "no interrupted run" in resumed.err
    project.commands(["a"], "true\n")
    project.run(expect=0)


def test_a_killed_playwright_repeats_only_the_test_in_flight(project):
    installed = REPOSITORY / "tests/projects/playwright/node_modules"
    assert pathlib.Path(installed).exists(), "run `npm ci` in tests/projects/playwright, as scripts/test_e2e.sh does"
    (project.root / "node_modules").symlink_to(installed)
    project.write("tamarack.toml", 'version = 1\n[suite]\nframework = "playwright"\n[run]\nworkers = 1\n')
    project.write("playwright.config.js", "module.exports = { testDir: 'tests' };\n")
    project.write("tests/a.spec.js", """
const { test } = require('@playwright/test');
const fs = require('fs');
const note = (text) => fs.appendFileSync('units.log', text);
test('first', async () => note('start first 1\\n'));
test('second', async () => {
  note('start second 1\\n');
  while (!fs.existsSync('go')) await new Promise((done) => setTimeout(done, 20));
});
test('third', async () => note('start third 1\\n'));
""")
    process = project.start("run", "--json")
    wait_until(lambda: "second" in project.starts(), "the second test", 60)
    wait_until(lambda: any(kind == "test_finished" for _, kind, _ in project.journal()), "the first result in the journal")
    (shim,) = shims(project)
    for pid in children_of(shim):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: project.starts()["second"] == 2, "its second execution", 60)
    project.write("go", "")
    finished = project.finish(process, 60)
    assert finished.code == 0, finished.text
    assert project.starts() == {"first": 1, "second": 2, "third": 1}
    assert json.loads(finished.out)["ledger"]["passed"] == 3


# ---- frameworks with live events: what the event file says is known, even if nobody was left to hear it

PYTEST = """
import os, pathlib, time

def note(name):
    with open("units.log", "a") as file:
        file.write(f"start {name} 1\\n")

def test_first(): note("first")
def test_second():
    note("second")
    while not pathlib.Path("go").exists():
        time.sleep(0.02)
def test_third(): note("third")
def test_fourth():
    note("fourth")
    while not pathlib.Path("go on").exists():
        time.sleep(0.02)
def test_fifth(): note("fifth")
"""


def pytest_run(project):
    project.write("test_all.py", PYTEST)
    project.write("tamarack.toml", 'version = 1\n[suite]\nframework = "pytest"\n[run]\nworkers = 1\n[[together]]\nmatch = "*.py"\n')
    process = project.start("run", "--json")
    wait_until(lambda: "second" in project.starts(), "the second test", 60)
    return process


def test_pytest_finished_tests_are_known_after_a_kill(project):
    process = pytest_run(project)
    process.kill()
    process.communicate()
    project.assert_nothing_left(5)
    project.write("go", "")
    project.write("go on", "")
    project.resume(expect=0)
    assert project.starts() == {"first": 1, "second": 2, "third": 1, "fourth": 1, "fifth": 1}


def test_pytest_results_that_nobody_heard_are_read_from_its_events(project):
    process = pytest_run(project)
    process.send_signal(signal.SIGSTOP)
    project.write("go", "")
    wait_until(lambda: "fourth" in project.starts(), "the fourth test")
    process.kill()
    process.communicate()
    project.assert_nothing_left(5)
    project.write("go on", "")
    project.resume(expect=0)
    assert project.starts() == {"first": 1, "second": 1, "third": 1, "fourth": 2, "fifth": 1}
    assert set(project.tests().values()) == {"passed"}


def test_a_failure_that_nobody_heard_still_counts(project):
    project.commands(["a", "b"], f'if [ "$1" = a ]; then {WAITS.strip()}; exit 4; fi\n', workers=1, logged=True)
    run = run_killed_before_it_heard_of_a(project)
    project.resume(run, expect=1)
    assert project.tests() == {"a": "failed", "b": "passed"} and project.starts() == {"a": 1, "b": 1}


def test_a_secret_that_nobody_heard_is_masked_as_well(project):
    wrong = 'echo "password=$SHOP_PASSWORD" >> "$TAMARACK_OUTPUT"; bad="<failure message=\'cannot log in with $SHOP_PASSWORD\'/>"'
    report = 'echo "<testsuite name=\'s\'><testcase name=\'c\'>$bad</testcase></testsuite>" > "$1.xml"; [ -z "$bad" ]\n'
    project.commands(["a", "b"], f'if [ "$1" = a ]; then {WAITS.strip()}; {wrong}; fi\n{report}', workers=1, logged=True,
                     suite='results = "junit:{unit}.xml"\nenv = { SHOP_PASSWORD = "hunter2-hunter2" }')
    run = run_killed_before_it_heard_of_a(project)
    resumed = project.resume(run, expect=1)
    assert project.tests() == {"a": "failed", "b": "passed"} and project.starts() == {"a": 1, "b": 1}
    (failed,) = [body["report"] for _, kind, body in project.journal() if kind == "test_finished" and body["report"]["status"] == "failed"]
    assert failed["errors"][0]["message"].endswith("cannot log in with ***") and not failed.get("captures")
    assert "hunter2" not in str(project.journal()) and "hunter2" not in resumed.text


# ---- what goes wrong outside of any test is not forgotten with the process that saw it

MOCHA_A = """
const fs = require('fs');
describe('the basket', () => {
  after(() => { throw new Error('the basket was not emptied'); });
  it('sells', async () => {
    fs.appendFileSync('units.log', 'start a 1\\n');
    while (!fs.existsSync('go')) await new Promise((done) => setTimeout(done, 20));
  });
});
"""
MOCHA_B = """
const fs = require('fs');
describe('the till', () => {
  it('counts', async () => {
    fs.appendFileSync('units.log', 'start b 1\\n');
    while (!fs.existsSync('go on')) await new Promise((done) => setTimeout(done, 20));
  });
});
"""


@pytest.mark.parametrize("was_heard", [True, False], ids=["heard", "unheard"])
def test_an_error_of_a_hook_survives_a_kill(project, was_heard):
    installed = REPOSITORY / "tests/projects/mocha/node_modules"
    assert installed.exists(), "run `npm ci` in tests/projects/mocha, as scripts/test_e2e.sh does"
    (project.root / "node_modules").symlink_to(installed)
    project.write("tamarack.toml", 'version = 1\n[suite]\nframework = "mocha"\n[run]\nworkers = 1\n[[together]]\nmatch = "test/*.js"\n')
    project.write(".mocharc.json", '{"timeout": 60000}')
    project.write("test/a.spec.js", MOCHA_A)
    project.write("test/b.spec.js", MOCHA_B)
    process = project.start("run", "--json")
    wait_until(lambda: "a" in project.starts(), "the first test", 60)
    if not was_heard:
        process.send_signal(signal.SIGSTOP)
    project.write("go", "")
    wait_until(lambda: "b" in project.starts(), "the second test", 60)
    if was_heard:
        wait_until(lambda: any(kind == "disagreed" for _, kind, _ in project.journal()), "the hook's error in the journal")
    process.kill()
    process.communicate()
    project.assert_nothing_left(5)
    project.write("go on", "")
    resumed = project.resume(expect=1, seconds=120)
    assert project.starts() == {"a": 1, "b": 2}, "what had passed does not run again: only the memory of it says what was wrong"
    assert set(project.tests().values()) == {"passed"}
    told = [body for _, kind, body in project.journal() if kind == "disagreed"]
    assert [one["name"] for one in told] == ["framework_error"] and "the basket was not emptied" in told[0]["message"]
    assert "the basket was not emptied" in resumed.err
