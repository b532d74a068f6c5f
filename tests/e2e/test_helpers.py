"""The helper packages inside real frameworks, against the real endpoint of a real run: captures out and in, and waits."""

import json
import os
import pathlib
import subprocess
import time

import pytest

from harness import REPOSITORY, wait_until

MODULES = REPOSITORY / "tests/projects/playwright/node_modules"
CONFIG = """const { defineConfig } = require('@playwright/test');
module.exports = defineConfig({ testDir: './tests', workers: 1, timeout: 3000, reporter: [['list']], use: { baseURL: process.env.BACKEND } });
"""
FLOW = """[[flow]]
name = "report"
each = "all"
[[flow.phase]]
name = "prepare"
tag = "prepare"
capture = {{ job_id = "string" }}
[[flow.phase]]
name = "backend"
wait = {{ http = {{ url = "{url}/jobs/{{job_id}}/status" }}, field = "$.status" }}
[[flow.phase]]
name = "validate"
tag = "validate"
"""


def link(project, target, source):
    path = project.root / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(source)


def playwright(project, backend, spec, settings="", workers=1):
    """A suite without any browser: the package is linked as `npm install file:…` would."""
    if not MODULES.exists():
        pytest.fail("run `npm ci` in tests/projects/playwright, as scripts/test_e2e.sh does")
    for name in ("@playwright/test", "playwright", "playwright-core"):
        link(project, f"node_modules/{name}", MODULES / name)
    link(project, "node_modules/tamarack-playwright", REPOSITORY / "clients/playwright")
    project.write("playwright.config.js", CONFIG)
    project.write("tests/helpers.spec.js", "const { test, expect } = require('tamarack-playwright');\n" + spec)
    project.write("tamarack.toml", f'version = 1\n[suite]\nframework = "playwright"\nenv = {{ BACKEND = "{backend.url}" }}\n'
                                   f"[run]\nworkers = {workers}\nretries = 0\n{settings}")


def python_suite(project, backend, tests, settings=""):
    project.write("conftest.py", "from tamarack_pytest import tamarack  # noqa: F401\n")
    project.write("test_helpers.py", tests)
    project.write("tamarack.toml", f'version = 1\n[suite]\nframework = "pytest"\n[suite.env]\nPYTHONPATH = "{REPOSITORY}/clients/pytest"\n'
                                   f'BACKEND = "{backend.url}"\nBASE_URL = "{backend.url}"\n[run]\nworkers = 1\nretries = 0\n{settings}')


def reports(project):
    """{title: report} of every execution, from the journal."""
    journal = project.journal()
    tests = next(body["plan"]["tests"] for _, kind, body in journal if kind == "run_planned")
    return {tests[body["report"]["test"]]["identity"]["title_path"][-1]: body["report"] for _, kind, body in journal if kind == "test_finished"}


def captures(report):
    return {one["name"]: json.loads(one["json"]) for one in report["captures"]}


def error(report):
    assert report["status"] == "failed", report
    return report["errors"][0]["message"]


# ---- captures


def test_playwright_captures_into_the_journal_and_out_again(project, backend):
    playwright(project, backend, """
test('starts a job @prepare', async ({ tamarack, request }) => {
  test.info().annotations.push({ type: 'issue', description: '12' });
  const { job_id } = await (await request.post('/jobs')).json();
  tamarack.capture('job_id', job_id);
  tamarack.capture('odd', { 'ä "quote"': [1, null, '\\n'] });
});
test('reads its result @validate', async ({ tamarack }) => {
  expect(tamarack.captured('job_id')).toBe('j-1');
  expect(tamarack.captured('odd')).toEqual({ 'ä "quote"': [1, null, '\\n'] });
  expect(process.env.TAMARACK_CAPTURE_JOB_ID).toBe('j-1');
  expect(() => tamarack.captured('jobId')).toThrow(/nothing was captured as 'jobId'; captured: job_id, odd/);
});
""", FLOW.format(url=backend.url))
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 60)
    backend.set("j-1", "COMPLETED")
    finished = project.finish(running)
    assert finished.code == 0, finished.text
    report = reports(project)["starts a job @prepare"]
    assert captures(report) == {"job_id": "j-1", "odd": {'ä "quote"': [1, None, "\n"]}}
    assert report["annotations"] == [{"type": "issue", "description": "12"}]


