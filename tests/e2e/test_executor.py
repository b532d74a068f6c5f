"""`tamarack agent --processors`: jobs of a server executed by commands of this machine."""

import json
import os
import time
import urllib.error
import urllib.request

import pytest

from fleet import Fleet
from harness import wait_until

PROCESSORS = """
[processors.count]
command = '''
echo "reads $TAMARACK_INPUT"
echo "tamarack: stage=DATA_FETCHING progress=40"
sleep 0.5
wc -c < "$TAMARACK_INPUT" > "$TAMARACK_RESULT"
'''
concurrency = 2

[processors.copy]
command = 'cat "$TAMARACK_INPUT" "$TAMARACK_INPUT" > "$TAMARACK_RESULT"'

[processors.broken]
command = 'echo "the disk is on fire" >&2; exit 3'

[processors.long]
command = 'sleep 1000 & echo $! > "$TAMARACK_JOB_ID.pid"; cp "$TAMARACK_JOB_ID.pid" "$MARKS/"; wait'

[processors.slow]
command = 'sleep 1000'
timeout = "500ms"
"""


class Jobs(Fleet):
    def ask(self, method, path, body=None, headers=None):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers or {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=70) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def submit(self, **wish):
        status, body = self.ask("POST", "/api/v1/jobs", wish)
        assert status == 202, body
        return json.loads(body)["job_id"]

    def status(self, job):
        return self.json(f"/api/v1/jobs/{job}/status")

    def end_of(self, job, seconds=30):
        wait_until(lambda: self.status(job)["status"] in ("COMPLETED", "FAILED", "CANCELLED", "LOST"), f"the end of {job}", seconds)
        return self.status(job)

    def executor(self, name="box", **env):
        path = self.folder / "processors.toml"
        path.write_text(PROCESSORS)
        return self.agent(name, 1, "--processors", path, env={"MARKS": str(self.folder), **env})


@pytest.fixture
def jobs(project):
    fleet = Jobs(project)
    fleet.serve()
    yield fleet
    fleet.stop()


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_file_is_processed_and_its_steps_are_seen(jobs):
    jobs.executor()
    status, body = jobs.ask("POST", "/api/v1/process?processor=count&name=in.txt", b"x" * 100_000, {"Content-Type": "text/plain"})
    assert status == 202, body
    job = json.loads(body)["job_id"]
    end = jobs.end_of(job)
    assert (end["status"], end["result"]) == ("COMPLETED", 100_000), (end, jobs.logs())
    history = jobs.json(f"/api/v1/jobs/{job}")["history"]
    assert [step["status"] for step in history if step["status"] != "RUNNING"] == ["PENDING", "QUEUED", "INITIALIZING", "COMPLETED"]
    assert any(step["stage"] == "DATA_FETCHING" and step["progress"] == 40 for step in history)
    assert jobs.get(f"/api/v1/jobs/{job}/log").endswith("in.txt\n")
    # The agent says the end first; then it clears away.
    wait_until(lambda: not (jobs.folder / "box" / "jobs" / job).exists(), "what the job left to be cleared away", 10)


def test_a_large_result_is_a_file(jobs):
    jobs.executor()
    data = os.urandom(200_000)
    _, body = jobs.ask("POST", "/api/v1/process?processor=copy", data, {"Content-Type": "application/octet-stream"})
    job = json.loads(body)["job_id"]
    assert jobs.end_of(job)["status"] == "COMPLETED", jobs.logs()
    assert jobs.ask("GET", f"/api/v1/jobs/{job}/result") == (200, data + data)


def test_a_command_that_fails_tells_its_own_words(jobs):
    jobs.executor()
    end = jobs.end_of(jobs.submit(processor="broken"))
    assert end["status"] == "FAILED"
    assert "exit code 3" in end["error"] and "the disk is on fire" in end["error"]
    end = jobs.end_of(jobs.submit(processor="slow"))
    assert end["status"] == "FAILED" and "took longer than 500 ms" in end["error"]


def test_a_cancel_ends_the_whole_tree(jobs):
    jobs.executor()
    job = jobs.submit(processor="long")
    mark = jobs.folder / f"{job}.pid"
    wait_until(lambda: mark.exists() and mark.read_text().strip(), "the command to begin", 30)
    pid = int(mark.read_text())
    assert is_alive(pid)
    begun = time.monotonic()
    jobs.ask("POST", f"/api/v1/jobs/{job}/cancel", {"reason": "enough"})
    assert jobs.end_of(job)["status"] == "CANCELLED"
    assert time.monotonic() - begun < 5, "by the executor, not by the grace"
    wait_until(lambda: not is_alive(pid), "the command's child to end", 10)


def test_an_executor_that_is_killed_loses_its_job_in_time(jobs):
    jobs.executor()
    job = jobs.submit(processor="long", heartbeat_ms=2000)
    wait_until(lambda: jobs.status(job)["status"] == "RUNNING", "the job to run", 30)
    time.sleep(2.5)  # longer than a heartbeat: it is heard of
    assert jobs.status(job)["status"] == "RUNNING"
    jobs.agents["box"].kill()
    begun = time.monotonic()
    end = jobs.end_of(job)
    assert end["status"] == "LOST" and time.monotonic() - begun < 4.5, end
    pid = int((jobs.folder / f"{job}.pid").read_text())
    wait_until(lambda: not is_alive(pid), "what it had started to end", 10)


def test_an_executor_goes_on_over_a_restart_of_the_server(jobs):
    jobs.executor()
    first = jobs.submit(processor="count", heartbeat_ms=20_000)
    wait_until(lambda: jobs.status(first)["status"] == "RUNNING", "the job to run", 30)
    jobs.kill_server()
    jobs.serve()
    assert jobs.end_of(first)["status"] == "COMPLETED", jobs.logs()
    assert jobs.end_of(jobs.submit(processor="count"))["status"] == "COMPLETED", jobs.logs()


def test_a_wrong_file_is_refused_with_every_problem(jobs, project):
    path = jobs.folder / "wrong.toml"
    path.write_text("[processors.a]\nconcurrency = 0\n[other]\n")
    refused = project.finish(project.start("agent", "--server", jobs.url, "--processors", path), 30)
    assert refused.code == 2
    for part in ("unknown section 'other'", "needs 'command'", "from 1 to 64"):
        assert part in refused.text, refused.text
