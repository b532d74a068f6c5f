"""Frameworks that are missing, crash, lie or flood: named in the ledger or refused, never green."""

import os
import xml.etree.ElementTree as xml

import pytest

from harness import rss_kib, wait_until


def refused(project, *words):
    finished = project.tamarack("run", seconds=60)
    assert finished.code == 2, finished.text
    for word in words:
        assert word in finished.err, finished.err
    assert not project.tamarack("runs").out, "no run is recorded"


def suite(project, framework, **keys):
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items())
    project.write("tamarack.toml", f'version = 1\n[suite]\nframework = "{framework}"\n{lines}[run]\nworkers = 1\n')


# ---- before there is a run

@pytest.mark.parametrize("framework, word", [("playwright", "@playwright/test"), ("mocha", "mocha"), ("ctest", "build")])
def test_a_framework_that_is_missing(project, framework, word):
    suite(project, framework)
    refused(project, word, "hint: ")


@pytest.mark.parametrize("framework, package, program, hint", [
    ("playwright", "@playwright/test", "cli.js", "1.35 or newer"),
    ("mocha", "mocha", "bin/mocha.js", "9 or newer"),
])
def test_a_framework_that_is_too_old(project, framework, package, program, hint):
    """Too old to load the reporter: it lists tests in words of its own and says that all is well."""
    project.write(f"node_modules/{package}/package.json", f'{{"name": "{package}", "version": "0.9.0"}}')
    project.write(f"node_modules/{package}/{program}", "console.log('Total: 1 test in 1 file');\n")
    suite(project, framework)
    refused(project, hint, "Total: 1 test in 1 file")


def test_a_pytest_that_is_too_old(project):
    project.write("old.sh", 'echo "error: unrecognized arguments: -p" >&2\nexit 4\n')
    suite(project, "pytest", program='"sh old.sh"')
    refused(project, "unrecognized arguments")


def test_pytest_that_is_missing(project):
    suite(project, "pytest", program='"python3 -I -S -m pytest"')
    project.write("test_a.py", "def test_a(): pass\n")
    refused(project, "pytest", "hint: ")


def test_a_program_that_does_not_exist(project):
    suite(project, "pytest", program='"no-such-program -m pytest"')
    refused(project, "no-such-program")


@pytest.mark.parametrize("discover, words", [
    ("true", ["printed no units"]),
    ("echo a; exit 3", ["exit code 3"]),
    ("echo why it broke >&2; exit 1", ["why it broke"]),
    ("kill -9 $$", ["discover"]),
    ("printf 'a\\\\nb\\\\na\\\\n'", ["'a'", "line 1"]),
    ("no-such-command", ["no-such-command"]),
    ("printf 'a\\\\377\\\\n'", ["UTF-8"]),
])
def test_a_listing_that_goes_wrong(project, discover, words):
    suite(project, "command", discover=f'"{discover}"', run='"true {unit}"')
    refused(project, *words)


def test_a_pytest_collection_error(project):
    suite(project, "pytest")
    project.write("test_good.py", "def test_good(): pass\n")
    project.write("test_broken.py", "import a_module_that_is_not_there\n")
    refused(project, "test_broken.py", "a_module_that_is_not_there")


def test_a_pytest_suite_without_tests(project):
    suite(project, "pytest")
    project.write("readme.txt", "no tests here\n")
    refused(project, "no tests")


def test_a_pytest_that_dies_while_listing(project):
    suite(project, "pytest")
    project.write("conftest.py", "import os\nos._exit(0)\n")
    project.write("test_a.py", "def test_a(): pass\n")
    finished = project.tamarack("run", seconds=60)
    assert finished.code == 2, finished.text


# ---- in a run

TESTS = "".join(f"def test_{name}():\n    pass\n" for name in "abcd")


def pytest_project(project, conftest):
    suite(project, "pytest")
    project.write("test_all.py", TESTS)
    project.write("conftest.py", "import os\nRUN = 'discover' not in os.environ.get('TAMARACK_MODE', '') and os.environ.get('TAMARACK_WORKER')\n" + conftest)


def test_exit_0_after_fewer_tests_than_planned(project):
    pytest_project(project, "def pytest_runtest_setup(item):\n    if RUN and item.name == 'test_c':\n        os._exit(0)\n")
    finished = project.run(seconds=60)
    assert finished.code not in (0, 1), finished.text
    outcomes = {name.split(" › ")[1]: outcome for name, outcome in project.tests().items()}
    assert outcomes["test_a"] == outcomes["test_b"] == "passed"
    assert outcomes["test_c"] in ("lost", "never_ran"), outcomes
    assert "fewer_tests_than_planned" in finished.err and finished.json["disagreements"] > 0


def test_tests_that_vanish_are_not_green(project):
    pytest_project(project, "def pytest_collection_modifyitems(items):\n    if RUN:\n        items[:] = [item for item in items if item.name != 'test_d']\n")
    finished = project.run(seconds=60)
    assert finished.code not in (0, 1), finished.text
    assert finished.json["ledger"]["passed"] == 3 and finished.json["ledger"]["never_ran"] + finished.json["ledger"]["lost"] == 1


def test_half_an_event_line(project):
    pytest_project(project, "def pytest_unconfigure(config):\n    if RUN and 'TAMARACK_EVENTS' in os.environ:\n"
                            "        with open(os.environ['TAMARACK_EVENTS'], 'a') as file:\n            file.write('{\"type\":\"test_fin')\n")
    finished = project.run(seconds=60)
    assert finished.code == 1, finished.text
    assert "truncated_events" in finished.err and finished.json["ledger"]["passed"] == 4


