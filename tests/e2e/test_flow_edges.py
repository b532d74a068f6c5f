"""The hard rows of waiting, through the whole binary: what drifts, who dies, what comes twice, too late, forged or from another worker."""

import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import threading
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree
from datetime import datetime

import pytest

from harness import wait_until
from test_flows import START, agents_of, cases, properties, ran, suite

# 120 runs the story of two agents at its full length.
BACKEND_SECONDS = float(os.environ.get("TAMARACK_FLOW_BACKEND_SECONDS", "6"))


def parked(backend):
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 60)


def flow_of(project, finished):
    [case] = cases(project, finished)
    return case, properties(case)


def instants(project, kinds):
    """{kind: first instant, in ms} of the newest run."""
    copy = project.root.parent / "instants"
    shutil.copytree(project.root / ".tamarack", copy, ignore=shutil.ignore_patterns("runs", "lock", "artifacts"))
    database = sqlite3.connect(copy / "tamarack.db")
    rows = database.execute("SELECT kind, min(at_ms) FROM journal GROUP BY kind").fetchall()
    database.close()
    shutil.rmtree(copy)
    return {kind: at for kind, at in rows if kind in kinds}


# ---- code that changes while a flow waits

def in_files(project, backend, workers=2):
    """As `suite`, with a file for each of the two tests: specs are what can change."""
    suite(project, backend, ("checks/prepare.sh", "checks/validate.sh"), workers=workers)
    config = project.read("tamarack.toml").replace("sh unit.sh {unit}", "sh {unit}")
    for phase in ("prepare", "validate"):
        config = config.replace(f'match = "{phase}"', f'match = "checks/{phase}*"')
    project.write("tamarack.toml", config)
    project.write("checks/prepare.sh", f'python3 start.py {backend.url} job_id; echo "prepare $TAMARACK_WORKER" >> {project.root}/units.log\n')
    project.write("checks/validate.sh", validate(project, "old"))


def validate(project, version):
    return f'echo "validate $TAMARACK_WORKER {version}" >> {project.root}/units.log\n'


def last_line(project):
    return project.read("units.log").splitlines()[-1]


def drifted(case):
    return [one.get("value") for one in case.findall("properties/property") if one.get("name") == "drifted"]


def test_validate_of_other_code_than_prepare_is_shown_as_drifted(project, backend):
    in_files(project, backend)
    running = project.start("run", "--json")
    parked(backend)
    running.kill()
    running.wait()
    project.write("checks/validate.sh", validate(project, "new"))  # days pass, somebody mends the test
    backend.set("j-1", "COMPLETED")
    resumed = project.resume(expect=0)
    assert last_line(project).endswith(" new") and list(backend.jobs) == ["j-1"]
    case, _ = flow_of(project, resumed)
    assert drifted(case) == ["checks/validate.sh has changed since the flow began"]
    assert "1 flow: 1 passed, 1 drifted" in resumed.err, resumed.err
    assert '"drifted":["checks/validate.sh has changed since the flow began"]' in pathlib.Path(resumed.json["ctrf"]).read_text()


def with_on_drift(project, word):
    project.write("tamarack.toml", project.read("tamarack.toml").replace('limit = "1h"', f'limit = "1h"\non_drift = "{word}"'))


def test_validate_of_other_code_is_invalid_where_that_is_asked_for(project, backend):
    in_files(project, backend)
    with_on_drift(project, "invalid")
    running = project.start("run", "--json")
    parked(backend)
    running.kill()
    running.wait()
    project.write("checks/validate.sh", validate(project, "new"))
    backend.set("j-1", "COMPLETED")
    resumed = project.resume(expect=5)
    assert resumed.json["verdict"] == "invalid" and resumed.json["ledger"]["failed"] == 1 and list(backend.jobs) == ["j-1"]
    assert "phase 'validate' is invalid: drifted: checks/validate.sh has changed since the flow began" in resumed.err, resumed.err
    assert "invalid: 1 flow drifted while it waited" in resumed.err, resumed.err
    case, _ = flow_of(project, resumed)
    assert drifted(case) == ["checks/validate.sh has changed since the flow began"] and case.find("failure") is not None


