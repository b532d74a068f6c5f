"""How a framework ends, and what that says about its tests: nothing green that was cut off, nobody blamed for what another did."""

import pytest


def suite(project, **run):
    lines = "".join(f"{key} = {value}\n" for key, value in ({"workers": 1} | run).items())
    project.write("tamarack.toml", f'version = 1\n[suite]\nframework = "pytest"\n[run]\n{lines}')


@pytest.mark.parametrize("number", [6, 9, 11])
def test_killed_after_the_last_test(project, number):
    suite(project)
    project.write("test_a.py", "def test_a(): pass\n")
    project.write("conftest.py", f"import os\ndef pytest_unconfigure():\n  if '--collect-only' not in __import__('sys').argv: os.kill(os.getpid(), {number})\n")
    finished = project.tamarack("run", "--json", seconds=60)
    assert finished.code == 1, finished.text
    assert finished.json["ledger"]["passed"] == 1
    assert "crash_after_last_test" in finished.err and f"signal {number}" in finished.err, finished.err


def test_a_teardown_that_hangs_into_the_time_limit(project):
    suite(project, unit_timeout='"3s"')
    project.write("test_a.py", "def test_a(): pass\n")
    project.write("conftest.py", "import sys, time\ndef pytest_unconfigure():\n  if '--collect-only' not in sys.argv: time.sleep(600)\n")
    finished = project.tamarack("run", "--json", seconds=60)
    assert finished.code == 1, finished.text
    assert "did not end within run.unit_timeout" in finished.err, finished.err
    project.assert_nothing_left()


def test_a_framework_that_stops_at_the_first_failure_runs_the_rest_in_the_next_invocation(project):
    suite(project)
    project.write("pytest.ini", "[pytest]\naddopts = -x\n")
    project.write("test_a.py", "".join(f"def test_{i}(): assert {i} not in (1, 4)\n" for i in range(7)))
    finished = project.tamarack("run", "--json", seconds=60)
    assert finished.json["ledger"]["never_ran"] == 0, finished.text
    assert (finished.json["ledger"]["passed"], finished.json["ledger"]["failed"]) == (5, 2)
    assert finished.code == 1


def test_a_file_that_cannot_be_loaded_does_not_take_the_others_along(project):
    suite(project)
    for name in "acde":
        project.write(f"test_{name}.py", f"def test_{name}(): pass\n")
    project.write("test_b.py", "import sys\nif '--collect-only' not in sys.argv: import no_such_module\ndef test_b(): pass\n")
    finished = project.tamarack("run", "--json", seconds=90)
    assert finished.code == 4, finished.text
    assert (finished.json["ledger"]["passed"], finished.json["ledger"]["never_ran"]) == (4, 1), finished.text
    reason = [body["reason"] for _, kind, body in project.journal() if kind == "test_settled"]
    assert len(reason) == 1 and "invocations ended without running it" in reason[0], reason
    assert "error" in reason[0].lower(), f"the framework's last words belong to the reason: {reason}"


def test_a_failure_in_quarantine_does_not_hide_another_exit_code(project):
    suite(project)
    project.write("test_a.py", "def test_good(): pass\ndef test_bad(): assert False\n")
    project.write("conftest.py", "import sys\ndef pytest_sessionfinish(session):\n  if '--collect-only' not in sys.argv: session.exitstatus = 3\n")
    with open(project.root / "tamarack.toml", "a") as file:
        file.write('[[quarantine]]\ntest = "test_a.py › test_bad"\nowner = "ann"\nreason = "known"\nexpires = "2099-01-01"\n')
    finished = project.tamarack("run", "--json", seconds=60)
    assert finished.code == 1, finished.text
    assert "exit_code_disagrees" in finished.err and "code 3" in finished.err, finished.err
