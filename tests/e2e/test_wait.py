"""`tamarack wait`: every exit code, against a job API of our own, files, ports, logs and commands; then the same on a real server."""

import hashlib
import hmac
import http.server
import json
import signal
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from fleet import free_port
from harness import wait_until


class JobApi:
    """GET /api/jobs/ID/status answers the job's statuses one after the other; the last one stays. Everything it was asked is remembered."""

    def __init__(self):
        self.jobs = {}
        self.asked = []
        self.lock = threading.Lock()
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                status, fields, text = api.heard(self.command, self.path, dict(self.headers), body)
                data = text.encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **fields, "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def job(self, name, *statuses):
        """A status is a word, a number (an HTTP status), or a whole object."""
        with self.lock:
            self.jobs[name] = list(statuses)

    def heard(self, method, path, headers, body):
        with self.lock:
            self.asked.append((method, path, headers, body))
            parts = path.split("?")[0].strip("/").split("/")
            statuses = self.jobs.get(parts[2]) if len(parts) == 4 and parts[:2] == ["api", "jobs"] else None
            if method != "GET" and statuses:
                self.jobs[parts[2]] = ["CANCELLED"]
                return 202, {}, "{}"
            if not statuses:
                return 404, {}, '{"detail": "no such job"}'
            status = statuses[0] if len(statuses) == 1 else statuses.pop(0)
        if isinstance(status, int):
            return status, {}, '{"error": "as asked"}'
        if isinstance(status, str):
            return 200, {}, json.dumps({"status": status, "result": {"id": "r-7", "rows": 12}, "error": "the backend's own words"})
        return 200, {}, json.dumps(status)

    def looks(self, name):
        with self.lock:
            return sum(path == f"/api/jobs/{name}/status" for _, path, _, _ in self.asked)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def api():
    api = JobApi()
    yield api
    api.stop()


def http_wait(project, api, name, *flags, **options):
    return project.tamarack("wait", "http", f"{api.url}/api/jobs/{name}/status", "--field", "$.status", "--every", "20ms", *flags, **options)


# ---- the six ends
def test_satisfied_prints_captures(project, api):
    api.job("7", "PENDING", "RUNNING", "COMPLETED")
    ended = http_wait(project, api, "7", "--capture", "id=$.result.id", "--capture", "rows:integer=$.result.rows", "--header", "X-Key: k")
    assert ended.code == 0, ended.text
    assert ended.out == "id=r-7\nrows=12\n"
    assert "http: RUNNING; next look in " in ended.err and "satisfied after " in ended.err and "3 looks" in ended.err, ended.err
    assert api.asked[0][2]["X-Key"] == "k"


def test_failed_at_once_with_the_backends_words(project, api):
    api.job("7", "RUNNING", "FAILED")
    ended = http_wait(project, api, "7", "--error-field", "$.error", "--json")
    assert ended.code == 1, ended.text
    result = ended.json
    assert result["outcome"] == "failed" and result["exit_code"] == 1 and result["captures"] == {}
    assert "the backend's own words" in result["message"] and result["probes"] == 2
    assert [note["text"] for note in result["notes"]][0] == "RUNNING"
    assert result["waited_ms"] < 5000


def test_timed_out_says_what_was_seen_last(project, api):
    api.job("7", "RUNNING")
    ended = http_wait(project, api, "7", "--timeout", "300ms")
    assert ended.code == 3, ended.text
    assert "timed_out" in ended.err and "RUNNING" in ended.err and ended.seconds < 10


def test_lost_when_it_is_gone_after_it_was_seen(project, api):
    api.job("7", "RUNNING", 404)
    ended = http_wait(project, api, "7")
    assert ended.code == 4, ended.text
    assert "lost" in ended.err


def test_undefined_in_the_address_is_refused_at_once(project, api):
    ended = http_wait(project, api, "undefined")
    assert ended.code == 5, ended.text
    assert ended.seconds < 1 and "'undefined'" in ended.err and "a captured field was not set" in ended.err
    assert api.asked == [], "nothing was asked"


