"""How a run ends before its tests do: fail-fast, time limits, Ctrl-C once and twice."""

import signal

import pytest

from harness import wait_until

HANGS = 'case "$1" in hang*) touch "$1.began"; exec sleep 600;; esac\n'


def test_fail_fast_cancels_what_runs_and_lists_what_never_ran(project):
    script = ('case "$1" in hang) touch hang.began; exec sleep 600;;\n'
              '  bad) while [ ! -e hang.began ]; do sleep 0.01; done; exit 1;; esac\n')
    project.commands(["hang", "bad", "later1", "later2"], script, logged=True)
    finished = project.run("--fail-fast", expect=1, seconds=30)
    assert project.tests() == {"hang": "cancelled", "bad": "failed", "later1": "never_ran", "later2": "never_ran"}
    assert finished.json["ledger"]["never_ran"] == 2 and finished.json["verdict"] == "failed"
    shown = project.tamarack("show").out
    assert "later1" in shown and "later2" in shown and "never ran" in shown
    assert set(project.starts()) == {"hang", "bad"}
    project.assert_nothing_left(1)


def test_fail_fast_counts(project):
    project.commands([f"bad{n}" for n in range(6)], "exit 1\n", logged=True, workers=1)
    result = project.run("--fail-fast=3", expect=1).json
    assert result["ledger"]["failed"] == 3 and result["ledger"]["never_ran"] == 3


def test_the_time_limit_of_the_run(project):
    project.commands(["a-quick", "hang1", "hang2", "later"], HANGS)
    finished = project.run("--timeout", "1500ms", expect=3, seconds=30)
    assert finished.json["verdict"] == "timed_out"
    assert project.tests() == {"a-quick": "passed", "hang1": "timed_out", "hang2": "timed_out", "later": "never_ran"}
    assert finished.json["wall_ms"] >= 1500 and finished.seconds < 15
    project.assert_nothing_left(1)


def test_a_unit_that_ignores_the_polite_signal_is_killed(project):
    project.commands(["stubborn"], "trap '' TERM\nwhile :; do sleep 0.05; done\n", settings='[run]\nworkers = 1\nunit_timeout = "300ms"\n')
    finished = project.run(expect=3, seconds=30)
    assert project.tests() == {"stubborn": "timed_out"}
    assert "300 ms" in finished.text
    project.assert_nothing_left(1)


def test_the_time_limit_of_a_unit(project):
    project.commands(["hang", "quick"], HANGS, settings='[run]\nworkers = 2\nunit_timeout = "500ms"\n')
    finished = project.run(expect=3, seconds=30)
    assert finished.json["ledger"]["timed_out"] == 1 and finished.json["ledger"]["passed"] == 1
    assert "unit_timeout" in project.tamarack("show").out


def test_a_timed_out_unit_may_be_tried_again(project):
    project.commands(["once"], "[ -e tried ] || { touch tried; exec sleep 600; }\n", settings='[run]\nworkers = 1\nretries = 1\nunit_timeout = "500ms"\n')
    assert project.run(expect=0, seconds=30).json["ledger"]["flaky"] == 1


def test_discovery_has_a_time_limit(project):
    project.commands(["a"], "true\n", suite='discover_timeout = "1s"')
    project.write("tamarack.toml", project.read("tamarack.toml").replace("cat units.txt", "sleep 600"))
    finished = project.tamarack("run", seconds=30)
    assert finished.code == 2 and "discover_timeout" in finished.err
    project.assert_nothing_left(1)


def started_with_two_in_flight(project):
    project.commands(["a-quick", "hang1", "hang2", "later"], HANGS)
    process = project.start("run", "--json")
    wait_until(lambda: (project.root / "hang1.began").exists() and (project.root / "hang2.began").exists(), "two units in flight")
    return process


def test_ctrl_c_ends_in_order(project):
    process = started_with_two_in_flight(project)
    process.send_signal(signal.SIGINT)
    finished = project.finish(process, 30)
    assert finished.code == 7 and finished.json["verdict"] == "cancelled" and finished.json["exit_code"] == 7
    assert project.tests() == {"a-quick": "passed", "hang1": "cancelled", "hang2": "cancelled", "later": "never_ran"}
    assert finished.json["ledger"] == {"passed": 1, "failed": 0, "flaky": 0, "skipped": 0, "timed_out": 0, "lost": 0, "cancelled": 2, "never_ran": 1}
    assert project.tamarack("resume", finished.json["run_id"]).code == 7, "it is finished, not interrupted"
    project.assert_nothing_left(1)


def test_sigterm_is_as_orderly(project):
    process = started_with_two_in_flight(project)
    process.send_signal(signal.SIGTERM)
    assert project.finish(process, 30).code == 7
    project.assert_nothing_left(1)


