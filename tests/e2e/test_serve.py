"""`tamarack serve` as a process: closed by default, beside a run, ends when told to."""

import json
import signal
import subprocess
import urllib.error
import urllib.request

import pytest

from harness import wait_until


@pytest.fixture
def serve(project):
    started = []

    def start(*flags):
        process = project.start("serve", "--data", ".tamarack", "--listen", "127.0.0.1:0", *flags, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(process)
        address = process.stdout.readline()
        address = (address if isinstance(address, str) else address.decode()).strip()
        assert address.startswith("http://127.0.0.1:"), address
        return address, process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def get(address, path, token=None, **fields):
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        with urllib.request.urlopen(urllib.request.Request(address + path, headers=headers), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_runs_reports_and_journals_with_a_token(project, serve):
    project.commands(["a", "b"], "exit 0")
    project.run(expect=0)
    made = project.tamarack("token", "create", "--data", ".tamarack", "--project", project.root.name, "--role", "viewer")
    assert made.code == 0, made.text
    token = made.out.strip()
    address, process = serve()
    assert get(address, "/healthz") == (200, "ok\n")
    assert get(address, "/api/v1/runs")[0] == 401
    assert get(address, "/api/v1/runs", token + "x")[0] == 401
    status, body = get(address, "/api/v1/runs", token)
    assert status == 200, body
    (row,) = json.loads(body)["runs"]
    assert (row["verdict"], row["planned"]) == ("passed", 2)
    status, journal = get(address, f"/api/v1/runs/{row['run_id']}/journal", token)
    kinds = [json.loads(line)["kind"] for line in journal.splitlines()]
    assert kinds[0] == "run_planned" and kinds[-1] == "run_finished"
    status, page = get(address, f"/api/v1/runs/{row['run_id']}/report.html", token)
    assert status == 200 and "all 2 tests passed" in page
    assert project.tamarack("token", "revoke", token, "--data", ".tamarack").code == 0
    assert get(address, "/api/v1/runs", token)[0] == 401, "a revocation counts from the next request on"
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_run_can_be_watched_while_it_goes_on(project, serve):
    gate = project.root / "gate"
    project.commands(["a"], f'while [ ! -e "{gate}" ]; do sleep 0.05; done')
    address, _ = serve("--open")
    running = project.start("run", "--json")
    (watched,) = wait_until(lambda: json.loads(get(address, "/api/v1/runs")[1])["runs"], "the run in the list")
    assert watched["verdict"] == "running", watched
    with urllib.request.urlopen(f"{address}/api/v1/runs/{watched['run_id']}/events", timeout=30) as stream:
        events = []
        for line in stream:
            if line.startswith(b"event: "):
                events.append(line.decode().split(": ")[1].strip())
            if events and events[-1] == "lease_granted":
                gate.touch()
    assert events[0] == "run_planned" and events[-2:] == ["run_finished", "end"], events
    assert project.finish(running).code == 0


@pytest.mark.parametrize("flags, word", [
    (["--listen", "0.0.0.0:0", "--open"], "--open lets everybody in"),
    (["--listen", "8420"], "expected HOST:PORT"),
    (["--listen", "127.0.0.1:port"], "expected a port from 0 to 65535"),
    (["--listen", "127.0.0.1:0", "--tls-cert", "a.pem"], "belong together"),
    (["--listen", "127.0.0.1:0", "--tls-cert", "a.pem", "--tls-key", "b.pem"], "a.pem"),
])
def test_settings_that_cannot_be_meant(project, flags, word):
    finished = project.tamarack("serve", "--data", "data", *flags, seconds=20)
    assert finished.code == 2, finished.text
    assert word in finished.err and finished.out == "", finished.text


def test_a_port_that_is_taken(project, serve):
    address, _ = serve("--open")
    finished = project.tamarack("serve", "--data", "data", "--listen", address.removeprefix("http://"), seconds=20)
    assert finished.code not in (0, 1) and "in use" in finished.err, finished.text


def test_the_api_describes_itself(project, serve):
    """What a client generator would read: complete, and true of this server."""
    project.commands(["a"], "exit 0")
    run = project.run(expect=0)
    address, _ = serve("--open")
    document = json.loads(get(address, "/api/v1/openapi.json")[1])
    assert document["openapi"].startswith("3.1") and document["info"]["title"] and document["info"]["version"]
    sample = {"run": run.json["run_id"], "project": project.root.name, "test": "none", "name": "x", "sha256": "0" * 64, "agent": "none", "token": "none", "job": "none", "wait": "none"}
    values = {"limit": 5, "after": 0, "verdict": "passed", "sort": "name", "at": "2026-11-16T04:10:00Z", "status": "RUNNING", "open": "true"}
    for path, operations in document["paths"].items():
        assert operations, path
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"] and operation["security"] in ([], *([{"token": [role]}] for role in ("viewer", "runner", "admin"))), where
            assert all(answer["description"] and (answer.get("content") or code in ("101", "204")) for code, answer in operation["responses"].items()), where
            assert ("requestBody" in operation) == (method in ("post", "put")), where
            in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert {f"{{{name}}}" for name in in_path} == {part for part in path.split("/") if part.startswith("{")}, where
            query = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
            if method != "get" or path.startswith("/blobs/"):
                continue
            for name in query:
                if operation["responses"]["2XX"]["content"].keys() == {"text/event-stream"}:
                    continue  # answered for as long as the run goes on; tests/server watches them
                status, body = get(address, path.format(**sample) + f"?{name}={values.get(name, 'x')}")
                # A page is asked for with what the page before said, and nothing else.
                assert status == 200 or (name == "before" and "'before'" in body), (where, name, body)
    lists = [path for path, operations in document["paths"].items() if any(one["name"] == "limit" for one in operations.get("get", {}).get("parameters", []))]
    assert len(lists) == 6
    for path in lists:
        status, body = get(address, path.format(**sample) + "?colour=red")
        assert status == 400 and "colour" in body, path
