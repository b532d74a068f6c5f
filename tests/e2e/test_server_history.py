"""What a server knows of many runs, asked over the network: reports taken from elsewhere, figures of tests, mass failures, the quarantine; and
the doors that lead to it: TLS, tokens whose secret is changed or taken back."""

import contextlib
import hashlib
import hmac
import json
import re
import socket
import sqlite3
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from harness import wait_until
from test_history import FLAKY_UNIT, name_of, pytest_project, pytest_report, quarantine

PROBLEM = "application/problem+json"


class Answer:
    def __init__(self, answer):
        self.status = answer.status
        self.kind = answer.headers.get("Content-Type", "")
        self.retry_after = answer.headers.get("Retry-After")
        self.text = answer.read().decode()

    @property
    def json(self):
        return json.loads(self.text)


def ask(fleet, path, body=None, token=None, **headers):
    """GET, or POST of a body; whatever the status is, the answer. `token` wins over the fleet's, "" sends none."""
    token = fleet.token if token is None else token
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        fields["Authorization"] = f"Bearer {token}"
    data = body.encode() if isinstance(body, str) else body
    try:
        with urllib.request.urlopen(urllib.request.Request(fleet.url + path, data=data, headers=fields), timeout=20) as answer:
            return Answer(answer)
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            return Answer(error)


def take(fleet, report, query="", project="shop"):
    """A report into the history of a project; the answer's JSON."""
    taken = ask(fleet, f"/api/v1/projects/{project}/import{query}", report)
    assert taken.status in (200, 201), taken.text
    assert (taken.status == 201) == taken.json["is_new"]
    return taken.json


def junit(cases, at="2026-11-01T08:00:00"):
    """`cases`: {name: error or None}, each of a tenth of a second."""
    body = "".join(f'<testcase classname="cart.spec.ts" name="{name}" time="0.1">' + (f'<failure message="{error}">{error}</failure>' if error else "")
                   + "</testcase>" for name, error in cases.items())
    failed = sum(error is not None for error in cases.values())
    return f'<testsuites><testsuite name="cart.spec.ts" timestamp="{at}" tests="{len(cases)}" failures="{failed}">{body}</testsuite></testsuites>'


def ctrf(tests, start):
    """`tests`: {name: (status, duration in ms)}."""
    rows = [{"name": name, "status": status, "duration": duration, "filePath": "cart.spec.ts"} for name, (status, duration) in tests.items()]
    count = {word: sum(row["status"] == word for row in rows) for word in ("passed", "failed", "skipped", "pending", "other")}
    summary = {"tests": len(rows), **count, "start": start, "stop": start + 1000}
    return json.dumps({"reportFormat": "CTRF", "specVersion": "0.0.0", "results": {"tool": {"name": "x"}, "summary": summary, "tests": rows}})


def rows_of(fleet, query="", project="shop", count=None):
    """The figures, once they are made of as many tests as `count` says: they follow a run, they are not a part of it."""
    def rows():
        found = fleet.json(f"/api/v1/projects/{project}/tests{query}")["tests"]
        return found if count is None or len(found) == count else None

    return wait_until(rows, f"figures of {count} tests")


def figures(fleet, name, runs, project="shop"):
    """Those of one test, once they are made of so many executions."""
    def row():
        (one,) = [test for test in fleet.json(f"/api/v1/projects/{project}/tests")["tests"] if name_of(test).endswith(name)] or [None]
        return one if one and one["runs"] == runs else None

    return wait_until(row, f"figures of '{name}' over {runs} executions")


def make_token(project, fleet, role, bound_to="shop", *flags):
    made = project.tamarack("token", "create", "--data", fleet.data, "--project", bound_to, "--role", role, *flags)
    assert made.code == 0, made.text
    return made.out.strip()


