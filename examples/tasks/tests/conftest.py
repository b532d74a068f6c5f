"""A real application for the tests: start.py with Redis, Celery and the web server, and a small client for its API."""
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

HERE = Path(__file__).resolve().parent.parent


class Application:
    def __init__(self, *arguments, **env):
        self.process = subprocess.Popen(["/usr/bin/python3", str(HERE / "start.py"), "--port", "0", *arguments], env={**os.environ, **env},
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("tasks: ready on "):
                self.base, self.backend = line.split()[3], line.split()[5].rstrip(")")
                return
        raise AssertionError(f"start.py ended with {self.process.wait()}: {''.join(said)}")

    def descendants(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, sign=signal.SIGTERM):
        """Returns the exit code and the processes that are still there."""
        family = self.descendants()
        self.process.send_signal(sign)
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        _, alive = psutil.wait_procs(family, timeout=5)
        return code, [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]

    def call(self, method, path, body=None):
        """(status, headers, JSON)."""
        sent = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, sent, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.headers, json.load(error)

    def submit(self, **order):
        status, _, answer = self.call("POST", "/api/tasks", order)
        assert status == 202, answer
        return answer["task_id"]

    def task(self, task_id):
        return self.call("GET", f"/api/tasks/{task_id}")[2]

    def until(self, task_id, *statuses, seconds=20):
        """The task as soon as it has one of these statuses. Asks again and again: Celery's results and this API have a status to read and no push."""
        deadline = time.monotonic() + seconds
        while (task := self.task(task_id))["status"] not in statuses:
            assert time.monotonic() < deadline, f"not {' or '.join(statuses)} within {seconds} s: {task}"
            time.sleep(0.05)
        return task


@pytest.fixture(scope="session")
def application():
    started = Application(PAGE_MS="100")
    yield started
    code, left = started.stop()
    assert (code, left) == (0, [])
