"""The remembered list of Playwright's tests: a test that was added is run, or the run is not green. And Playwright's own webServer."""

import socket
import subprocess

import pytest

from harness import REPOSITORY

SPEC = "const { test } = require('@playwright/test');\n"


def suite(project, config, folder=".", settings="[run]\nworkers = 1\n"):
    installed = REPOSITORY / "tests/projects/playwright/node_modules"
    assert installed.exists(), "run `npm ci` in tests/projects/playwright, as scripts/test_e2e.sh does"
    (project.root / "node_modules").symlink_to(installed)
    project.write("tamarack.toml", f'version = 1\n[suite]\nframework = "playwright"\ndir = "{folder}"\n{settings}')
    project.write(f"{folder}/playwright.config.js", f"module.exports = {{ {config} }};\n")


def one_test(title):
    return f"test('{title}', async () => {{}});\n"


def newest(project):
    return max((project.root / ".tamarack/runs").iterdir(), key=lambda folder: folder.stat().st_ctime_ns)


def names(project):
    return {name.split(" › ")[-1] for name in project.tests(newest(project).name)}


def was_cached(project):
    """A run from the remembered list leaves what its shim compares with."""
    return (newest(project) / "listing.json").exists()


def test_an_unchanged_suite_is_listed_once(project):
    suite(project, "testDir: 'tests'")
    project.write("tests/a.spec.js", SPEC + "require('./help');\n" + one_test("first"))
    project.write("tests/help.js", "")
    project.run(expect=0)
    project.run(expect=0)
    assert was_cached(project)
    project.write("tests/help.js", "// changed\n")
    project.run(expect=0)
    assert not was_cached(project), "a module that a spec loads was changed"


@pytest.mark.parametrize("git", [False, True])
@pytest.mark.parametrize("file", ["a.spec.js", "b.spec.js"])
def test_a_test_added_beside_the_suites_folder_runs(project, git, file):
    if git:
        subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    suite(project, "testDir: '../specs'", "e2e")
    project.write("specs/a.spec.js", SPEC + one_test("first"))
    project.run(expect=0)
    project.run(expect=0)
    assert was_cached(project) == git
    project.write(f"specs/{file}", SPEC + one_test("first") + one_test("added"))
    project.run(expect=0)
    assert "added" in names(project)


@pytest.mark.parametrize("git", [False, True])
def test_a_test_added_behind_a_link_runs(project, git):
    elsewhere = project.root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "node_modules").symlink_to(REPOSITORY / "tests/projects/playwright/node_modules")
    if git:
        subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    suite(project, "testDir: 'specs'")
    (project.root / "specs").symlink_to(elsewhere)
    (elsewhere / "a.spec.js").write_text(SPEC + one_test("first"))
    project.run(expect=0)
    project.run(expect=0)
    (elsewhere / "b.spec.js").write_text(SPEC + one_test("added"))
    project.run(expect=0)
    assert names(project) == {"first", "added"}


def test_a_test_made_from_data_behind_a_link_runs(project):
    suite(project, "testDir: 'tests'")
    data = project.root.parent / "cases.json"
    data.write_text('["first"]')
    (project.root / "cases.json").symlink_to(data)
    project.write("tests/a.spec.js", SPEC + "for (const title of JSON.parse(require('fs').readFileSync('cases.json'))) test(title, async () => {});\n")
    project.run(expect=0)
    project.run(expect=0)
    assert was_cached(project)
    data.write_text('["first", "added"]')
    project.run(expect=0)
    assert names(project) == {"first", "added"}


def test_a_test_made_from_data_of_the_repository_runs(project):
    subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    suite(project, "testDir: 'tests'", "e2e")
    project.write("data/cases.json", '["first"]')
    project.write("e2e/tests/a.spec.js", SPEC + "for (const title of JSON.parse(require('fs').readFileSync(__dirname + '/../../data/cases.json')))\n"
                  "  test(title, async () => {});\n")
    project.run(expect=0)
    project.run(expect=0)
    assert was_cached(project)
    project.write("data/cases.json", '["first", "added"]')
    project.run(expect=0)
    assert names(project) == {"first", "added"}


def test_a_test_made_from_data_that_nobody_watches_is_never_green_without_it(project):
    suite(project, "testDir: 'tests'")
    data = project.root.parent / "cases.json"
    data.write_text('["first"]')
    project.write("tests/a.spec.js", SPEC + f"for (const title of JSON.parse(require('fs').readFileSync('{data}')))\n  test(title, async () => {{}});\n")
    project.run(expect=0)
    data.write_text('["first", "added"]')
    finished = project.run(expect=1)
    assert finished.json["disagreements"] == 1 and "'tests/a.spec.js › added' did not run" in finished.err
    project.run(expect=0)
    assert names(project) == {"first", "added"}, "the list was forgotten"
    project.run("-g", "added", expect=0)
    assert names(project) == {"added"}, "what a filter leaves out was listed"


SERVER = """
const http = require('http');
require('fs').appendFileSync('started.txt', 'x');
http.createServer((request, response) => response.end('hello')).listen(Number(process.argv[2]), '127.0.0.1');
"""


def with_server(project, settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    suite(project, f"testDir: 'tests', webServer: {{ command: 'node server.js {port}', url: 'http://127.0.0.1:{port}/', reuseExistingServer: false }}",
          settings=settings)
    project.write("server.js", SERVER)
    for spec in "abc":
        project.write(f"tests/{spec}.spec.js", SPEC + f"test('{spec}', async () => {{ if (!(await fetch('http://127.0.0.1:{port}/')).ok) throw new Error('no'); }});\n")


def test_a_web_server_of_playwright_works_with_one_worker(project):
    with_server(project, '[run]\nworkers = 1\n')
    assert project.run(expect=0).json["ledger"]["passed"] == 3
    assert project.run(expect=0).json["ledger"]["passed"] == 3


def test_a_web_server_of_playwright_is_refused_with_several_workers(project):
    with_server(project, '[run]\nworkers = 2\n')
    for _ in range(2):
        refused = project.tamarack("run")
        assert refused.code == 2 and "webServer" in refused.err and "[app]" in refused.err and "-w 1" in refused.err
    doctor = project.tamarack("doctor")
    assert doctor.code == 2 and "webServer" in doctor.out
    project.run("-w", "1", expect=0)
    for _ in range(2):  # the fact is remembered with the list
        refused = project.tamarack("run")
        assert refused.code == 2 and "webServer" in refused.err


def test_a_web_server_beside_app_is_a_warning(project):
    with_server(project, '[run]\nworkers = 1\n[app]\nstart = "node server.js {port}"\nready = { http = "/" }\n')
    finished = project.run(expect=0)
    assert "'webServer' in the Playwright configuration is started beside [app]" in finished.err
