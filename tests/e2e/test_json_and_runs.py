"""The --json object, and the commands that look back: runs, show, report, resume of a finished run, plan."""

import json
import os
import xml.etree.ElementTree as xml

NUMBERS = ("exit_code", "workers", "planned", "wall_ms", "lower_bound_ms", "busy_ms", "attempts")
TEXTS = ("run_id", "verdict", "report", "junit")


def test_json_has_every_promised_field(project):
    project.commands(["a", "b", "c"], 'sleep 0.3; test "$1" != b\n', workers=2)
    finished = project.run("--seed", "42", expect=1)
    result = finished.json
    for field in NUMBERS:
        assert type(result[field]) is int, field
    for field in TEXTS:
        assert type(result[field]) is str and result[field], field
    assert str(result["seed"]) == "42"
    assert result["verdict"] == "failed" and result["workers"] == 2 and result["planned"] == 3 and result["attempts"] == 3
    assert result["ledger"] == {"passed": 2, "failed": 1, "flaky": 0, "skipped": 0, "timed_out": 0, "lost": 0, "cancelled": 0, "never_ran": 0}
    # Three units of at least 300 ms on two workers.
    assert result["busy_ms"] >= 900
    assert 450 <= result["lower_bound_ms"] <= result["wall_ms"]
    assert result["wall_ms"] >= 600
    assert result["wall_ms"] <= finished.seconds * 1000 + 1
    assert os.path.isabs(result["report"]) and os.path.getsize(result["report"]) > 1000
    assert xml.parse(result["junit"]).getroot().get("tests") == "3"


def test_json_is_alone_on_standard_output(project):
    project.commands(["a", "b"], "echo noise; exit 1\n")
    finished = project.run(expect=1)
    assert len(finished.out.splitlines()) == 1
    assert "2 of 2 tests failed" in finished.err


def test_lower_bound_is_the_longest_unit_when_that_is_longer(project):
    project.commands(["long", "short"], '[ "$1" = short ] || sleep 0.5\n', workers=2)
    result = project.run(expect=0).json
    assert 500 <= result["lower_bound_ms"] <= result["wall_ms"]
    assert result["lower_bound_ms"] < result["busy_ms"] or result["busy_ms"] >= 500


def test_runs_lists_newest_first(project):
    project.commands(["a", "b"], '[ ! -e fail ] || test "$1" != b\n')
    first = project.run(expect=0).json
    project.write("fail", "")
    second = project.run(expect=1).json
    listed = [json.loads(line) for line in project.tamarack("runs", "--json").out.splitlines()]
    assert [run["run_id"] for run in listed] == [second["run_id"], first["run_id"]]
    for run, result in zip(listed, (second, first)):
        for field in ("verdict", "exit_code", "planned", "ledger", "workers", "wall_ms", "lower_bound_ms", "busy_ms", "attempts"):
            assert run[field] == result[field], field
    plain = project.tamarack("runs").out.splitlines()
    assert len(plain) == 2 and second["run_id"] in plain[0] and "failed" in plain[0] and first["run_id"] in plain[1]
    assert len(project.tamarack("runs", "-n", "1").out.splitlines()) == 1


def test_show_repeats_the_summary(project):
    project.commands(["a", "b"], 'test "$1" != b || { echo "why it failed" >&2; exit 5; }\n')
    result = project.run(expect=1).json
    for arguments in ([], [result["run_id"]]):
        shown = project.tamarack("show", *arguments)
        assert shown.code == 0
        assert "1 of 2 tests failed" in shown.out and "exit code 5" in shown.out and "tamarack run --only b" in shown.out
        assert "2 planned = 1 passed + 1 failed" in shown.out
    again = project.tamarack("show", "--json").json
    for field in ("run_id", "verdict", "exit_code", "seed", "workers", "planned", "ledger", "wall_ms", "lower_bound_ms", "busy_ms", "attempts", "report", "junit"):
        assert again[field] == result[field], field


def test_show_of_an_unknown_run_names_the_nearest(project):
    project.commands(["a"], "true\n")
    run = project.run(expect=0).json["run_id"]
    mistyped = run[:-1] + ("0" if run[-1] != "0" else "1")
    shown = project.tamarack("show", mistyped)
    assert shown.code == 2 and f"'{mistyped}'" in shown.err and run in shown.err


def test_report_is_written_again(project):
    project.commands(["a"], "exit 1\n")
    result = project.run(expect=1).json
    os.remove(result["report"])
    os.remove(result["junit"])
    printed = project.tamarack("report", result["run_id"])
    assert printed.code == 0 and printed.out.strip() == result["report"]
    assert os.path.getsize(result["report"]) > 1000
    assert xml.parse(result["junit"]).getroot().get("failures") == "1"


def test_resume_of_a_finished_run_repeats_its_verdict(project):
    project.commands(["a", "b"], 'echo "$1" >> ran.txt; test "$1" != b\n')
    result = project.run(expect=1).json
    again = project.tamarack("resume", result["run_id"])
    assert again.code == 1 and "is finished" in again.err and "1 of 2 tests failed" in again.err
    assert sorted(project.read("ran.txt").splitlines()) == ["a", "b"], "nothing ran again"
    as_json = project.tamarack("resume", result["run_id"], "--json")
    assert as_json.code == 1
    assert as_json.json["run_id"] == result["run_id"] and as_json.json["ledger"] == result["ledger"] and as_json.json["exit_code"] == 1


def test_looking_back_where_nothing_ran(project):
    project.commands(["a"], "true\n")
    for command in ("runs", "show", "report"):
        finished = project.tamarack(command)
        assert finished.code == 2 and "tamarack run" in finished.err, command
    assert project.tamarack("resume").code == 2


def test_plan_shows_order_estimates_and_what_n_workers_would_take(project):
    project.commands(["short", "long", "middle"], 'case "$1" in long) sleep 0.6;; middle) sleep 0.3;; esac; echo ran >> ran.txt\n')
    first = project.tamarack("plan")
    assert first.code == 0 and "3 tests" in first.out and not project.read("ran.txt"), "planning runs nothing"
    project.run(expect=0)
    known = project.tamarack("plan", "--workers", "1", "--workers-max", "4").out
    units = [line.split()[-1] for line in known.splitlines() if line.rstrip().endswith(("long", "middle", "short")) and line.strip()[0].isdigit()]
    assert units == ["long", "middle", "short"], known
    assert "history" in known and "lower bound" in known
    table = [line.split() for line in known.split("workers  wall time")[1].splitlines()[1:] if line.strip()]
    assert [row[0] for row in table[:4]] == ["1", "2", "3", "4"]
    walls = [float(row[1]) for row in table[:4]]
    assert walls == sorted(walls, reverse=True) and walls[0] > walls[1]
    target = project.tamarack("plan", "--target-time", "1h").out
    assert "1 worker" in target.splitlines()[-1] or "takes 1" in target or "take 1" in target, target


def test_version_and_help(project):
    assert project.tamarack("--version").out.startswith("tamarack ")
    for command in ("run", "resume", "plan", "show", "runs", "report", "init", "doctor", "schema"):
        helped = project.tamarack(command, "--help")
        assert helped.code == 0 and "Usage: tamarack " + command in helped.out
    wrong = project.tamarack("rum")
    assert wrong.code == 2 and "tamarack run" in wrong.err
    assert project.tamarack("run", "--wrokers", "3").code == 2
