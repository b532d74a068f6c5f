"""What many runs say together: `tamarack tests`, reports of earlier runs through `tamarack import`, and the quarantine as a governed list."""

import json
import re
import subprocess

import pytest

from test_terminal import ESCAPE, in_terminal

# The suite whose reports are imported: that its tests take time, and that one is skipped, is what the reports are to tell.
PYTEST_SUITE = """import time
import pytest

def test_quick():
    pass

@pytest.mark.parametrize("price", [1, "a[b]"])
def test_price(price):
    time.sleep(0.2)

class TestCart:
    class TestOfGuests:
        def test_keeps(self):
            time.sleep(0.1)

    @pytest.mark.skip(reason="the shop has no vouchers yet")
    def test_later(self):
        pass
"""


def pytest_project(project):
    project.write("tamarack.toml", 'version = 1\nproject = "shop"\n[suite]\nframework = "pytest"\n[run]\nworkers = 1\n')
    project.write("tests/test_shop.py", PYTEST_SUITE)
    project.write("tests/sub/test_more.py", "def test_quick():\n    assert 1 == 2\n")


def pytest_report(project, path="report.xml"):
    """A real report of a run without Tamarack."""
    environment = project.environment()
    subprocess.run(["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={path}"], cwd=project.root, env=environment,
                   stdout=subprocess.DEVNULL, timeout=60)
    return path


def figures_of(project, *arguments):
    return json.loads(project.tamarack("tests", "--json", *arguments).out)["tests"]


def name_of(test):
    return " › ".join([test["spec"], *test["title_path"]]) + (f" [{test['parameters']}]" if test["parameters"] else "")


def test_history_of_a_real_pytest_report_makes_the_first_plan_exact(project):
    pytest_project(project)
    report = pytest_report(project)
    imported = project.tamarack("import", report, "--branch", "main", "--commit", "abc123")
    assert imported.code == 0, imported.text
    assert "1 of 6 tests failed" in imported.out and "not among" not in imported.out
    tests = {name_of(test): test for test in figures_of(project)}
    assert set(tests) == {"tests/sub/test_more.py › test_quick", "tests/test_shop.py › test_quick", "tests/test_shop.py › test_price [1]",
                          "tests/test_shop.py › test_price [a[b]]", "tests/test_shop.py › TestCart › TestOfGuests › test_keeps",
                          "tests/test_shop.py › TestCart › test_later"}
    assert tests["tests/test_shop.py › test_price [a[b]]"]["p50_ms"] >= 200
    assert tests["tests/sub/test_more.py › test_quick"]["failed"] == 1
    assert tests["tests/test_shop.py › TestCart › test_later"]["runs"] == 0, "skipped is not run"
    plan = project.tamarack("plan", "-w", "1")
    assert plan.code == 0 and "guess" not in plan.out.replace("(guesses", ""), plan.text
    # What ran here counts for the same tests, not beside them.
    project.run(expect=1)
    again = {name_of(test): test for test in figures_of(project)}
    assert set(again) == set(tests)
    assert again["tests/test_shop.py › test_quick"]["runs"] == 2


def test_history_takes_the_same_file_once(project):
    pytest_project(project)
    report = pytest_report(project)
    first = project.tamarack("import", report)
    second = project.tamarack("import", report, "--branch", "other", "--at", "2026-01-01")
    assert first.code == second.code == 0
    run_id = re.search(r"i-[0-9a-f]{16}", first.out).group()
    assert "imported before" in second.out and run_id in second.out
    runs = [json.loads(line) for line in project.tamarack("runs", "--json").out.splitlines()]
    assert [run["run_id"] for run in runs] == [run_id]
    assert all(test["runs"] <= 1 for test in figures_of(project))
    # An imported run is shown like any other.
    assert "tests/sub/test_more.py › test_quick" in project.tamarack("show", run_id).out