def test_a_place_without_a_capture_is_invalid_at_once(project, api):
    ended = http_wait(project, api, "{job_id}")
    assert ended.code == 5, ended.text
    assert ended.seconds < 1 and "the captured field 'job_id' is missing" in ended.err and api.asked == []


def test_a_status_outside_the_map_is_invalid(project, api):
    api.job("7", "COMPLETE")
    ended = http_wait(project, api, "7")
    assert ended.code == 5, ended.text
    assert "did you mean 'COMPLETED'?" in ended.err


def test_interrupted_cancels_the_wait_and_the_remote_work(project, api):
    api.job("7", "RUNNING")
    process = project.start("wait", "http", f"{api.url}/api/jobs/7/status", "--field", "$.status", "--every", "20ms", "--json",
                            "--cancel", f"DELETE {api.url}/api/jobs/7/work")
    wait_until(lambda: api.looks("7") >= 2, "two looks")
    process.send_signal(signal.SIGINT)
    ended = project.finish(process, 20)
    assert ended.code == 7, ended.text
    assert ended.json["outcome"] == "cancelled" and "interrupted" in ended.json["message"]
    assert ("DELETE", "/api/jobs/7/work") in [(method, path) for method, path, _, _ in api.asked]


def test_a_second_interrupt_leaves_at_once(project, api):
    api.job("7", "RUNNING")
    # Nobody listens there, so the cancel is never answered.
    process = project.start("wait", "http", f"{api.url}/api/jobs/7/status", "--field", "$.status", "--every", "20ms",
                            "--cancel", f"http://127.0.0.1:{free_port()}/cancel")
    wait_until(lambda: api.looks("7") >= 1, "a look")
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    ended = project.finish(process, 4)
    assert ended.code == 7, ended.text


def test_usage_errors_name_the_place(project):
    ended = project.tamarack("wait", "http", "ftp://x", "--field", "$..a", "--map", "A=sucess")
    assert ended.code == 2
    for part in ("conditions[0].http.url: expected an address", "conditions[0].field: JSON path '$..a'", "conditions[0].map.A: expected one of"):
        assert part in ended.err, ended.err
    assert project.tamarack("wait").code == 2
    assert "--pattern is required" in project.tamarack("wait", "log", "x").err
    assert project.tamarack("wait", "signal", "k").code == 2
    assert "there is no command 'wait htpp'" in project.tamarack("wait", "htpp").err
    assert project.tamarack("wait", "http", "http://x", "--timeout", "5").code == 2


# ---- what can be waited for
def test_words_of_ones_own(project, api):
    api.job("7", "WARMING", "READY")
    assert http_wait(project, api, "7", "--map", "WARMING=going_on", "--until", "READY", "--fail", "BROKEN").code == 0
    api.job("8", "RUNNING", "BROKEN")
    assert http_wait(project, api, "8", "--until", "READY", "--fail", "BROKEN").code == 1


def test_a_file_that_comes_and_what_stands_in_it(project):
    process = project.start("wait", "file", "out/report.json", "--until", "$.rows>5", "--capture", "rows=$.rows", "--every", "20ms")
    project.write("out/report.json", '{"rows": 3}')
    project.write("out/next.json", '{"rows": 7}').rename(project.root / "out/report.json")
    ended = project.finish(process, 30)
    assert ended.code == 0 and ended.out == "rows=7\n", ended.text


def test_a_port_that_opens(project):
    port = free_port()
    process = project.start("wait", "tcp", f"127.0.0.1:{port}", "--every", "20ms")
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()
        assert project.finish(process, 30).code == 0


def test_a_line_of_a_log(project):
    project.write("app.log", "started\n")
    process = project.start("wait", "log", "app.log", "--pattern", "job 7 took ([0-9]+) ms", "--capture", "took=$['1']", "--every", "20ms")
    with open(project.root / "app.log", "a") as log:
        log.write("job 7 took 120 ms\n")
    ended = project.finish(process, 30)
    assert ended.code == 0 and ended.out == "took=120\n", ended.text