def test_pytest_captures_into_the_journal_and_out_again(project, backend):
    python_suite(project, backend, """
import json, urllib.request, os, pytest

@pytest.mark.prepare
def test_starts_a_job(tamarack):
    answer = json.load(urllib.request.urlopen(urllib.request.Request(os.environ["BACKEND"] + "/jobs", method="POST")))
    tamarack.capture("job_id", answer["job_id"])

@pytest.mark.validate
def test_reads_its_result(tamarack):
    assert tamarack.captured("job_id") == "j-1"
    with pytest.raises(KeyError, match="nothing was captured as 'jobId'; captured: job_id"):
        tamarack.captured("jobId")
""", FLOW.format(url=backend.url))
    project.write("pytest.ini", "[pytest]\nmarkers =\n  prepare\n  validate\n")
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 60)
    backend.set("j-1", "COMPLETED")
    finished = project.finish(running)
    assert finished.code == 0, finished.text
    assert captures(reports(project)["test_starts_a_job"]) == {"job_id": "j-1"}


def test_lines_of_the_output_file_belong_to_the_test_that_wrote_them(project, backend):
    python_suite(project, backend, """
import os

def output(text):
    with open(os.environ["TAMARACK_OUTPUT"], "a") as file:
        file.write(text)

def test_first():
    output("job_id=j-1\\nnumber=7\\n")

def test_second():
    output("text<<EOF\\none\\ntwo\\nEOF\\nno capture\\n")
""")
    assert project.run().code == 0
    told = reports(project)
    assert captures(told["test_first"]) == {"job_id": "j-1", "number": 7}
    assert captures(told["test_second"]) == {"text": "one\ntwo"}
    assert [one for one in told["test_second"]["annotations"] if one["type"] == "warning"] == [
        {"type": "warning", "description": "line 5 of TAMARACK_OUTPUT is no capture (name=value): 'no capture'"}]


def test_captures_of_a_command_with_several_units_are_a_named_disagreement(project):
    units = [f"u{number}" for number in range(40)]
    project.commands(units, 'for unit in "$@"; do echo "$unit=1" >> "$TAMARACK_OUTPUT"; done\n', run="sh unit.sh {units}", workers=1)
    finished = project.tamarack("run", "--json")
    assert finished.code == 1
    assert "unclaimed_captures: TAMARACK_OUTPUT has 'u0', 'u1'" in finished.text and "nobody can tell which one captured it" in finished.text


# ---- waits


def test_the_typo_is_an_error_at_once_that_names_it(project, backend):
    playwright(project, backend, """
test('polls nothing', async ({ tamarack, request }) => {
  const { jobId } = await (await request.post('/jobs')).json();
  await tamarack.pollForJobStatus(jobId, { timeout: 120000, interval: 3000 });
});
test('asks for nothing', async ({ tamarack }) => {
  await tamarack.waitFor({ conditions: [{ http: { url: '/jobs/undefined/status' }, field: '$.status' }] });
});
test('has no such capture', async ({ tamarack }) => {
  tamarack.capture('job_id', 'j-1');
  await tamarack.waitFor({ conditions: [{ http: { url: '/jobs/{jobId}/status' }, field: '$.status' }] });
});
test('sees no such field', async ({ tamarack }) => {
  const response = { request: () => ({ method: () => 'POST' }), url: () => 'http://a/jobs', status: () => 202, json: async () => ({ job_id: 'j-1' }) };
  await tamarack.captureResponse('job_id', '**/jobs', '$.jobId', { waitForResponse: async () => response });
});
""")
    assert project.tamarack("run", "--json").code == 1
    told = reports(project)
    assert "pollForJobStatus: 'jobId' is undefined; was a field misspelt" in error(told["polls nothing"])
    assert "invalid" in error(told["asks for nothing"]) and "undefined" in error(told["asks for nothing"])
    assert "jobId" in error(told["has no such capture"]) and "invalid" in error(told["has no such capture"])
    assert "capture 'job_id': the answer to POST http://a/jobs (202) has no $.jobId; it has the fields job_id" in error(told["sees no such field"])
    assert all(report["duration"] < 1000 for report in told.values()), {name: report["duration"] for name, report in told.items()}
    assert backend.looks == {}


