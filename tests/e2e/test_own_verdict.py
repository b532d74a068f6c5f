"""What the framework itself calls failed is never green here. Each suite is run by itself and through Tamarack, and must end alike."""

import subprocess
import sys

import pytest

from harness import REPOSITORY

PLAYWRIGHT = """const { test, expect } = require('@playwright/test');
const fails_on = (...tries) => ({}, info) => { if (tries.includes(info.retry)) throw new Error(`try ${info.retry}`); };
"""
MOCHA_LATE = """
it('a', (done) => { done(); setTimeout(() => done(new Error('late')), 20); });
it('b', (done) => { setTimeout(done, 100); });
"""
PYTEST_TORN = """
import pytest

@pytest.fixture
def torn():
    yield
    pytest.skip("the tear-down has nothing to do")

def test_fails(torn):
    assert False

def test_passes():
    pass
"""
# name, framework, spec, ledger
SUITES = [
    ("serial chain, the second flaky, the third broken", "playwright", """
test.describe.serial('chain', () => {
  test('first', () => {});
  test('second', fails_on(0));
  test('third', fails_on(0, 1));
});""", {"passed": 1, "flaky": 1, "failed": 1}),
    ("a hook that fails once, a test that always fails", "playwright", """
let begun = 0;
test.beforeAll(({}, info) => { if (test.info().retry === 0) throw new Error('the hook'); });
test('first', () => {});
test('second', () => {});
test('third', fails_on(0, 1));
""", {"failed": 1}),
    ("serial chain, the first fails in its second try", "playwright", """
test.describe.serial('chain', () => {
  test('first', fails_on(1));
  test('second', fails_on(0));
});""", {}),
    ("a failure, then a skip of the same test", "pytest", PYTEST_TORN, {"passed": 1, "failed": 1}),
    ("a failure after the test had passed", "mocha", MOCHA_LATE, {}),
]


def by_itself(project, framework):
    modules = project.root / "node_modules"
    command = {"playwright": ["node", modules / "@playwright/test/cli.js", "test"],
               "mocha": ["node", modules / "mocha/bin/mocha.js", "tests/a.spec.js"],
               "pytest": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]}[framework]
    return subprocess.run(list(map(str, command)), cwd=project.root, capture_output=True, text=True, timeout=90)


@pytest.mark.parametrize("name, framework, spec, ledger", SUITES, ids=[name for name, *_ in SUITES])
def test_ends_as_the_framework_does(project, name, framework, spec, ledger):
    if framework != "pytest":
        installed = REPOSITORY / f"tests/projects/{framework}/node_modules"
        assert installed.exists(), f"run `npm ci` in tests/projects/{framework}, as scripts/test_e2e.sh does"
        (project.root / "node_modules").symlink_to(installed)
    project.write("tests/test_a.py" if framework == "pytest" else "tests/a.spec.js", (PLAYWRIGHT if framework == "playwright" else "") + spec)
    project.write("playwright.config.js", "module.exports = { testDir: 'tests', retries: 1, workers: 1 };\n")
    specs = 'specs = ["tests/*.spec.js"]\n' if framework == "mocha" else ""
    project.write("tamarack.toml", f'version = 1\n[suite]\nframework = "{framework}"\n{specs}[run]\nworkers = 1\n')
    alone = by_itself(project, framework)
    assert alone.returncode == 1, alone.stdout + alone.stderr
    finished = project.tamarack("run", "--json")
    assert finished.code == 1, finished.text
    counted = finished.json["ledger"]
    assert {outcome: counted[outcome] for outcome in ledger} == ledger, finished.text
    assert finished.json["planned"] == sum(counted.values()), finished.text