# ---- reports of elsewhere
def test_import_takes_a_real_report_from_whoever_may_send_it(project, fleet):
    pytest_project(project)
    report = (project.root / pytest_report(project)).read_text()
    fleet.open = False
    fleet.serve()
    runner, viewer = make_token(project, fleet, "runner"), make_token(project, fleet, "viewer")
    other = make_token(project, fleet, "runner", "bank")
    path = "/api/v1/projects/shop/import?branch=main&commit=abc123&at=2026-11-20T10:00:00%2B01:00"
    for token, status in (("", 401), (viewer, 403), (other, 403)):
        refused = ask(fleet, path, report, token)
        assert (refused.status, refused.kind) == (status, PROBLEM), refused.text
    fleet.token = viewer
    assert fleet.json("/api/v1/runs")["runs"] == [], "what was refused left nothing"
    fleet.token = runner
    taken = take(fleet, report, path.partition("import")[2])
    assert (taken["cases"], taken["not_known"], taken["run"]["run_id"][:2]) == (6, 6, "i-")
    again = take(fleet, report, "?branch=other")
    assert not again["is_new"] and again["run"] == taken["run"], "the same bytes are the same run, whatever else is said of them"
    fleet.token = viewer
    (row,) = fleet.json("/api/v1/runs")["runs"]
    assert (row["run_id"], row["verdict"], row["branch"], row["commit"]) == (taken["run"]["run_id"], "failed", "main", "abc123")
    assert row["started_at"].startswith("2026-11-20T09:00:00") and row["ledger"]["passed"] == 4 and row["ledger"]["skipped"] == 1, row
    assert "test_keeps" in fleet.get(f"/api/v1/runs/{row['run_id']}/report.html")
    assert len(rows_of(fleet, count=6)) == 6
    fleet.token = other
    assert fleet.json("/api/v1/runs")["runs"] == [] and ask(fleet, f"/api/v1/runs/{row['run_id']}").status == 404
    assert fleet.json("/api/v1/projects")["projects"] == [], "not even its name"


def test_import_and_a_run_of_the_server_are_of_the_same_tests(project, fleet):
    pytest_project(project)
    report = (project.root / pytest_report(project)).read_text()
    project.write("tests/sub/test_more.py", "def test_quick(): pass\n")
    report, slowed = re.subn(r'(name="test_price\[1\]" time=")[\d.]+"', r'\g<1>7.5"', report)
    assert slowed == 1
    (project.root / "report.xml").unlink()
    fleet.serve()
    fleet.agent("a", 1)
    fleet.finish(fleet.run(), 0)
    rows_of(fleet, count=6)
    taken = take(fleet, report, "?branch=elsewhere")
    assert taken["not_known"] == 0, "a server that knows the tests recognises them, however the report spells them"
    once = figures(fleet, "test_more.py › test_quick", 2)
    assert (once["passed"], once["failed"], once["flip_rate"]) == (1, 1, 0), "two branches: no flip"
    assert len(rows_of(fleet)) == 6
    # What the report says of durations is what the next run is planned with.
    planned = fleet.journal(fleet.finish(fleet.run(), 0).json["run_id"])[0]["body"]["plan"]
    slow = max(planned["units"], key=lambda unit: unit["estimate"])
    assert slow["estimate"] > 3000 and "test_price" in json.dumps([planned["tests"][test] for test in slow["tests"]]), planned["units"]


@pytest.mark.parametrize("body, query, words", [
    ("", "", "the file is empty"),
    ("all green\n", "", "neither JUnit XML nor CTRF"),
    ("<html><body>404</body></html>", "", "malformed_report"),
    (junit({"a": None, "b": None})[:-60], "", "truncated_report"),
    ('{"results": {"tests": [{"name"', "", ""),
    (junit({"a": None}), "?at=yesterday", "'yesterday' is not a time"),
    (junit({"a": None}), "?when=now", "unknown parameter 'when', expected one of branch, commit, at"),
])
def test_import_says_what_is_wrong_and_keeps_nothing(project, fleet, body, query, words):
    fleet.serve()
    refused = ask(fleet, f"/api/v1/projects/shop/import{query}", body)
    assert (refused.status, refused.kind) == (400, PROBLEM), refused.text
    assert words in refused.json["detail"] and refused.json["status"] == 400, refused.text
    assert fleet.json("/api/v1/runs")["runs"] == []