def test_a_command_until_it_succeeds(project):
    project.write("there.sh", 'echo x >> tries; [ "$(wc -l < tries)" -ge 3 ] || exit 1; printf "%s" "$ANSWER" | awk \'{print}\'\n')
    ended = project.tamarack("wait", "command", "sh there.sh | awk '{print}'; [ -s tries ] && [ $(wc -l < tries) -ge 3 ]", "--env", 'ANSWER={"n": 1}',
                             "--every", "20ms", "--capture", "n=$.n")
    assert ended.code == 0 and ended.out == "n=1\n", ended.text


def test_a_whole_wish_from_a_file(project, api):
    api.job("7", "COMPLETED")
    wish = {"name": "both", "join": "all", "pace": {"min_ms": 20, "max_ms": 20},
            "conditions": [{"http": {"url": "/api/jobs/7/status"}, "field": "$.status", "capture": {"id": "$.result.id"}}, {"file": {"path": "here"}}]}
    project.write("wish.json", json.dumps(wish))
    project.write("here", "x")
    with open(project.root / "wish.json") as typed:
        ended = project.tamarack("wait", "--spec", "-", "--base-url", api.url, "--json", stdin=typed)
    assert ended.code == 0 and ended.json["captures"] == {"id": "r-7"}, ended.text
    wish["conditions"][0]["feild"] = 1
    project.write("wish.json", json.dumps(wish))
    ended = project.tamarack("wait", "--spec", "wish.json", "--base-url", api.url)
    assert ended.code == 2 and "conditions[0].feild: unknown key, did you mean 'field'?" in ended.err


# ---- two commands in a row
PREPARE = """
def test_prepare(record_property):
    record_property("tamarack.capture:job_id", "7")
    record_property("tamarack.capture:each", 1)


def test_other(record_property):
    record_property("tamarack.capture:each", 2)


def test_forgets(record_property):
    record_property("tamarack.capture:lost_id", None)
"""


def test_captures_of_a_run_fill_places(project, api):
    project.write("test_report.py", PREPARE)
    project.write("tamarack.toml", 'version = 1\n[suite]\nframework = "pytest"\n[run]\nworkers = 1\n')
    project.run(expect=0)
    api.job("7", "RUNNING", "COMPLETED")
    ended = http_wait(project, api, "{job_id}", "--run", "newest", "--capture", "id=$.result.id")
    assert ended.code == 0 and ended.out == "id=r-7\n", ended.text
    ended = http_wait(project, api, "{jobId}", "--run", project.run_ids()[0])
    assert ended.code == 5 and ended.seconds < 1 and "did you mean '{job_id}'?" in ended.err, ended.text
    ended = http_wait(project, api, "{lost_id}", "--run", "newest")
    assert ended.code == 5 and "'lost_id' is null" in ended.err, ended.text
    ended = http_wait(project, api, "{each}", "--run", "newest")
    assert ended.code == 2 and "captured by several tests" in ended.err, ended.text
    api.job("2", "COMPLETED")
    assert http_wait(project, api, "{each}", "--run", "newest", "--test", "test_other").code == 0
    assert http_wait(project, api, "7", "--run", "nobody").code == 2
    assert project.tamarack("wait", "command", '[ "{job_id}" = 7 ] && [ -n "${HOME}" ]', "--run", "newest").code == 0
    # Nobody waits in this project: looking is no error.
    listed = project.tamarack("waits")
    assert listed.code == 0 and listed.out == "" and "nobody waits" in listed.err, listed.text


# ---- on a server
def test_on_a_server(project, api, fleet):
    fleet.serve()
    api.job("7", "RUNNING")
    process = project.start("wait", "http", f"{api.url}/api/jobs/7/status", "--field", "$.status", "--every", "20ms", "--capture", "id=$.result.id",
                            "--server", fleet.url, "--json")
    wait_until(lambda: api.looks("7") >= 2, "two looks of the server")
    listed = project.tamarack("waits", "--server", fleet.url)
    assert listed.code == 0 and "parked" in listed.out and "RUNNING" in listed.out and "1 wait; " in listed.out, listed.text
    api.job("7", "COMPLETED")
    ended = project.finish(process, 30)
    assert ended.code == 0, ended.text
    assert ended.json["captures"] == {"id": "r-7"} and ended.json["wait_id"].startswith("w-")
    assert "nobody waits" in project.tamarack("waits", "--server", fleet.url).err
    over = project.tamarack("waits", "--all", "--json", "--server", fleet.url)
    assert json.loads(over.out)["outcome"] == "satisfied", over.text


