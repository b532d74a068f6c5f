"""`tamarack rerun` on this machine: the tests of an earlier run again, in a new run with a complete ledger."""

import json


def suite(project, units=("one", "two", "bad")):
    project.commands(list(units), 'echo "$1" >> ran.log; [ "$1" != bad ] || [ -e go ]\n')


def test_only_what_failed_runs_again(project):
    suite(project)
    first = project.run(expect=1).json["run_id"]
    project.write("ran.log", "")
    project.write("go", "")
    again = project.checked("rerun", "--failed", expect=0)
    assert again.json["run_id"] != first
    assert (again.json["ledger"]["passed"], again.json["attempts"]) == (3, 1)
    assert project.read("ran.log") == "bad\n"
    assert project.tests(again.json["run_id"])["bad"] == "passed"


def test_what_was_carried_is_said_everywhere(project, tmp_path):
    suite(project)
    first = project.run(expect=1).json
    assert (first["carried"], first["carried_from"]) == (0, "")
    project.write("go", "")
    page = tmp_path / "summary.md"
    again = project.tamarack("rerun", "--failed", "--json", env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)})
    assert again.code == 0, again.text
    run = again.json
    assert (run["carried"], run["carried_from"], run["headline"]) == (2, first["run_id"], "all 3 tests passed (2 carried)")
    assert f"3 planned = 3 passed (2 carried from run {first['run_id']})" in again.err
    assert "::notice title=Tamarack%3A passed::all 3 tests passed (2 carried)" in again.err
    assert f"2 tests did not run again: their verdicts were carried from run {first['run_id']}." in page.read_text()
    folder = project.root / ".tamarack/runs" / run["run_id"]
    junit = (folder / "junit.xml").read_text()
    assert junit.count(f'<property name="carried_from" value="{first["run_id"]}"/>') == 2
    ctrf = json.loads((folder / "ctrf.json").read_text())["results"]
    assert ctrf["summary"]["extra"]["carried"] == 2
    assert {test["name"]: test["extra"].get("carried_from") for test in ctrf["tests"]} == {"one": first["run_id"], "two": first["run_id"], "bad": None}
    assert "(2 carried from run" in project.tamarack("show").out
    assert "all 3 tests passed (2 carried)" in project.tamarack("runs").out


def test_with_nothing_left_the_verdict_stands_and_there_is_no_fresh_green(project):
    suite(project, ("one", "two"))
    run = project.run(expect=0).json["run_id"]
    project.write("ran.log", "")
    again = project.tamarack("rerun", run, "--failed")
    assert again.code == 0 and f"nothing is left to run: the verdict of '{run}' stands" in again.err, again.text
    assert project.run_ids() == [run] and project.read("ran.log") == ""


def test_a_part_stays_a_part(project):
    suite(project)
    run = project.run("one", expect=0).json["run_id"]
    again = project.checked("rerun", run, expect=0)
    assert again.json["planned"] == 1


def test_what_cannot_be_run_again_is_named(project):
    suite(project)
    nothing = project.tamarack("rerun")
    assert nothing.code == 2 and "no finished run is recorded here" in nothing.err
    project.run(expect=1)
    unknown = project.tamarack("rerun", "r-1", "--failed")
    assert unknown.code == 2 and "there is no run 'r-1'" in unknown.err