def test_rubbish_among_the_events(project):
    pytest_project(project, "def pytest_runtest_setup(item):\n    if RUN and item.name == 'test_b':\n"
                            "        with open(os.environ['TAMARACK_EVENTS'], 'a') as file:\n            file.write('{broken\\n\\x00\\xff\\n')\n")
    finished = project.run(seconds=60)
    assert finished.code == 1 and "bad_event_lines" in finished.err and finished.json["ledger"]["passed"] == 4, finished.text


def test_a_crash_after_the_last_test(project):
    pytest_project(project, "def pytest_unconfigure(config):\n    if RUN:\n        os._exit(3)\n")
    finished = project.run(seconds=60)
    assert finished.code == 1 and finished.json["ledger"]["passed"] == 4 and finished.json["disagreements"] == 1, finished.text
    assert "exited with code 3" in finished.err


def test_a_framework_that_is_killed_by_its_own_test(project):
    pytest_project(project, "import signal\ndef pytest_runtest_setup(item):\n    if RUN and item.name == 'test_b':\n        os.kill(os.getpid(), signal.SIGKILL)\n")
    finished = project.run(expect=4, seconds=60)
    outcomes = {name.split(" › ")[1]: outcome for name, outcome in project.tests().items()}
    assert outcomes == {"test_a": "passed", "test_b": "lost", "test_c": "passed", "test_d": "passed"}
    assert finished.json["verdict"] == "incomplete"


def test_a_unit_that_passes_and_then_is_said_to_fail(project):
    project.commands(["a"], 'echo "<testsuite name=\'s\'><testcase name=\'c\'><failure message=\'no\'/></testcase></testsuite>" > r.xml\n', suite='results = "junit:r.xml"', workers=1)
    finished = project.run(expect=1)
    assert "exit_code_disagrees" in finished.err


STALE = "<testsuite name='s'><testcase classname='a' name='a'/><testcase classname='b' name='b'/></testsuite>"


@pytest.mark.parametrize("results, content", [
    ("junit:old.xml", STALE),
    ("ctrf:old.json", '{"results":{"tool":{"name":"x"},"summary":{"tests":1},"tests":[{"name":"a","status":"passed","duration":1}]}}'),
])
def test_a_stale_report_is_never_green(project, results, content):
    project.write(results.split(":")[1], content)
    project.commands(["a", "b"], "true\n", suite=f'results = "{results}"', workers=1)
    finished = project.run(expect=1)
    assert finished.json["ledger"]["failed"] == 2 and "missing_report" in finished.err


@pytest.mark.parametrize("report, word", [
    ("<testsuite name='s'><testcase name='c'/>", "truncated_report"),
    ("", "report"),
    ("<testsuites/>", "empty_report"),
    ("not xml", "report"),
])
def test_a_report_that_is_broken_is_never_green(project, report, word):
    project.commands(["a"], f'printf "%s" "{report}" > r.xml\n', suite='results = "junit:r.xml"', workers=1)
    finished = project.run(expect=1)
    assert word in finished.err, finished.err


def test_tap_that_stops_early_is_never_green(project):
    project.commands(["a"], 'echo "1..3"; echo "ok 1 - x"\n', suite='results = "tap"', workers=1)
    finished = project.run(expect=1)
    assert "truncated_report" in finished.err and "1..3" in finished.err


def test_one_gigabyte_of_output(project):
    project.commands(["flood", "quiet"], 'case "$1" in flood) head -c 1073741824 /dev/zero | tr "\\0" "x"; echo; echo the end;; esac\n', workers=1)
    with open(project.root / "err", "w") as err:
        process = project.start("run", stdout=err, stderr=err)
    most = 0

    def ended():
        nonlocal most
        most = max(most, rss_kib(process.pid))
        return process.poll() is not None
    wait_until(ended, "the end of the run", 120)
    assert process.returncode == 0, project.read("err")
    assert 1024 < most < 300 * 1024, f"{most} KiB"
    sizes = {os.path.join(folder, name): os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(project.root) for name in names}
    assert max(sizes.values()) < 64 << 20, sizes
    assert project.tests() == {"flood": "passed", "quiet": "passed"}


def test_the_end_of_much_output_says_what_was_wrong(project):
    script = 'echo "the beginning"; head -c 20971520 /dev/zero | tr "\\0" "x" | fold -w 100; echo; echo "basket: no such table"; exit 1\n'
    project.commands(["a"], script, workers=1)
    finished = project.run(expect=1)
    assert "| basket: no such table" in finished.err, finished.err
    (log,) = (project.root / ".tamarack/runs" / finished.json["run_id"] / "attempts").glob("*/stdout.log")
    text = log.read_text()
    assert text.startswith("the beginning\n") and text.endswith("\nbasket: no such table\n")
    assert " bytes of output are left out …\n" in text and len(text) < 17 << 20


def test_output_that_is_not_text(project):
    project.commands(["a"], "head -c 4096 /dev/urandom; printf '\\033[31m\\000\\377]]>&<'; exit 1\n", workers=1)
    finished = project.run(expect=1)
    assert xml.parse(finished.json["junit"]).getroot().get("failures") == "1"
    assert project.tamarack("report").code == 0