def test_waits_of_a_folder_whose_server_is_away(project, api, fleet):
    fleet.serve()
    api.job("7", "RUNNING")
    follower = project.start("wait", "http", f"{api.url}/api/jobs/7/status", "--field", "$.status", "--name", "the report", "--server", fleet.url)
    wait_until(lambda: any(wait["conditions"][0]["status"] for wait in fleet.json("/api/v1/waits")["waits"]), "the first look of the server")
    fleet.kill_server()
    listed = project.tamarack("waits", "--state-dir", fleet.data)
    assert listed.code == 0 and "parked" in listed.out and "RUNNING" in listed.out and "1 wait; " in listed.out, listed.text
    shown = json.loads(project.tamarack("waits", "--state-dir", fleet.data, "--json").out)
    assert shown["state"] == "parked" and shown["name"] == "the report"
    # The wait goes on where it was, and who follows it is told.
    fleet.serve()
    api.job("7", "COMPLETED")
    ended = project.finish(follower, 60)
    assert ended.code == 0 and "the report: satisfied after " in ended.err, ended.text


def test_interrupted_on_a_server(project, api, fleet):
    fleet.serve()
    api.job("7", "RUNNING")
    process = project.start("wait", "http", f"{api.url}/api/jobs/7/status", "--field", "$.status", "--every", "20ms", "--server", fleet.url)
    wait_until(lambda: api.looks("7") >= 1, "a look of the server")
    process.send_signal(signal.SIGINT)
    ended = project.finish(process, 30)
    assert ended.code == 7, ended.text
    waits = fleet.json("/api/v1/waits")["waits"]
    assert [wait["outcome"] for wait in waits] == ["cancelled"]


def test_signals(project, fleet):
    fleet.serve()
    at = ("--server", fleet.url)
    process = project.start("wait", "signal", "report-ready", "--capture", "url=$.url", *at)
    project.write("data.json", '{"url": "/r/7"}')
    wait_until(lambda: fleet.json("/api/v1/waits?open=true")["waits"], "the wait to be parked")
    sent = project.tamarack("signal", "report-ready", "--data", "data.json", "--id", "s-1", *at)
    assert sent.code == 0 and sent.out == "stored\n", sent.text
    ended = project.finish(process, 30)
    assert ended.code == 0 and ended.out == "url=/r/7\n", ended.text
    again = project.tamarack("signal", "report-ready", "--data", "data.json", "--id", "s-1", *at)
    assert again.code == 0 and again.out == "repeated\n", again.text


def post(url, body, fields=None):
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json", **(fields or {})}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer), answer.headers["Content-Type"]
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused), refused.headers["Content-Type"]


def test_a_webhook_for_one_wait_and_who_comes_after_it(project, fleet):
    fleet.serve()
    at = ("--server", fleet.url)
    status, hook, _ = post(fleet.url + "/api/v1/hooks", {"key": "approve", "scheme": "none", "once": True})
    assert status == 201 and hook["once"] is True, hook

    def send(delivery, decision):
        return post(fleet.url + hook["url"], {"decision": decision}, {"X-GitHub-Delivery": delivery})

    # Before its wait: it counts.
    assert [send("d-1", "approved")[0] for _ in range(2)] == [202, 200]
    wait = ("wait", "signal", "approve", "--field", "$.decision", "--map", "approved=satisfied", "--map", "rejected=failed", *at)
    ended = project.tamarack(*wait)
    assert ended.code == 0, ended.text
    assert send("d-1", "approved")[0] == 200, "it was known, and had counted"
    status, late, kind = send("d-2", "rejected")
    assert status == 409 and late["outcome"] == "satisfied" and "already_over" in late["detail"] and kind == "application/problem+json", late
    fleet.kill_server()
    fleet.serve()
    assert send("d-2", "rejected")[:2] == (409, late), "the same after a restart, also for who sends it again"
    sent = project.tamarack("signal", "approve", *at)
    assert sent.code == 1 and sent.out == "already over\n", sent.text
    # It stands with the wait, and no other wait gets it.
    [known] = fleet.json("/api/v1/waits")["waits"]
    notes = fleet.json("/api/v1/waits/" + known["wait_id"])["notes"]
    assert [note["excerpt"] for note in notes if note["what"] == "late_signal"][0] == '{"decision": "rejected"}', notes
    again = project.tamarack(*wait)
    assert again.code == 5 and "its key is for the signals of one wait" in again.err, again.text


