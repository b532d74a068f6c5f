"""Flows against polling: COUNT tests of a backend that takes SECONDS for each, in real Chromium, on 2 workers, one after the other in one run
of this script. One side is plain Playwright: each test starts its job on a page, polls the status every second, then looks at the page with
the result. The other is Tamarack: the same steps as a prepare and a validate test, with a wait between them that holds no worker; twice, since
from the second run on it knows how long tests and waits take.

Usage: flows.py [--count 40] [--seconds 30] [--only tamarack|playwright]
Prints the wall times, the ratio of both runs (goal: at least 10 times faster), how long workers were held by waits, and the looks at the backend."""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from common import ROOT, load, run_json, wall

HERE = pathlib.Path(__file__).resolve().parent
MODULES = ROOT / "examples/actions/node_modules"
CONFIG = """import { defineConfig } from '@playwright/test';
export default defineConfig({
  testDir: 'tests', timeout: 600_000, workers: 2, fullyParallel: true, reporter: 'dot',
  use: { baseURL: process.env.BACKEND, headless: true,
         launchOptions: { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'] } },
});
"""
START = """  await page.goto('/');
  await page.getByTestId('submit-button').click();
  await expect(page.getByTestId('job')).toHaveText(/^j-/);
  const id = await page.getByTestId('job').textContent();
"""
LOOK = """  await page.goto(`/results/${id}`);
  await expect(page.getByTestId('analysis-result')).toHaveText(`result of ${id}`);
"""
POLLING = """import { test, expect } from '@playwright/test';
for (let number = 1; number <= COUNT; number += 1) test(`analysis ${number}`, async ({ page, request }) => {
START  for (;;) {
    const { status } = await (await request.get(`/jobs/${id}/status`)).json();
    if (status === 'COMPLETED') break;
    await page.waitForTimeout(1000);
  }
LOOK});
"""
FLOWS = """import { test, expect } from 'tamarack-playwright';
for (let number = 1; number <= COUNT; number += 1) test.describe(`analysis ${number}`, () => {
  test('starts', { tag: '@prepare' }, async ({ page, tamarack }) => {
START    await tamarack.capture('job_id', id);
  });
  test('shows the result', { tag: '@validate' }, async ({ page, tamarack }) => {
  const id = await tamarack.captured('job_id');
LOOK  });
});
"""
TOML = """version = 1
project = "flows"
[suite]
framework = "playwright"
env = { BACKEND = "URL" }
[run]
workers = 2
[[flow]]
name = "analysis"
[[flow.phase]]
name = "prepare"
tag = "prepare"
capture = { job_id = "string" }
[[flow.phase]]
name = "backend"
wait = { http = { url = "URL/jobs/{job_id}/status" }, field = "$.status" }
timeout = "5m"
[[flow.phase]]
name = "validate"
tag = "validate"
"""


def suite(folder, spec, count):
    folder.mkdir()
    (folder / "tests").mkdir()
    (folder / "package.json").write_text('{ "private": true, "type": "module" }')
    (folder / "playwright.config.ts").write_text(CONFIG)
    modules = folder / "node_modules"
    modules.mkdir()
    for entry in MODULES.iterdir():
        (modules / entry.name).symlink_to(entry)
    (modules / "tamarack-playwright").symlink_to(ROOT / "clients/playwright")
    (folder / "tests/analysis.spec.ts").write_text(spec.replace("COUNT", str(count)).replace("START", START).replace("LOOK", LOOK))
    return folder


class Backend:
    def __init__(self, seconds):
        self.process = subprocess.Popen([sys.executable, str(HERE / "flows/backend.py"), str(seconds)], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def figures(self):
        return json.load(urllib.request.urlopen(self.url + "/figures", timeout=10))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def playwright(folder, arguments):
    with Backend(arguments.seconds) as backend:
        seconds, done = wall(["npx", "playwright", "test"], cwd=suite(folder / "polling", POLLING, arguments.count), env={**os.environ, "BACKEND": backend.url})
        if done.returncode != 0:
            raise SystemExit(f"playwright was not green: {done.stdout[-3000:]}{done.stderr[-1000:]}")
        figures = backend.figures()
    print(f"playwright, polling, 2 workers: {seconds:.1f} s, {figures['started']} jobs, {figures['looks']} looks at the backend; {load()}", flush=True)
    return seconds


def tamarack(folder, arguments):
    project = suite(folder / "flows", FLOWS, arguments.count)
    return [tamarack_run(project, arguments, run) for run in ("first run", "second run")]


def tamarack_run(project, arguments, run):
    with Backend(arguments.seconds) as backend:
        # Always the same text but for the port, so that the second run knows the first.
        (project / "tamarack.toml").write_text(TOML.replace("URL", backend.url))
        result = run_json(project)
        figures = backend.figures()
    seconds = result["wall_ms"] / 1000
    ledger = result["ledger"]
    if ledger["passed"] != arguments.count or figures["started"] != arguments.count:
        raise SystemExit(f"not one green entry and one job for each flow: {ledger}, {figures}")
    print(
        f"tamarack, flows, 2 workers, {run}: {seconds:.1f} s, ledger {ledger['passed']} of {result['planned']} passed, {figures['started']} jobs, "
        f"{figures['looks']} looks; waited {result['flows']['waited_ms'] / 1000:.0f} s in all, workers held by waits: "
        f"{result['flows']['held_ms'] / 1000:.0f} s; {load()}",
        flush=True,
    )
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--only", choices=("tamarack", "playwright"))
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tamarack-flows-"))
    try:
        times = {side.__name__: side(folder, arguments) for side in (tamarack, playwright) if arguments.only in (None, side.__name__)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if len(times) < 2:
        return
    for run, seconds in zip(("first run", "second run"), times["tamarack"]):
        faster = times["playwright"] / seconds
        print(f"{arguments.count} flows of {arguments.seconds:.0f} s, {run}: {faster:.1f} times faster, goal 10: {'met' if faster >= 10 else 'MISSED'}")


main()
