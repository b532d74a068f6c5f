"""A server that tells others: `serve --config` with a webhook to a receiver that verifies every signature, and a server that is killed before
anybody listened."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import re
import sqlite3
import threading
import time

import pytest

from harness import wait_until

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


def is_genuine(headers, body):
    identity, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not moment.isdigit() or abs(time.time() - int(moment)) > 300:
        return False
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, f"{identity}.{moment}.".encode() + body, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in headers.get("webhook-signature", "").split(" ")


class Receiver:
    """Takes events on a port of its own; `status` is what it answers."""

    def __init__(self):
        self.events = []  # (status, webhook-id, event)
        self.forged = []
        self.status = 204
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if is_genuine(self.headers, body):
                    receiver.events.append((receiver.status, self.headers["webhook-id"], json.loads(body)))
                else:
                    receiver.forged.append(body)
                self.send_response(receiver.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def taken(self):
        return [(event["type"], identity) for status, identity, event in self.events if status == 204]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


def server_file(project, receiver, rest=""):
    project.write("secret", SECRET + "\n")
    project.write("server.toml", f'version = 1\nurl = "https://tamarack.example.com"\n[[webhook]]\nname = "bot"\nurl = "{receiver.url}"\n'
                                 f'secret = {{ file = "secret" }}\n{rest}')


def suite(project, body="exit 0"):
    project.commands(["a", "b"], body)
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["server/**", "agents/**", "*.log", "secret", "server.toml"]\n')


def test_notify_tells_the_beginning_and_the_end_of_a_run(project, fleet, receiver):
    suite(project, 'test "$1" = a')
    server_file(project, receiver)
    fleet.serve("--config", "server.toml")
    fleet.agent("one")
    github = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.example.com", "GITHUB_REPOSITORY": "acme/shop",
              "GITHUB_RUN_ID": "77", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_JOB": "e2e", "GITHUB_EVENT_NAME": "pull_request",
              "GITHUB_EVENT_PATH": str(project.root / "event.json"), "GITHUB_SHA": "a" * 40, "GITHUB_REF": "refs/pull/123/merge",
              "GITHUB_REF_NAME": "123/merge", "GITHUB_HEAD_REF": "feature"}
    project.write("event.json", json.dumps({"pull_request": {"number": 123, "head": {"sha": "b" * 40, "ref": "feature"}}}))
    finished = fleet.finish(fleet.run(env=github), 1)
    wait_until(lambda: len(receiver.events) == 2, "both events")
    started, ended = (event for _, _, event in receiver.events)
    assert not receiver.forged
    assert (started["type"], ended["type"]) == ("run.started", "run.finished")
    assert started["subject"] == ended["subject"] == finished.json["run_id"]
    data = ended["data"]
    assert (data["verdict"], data["planned"], data["ledger"]["failed"], data["failures"][0]["name"]) == ("failed", 2, 1, "b")
    assert data["url"] == f"https://tamarack.example.com/runs/{finished.json['run_id']}"
    assert data["ci"]["attempt"] == 2 and data["ci"]["pull_request"] == 123 and data["ci"]["identity"] == "github/github.example.com/acme%2Fshop/77/e2e"
    assert data["ci"]["url"].startswith("https://github.example.com/acme/shop/actions/runs/77")
    assert data["commit"] == "b" * 40 and data["branch"] == "feature", "the head of the pull request, not its trial merge"
    metrics = fleet.get("/metrics")
    assert "\ntamarack_notifications_delivered_total 2\n" in metrics and "\ntamarack_notifications_waiting 0\n" in metrics
    assert SECRET not in fleet.get(f"/api/v1/runs/{finished.json['run_id']}/journal") + fleet.logs()


def owed(fleet):
    with contextlib.closing(sqlite3.connect(fleet.data / "tamarack.db")) as database:
        return database.execute("SELECT count(*) FROM notices").fetchone()[0]


def test_notify_survives_a_server_that_is_killed_before_anybody_listened(project, fleet, receiver):
    suite(project)
    server_file(project, receiver)
    receiver.status = 503
    fleet.serve("--config", "server.toml")
    fleet.agent("one")
    finished = fleet.finish(fleet.run(), 0)
    wait_until(lambda: "\ntamarack_notifications_waiting 2\n" in fleet.get("/metrics"), "both events to be owed")
    wait_until(lambda: receiver.events, "an attempt")
    (tried,) = {identity for _, identity, _ in receiver.events}
    fleet.kill_server()
    receiver.status = 204
    fleet.serve("--config", "server.toml")
    # The pause after a refusal outlives the restart: 5 s at most here.
    wait_until(lambda: len(receiver.taken()) == 2, "what is owed", 40)
    assert [kind for kind, _ in receiver.taken()] == ["run.started", "run.finished"]
    assert receiver.taken()[0][1] == tried, "the same event, so the receiver can tell that it is no new one"
    assert not receiver.forged and {event["subject"] for _, _, event in receiver.events} == {finished.json["run_id"]}
    # In the database and not in memory: a delivery that is not written down yet would be made again, and rightly.
    wait_until(lambda: owed(fleet) == 0, "nothing to be owed")
    fleet.kill_server()
    fleet.serve("--config", "server.toml")
    assert "\ntamarack_notifications_waiting 0\n" in fleet.get("/metrics")
    assert len(receiver.taken()) == 2, "told once"


def test_notify_knows_the_suite_folder_in_its_repository(project, fleet):
    fleet.serve()
    suite(project)
    project.write(".git/HEAD", "ref: refs/heads/main\n")
    project.write("apps/shop/e2e/units.txt", "a\n")
    project.write("apps/shop/tamarack.toml", project.read("tamarack.toml").replace("[suite]\n", '[suite]\ndir = "e2e"\n'))
    started = project.finish(fleet.run("--detach", "--config", "apps/shop/tamarack.toml"))
    assert started.code == 0, started.text
    with contextlib.closing(sqlite3.connect(fleet.data / "tamarack.db")) as database:
        ((body,),) = database.execute("SELECT body FROM requests").fetchall()
    assert json.loads(body)["suite_dir"] == "apps/shop/e2e", "annotations need the path from the repository's root"


def test_notify_traceparent_reaches_the_tests(project):
    project.commands(["a"], 'echo "$TRACEPARENT" > trace')
    project.run(expect=0)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01\n", project.read("trace"))


@pytest.mark.parametrize("text, words", [
    ("version = 1\nurk = 1\n", ["server.toml:2:1: unknown key 'urk'"]),
    ('version = 1\n[[webhook]]\nname = "bot"\nurk = "x"\nsecret = "whsec_AAAA"\n', ["server.toml:4:1: unknown key 'urk'", "server.toml:5:1: "]),
    ("version = \n", ["server.toml:1:"]),
])
def test_notify_every_problem_of_the_file_is_named(project, text, words):
    project.write("server.toml", text)
    refused = project.tamarack("serve", "--data", "data", "--listen", "127.0.0.1:0", "--open", "--config", "server.toml", seconds=20)
    assert refused.code == 2 and refused.out == "", refused.text
    assert all(word in refused.err for word in words) and "whsec_AAAA" not in refused.err, refused.err
    assert not (project.root / "data").exists(), "nothing is made for a server that does not start"


def test_notify_a_missing_file_and_a_missing_secret(project, fleet, receiver):
    refused = project.tamarack("serve", "--data", "data", "--listen", "127.0.0.1:0", "--open", "--config", "no.toml", seconds=20)
    assert refused.code != 0 and "no.toml" in refused.err, refused.text
    server_file(project, receiver)
    (project.root / "secret").unlink()
    fleet.serve("--config", "server.toml")
    assert "warning: webhook/bot: the secret's file" in fleet.logs(), "it starts: whoever renews secrets may come later"


def test_notify_suites_of_one_job_are_told_apart(project, fleet):
    suite(project)
    fleet.serve()
    fleet.agent("one")
    job = {"TAMARACK_CI_ID": "pipeline-7"}
    fleet.finish(fleet.run(env=job), 0)
    project.write("admin.toml", project.read("tamarack.toml"))
    refused = project.finish(fleet.run("--config", "admin.toml", env=job))
    assert refused.code == 2 and "set TAMARACK_SUITE or pass --suite NAME" in refused.err, refused.text
    fleet.finish(fleet.run("--config", "admin.toml", env={**job, "TAMARACK_SUITE": "admin"}), 0)
    project.write("units.txt", "a\nb\nc\n")
    again = fleet.finish(fleet.run("--no-cache", env=job), 0)
    assert again.json["planned"] == 3, "the green run of before says nothing about 'c'"