def test_a_failed_job_is_an_error_at_once_in_the_backends_own_words(project, backend):
    playwright(project, backend, """
test('fails', async ({ tamarack }) => {
  await tamarack.pollForJobStatus('j-1', { timeout: 120000, interval: 3000 });
});
test('completes', async ({ tamarack }) => {
  expect(await tamarack.pollForJobStatus('j-2')).toEqual({ status: 'COMPLETED', result: 'Processed data from a.csv' });
  expect(await tamarack.awaitJob({ id: 'j-2' })).toMatchObject({ status: 'COMPLETED' });
});
""")
    backend.set("j-1", "FAILED", error="no such column: 'ymd'")
    backend.set("j-2", "COMPLETED", result="Processed data from a.csv")
    assert project.tamarack("run", "--json").code == 1
    told = reports(project)
    assert told["fails"]["errors"][0]["file"] == "tests/helpers.spec.js", "the place is the test's, not the package's"
    assert "job j-1 failed" in error(told["fails"]) and "no such column: 'ymd'" in error(told["fails"])
    assert told["fails"]["duration"] < 1500
    assert told["completes"]["status"] == "passed", told["completes"]


def test_a_wait_may_be_longer_than_the_limit_of_the_test(project, backend):
    playwright(project, backend, """
test('waits', async ({ tamarack }) => {
  await tamarack.pollForJobStatus('j-1', { timeout: 60000, interval: 200 });
});
test('has a limit of its own', async ({ tamarack }) => {
  await tamarack.pollForJobStatus('j-2', { timeout: 400, interval: 100 });
});
""")
    backend.set("j-1", "RUNNING")
    backend.set("j-2", "RUNNING")
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 60)
    began = time.monotonic()
    wait_until(lambda: time.monotonic() - began > 4, "more than the 3 s that a test may take")
    backend.set("j-1", "COMPLETED")
    assert project.finish(running).code == 1
    told = reports(project)
    assert told["waits"]["status"] == "passed" and told["waits"]["duration"] > 3500
    assert "job j-2 timed out" in error(told["has a limit of its own"]) and "last status RUNNING" in error(told["has a limit of its own"])


def test_tests_of_all_workers_ask_together(project, backend):
    wait = "test('waits', async ({ tamarack }) => { await tamarack.pollForJobStatus('j-1', { interval: 300 }); });\n"
    playwright(project, backend, wait, workers=4)
    for number in range(3):
        project.write(f"tests/more{number}.spec.js", "const { test } = require('tamarack-playwright');\n" + wait)
    backend.set("j-1", "RUNNING")
    running = project.start("run", "--json")
    wait_until(lambda: len([path for path in (project.root / ".tamarack").glob("runs/*/attempts/*/events.ndjson")
                            if "test_started" in path.read_text()]) >= 2, "two frameworks whose tests wait", 60)
    looks = backend.looks.get("j-1", 0)
    began = time.monotonic()
    wait_until(lambda: time.monotonic() - began > 3, "three seconds")
    asked = backend.looks["j-1"] - looks
    backend.set("j-1", "COMPLETED")
    assert project.finish(running).code == 0
    # Each for itself, two tests would ask 20 times.
    assert 5 <= asked <= 13, asked


def test_pytest_waits(project, backend):
    python_suite(project, backend, """
import pytest
from tamarack_pytest import TamarackWaitError

def test_typo(tamarack):
    body = {"job_id": "j-1"}
    job_id = body.get("jobId")
    tamarack.poll_for_job_status(job_id)

def test_fails(tamarack):
    tamarack.poll_for_job_status("j-1")

def test_completes(tamarack):
    assert tamarack.poll_for_job_status("j-2")["result"] == 7
    assert tamarack.await_job("/jobs/j-2/status")["result"] == 7
    tamarack.capture("job_id", "j-2")
    wish = {"conditions": [{"http": {"url": "/jobs/{job_id}/status"}, "field": "$.status", "capture": {"rows": "$.result"}}]}
    assert tamarack.wait_for(wish)["captures"] == {"rows": 7}
""")
    backend.set("j-1", "FAILED", error="no such column: ymd")
    backend.set("j-2", "COMPLETED", result=7)
    assert project.tamarack("run", "--json").code == 1
    told = reports(project)
    assert "poll_for_job_status: `job_id` is None; was a field misspelt" in error(told["test_typo"])
    assert "no such column: ymd" in error(told["test_fails"])
    assert told["test_completes"]["status"] == "passed", told["test_completes"]


def test_an_end_of_the_test_ends_its_waits(project, backend):
    """A killed framework, here by the limit of the unit, leaves nobody who asks the backend."""
    python_suite(project, backend, "def test_waits(tamarack):\n    tamarack.poll_for_job_status('j-1', interval=0.2)\n", 'unit_timeout = "4s"\n')
    project.write("test_other.py", "import time\ndef test_is_last():\n    time.sleep(2.5)\n")
    backend.set("j-1", "RUNNING")
    running = project.start("run", "--json", "--workers", "1")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 60)
    wait_until(lambda: any(kind == "test_finished" for _, kind, _ in project.journal()), "the end of the test that waited", 60)
    looks = backend.looks["j-1"]
    finished = project.finish(running)
    assert finished.code != 0
    assert backend.looks["j-1"] <= looks + 2, "the wait went on without its test"