def test_ctrl_c_twice_ends_at_once_and_can_be_resumed(project):
    project.commands(["quick", "stubborn", "later"], 'case "$1" in stubborn) trap "" TERM INT; touch began; while [ ! -e go ]; do sleep 0.02; done;; esac\n', logged=True)
    process = project.start("run", "--json")
    wait_until(lambda: (project.root / "began").exists() and "end quick" in project.read("units.log"), "the stubborn unit")
    wait_until(lambda: any(kind == "test_finished" for _, kind, _ in project.journal()), "the first result in the journal")
    process.send_signal(signal.SIGINT)
    wait_until(lambda: any(kind == "stop_requested" for _, kind, _ in project.journal()), "the stop in the journal")
    process.send_signal(signal.SIGINT)
    finished = project.finish(process, 10)
    assert finished.code == 7
    project.assert_nothing_left(2)
    project.write("go", "")
    # Its last words may or may not have reached the journal; the verdict is the same.
    (run,) = project.run_ids()
    resumed = project.resume(run)
    assert sum(resumed.json["ledger"].values()) == 3 and project.starts()["quick"] == 1
    assert resumed.code == 7, "a run that was cancelled does not turn green"


def test_what_a_second_ctrl_c_left_over_is_run_by_a_rerun(project):
    """The stop stands in the journal, so a resume would only write down the end."""
    script = 'case "$1" in *stubborn) trap "" TERM INT; touch began; while [ ! -e go ]; do sleep 0.02; done;; esac\n'
    project.commands(["a-quick", "b-stubborn", "c-later", "d-last"], script, workers=1, logged=True)
    process = project.start("run")
    wait_until(lambda: (project.root / "began").exists(), "the stubborn unit")
    wait_until(lambda: any(kind == "test_finished" for _, kind, _ in project.journal()), "the first result in the journal")
    process.send_signal(signal.SIGINT)
    wait_until(lambda: any(kind == "stop_requested" for _, kind, _ in project.journal()), "the stop in the journal")
    process.send_signal(signal.SIGINT)
    finished = project.finish(process, 10)
    (run,) = project.run_ids()
    told = f"`tamarack rerun {run} --failed` runs the rest"
    assert finished.code == 7 and (told in finished.err or "(exit code 7)" in finished.out), finished.text
    listed = project.tamarack("runs").out
    assert "1 of 4 tests finished" in listed and "resume" not in listed, "what never ran has not finished"
    project.write("go", "")
    again = project.checked("rerun", run, "--failed", expect=0)
    assert (again.json["ledger"]["passed"], again.json["carried"]) == (4, 1)
    assert project.starts() == {"a-quick": 1, "b-stubborn": 2, "c-later": 1, "d-last": 1}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_discovery_leaves_no_run(project, number):
    project.commands(["a"], "true\n")
    project.write("tamarack.toml", project.read("tamarack.toml").replace("cat units.txt", "touch listing; exec sleep 600"))
    process = project.start("run")
    wait_until(lambda: (project.root / "listing").exists(), "the listing")
    process.send_signal(number)
    assert project.finish(process, 10).code == 7
    assert not project.tamarack("runs").out
    project.assert_nothing_left(1)


@pytest.mark.parametrize("how", ["ctrl-c", "fail-fast", "deadline"])
def test_a_unit_that_answers_the_stop_with_an_exit_code_has_not_failed(project, how):
    polite = 'trap "kill $!; exit 1" TERM\ntouch began\nsleep 600 &\nwait\n'
    project.commands(["bad", "polite"], f'case "$1" in polite) {polite};; bad) while [ ! -e began ]; do sleep 0.02; done; [ {how} != fail-fast ];; esac\n')
    arguments = {"ctrl-c": [], "fail-fast": ["--fail-fast"], "deadline": ["--timeout", "1s"]}[how]
    process = project.start("run", "--json", *arguments)
    wait_until(lambda: (project.root / "began").exists(), "the polite unit")
    if how == "ctrl-c":
        process.send_signal(signal.SIGINT)
    finished = project.finish(process, 30)
    assert finished.code == {"ctrl-c": 7, "fail-fast": 1, "deadline": 3}[how]
    assert project.tests()["polite"] == {"ctrl-c": "cancelled", "fail-fast": "cancelled", "deadline": "timed_out"}[how]


def test_a_unit_that_answers_its_own_deadline_with_success_has_timed_out(project):
    project.commands(["slow"], 'trap "kill $!; exit 0" TERM\nsleep 600 &\nwait\n', settings='[run]\nworkers = 1\nunit_timeout = "300ms"\n')
    project.run(expect=3, seconds=30)
    assert project.tests() == {"slow": "timed_out"}