@pytest.mark.parametrize("on_drift, deployed, code", [("tell", "1.5", 0), ("invalid", "1.5", 5), ("invalid", "1.4", 0)])
def test_an_application_that_was_deployed_anew_is_noticed_by_what_the_tests_capture(project, backend, on_drift, deployed, code):
    suite(project, backend, validate="sh look.sh")
    with_on_drift(project, on_drift)
    project.write("version", "shop 1.4\n")
    project.write("look.sh", f'echo "app_version=$(cat {project.root}/version)" >> "$TAMARACK_OUTPUT"\n')
    project.write("start.py", START + "os.system('sh look.sh')\n")
    running = project.start("run", "--json")
    parked(backend)
    project.write("version", f"shop {deployed}\n")
    backend.set("j-1", "COMPLETED")
    finished = project.finish(running)
    assert finished.code == code, finished.text
    said = 'app_version was "shop 1.4", now it is "shop 1.5"'
    case, _ = flow_of(project, finished)
    assert drifted(case) == ([] if deployed == "1.4" else [said]) and ran(project) == ["prepare", "validate"]
    assert (f"is invalid: drifted: {said}" in finished.err) == (code == 5), finished.err


def test_a_server_notices_another_application_as_well(project, fleet, backend):
    suite(project, backend, validate='echo app_version=2 >> "$TAMARACK_OUTPUT"')
    with_on_drift(project, "invalid")
    project.write("start.py", START + "open(os.environ['TAMARACK_OUTPUT'], 'a').write('app_version=1\\n')\n")
    fleet.serve()
    fleet.agent("a", 1)
    fleet.wait_for_agents(1)
    running = fleet.run()
    parked(backend)
    fleet.kill_server()
    fleet.serve()
    backend.set("j-1", "COMPLETED")
    finished = fleet.finish(running, 5)
    assert "phase 'validate' is invalid: drifted: app_version was 1, now it is 2" in finished.err, finished.err
    assert "invalid: 1 flow drifted while it waited" in finished.err and list(backend.jobs) == ["j-1"]


# ---- what prepare left behind is not good any more

LOGIN = """import json, sys, time
try:
    session = json.load(open(sys.argv[1]))
except FileNotFoundError:
    sys.exit("the stored login is gone: " + sys.argv[1])
if session["expires"] < time.time():
    sys.exit("the stored login has expired, log in again")
"""


@pytest.mark.parametrize("lost, said", [("expired", "the stored login has expired, log in again"), ("gone", "the stored login is gone: ")])
def test_a_stored_login_that_is_not_good_any_more_fails_validate_in_its_own_words(project, backend, lost, said):
    session = project.root / "session.json"
    suite(project, backend, validate=f"python3 login.py {session}")
    project.write("login.py", LOGIN)
    project.write("start.py", START + f"import time; json.dump({{'expires': time.time() + 3600}}, open('{session}', 'w'))\n")
    running = project.start("run", "--json")
    parked(backend)
    if lost == "gone":
        session.unlink()
    else:
        session.write_text(json.dumps({"expires": time.time() - 1}))  # days pass
    backend.set("j-1", "COMPLETED")
    finished = project.finish(running)
    assert finished.code == 1 and finished.json["ledger"]["failed"] == 1, finished.text
    assert said in finished.err, finished.err
    assert "phase 'validate': test 'validate' failed" in ElementTree.tostring(flow_of(project, finished)[0], encoding="unicode")
    assert ran(project) == ["prepare", "validate"] and list(backend.jobs) == ["j-1"], "nothing is begun again"


def test_a_flow_whose_code_stayed_is_not_drifted_and_another_commit_is(project, backend):
    in_files(project, backend)
    project.write(".git/HEAD", "1" * 40 + "\n")
    for commit, expected in (("1", []), ("2", ["it began at commit 111111111111, now it is 222222222222"])):
        backend.jobs.clear(), backend.looks.clear()
        project.write(".git/HEAD", "1" * 40 + "\n")
        running = project.start("run", "--json")
        parked(backend)
        project.write(".git/HEAD", commit * 40 + "\n")  # the working tree moves on under a run that goes on
        backend.set("j-1", "COMPLETED")
        finished = project.finish(running)
        assert finished.code == 0, finished.text
        assert drifted(flow_of(project, finished)[0]) == expected