def test_jobs_and_signals_without_a_server_are_invalid(project, backend):
    python_suite(project, backend, "def test_waits(tamarack):\n    tamarack.wait_for({'conditions': [{'signal': 'done'}]})\n")
    assert project.tamarack("run", "--json").code == 1
    assert "these tests run without one" in error(reports(project)["test_waits"])


# ---- on a server


def test_a_signal_of_the_server_ends_the_wait_of_a_test(project, backend, fleet):
    python_suite(project, backend, """
def test_waits(tamarack):
    tamarack.capture("order", 7)
    answer = tamarack.wait_for({"conditions": [{"signal": "done-{order}", "capture": {"rows": "$.rows"}}]}, timeout=60)
    assert answer["captures"] == {"rows": 3}
""")
    fleet.serve()
    fleet.agent("one")
    running = project.start("run", "--server", fleet.url, "--json")
    wait_until(lambda: "done-7" in project.tamarack("waits", "--server", fleet.url, "--json").out, "the wait on the server", 60)
    project.write("data.json", '{"rows":3}')
    sent = project.tamarack("signal", "done-7", "--data", "data.json", "--server", fleet.url)
    assert sent.code == 0, sent.text
    finished = project.finish(running)
    assert finished.code == 0, finished.text


# ---- without Tamarack


def plain_playwright(project, backend, **env):
    clean = {name: value for name, value in project.environment().items() if not name.startswith("TAMARACK")}
    return subprocess.run(["node", "node_modules/@playwright/test/cli.js", "test"], cwd=project.root, capture_output=True, text=True, timeout=90,
                          env={**clean, "BACKEND": backend.url, **env})


def test_plain_playwright_polls_by_itself_and_says_so_once(project, backend):
    playwright(project, backend, """
test('polls', async ({ tamarack }) => {
  expect(tamarack.isPresent).toBe(false);
  expect(await tamarack.pollForJobStatus('j-1', { interval: 100 })).toMatchObject({ status: 'COMPLETED' });
  await expect(tamarack.pollForJobStatus('j-2')).rejects.toMatchObject({ outcome: 'failed', message: 'job j-2 failed: no such column' });
});
test('captures', async ({ tamarack }) => {
  expect(tamarack.captured('build')).toBe(17);
  tamarack.capture('job_id', 'j-1');
  expect(tamarack.captures()).toEqual({ build: 17, job_id: 'j-1' });
  await expect(tamarack.waitFor({ conditions: [] })).rejects.toThrow(/needs Tamarack/);
});
""")
    backend.set("j-1", "COMPLETED")
    backend.set("j-2", "FAILED", error="no such column")
    ran = plain_playwright(project, backend, TAMARACK_CAPTURES_JSON='{"build":17}')
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (ran.stdout + ran.stderr).count("does not run under Tamarack, so job j-1 is polled every 100 ms") == 1


def test_plain_pytest_polls_by_itself(project, backend):
    python_suite(project, backend, """
import pytest
from tamarack_pytest import TamarackWaitError

def test_polls(tamarack):
    assert tamarack.poll_for_job_status("j-1", interval=0.1)["status"] == "COMPLETED"
    with pytest.raises(TamarackWaitError, match="no such column"):
        tamarack.poll_for_job_status("j-2")
    with pytest.raises(TamarackWaitError, match="it was never there") as caught:
        tamarack.poll_for_job_status("j-3", interval=1)
    assert caught.value.outcome == "invalid"
    with pytest.raises(RuntimeError, match="needs Tamarack"):
        tamarack.wait_for({"conditions": []})
""")
    backend.set("j-1", "COMPLETED")
    backend.set("j-2", "FAILED", error="no such column")
    clean = {name: value for name, value in project.environment().items() if not name.startswith("TAMARACK")}
    ran = subprocess.run(["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=project.root, capture_output=True, text=True, timeout=90,
                         env={**clean, "BASE_URL": backend.url, "PYTHONPATH": f"{REPOSITORY}/clients/pytest"})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert pathlib.Path(project.root / "test_helpers.py").exists() and "TAMARACK_AGENT_URL" not in os.environ
