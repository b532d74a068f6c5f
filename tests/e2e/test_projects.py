"""Every adapter against its mini-project with the real framework: two workers, per-test results, and the same with a failing test."""

import json
import xml.etree.ElementTree as xml

import pytest

from harness import OUTCOMES, REPOSITORY

# What is special in each project; everything else passes.
PLAIN = {
    "pytest": {"tests/test_plain.py › test_not_to_be_run": "skipped", "tests/test_plain.py › test_skipped": "skipped",
               "tests/test_plain.py › test_skipped_while_running": "skipped", "tests/test_plain.py › test_hangs_on_demand": "skipped"},
    "mocha": {"specs/hooks.spec.js › hooks › third, skipped": "skipped", "specs/plain.spec.js › sums › is still to be written": "skipped",
              "specs/plain.spec.js › sums › is skipped": "skipped", "specs/plain.spec.js › sums › is skipped while running": "skipped",
              "specs/plain.spec.js › sums › hangs on demand": "skipped", "specs/retries.spec.js › retries › passes at the second try": "flaky"},
    "ctest": {"sums_test › Sums.are_skipped": "skipped", "sums_test › Sums.are_switched_off": "skipped"},
    "command": {},
    "playwright": {"tests/plain.spec.js › skipped [main]": "skipped", "tests/plain.spec.js › to be fixed [main]": "skipped",
                   "tests/plain.spec.js › skipped while running [main]": "skipped", "tests/plain.spec.js › hangs on demand [main]": "skipped",
                   "tests/retries.spec.js › passes at the second try [main]": "flaky"},
}
PLANNED = {"pytest": 22, "mocha": 19, "ctest": 10, "command": 4, "playwright": 35}
# Some of what must be among them, so that a listing that shrinks is noticed.
NAMES = {
    "pytest": ["tests/test_browser.py › test_counts_clicks", "tests/test_plain.py › test_is_less [3-4]", "tests/test_plain.py › TestSums › TestInner › test_of_one",
               "tests/test_plain.py › test_awkward_ids [x[1]/y]", "tests/checkout/test_checkout.py › test_takes_an_item"],
    "mocha": ["specs/browser.spec.js › browser › counts clicks", "specs/nested/only-here.spec.mjs › modules › are loaded", "specs/plain.spec.js › sums › has a twin [#2]",
              'specs/plain.spec.js › sums › of "nothing", › arrows, umlauts äöü and 漢字 🦊 › is  zero > (always) $^.* @slow'],
    "ctest": ["CMakeLists.txt › plain command", "sums_test › Numbers/Small.is_positive/2", "texts_test › texts.Texts.join"],
    "command": ["units/with space & sign.sh"],
    "playwright": ["tests/page.spec.ts › counts clicks [main]", "tests/free.spec.js › in order › delta [free repeat 2]", "tests/account.spec.js › shows the account [signed in]",
                   "tests/serial.spec.js › wizard › third [main]", "tests/sign-in.setup.js › sign in [sign in]"],
}
# Which tests fail with FAIL=1, and a selection that needs no browser.
FAILING = {
    "pytest": (["tests/test_plain.py"], {"tests/test_plain.py › test_fails_on_demand", "tests/test_plain.py › test_passes_although_it_should_fail_on_demand"}),
    "mocha": (["specs/plain.spec.js"], {"specs/plain.spec.js › sums › fails on demand"}),
    "ctest": ([], {"sums_test › Sums.fail_on_demand", "CMakeLists.txt › plain_on_demand"}),
    "command": ([], {"units/fails_on_demand.sh"}),
    "playwright": (["tests/plain.spec.js"], {"tests/plain.spec.js › fails on demand [main]", "tests/plain.spec.js › passes although it should fail on demand [main]"}),
}
FRAMEWORKS = list(PLANNED)


def mini(project, framework):
    project.copy(f"tests/projects/{framework}")
    if framework in ("mocha", "playwright"):
        assert (project.root / "node_modules").exists(), f"run `npm ci` in tests/projects/{framework}, as scripts/test_e2e.sh does"
    if framework == "ctest":
        build = REPOSITORY / "build/e2e/ctest"
        assert (build / "CTestTestfile.cmake").exists(), "scripts/test_e2e.sh builds it"
        project.write("tamarack.toml", project.read("tamarack.toml").replace('"build"', f'"{build}"'))
    return project


def stdout_logs(project, result):
    return "".join(path.read_text(errors="replace") for path in (project.root / ".tamarack/runs" / result["run_id"] / "attempts").glob("*/stdout.log"))