def test_a_webhook_for_one_wait_that_timed_out(project, fleet):
    fleet.serve()
    _, hook, _ = post(fleet.url + "/api/v1/hooks", {"key": "approve", "scheme": "none", "once": True})
    assert project.tamarack("wait", "signal", "approve", "--timeout", "100ms", "--server", fleet.url).code == 3
    status, late, _ = post(fleet.url + hook["url"], {})
    assert status == 409 and late["outcome"] == "timed_out" and late["ended_at"], late


def test_webhooks_from_the_command_line(project, fleet):
    fleet.serve()
    at = ("--server", fleet.url)
    made = project.tamarack("webhook", "create", "paid", "--scheme", "hmac-sha256", "--header", "X-Sum", "--expires", "90d", *at)
    assert made.code == 0 and "signed as hmac-sha256 in X-Sum" in made.err and "expires 20" in made.err, made.text
    address, secret = made.out.splitlines()
    body = json.dumps({"amount": 12}).encode()
    signed = {"X-Sum": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(), "X-GitHub-Delivery": "d-1"}
    assert post(address, {"amount": 12}, signed)[0] == 202
    assert post(address, {"amount": 13}, signed)[0] == 401
    # A secret that the other side has made.
    project.write("secret", "sixteen bytes and some\n")
    own = project.tamarack("webhook", "create", "own", "--once", "--scheme", "hmac-sha256", "--secret-file", "secret", *at)
    assert own.code == 0 and own.out.splitlines()[1] == "sixteen bytes and some" and "for one wait on 'own'" in own.err, own.text
    listed = project.tamarack("webhook", "list", *at)
    assert [line.split()[1] for line in listed.out.splitlines()] == ["key", "paid", "own"] and secret not in listed.text, listed.text
    assert "one wait" in listed.out.splitlines()[2] and address.rsplit("/", 1)[1] not in listed.text, listed.text
    rows = [json.loads(line) for line in project.tamarack("webhook", "list", "--json", *at).out.splitlines()]
    assert [row["once"] for row in rows] == [False, True], rows
    # By its address, and by its name.
    for known in (address, rows[1]["hook"]):
        assert project.tamarack("webhook", "remove", known, *at).code == 0
    assert post(address, {"amount": 12}, signed)[0] == 404
    gone = project.tamarack("webhook", "remove", rows[1]["hook"], *at)
    assert gone.code == 2 and "there is no such webhook" in gone.err and "tamarack webhook list" in gone.err, gone.text
    assert project.tamarack("webhook", "list", *at).err == "there is no webhook\n"
    wrong = project.tamarack("webhook", "create", "x", "--scheme", "md5", *at)
    assert wrong.code == 2 and "expected standard-webhooks, hmac-sha256 or none" in wrong.err and not wrong.out, wrong.text