def test_on_a_server_validate_has_the_files_that_the_run_was_asked_for_with(project, fleet, backend):
    in_files(project, backend)
    fleet.serve()
    fleet.agent("a", 1)
    fleet.wait_for_agents(1)
    running = fleet.run()
    parked(backend)
    project.write("checks/validate.sh", validate(project, "new"))
    fleet.agents["a"].send_signal(signal.SIGTERM)
    fleet.agents["a"].wait(60)
    fleet.agent("b", 1)
    backend.set("j-1", "COMPLETED")
    finished = fleet.finish(running, 0)
    assert agents_of(project) == {"prepare": "a", "validate": "b"} and last_line(project).endswith(" old")
    assert drifted(flow_of(project, finished)[0]) == []


# ---- an application for each worker

APP = """import http.server, json, os, sys
jobs = {}
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def do_POST(self):
        jobs["job"] = 0
        self.answer(202, {"job_id": "job"})
    def do_GET(self):
        if self.path == "/":
            return self.answer(200, {})
        open(sys.argv[2], "a").write(f"look {sys.argv[1]}\\n")
        if "job" not in jobs:
            return self.answer(404, {"error": "no such job"})
        jobs["job"] += 1
        self.answer(200, {"status": "COMPLETED" if jobs["job"] > 1 else "RUNNING"})
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
OF_ITS_WORKER = """case $1 in
  prepare) python3 start.py "$BASE_URL" job_id; echo "prepare $BASE_URL" >> {log} ;;
  validate) python3 - "$TAMARACK_CAPTURE_APP_URL/jobs/$TAMARACK_CAPTURE_JOB_ID/status" <<'P' || exit 1
import json, sys, urllib.request
assert json.load(urllib.request.urlopen(sys.argv[1]))["status"] == "COMPLETED"
P
    echo "validate $TAMARACK_CAPTURE_APP_URL" >> {log} ;;
  *) sleep 0.3 ;;