def check_files(project, result, tests):
    """What the run left agrees with its ledger, test by test."""
    counts = {outcome: list(tests.values()).count(outcome) for outcome in OUTCOMES}
    assert counts == result["ledger"]
    root = xml.parse(result["junit"]).getroot()
    cases = root.findall(".//testcase")
    assert len(cases) == int(root.get("tests")) == result["planned"]
    assert len([case for case in cases if case.find("failure") is not None]) == int(root.get("failures")) == counts["failed"]
    assert len([case for case in cases if case.find("skipped") is not None]) == int(root.get("skipped")) == counts["skipped"]
    with open(result["ctrf"]) as file:
        ctrf = json.load(file)["results"]
    assert ctrf["summary"]["tests"] == len(ctrf["tests"]) == result["planned"]
    assert ctrf["summary"]["failed"] == counts["failed"] and ctrf["summary"]["passed"] == counts["passed"] + counts["flaky"]
    with open(result["report"]) as file:
        page = file.read()
    view = json.loads(page.split('id="tamarack-report">', 1)[1].split("</script>", 1)[0])
    assert sorted(test["outcome"] for test in view["tests"]) == sorted(tests.values())


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_mini_project(project, framework):
    mini(project, framework)
    result = project.run(expect=0, seconds=150).json
    assert result["planned"] == PLANNED[framework] and result["workers"] == 2 and result["disagreements"] == 0
    tests = project.tests()
    for name in NAMES[framework]:
        assert name in tests
    special = {name: outcome for name, outcome in tests.items() if outcome != "passed"}
    assert special == PLAIN[framework]
    workers = {body["worker"] for _, kind, body in project.journal() if kind == "lease_granted"}
    assert workers == {"local/1", "local/2"}, "both workers had something to do"
    check_files(project, result, tests)
    if framework == "playwright":
        assert "shows the account" in stdout_logs(project, result), "the user's list reporter still prints"
        kept = [body for _, kind, body in project.journal() if kind == "artifact_stored"]
        assert {body["attachment"]["name"] for body in kept} >= {"note", "data"}
        assert all(len(body["attachment"]["sha256"]) == 64 for body in kept)
    if framework == "mocha":
        assert "passing" in stdout_logs(project, result), "Mocha's own reporter still prints"
    if framework == "pytest":
        assert " passed" in stdout_logs(project, result), "pytest's own summary still prints"


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_mini_project_with_a_failing_test(project, framework):
    mini(project, framework)
    paths, failing = FAILING[framework]
    finished = project.run(*paths, expect=1, env={"FAIL": "1"}, seconds=120)
    tests = project.tests()
    assert {name for name, outcome in tests.items() if outcome == "failed"} == failing
    assert set(tests.values()) <= {"passed", "failed", "skipped"}
    check_files(project, finished.json, tests)
    shown = project.tamarack("show").out
    for name in failing:
        assert name in shown and name in finished.err
    again = project.run("--only-failed", expect=0, seconds=120).json
    assert again["planned"] >= len(failing) and again["ledger"]["failed"] == 0


@pytest.mark.parametrize("file", ["junit.toml", "ctrf.toml", "tap.toml"])
@pytest.mark.parametrize("fail", [False, True])
def test_the_command_project_in_other_formats(project, file, fail):
    project.copy("tests/projects/command")
    result = project.run("--config", file, expect=1 if fail else 0, env={"FAIL": "1"} if fail else {}).json
    assert result["planned"] == 4 and result["ledger"]["failed"] == (1 if fail else 0) and result["ledger"]["passed"] == (3 if fail else 4)
    assert result["disagreements"] == 0


@pytest.mark.parametrize("framework, paths, outcome", [
    ("pytest", ["--only", "tests/test_plain.py › test_hangs_on_demand"], "timed_out"),
    ("mocha", ["--only", "specs/plain.spec.js › sums › hangs on demand"], None),
])
def test_a_test_that_hangs(project, framework, paths, outcome):
    mini(project, framework)
    project.write("tamarack.toml", project.read("tamarack.toml") + 'unit_timeout = "4s"\n')
    finished = project.run(*paths, seconds=60, env={"HANG": "300"})
    hung = [state for name, state in project.tests().items() if "hangs" in name]
    assert hung == [outcome] if outcome else hung[0] in ("failed", "timed_out")
    assert finished.code in (1, 3) and finished.json["verdict"] in ("failed", "timed_out")


def test_a_pytest_reporter_of_the_user_keeps_working(project):
    mini(project, "pytest")
    project.write("tamarack.toml", project.read("tamarack.toml").replace("[run]", 'args = ["--junitxml=own.xml", "-v"]\n[run]'))
    result = project.run("tests/checkout", expect=0, seconds=60).json
    assert result["ledger"]["passed"] == 2
    assert xml.parse(project.root / "own.xml").getroot().find("testsuite").get("tests") in ("1", "2"), "each invocation writes it anew"
    assert "test_takes_an_item PASSED" in stdout_logs(project, result)


def test_modules_that_the_users_shell_knows_are_found_when_tests_are_listed_and_when_they_run(project):
    project.write("lib/of_the_user.py", "NUMBER = 7\n")
    project.write("conftest.py", "import of_the_user  # noqa: F401\n")
    project.write("test_it.py", "import of_the_user\n\n\ndef test_number():\n    assert of_the_user.NUMBER == 7\n")
    project.write("tamarack.toml", 'version = 1\n[suite]\nframework = "pytest"\n[run]\nworkers = 1\n')
    result = project.run(env={"PYTHONPATH": str(project.root / "lib")}, expect=0).json
    assert result["ledger"]["passed"] == 1, result


def test_a_mocha_reporter_of_the_user_keeps_working(project):
    mini(project, "mocha")
    project.write(".mocharc.json", json.dumps({**json.loads(project.read(".mocharc.json")), "reporter": "json"}))
    result = project.run("specs/nested", expect=0, seconds=60).json
    assert json.loads(stdout_logs(project, result)[stdout_logs(project, result).index("{"):])["stats"]["passes"] == result["ledger"]["passed"] == 1