def test_import_of_too_much_is_refused_before_it_is_sent(project, fleet):
    fleet.serve()
    with contextlib.closing(socket.create_connection(("127.0.0.1", fleet.port), 20)) as peer:
        peer.sendall(b"POST /api/v1/projects/shop/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
        head = peer.recv(4096).decode()
    assert head.startswith("HTTP/1.1 413 ") and PROBLEM in head, head


# ---- figures
DAY = 86_400_000
START = 1_793_520_000_000


def test_figures_of_many_reports(project, fleet):
    fleet.serve()
    for day in range(8):
        # 'shaky' changes with every run of main, 'slower' takes twice as long since day 4; the other branch never passes.
        take(fleet, ctrf({"shaky": ("failed" if day % 2 else "passed", 10), "slower": ("passed", 200 if day >= 4 else 100), "calm": ("passed", 5)},
                         START + day * DAY), "?branch=main&commit=c%d" % day)
    take(fleet, ctrf({"shaky": ("failed", 10), "calm": ("skipped", 0)}, START + 8 * DAY), "?branch=other")
    shaky = figures(fleet, "shaky", 9)
    assert (shaky["passed"], shaky["failed"], shaky["flip_rate"], shaky["last_outcome"]) == (4, 5, 1, "failed"), shaky
    slower = figures(fleet, "slower", 8)
    assert (slower["trend"], slower["p50_ms"], slower["p95_ms"], slower["flip_rate"]) == (2, 100, 200, 0)
    calm = figures(fleet, "calm", 8)
    assert (calm["last_outcome"], calm["failure_rate"]) == ("skipped", 0), "skipped is shown, and is no execution"
    for sort, first in (("", "shaky"), ("?sort=failures", "shaky"), ("?sort=slow", "slower"), ("?sort=name", "calm"), ("?text=SLO", "slower")):
        assert name_of(rows_of(fleet, sort)[0]).endswith(first), sort
    page = fleet.json("/api/v1/projects/shop/tests?sort=name&limit=2")
    rest = fleet.json(f"/api/v1/projects/shop/tests?sort=name&limit=2&before={urllib.parse.quote(page['next'])}")
    assert [name_of(test).split(" › ")[-1] for test in page["tests"] + rest["tests"]] == ["calm", "shaky", "slower"] and "next" not in rest
    one = fleet.json(f"/api/v1/projects/shop/tests/{shaky['test_id']}")
    assert [(run["branch"], run["commit"], run["outcome"]) for run in one["executions"]] == [
        ("other", "", "failed"), *[("main", f"c{day}", "failed" if day % 2 else "passed") for day in reversed(range(8))]]
    (spec,) = fleet.json("/api/v1/projects/shop/specs")["specs"]
    assert (spec["spec"], spec["tests"], spec["failed"]) == ("cart.spec.ts", 3, 5)
    assert ask(fleet, "/api/v1/projects/shop/tests/no-such-test").status == 404
    assert ask(fleet, "/api/v1/projects/shop/tests?sort=flakey").status == 400


def test_figures_leave_mass_failures_out(project, fleet):
    fleet.serve()
    names = [f"t{number:02}" for number in range(40)]
    take(fleet, junit(dict.fromkeys(names)))
    take(fleet, junit(dict.fromkeys(names, "connect ECONNREFUSED 127.0.0.1:5432"), "2026-11-02T08:00:00"))
    # A quarter, all for one reason: that is no test's fault either. A few for reasons of their own are theirs.
    one_cause = {name: f"timeout on port {8000 + at}" if at < 10 else None for at, name in enumerate(names)}
    take(fleet, junit(one_cause, "2026-11-03T08:00:00"))
    take(fleet, junit({name: f"expected {'abcdefghij'[at]}" if at < 9 else None for at, name in enumerate(names)}, "2026-11-04T08:00:00"))
    first = figures(fleet, "t00", 2)
    assert (first["passed"], first["failed"], first["flip_rate"]) == (1, 1, 1), first
    assert figures(fleet, "t39", 2)["failed"] == 0
    reasons = [run.get("set_aside") for run in fleet.json("/api/v1/runs")["runs"]]
    assert reasons == [None, "infrastructure: 10 of 10 failed tests say 'timeout on port 8000'", "infrastructure: 40 of 40 tests failed", None]
    executions = fleet.json(f"/api/v1/projects/shop/tests/{first['test_id']}")["executions"]
    assert [(run["outcome"], run["counted"]) for run in executions] == [("failed", True), ("failed", False), ("failed", False), ("passed", True)]


def test_figures_know_what_passed_on_a_retry(project, fleet):
    project.commands(["calm", "shaky"], FLAKY_UNIT, settings="[run]\nworkers = 1\nretries = 1\n")
    fleet.serve()
    fleet.agent("a", 1)
    finished = fleet.finish(fleet.run(), 0)
    assert finished.json["ledger"]["flaky"] == 1 and finished.json["attempts"] == 3
    shaky = figures(fleet, "shaky", 1)
    assert (shaky["flaky"], shaky["flaky_rate"], shaky["last_outcome"]) == (1, 1, "flaky")
    (execution,) = fleet.json(f"/api/v1/projects/shop/tests/{shaky['test_id']}")["executions"]
    assert (execution["outcome"], execution["attempts"]) == ("flaky", 2)


# ---- quarantine
KNOWN = 'test "$1" != known\n'


def test_quarantine_a_failure_is_shown_and_does_not_redden_the_run(project, fleet):
    project.commands(["good", "known"], KNOWN, settings=quarantine("known"))
    fleet.serve()
    fleet.agent("a")
    finished = fleet.finish(fleet.run(), 0)
    assert (finished.json["verdict"], finished.json["ledger"]["failed"]) == ("passed", 1)
    run = fleet.json(f"/api/v1/runs/{finished.json['run_id']}")
    assert (run["verdict"], run["ledger"]["failed"], run["headline"]) == ("passed", 1, "the 1 test passed (1 failed in quarantine)")
    shown = {test["spec"]: test for test in fleet.json(f"/api/v1/runs/{run['run_id']}/report")["tests"]}
    assert (shown["known"]["outcome"], shown["known"].get("quarantined"), shown["good"].get("quarantined")) == ("failed", True, None)
    assert "in quarantine" in finished.err
    known = figures(fleet, "known", 1)
    assert known["quarantine"] == {"owner": "team-a", "reason": "races", "expires_at": "2999-12-31T23:59:59.999Z"}
    assert known["failed"] == 1, "its own figures are what they are"
    assert figures(fleet, "good", 1)["quarantine"] is None


def test_quarantine_that_has_ended_excuses_nothing(project, fleet):
    project.commands(["good", "known"], KNOWN, settings=quarantine("known", expires="2020-01-31"))
    fleet.serve()
    fleet.agent("a")
    finished = fleet.finish(fleet.run(), 1)
    assert re.search(r"tamarack\.toml:\d+:1: quarantine of 'known' ended on 2020-01-31, the test counts again", finished.err), finished.err
    assert figures(fleet, "known", 1)["quarantine"] is None


def test_quarantine_has_its_cap_on_a_server_too(project, fleet):
    project.commands(["shop-a", "shop-b", "other"], "exit 0\n", settings="[run]\nquarantine_max = 1\n" + quarantine("shop-"))
    fleet.serve()
    refused = project.finish(fleet.run())
    assert refused.code == 2 and "2 of 3 tests are in quarantine, 'quarantine_max' in [run] allows 1" in refused.err, refused.text
    assert fleet.json("/api/v1/runs")["runs"] == []


def test_quarantine_stays_what_it_was_when_a_job_is_retried(project, fleet):
    project.commands(["good", "known", "bad"], f'case "$1" in known) exit 1;; bad) [ -e {project.root}/go ];; esac\n', settings=quarantine("known"))
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["go"]\n')
    fleet.serve()
    fleet.agent("a", 1)
    job = {"TAMARACK_CI_ID": "pipeline-1"}
    first = fleet.finish(fleet.run(env=job), 1)
    assert first.json["ledger"]["failed"] == 2
    project.write("go", "")
    second = fleet.finish(fleet.run(env=job), 0)
    assert (second.json["ledger"]["passed"], second.json["ledger"]["failed"], second.json["attempts"]) == (2, 1, 2), "what failed ran again, excused or not"
    third = fleet.finish(fleet.run(env=job), 0)
    assert third.json["run_id"] == second.json["run_id"], "green by its verdict, so nothing is left to do"


# ---- doors
def test_tls_from_end_to_end_and_nothing_without_the_authority(project, fleet):
    certificate, key = fleet.folder / "cert.pem", fleet.folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=tamarack", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=60)
    project.commands(["a", "b"], 'echo "seen by $1" > seen-$1.txt; [ "$1" = a ]', settings='[artifacts]\nwatch = ["seen-*.txt"]\n')
    flags = ("--ca-file", certificate)
    fleet.open = False
    fleet.token = make_token(project, fleet, "runner")
    # Fleet speaks http by itself: what is asked here goes through a door of its own.
    url = f"https://127.0.0.1:{fleet.port}"
    log = open(fleet.folder / "server.log", "ab")
    fleet.server = project.start("serve", "--data", fleet.data, "--listen", f"127.0.0.1:{fleet.port}", "--tls-cert", certificate, "--tls-key", key,
                                 stdout=log, stderr=log)
    log.close()
    trust = ssl.create_default_context(cafile=certificate)

    def get(path):
        request = urllib.request.Request(url + path, headers={"Authorization": f"Bearer {fleet.token}"})
        with urllib.request.urlopen(request, timeout=20, context=trust) as answer:
            return answer.read().decode()

    def is_up():
        with contextlib.suppress(OSError):
            return get("/healthz") == "ok\n"

    wait_until(is_up, "the server to answer")
    secret = {"TAMARACK_TOKEN": fleet.token}
    for mistake, words in ((url, "--ca-file"), (fleet.url, "")):
        refused = project.tamarack("attach", "r-1", "--server", mistake, env=secret)
        assert refused.code != 0 and words in refused.err and fleet.token not in refused.text, refused.text
    agent_log = open(fleet.folder / "agent-a.log", "ab")
    fleet.agents["a"] = project.start("agent", "--server", url, *flags, "--name", "a", "-w", 1, "--data", fleet.folder / "a", env=secret,
                                      stdout=agent_log, stderr=agent_log)
    agent_log.close()
    finished = fleet.finish(project.start("run", "--server", url, *flags, "--json", env=secret), 1)
    run = finished.json["run_id"]
    kept = project.root / ".tamarack/runs" / run / "artifacts"
    assert [path.read_text() for path in kept.iterdir()] == ["seen by b\n"], "artifacts travel through it in both directions"
    assert json.loads(get(f"/api/v1/runs/{run}"))["verdict"] == "failed"
    assert fleet.token not in fleet.logs()


def test_tokens_are_rotated_and_taken_back_under_a_working_agent(project, fleet):
    project.commands(["a"], f"until [ -e {project.root}/go ]; do sleep 0.05; done; touch {project.root}/ran-by-$TAMARACK_TOKEN_OWNER\n")
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["go", "ran-by-*"]\n')
    fleet.open = False
    fleet.serve()
    client = make_token(project, fleet, "runner")
    old = make_token(project, fleet, "runner")
    identity = old.split("_")[1]
    fleet.token = old
    fleet.agent("old", 1, env={"TAMARACK_TOKEN_OWNER": "old"})
    fleet.token = client
    running = fleet.run()
    wait_until(lambda: any(agent["state"] == "working" for agent in fleet.json("/api/v1/agents")["agents"]), "the agent to work")
    new = project.tamarack("token", "rotate", identity, "--data", fleet.data, "--grace", "1h").out.strip()
    assert new != old
    for token in (old, new):
        assert ask(fleet, "/api/v1/session", token=token).status == 200, "both during the time of grace"
    newest = project.tamarack("token", "rotate", identity, "--data", fleet.data, "--grace", "0s").out.strip()
    assert [ask(fleet, "/api/v1/session", token=token).status for token in (old, new, newest)] == [401, 401, 200]
    assert project.tamarack("token", "revoke", identity, "--data", fleet.data).code == 0
    assert ask(fleet, "/api/v1/session", token=newest).status == 401
    assert fleet.agents["old"].wait(60) == 2, "nobody works with a token that was taken back"
    assert "did not accept the token" in fleet.log("old") and newest not in fleet.logs() and old not in fleet.logs()
    project.write("go", "")
    fleet.agent("new", 1, env={"TAMARACK_TOKEN_OWNER": "new"})
    assert fleet.finish(running, 0).json["ledger"]["passed"] == 1, "what the first one held went to the other"
    assert (project.root / "ran-by-new").exists()


def signed(fleet, path, expires):
    """A link as the server makes it, with its own key: so that one can have been made long ago."""
    with contextlib.closing(sqlite3.connect(fleet.data / "tamarack.db")) as database:
        ((key,),) = database.execute("SELECT value FROM server_keys WHERE name = 'signed_urls'").fetchall()
    signature = hmac.new(key.encode(), f"tamarack-signed-url-1\n{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
    return f"{path}?expires={expires}&signature={signature}"


def test_links_to_artifacts_open_one_file_until_they_expire(project, fleet):
    project.commands(["a"], 'echo "<script>alert(1)</script>" > seen.html; exit 1', settings='[artifacts]\nwatch = ["seen.html"]\n')
    fleet.open = False
    fleet.serve()
    fleet.token = make_token(project, fleet, "runner")
    fleet.agent("a", 1)
    run = fleet.finish(fleet.run(), 1).json["run_id"]
    report = fleet.json(f"/api/v1/runs/{run}/report")
    (link,) = [attachment["path"] for test in report["tests"] for attempt in test["attempts"] for attachment in attempt["attachments"]]
    path, query = link.split("?")
    with urllib.request.urlopen(fleet.url + link, timeout=20) as answer:
        assert answer.read() == b"<script>alert(1)</script>\n", "without a token: the link is the right"
        # What a test wrote runs nothing on the server's address.
        assert answer.headers["Content-Type"] == "application/octet-stream" and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    hours = (int(query.split("&")[0].removeprefix("expires=")) - time.time()) / 3600
    assert 11 < hours <= 12
    other = path.replace(path.split("/")[3], hashlib.sha256(b"something else").hexdigest())
    last = "0" if link[-1] != "0" else "1"
    for wrong in (path, f"{other}?{query}", link[:-1] + last, link.replace("expires=1", "expires=2"), link + "&x=1", link.replace("/blobs/shop/", "/blobs/bank/")):
        assert ask(fleet, wrong, token="").status == 403, wrong
    assert ask(fleet, signed(fleet, path, int(time.time()) + 60), token="").status == 200
    assert ask(fleet, signed(fleet, path, int(time.time()) - 1), token="").status == 410, "genuine, but too old"


@pytest.mark.parametrize("path", ["/../../../../etc/hostname", "/assets/../../etc/hostname", "/assets/%2e%2e/%2e%2e/etc/hostname", "/assets/..%2f..%2fetc%2fhostname",
                                  "/blobs/..%2f..%2fserver/tamarack.db", "/blobs/shop/..%2ftamarack.db/x", "/api/v1/runs/..%2f..%2ftamarack.db/report.html",
                                  "/api/v1/projects/..%2f..%2fserver/blobs/tamarack.db", "//etc/hostname", "/assets//etc/hostname", "/assets/\\..\\..\\etc"])
def test_paths_lead_nowhere_else(project, fleet, path):
    fleet.serve()
    with contextlib.closing(socket.create_connection(("127.0.0.1", fleet.port), 20)) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        heard = b""
        while piece := peer.recv(65536):
            heard += piece
    head, _, body = heard.partition(b"\r\n\r\n")
    is_page = b"text/html" in head and b"<title>" in body  # every other address is the dashboard, which says that there is no such page
    assert head.split()[1] in (b"400", b"403", b"404") or is_page, heard[:300]
    assert b"SQLite format" not in heard and socket.gethostname().encode() not in body


def test_verdicts_are_not_carried_from_another_project(project, fleet):
    project.commands(["a", "b"], f'echo "$1" >> {project.root}/ran.log; [ "$1" = a ]\n')
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["ran.log"]\n')
    fleet.serve()
    fleet.agent("a", 1)
    run = fleet.finish(fleet.run(), 1).json["run_id"]
    project.write("tamarack.toml", project.read("tamarack.toml").replace("version = 1\n", 'version = 1\nproject = "bank"\n'))
    refused = project.tamarack("rerun", run, "--failed", "--server", fleet.url)
    assert refused.code == 2 and f"there is no run '{run}' in this project" in refused.err, refused.text
    assert len(fleet.json("/api/v1/runs")["runs"]) == 1 and project.read("ran.log") == "a\nb\n"


def test_guessing_tokens_is_slow(project, fleet):
    fleet.open = False
    fleet.serve()
    good = make_token(project, fleet, "viewer")
    guesses = [ask(fleet, "/api/v1/session", token=f"tmk_{n:010}_" + "A" * 43) for n in range(80)]
    assert {guess.status for guess in guesses} == {401, 429} and guesses[0].status == 401
    assert guesses[-1].kind == PROBLEM and int(guesses[-1].retry_after) >= 1
    assert ask(fleet, "/api/v1/session", token=good).status == 200, "who has a token is not held up"