def test_history_names_every_bad_file_and_takes_the_good_one(project):
    pytest_project(project)
    whole = (project.root / pytest_report(project)).read_text()
    project.write("half.xml", whole[:len(whole) // 2])
    project.write("page.xml", "<html><body>404</body></html>")
    project.write("empty.xml", "")
    project.write("notes.txt", "all green\n")
    imported = project.tamarack("import", "missing.xml", "half.xml", "page.xml", "empty.xml", "notes.txt", "report.xml")
    assert imported.code == 2
    for expected in ("missing.xml", "'half.xml' cannot be imported: truncated_report", "'page.xml' cannot be imported: malformed_report",
                     "'empty.xml' cannot be imported: the file is empty", "'notes.txt' cannot be imported: it is neither JUnit XML nor CTRF"):
        assert expected in imported.err, imported.err
    assert imported.out.count("imported as") == 1
    refused = project.tamarack("import", "report.xml", "--at", "yesterday")
    assert refused.code == 2 and "'yesterday' is not a time" in refused.err


def test_history_comes_back_from_our_own_reports(project):
    pytest_project(project)
    result = project.run(expect=1).json
    ctrf = result["junit"].replace("junit.xml", "ctrf.json")
    for file, name in ((result["junit"], "from-junit"), (ctrf, "from-ctrf")):
        imported = project.tamarack("import", file, "--project", name, "--at", "2026-11-20T10:00:00+01:00")
        assert imported.code == 0 and "started 2026-11-20 09:00 UTC" in imported.out and "not among" not in imported.out, imported.text


def test_history_without_a_list_of_tests_goes_by_names(project):
    pytest_project(project)
    report = pytest_report(project)
    project.write("conftest.py", "raise RuntimeError('no list today')\n")
    imported = project.tamarack("import", report)
    assert imported.code == 0 and "cannot be listed" in imported.err, imported.text
    (project.root / "conftest.py").unlink()
    assert "guess" not in project.tamarack("plan", "-w", "1").out.replace("(guesses", "")


# Fails the first time in every run, passes the second.
FLAKY_UNIT = 'if [ "$1" = shaky ] && mkdir "$TAMARACK_RUN-$1" 2>/dev/null; then echo "price is late"; exit 1; fi\n'


def test_history_shows_which_tests_are_flaky(project):
    project.commands(["calm", "shaky"], FLAKY_UNIT, settings="[run]\nworkers = 1\nretries = 1\n")
    for _ in range(2):
        project.run(expect=0)
    shaky, calm = figures_of(project)
    assert (shaky["spec"], shaky["runs"], shaky["flaky"], shaky["flaky_rate"], shaky["flip_rate"]) == ("shaky", 2, 2, 1, 0)
    assert (calm["spec"], calm["runs"], calm["flaky"], calm["last_outcome"]) == ("calm", 2, 0, "passed")
    table = project.tamarack("tests").out.splitlines()
    assert table[0].split()[:3] == ["flaky", "flips", "failed"]
    assert table[1].split()[0] == "100%" and table[1].endswith("~ shaky") and table[2].endswith("✓ calm")
    assert [name_of(test) for test in figures_of(project, "--sort", "name")] == ["calm", "shaky"]
    assert [name_of(test) for test in figures_of(project, "CAL")] == ["calm"]
    refused = project.tamarack("tests", "--sort", "flakey")
    assert refused.code == 2 and "did you mean --sort flaky?" in refused.err


def test_history_leaves_mass_failures_out(project):
    units = [f"u{number:02}" for number in range(12)]
    project.commands(units, "[ ! -e down ]\n")
    project.run(expect=0)
    project.write("down", "")
    broken = project.run(expect=1).json
    tests = figures_of(project)
    assert len(tests) == 12 and all((test["runs"], test["failed"], test["last_outcome"]) == (1, 0, "failed") for test in tests)
    shown = project.tamarack("tests")
    assert f"run {broken['run_id']} does not count, infrastructure: 12 of 12 tests failed" in shown.err


def test_history_plans_without_what_was_set_aside(project):
    units = [f"u{number:02}" for number in range(12)]
    project.commands(units, "if [ -e down ]; then sleep 1; exit 1; fi\n", workers=12)
    project.run(expect=0)
    project.write("down", "")
    broken = project.run(expect=1).json
    # Nobody asked for figures yet: planning itself takes the broken run in first.
    plan = project.tamarack("plan", "-w", "1").out
    seconds = float(re.search(r"tests: ([\d.]+) s in all", plan)[1])
    assert seconds < 4, plan
    rows = {row["run_id"]: row for row in map(json.loads, project.tamarack("runs", "--json").out.splitlines())}
    assert rows[broken["run_id"]]["set_aside"] == "infrastructure: 12 of 12 tests failed"
    assert [row["run_id"] for row in rows.values() if "set_aside" not in row] == [run for run in rows if run != broken["run_id"]]


def test_history_table_keeps_to_the_terminal(project):
    long_name = "a-very-long-name-of-a-unit-" * 5 + "end"
    project.commands([long_name, "short"], "exit 0\n")
    project.run(expect=0)
    for width in (60, 80, 160):
        code, text = in_terminal(project, "tests", width=width)
        lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in text.splitlines()]
        assert code == 0 and all(len(line) <= max(width, 78) for line in lines), lines
        assert ESCAPE in text and any(line.endswith("end") for line in lines)
    assert ESCAPE not in in_terminal(project, "tests", env={"NO_COLOR": "1"})[1]


def test_history_of_nothing_says_what_to_do(project):
    project.commands(["a"], "exit 0\n")
    shown = project.tamarack("tests")
    assert shown.code == 0 and shown.out == "" and "tamarack import" in shown.err
    assert json.loads(project.tamarack("tests", "--json").out) == {"tests": []}


def quarantine(*tests, expires="2999-12-31"):
    return "".join(f'[[quarantine]]\ntest = "{test}"\nowner = "team-a"\nreason = "races"\nexpires = "{expires}"\n' for test in tests)


def test_history_shows_the_quarantine(project):
    project.commands(["calm", "shaky"], 'test "$1" = calm\n', settings=quarantine("shaky"))
    project.run(expect=0)
    by_spec = {test["spec"]: test for test in figures_of(project)}
    assert by_spec["calm"]["quarantine"] is None
    assert by_spec["shaky"]["quarantine"] == {"owner": "team-a", "reason": "races", "expires_at": "2999-12-31T23:59:59.999Z"}
    assert by_spec["shaky"]["failed"] == 1, "in quarantine it is still counted in its own figures"
    assert "in quarantine until 2999-12-31, team-a" in project.tamarack("tests").out


def test_history_quarantine_has_a_cap(project):
    project.commands(["a", "b"], "exit 0\n", settings="[run]\nquarantine_max = 1\n" + quarantine("a", "b"))
    refused = project.run(expect=2)
    assert "[[quarantine]] has 2 entries, 'quarantine_max' in [run] allows 1" in refused.err
    assert re.search(r"tamarack\.toml:\d+:\d+: ", refused.err)


@pytest.mark.parametrize("command", ["run", "plan"])
def test_history_quarantine_counts_the_tests_that_one_entry_takes_in(project, command):
    project.commands(["shop-a", "shop-b", "other"], "exit 0\n", settings="[run]\nquarantine_max = 1\n" + quarantine("shop-"))
    refused = project.tamarack(command)
    assert refused.code == 2, refused.text
    assert re.search(r"tamarack\.toml:\d+:1: 2 of 3 tests are in quarantine, 'quarantine_max' in \[run\] allows 1", refused.err), refused.err
    assert project.run_ids() == []


@pytest.mark.parametrize("command", [("run",), ("doctor",)])
def test_history_quarantine_that_ended_is_pointed_at(project, command):
    project.commands(["a", "b"], "exit 0\n", settings=quarantine("a", expires="2020-01-31"))
    said = project.tamarack(*command).text
    assert re.search(r"tamarack\.toml:13:1: quarantine of 'a' ended on 2020-01-31, the test counts again", said), said