esac
"""
WAIT_AT_APP = """[[flow]]
name = "of one worker"
each = "all"
[[flow.phase]]
name = "prepare"
match = "prepare"
capture = {{ job_id = "string" }}
[[flow.phase]]
name = "backend"
wait = {{ http = {{ url = "{url}" }}, field = "$.status" }}
timeout = "30s"
[[flow.phase]]
name = "validate"
match = "validate"
[app]
start = "python3 app.py {{port}} {log}"
ready = {{ http = "/" }}
"""


def with_own_apps(project, url):
    log = project.root / "units.log"
    project.write("start.py", START)
    project.write("app.py", APP)
    project.commands(("prepare", "validate", "other-1", "other-2", "other-3"), OF_ITS_WORKER.format(log=log),
                     settings=WAIT_AT_APP.format(url=url, log=log))
    project.write("units.log", "")
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["*.log"]\n')


@pytest.mark.parametrize("url", ["/jobs/{job_id}/status", "{app_url}/jobs/{job_id}/status"])
def test_a_wait_and_validate_look_at_the_application_that_prepare_had(project, url):
    with_own_apps(project, url)
    project.run(expect=0)
    lines = project.read("units.log").splitlines()
    [prepared] = [line.split()[1] for line in lines if line.startswith("prepare")]
    assert f"validate {prepared}" in lines
    assert {line.split()[1] for line in lines if line.startswith("look")} == {prepared.rpartition(":")[2]}, "nobody asked the other worker's"


def test_a_server_is_not_asked_to_look_at_the_application_of_a_worker(project, fleet):
    with_own_apps(project, "/jobs/{job_id}/status")
    fleet.serve()
    refused = project.finish(fleet.run())
    assert refused.code == 2 and "looks at the application of a worker, which a server cannot reach" in refused.err, refused.text
    assert "tamarack.toml:" in refused.err and "app_url" in refused.err and project.read("units.log") == ""


# ---- deadlines, deaths, restarts

def test_two_agents_and_a_restart_with_a_backend_that_takes_its_time(project, fleet, backend, capsys):
    suite(project, backend, timeout=f"{BACKEND_SECONDS + 60:.0f}s")
    fleet.serve()
    fleet.agent("a", 1)
    fleet.wait_for_agents(1)
    running = fleet.run()
    wait_until(lambda: backend.jobs, "the job to begin", 60)
    began = time.monotonic()
    done = threading.Timer(BACKEND_SECONDS, lambda: backend.set("j-1", "COMPLETED"))
    done.start()
    parked(backend)
    fleet.agents["a"].send_signal(signal.SIGTERM)
    fleet.agents["a"].wait(60)
    fleet.kill_server()
    fleet.serve()
    fleet.agent("b", 1)
    finished = fleet.finish(running, 0, BACKEND_SECONDS + 60)
    took = time.monotonic() - began
    done.join()
    assert agents_of(project) == {"prepare": "a", "validate": "b"} and list(backend.jobs) == ["j-1"]
    assert finished.json["planned"] == 1 and finished.json["ledger"]["passed"] == 1
    case, told = flow_of(project, finished)
    assert case.find("failure") is None and case.find("error") is None
    assert BACKEND_SECONDS - 2 < float(told["waited_seconds"]) < took and 0 < float(told["active_seconds"]) < 10
    if BACKEND_SECONDS > 60:
        with capsys.disabled():
            print("\n" + ElementTree.tostring(case, encoding="unicode"))


def test_a_deadline_that_passed_while_nobody_was_there_is_kept_and_said(project, backend):
    suite(project, backend, timeout="4s")
    running = project.start("run", "--json")
    parked(backend)
    running.kill()
    running.wait()
    backend.set("j-1", "COMPLETED")  # when, nobody can know
    over = time.monotonic() + 4 + 5.5  # an answer within 5 s of the deadline would still count
    wait_until(lambda: time.monotonic() > over, "the deadline", 20)
    resumed = project.resume(expect=3)
    assert resumed.json["ledger"]["timed_out"] == 1 and ran(project) == ["prepare"]
    assert "before anybody could look again" in resumed.err, resumed.err


@pytest.mark.parametrize("code, verdict, said", [(404, 4, "it was there until now"), (410, 4, "410"), (401, 5, "the credentials were accepted from")])
def test_what_changes_after_the_job_was_seen_has_its_own_name(project, backend, code, verdict, said):
    suite(project, backend)
    running = project.start("run", "--json")
    parked(backend)
    backend.set("j-1", "x", code=code)
    finished = project.finish(running)
    assert finished.code == verdict and said in finished.err, finished.text
    assert ran(project) == ["prepare"] and finished.seconds < 30


def test_a_job_that_was_never_known_is_invalid_and_no_timeout(project, backend):
    suite(project, backend)
    config = project.read("tamarack.toml").replace("/jobs/{job_id}/", "/jobs/other-{job_id}/")
    project.write("tamarack.toml", config)
    finished = project.run(expect=5)
    assert "404" in finished.err and "it was never there" in finished.err, finished.err
    assert finished.seconds < 20, "the deadline is a minute away"


@pytest.mark.parametrize("captured, said", [("jobId=j-1", "captured was only 'jobId'"), ("job_id=17", "got number 17"), ("other=1", "'job_id'"),
                                            ('job_id=""', "job_id")])
def test_a_capture_that_is_missing_or_of_another_type_is_invalid_within_a_second(project, backend, captured, said):
    suite(project, backend)
    project.write("start.py", f"import os; open(os.environ['TAMARACK_OUTPUT'], 'a').write({captured!r} + '\\n')")
    finished = project.run(expect=5)
    assert finished.json["verdict"] == "invalid" and said in finished.err and "job_id" in finished.err, finished.err
    at = instants(project, ("test_finished", "flow_ended"))
    assert at["flow_ended"] - at["test_finished"] < 1000
    assert not backend.looks and ran(project) == ["prepare"]


def test_a_preparation_that_fails_stops_validation(project, backend):
    suite(project, backend)
    project.write("start.py", "raise SystemExit('the form has no button')")
    finished = project.run(expect=1)
    assert ran(project) == ["prepare"] and not backend.looks
    assert "phase 'prepare'" in finished.err and finished.json["ledger"]["failed"] == 1


# ---- remote work that is not needed any more

def test_the_remote_work_of_a_flow_that_times_out_is_cancelled(project, backend):
    suite(project, backend, timeout="3s")
    cancel = f'error_field = "$.error", cancel = {{ url = "{backend.url}/jobs/{{job_id}}/cancel" }} }}'
    project.write("tamarack.toml", project.read("tamarack.toml").replace('error_field = "$.error" }', cancel))
    finished = project.run(expect=3)
    assert backend.cancelled == ["j-1"], finished.text


# ---- a server's signals and jobs in flows

def post(url, body, headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method="POST", headers={"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as refused:
        return refused.code, {}


def waiting_for(project, fleet, wait, prepare=":"):
    """A flow on a server with one agent; the wait is `wait`."""
    project.write("start.py", prepare)
    project.commands(("prepare", "validate"), f'[ "$1" != prepare ] || python3 start.py || exit 1\necho "$1 $TAMARACK_WORKER" >> {project.root}/units.log\n',
                     settings=f'[[flow]]\nname = "f"\neach = "all"\n[[flow.phase]]\nname = "prepare"\nmatch = "prepare"\n{wait}\n'
                              '[[flow.phase]]\nname = "validate"\nmatch = "validate"\n')
    project.write("units.log", "")
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["*.log"]\n')
    fleet.agent("a", 1)
    fleet.wait_for_agents(1)


def open_waits(fleet):
    return fleet.json("/api/v1/waits?open=true")["waits"]


def test_a_forged_signal_changes_nothing_and_the_same_one_ten_times_counts_once(project, fleet):
    fleet.serve()
    waiting_for(project, fleet, '[[flow.phase]]\nname = "paid"\nwait = { signal = "paid" }\ntimeout = "60s"', prepare="pass")
    status, hook = post(fleet.url + "/api/v1/hooks", {"key": "paid", "scheme": "hmac-sha256", "header": "X-Sum"})
    assert status == 201, hook
    running = fleet.run()
    wait_until(lambda: open_waits(fleet), "the wait", 60)
    body = b'{"paid":true}'
    good = {"X-Sum": "sha256=" + hmac.new(hook["secret"].encode(), body, hashlib.sha256).hexdigest(), "X-GitHub-Delivery": "d-1"}
    for forged in ({}, {"X-Sum": "sha256=00"}, {**good, "X-Sum": good["X-Sum"][:-1] + "x"}):
        assert post(fleet.url + hook["url"], body, forged)[0] == 401
    assert post(fleet.url + hook["url"], body + b" ", good)[0] == 401, "another body under a good signature"
    assert open_waits(fleet) and ran(project) == ["prepare"]
    answers = [post(fleet.url + hook["url"], body, good)[0] for _ in range(10)]
    assert answers == [202] + [200] * 9
    finished = fleet.finish(running, 0)
    assert ran(project) == ["prepare", "validate"] and finished.json["ledger"]["passed"] == 1
    # Repeats leave nothing behind for the next flow of the key.
    assert [one for box in fleet.json("/api/v1/mailboxes")["mailboxes"] for one in box.get("signals", []) if not one.get("consumed_by")] == []


JOB = """import json, os, urllib.request
def post(path, body):
    return json.load(urllib.request.urlopen(urllib.request.Request("{url}" + path, data=json.dumps(body).encode(), method="POST")))
