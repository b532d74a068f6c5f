"""A real application for the tests: start.py with Redis, a Dask cluster and the web server, and a small client for its API."""
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE / "server"))
JOB_S_MAX = 20


class Application:
    def __init__(self, command=("/usr/bin/python3", str(HERE / "start.py"), "--port", "0"), **env):
        self.process = subprocess.Popen(command, env={**os.environ, "TAMARACK_TEST": "1", **env},
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("analysis: ready on "):
                self.base = line.split()[3]
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

    def call(self, method, path, body=None, headers=None):
        """(status, headers, JSON)."""
        request = urllib.request.Request(self.base + path, body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.headers, json.load(error)

    def submit(self, content="a,b\n1,x\n2,y\n", **headers):
        """`duration="0.5"` becomes the header X-Job-Duration, other names X-Simulate-NAME."""
        names = {name: "X-Job-Duration" if name == "duration" else f"X-Simulate-{name.title()}" for name in headers}
        body = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="t.csv"\r\nContent-Type: text/csv\r\n\r\n{content}\r\n--cut--\r\n'
        sent = {"Content-Type": "multipart/form-data; boundary=cut"} | {names[name]: value for name, value in headers.items()}
        return self.call("POST", "/api/v1/process", body.encode(), sent)

    def job(self, job_id):
        return self.call("GET", f"/api/v1/jobs/{job_id}/status")[2]

    def events(self, job_id, after="", pieces=None, until=None):
        """The jobs that the event stream tells of, up to its end, to so many `pieces`, or to the first for which `until(job)`: [(id, job)]."""
        request = urllib.request.Request(f"{self.base}/api/v1/jobs/{job_id}/events", headers={"Last-Event-ID": after} if after else {})
        told, event_id, deadline = [], "", time.monotonic() + JOB_S_MAX
        with urllib.request.urlopen(request, timeout=40) as stream:
            for line in stream:  # At least a comment comes every ten seconds.
                assert time.monotonic() < deadline, f"the job is not over after {JOB_S_MAX} s: {told[-1:]}"
                name, _, value = line.decode().strip().partition(": ")
                if name == "id":
                    event_id = value
                elif name == "data":
                    told.append((event_id, json.loads(value)))
                    if len(told) == pieces or (until and until(told[-1][1])):
                        break
        return told

    def ended(self, job_id):
        return self.events(job_id)[-1][1]

    def running(self, job_id):
        """The job as soon as the event stream says that it runs."""
        job = self.events(job_id, until=lambda job: job["status"] == "RUNNING")[-1][1]
        assert job["status"] == "RUNNING", f"it was over before anybody saw it run: {job}"
        return job

    def test_only(self, path, **body):
        status, _, answer = self.call("POST", f"/__test__/workers/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        assert status == 200, answer
        return answer


@pytest.fixture(scope="session")
def application():
    started = Application()
    yield started
    code, left = started.stop()
    assert (code, left) == (0, [])


@pytest.fixture
def workers(application):
    """The cluster for a test that kills workers; afterwards it is whole again."""
    yield application
    application.test_only("restore")