def test_captures_of_a_run_of_a_server_fill_places_there(project, api, fleet):
    project.write("test_report.py", PREPARE)
    project.write("tamarack.toml", 'version = 1\n[suite]\nframework = "pytest"\n[run]\nworkers = 1\n')
    fleet.serve()
    at = ("--server", fleet.url)
    waiting = project.tamarack("run", "--detach", *at)
    assert waiting.code == 0, waiting.text
    run = waiting.out.strip()
    early = http_wait(project, api, "{job_id}", "--run", run, *at)
    assert early.code == 2 and "has no end yet" in early.err and f"tamarack attach {run}" in early.err, early.text
    fleet.agent("a", 1)
    fleet.finish(project.start("attach", run, "--json", *at), 0)
    api.job("7", "RUNNING", "COMPLETED")
    ended = http_wait(project, api, "{job_id}", "--run", run, "--capture", "id=$.result.id", *at)
    assert ended.code == 0 and ended.out == "id=r-7\n", ended.text
    ended = http_wait(project, api, "{jobId}", "--run", run, *at)
    assert ended.code == 5 and "did you mean '{job_id}'?" in ended.err, ended.text
    ended = http_wait(project, api, "{each}", "--run", run, *at)
    assert ended.code == 2 and "captured by several tests" in ended.err, ended.text
    api.job("2", "COMPLETED")
    assert http_wait(project, api, "{each}", "--run", run, "--test", "test_other", *at).code == 0
    for other, said in (("newest", "which run of the server is meant"), ("r-nobody", "r-nobody")):
        refused = http_wait(project, api, "{job_id}", "--run", other, *at)
        assert refused.code == 2 and said in refused.err, refused.text


def test_jobs(project, fleet):
    fleet.serve()
    at = ("--server", fleet.url)
    submitted = project.tamarack("job", "submit", "report", "--data", '{"rows": 7}', "--key", "k-1", *at)
    assert submitted.code == 0, submitted.text
    job = submitted.out.strip()
    again = project.tamarack("job", "submit", "report", "--data", '{"rows": 7}', "--key", "k-1", *at)
    assert again.out.strip() == job and "submitted before" in again.err, again.text
    assert project.tamarack("job", "submit", "report", "--data", '{"rows": 8}', "--key", "k-1", *at).code == 2
    assert project.tamarack("job", "status", job, *at).out.startswith("PENDING")
    waiting = project.start("job", "wait", job, *at)
    wait = project.start("wait", "job", job, "--capture", "rows=$.rows", *at)
    wait_until(lambda: fleet.json("/api/v1/waits?open=true")["waits"], "the wait to be parked")
    report(fleet, job, {"status": "RUNNING", "stage": "COUNTING", "progress": 40, "log": "counting\n"})
    assert project.tamarack("job", "status", job, *at).out == "RUNNING COUNTING 40 %\n"
    report(fleet, job, {"status": "COMPLETED", "result": {"rows": 12}})
    ended = project.finish(waiting, 30)
    assert ended.code == 0 and ended.out == '{"rows":12}\n' and "COMPLETED" in ended.err, ended.text
    ended = project.finish(wait, 30)
    assert ended.code == 0 and ended.out == "rows=12\n", ended.text
    assert project.tamarack("job", "result", job, "-o", "result.json", *at).code == 0
    assert project.read("result.json") == '{"rows":12}'
    assert project.tamarack("job", "logs", job, *at).out == "counting\n"
    other = project.tamarack("job", "submit", "report", *at).out.strip()
    assert project.tamarack("job", "wait", other, "--timeout", "1s", *at).code == 3
    assert project.tamarack("job", "cancel", other, "--reason", "no need", *at).code == 0
    ended = project.tamarack("job", "wait", other, *at)
    assert ended.code == 7 and "no need" in ended.err, ended.text


def test_a_job_with_a_file(project, fleet):
    fleet.serve()
    at = ("--server", fleet.url)
    project.write("rows.csv", "a,b\n1,2\n")
    submitted = project.tamarack("job", "submit", "import", "--file", "rows.csv", *at)
    assert submitted.code == 0, submitted.text
    assert fleet.json(f"/api/v1/jobs/{submitted.out.strip()}")["input"]["name"] == "rows.csv"


def report(fleet, job, body):
    import urllib.request
    request = urllib.request.Request(f"{fleet.url}/api/v1/jobs/{job}/report", json.dumps(body).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=20).close()