job = post("/api/v1/jobs", {{"kind": "analysis", "heartbeat_ms": 1000}})["job_id"]
post("/api/v1/jobs/" + job + "/report", {{"status": "RUNNING", "executor": "dask-1"}})
open(os.environ["TAMARACK_OUTPUT"], "a").write("job_id=" + job + "\\n")
"""
ON_JOB = 'capture = { job_id = "string" }\n[[flow.phase]]\nname = "backend"\nwait = { job = "{job_id}" }\ntimeout = "60s"'


def test_a_job_without_heartbeat_is_lost_in_time_and_late_words_of_its_worker_change_nothing(project, fleet):
    fleet.serve()
    waiting_for(project, fleet, ON_JOB, prepare=JOB.format(url=fleet.url))
    finished = fleet.finish(fleet.run(), 4)
    assert finished.json["ledger"]["lost"] == 1 and ran(project) == ["prepare"]
    assert "'dask-1' has not been heard of" in finished.err, finished.err
    [job] = fleet.json("/api/v1/jobs")["jobs"]
    history = {one["status"]: datetime.fromisoformat(one["at"].replace("Z", "+00:00")) for one in fleet.json(f"/api/v1/jobs/{job['job_id']}")["history"]}
    assert (history["LOST"] - history["RUNNING"]).total_seconds() < 2.2, "two heartbeats, and a busy machine"
    _, late = post(f"{fleet.url}/api/v1/jobs/{job['job_id']}/report", {"status": "COMPLETED", "result": {"rows": 3}})
    assert (late["ignored"], late["status"]) == ("after_end", "LOST")


def test_a_result_that_is_reported_twice_ends_one_flow(project, fleet):
    fleet.serve()
    waiting_for(project, fleet, ON_JOB, prepare=JOB.format(url=fleet.url).replace("1000", "60000"))
    running = fleet.run()
    wait_until(lambda: open_waits(fleet), "the wait", 60)
    [job] = fleet.json("/api/v1/jobs")["jobs"]
    report = f"{fleet.url}/api/v1/jobs/{job['job_id']}/report"
    first, again, other = (post(report, body)[1] for body in ({"status": "COMPLETED", "result": 1}, {"status": "COMPLETED", "result": 1},
                                                              {"status": "FAILED", "error": "late"}))
    assert (first["taken"], again["ignored"], other["ignored"]) == (True, "duplicate", "after_end")
    finished = fleet.finish(running, 0)
    assert ran(project) == ["prepare", "validate"] and finished.json["ledger"]["passed"] == 1


def test_a_cancel_that_races_with_success_has_one_end(project, fleet):
    fleet.serve()
    waiting_for(project, fleet, ON_JOB, prepare=JOB.format(url=fleet.url).replace("1000", "60000"))
    running = fleet.run()
    [wait] = wait_until(lambda: open_waits(fleet), "the wait", 60)
    [job] = fleet.json("/api/v1/jobs")["jobs"]
    both = [threading.Thread(target=post, args=(f"{fleet.url}/api/v1/waits/{wait['wait_id']}/cancel", {"reason": "not needed"})),
            threading.Thread(target=post, args=(f"{fleet.url}/api/v1/jobs/{job['job_id']}/report", {"status": "COMPLETED", "result": 1}))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    finished = project.finish(running)
    ended = fleet.json(f"/api/v1/waits/{wait['wait_id']}")["outcome"]
    assert (ended, finished.code, ran(project)) in [("satisfied", 0, ["prepare", "validate"]), ("cancelled", 4, ["prepare"])], finished.text
    assert sum(finished.json["ledger"].values()) == finished.json["planned"] == 1


def test_a_ci_job_that_runs_again_comes_back_to_the_parked_flow(project, fleet, backend):
    suite(project, backend)
    fleet.serve()
    fleet.agent("a", 1)
    fleet.wait_for_agents(1)
    job = {"TAMARACK_CI_ID": "pipeline-7"}
    left = project.finish(fleet.run("--detach", env=job))
    assert left.code == 0, left.text
    parked(backend)
    again = fleet.run(env=job)
    wait_until(lambda: len(fleet.json("/api/v1/runs")["runs"]) == 1 and backend.looks["j-1"] > 1, "it to come back", 30)
    backend.set("j-1", "COMPLETED")
    finished = fleet.finish(again, 0)
    assert list(backend.jobs) == ["j-1"] and ran(project) == ["prepare", "validate"]
    assert finished.json["run_id"] == left.json["run_id"]
