"""`tamarack rerun` on this machine: the tests of an earlier run again, in a new run with a complete ledger."""


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
