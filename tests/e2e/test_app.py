"""The application of each worker: own port and data, readiness, death, reset, stop, log. The application here is thirty lines of Python."""

import http.server
import json
import os
import signal
import threading

import pytest

from harness import wait_until

APP = r'''
import http.server, os, pathlib, signal, subprocess, sys, time

data = pathlib.Path(os.environ["TAMARACK_DATA"])
counter = data / "count"
marker = sys.argv[2] if len(sys.argv) > 2 else ""
sick = False

def say(line):
    print(line, flush=True)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global sick
        status, text = 200, "ok"
        if self.path == "/who":
            text = "|".join([sys.argv[1], str(data), os.environ["TAMARACK_WORKER"], os.environ["PORT"], marker, os.environ.get("GREETING", "")])
        elif self.path == "/count":
            text = counter.read_text() if counter.exists() else "0"
            counter.write_text(str(int(text) + 1))
        elif self.path.startswith("/say/"):
            say("said " + self.path[5:])
        elif self.path == "/die":
            say("out of memory, giving up")
            os._exit(3)
        elif self.path == "/sicken":
            sick = True
        elif self.path == "/healthz" and sick:
            status = 503
        self.send_response(status); self.end_headers(); self.wfile.write(text.encode())
    def do_POST(self):
        if self.path == "/reset":
            counter.unlink(missing_ok=True)
            say("reset over http")
        self.send_response(200 if self.path == "/reset" else 404); self.end_headers()
    def log_message(self, *_):
        pass

def stop(*_):
    say("stopping in order")
    (data.parent / "stopped-in-order").write_text("")
    os._exit(0)

signal.signal(signal.SIGTERM, signal.SIG_IGN if marker == "stubborn" else stop)
if marker == "children":
    subprocess.Popen(["sh", "-c", "setsid sleep 600 & trap '' TERM; while :; do sleep 1; done"])
say("reading the settings")
if marker == "slow":
    time.sleep(0.6)
if marker == "broken":
    say("cannot open the database")
    sys.exit(9)
if marker == "taken":
    try:
        (data / "taken").touch(exist_ok=False)
        say("the address is already in use")
        sys.exit(98)
    except FileExistsError:
        (data.parents[4] / "ports.txt").write_text(f"{(data / 'port').read_text()} {sys.argv[1]}")
    finally:
        (data / "port").write_text(sys.argv[1])
if marker == "never":
    say("waiting for a license server")
    signal.pause()
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
(data.parents[4] / f"ready-{os.environ['TAMARACK_WORKER_INDEX']}").write_text(str(time.time_ns()))
say("listening on " + sys.argv[1])
server.serve_forever()
'''

GET = 'get() { python3 -c \'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())\' "$BASE_URL$1"; }\n'
READY = 'ready.http = "/healthz"'


def with_app(project, units, script, app=READY, marker="", workers=2, settings=""):
    project.write("app.py", APP)
    project.commands(units, GET + script, workers=workers, logged=True,
                     settings=(f'[run]\nworkers = {workers}\n' if "[run]" not in settings else "") + settings
                     + f'\n[app]\nstart = "python3 app.py {{port}} {marker}"\n{app}\n')


def test_every_worker_has_its_own_application(project):
    with_app(project, ["a", "b", "c", "d"], 'echo "$(get /who)|$TAMARACK_WORKER|$PORT|$TAMARACK_DATA|$AT" >> who.txt; sleep 0.2\n',
             app=READY + '\nenv = { GREETING = "{worker}:{port}" }')
    project.write("tamarack.toml", project.read("tamarack.toml").replace("[run]", 'env = { AT = "{port}" }\n[run]', 1))
    project.run(expect=0)
    lines = [line.split("|") for line in project.read("who.txt").splitlines()]
    assert len(lines) == 4
    for port, data, worker, port_of_env, _, greeting, unit_worker, unit_port, unit_data, at in lines:
        assert port == port_of_env == unit_port == at and worker == unit_worker and data == unit_data
        assert greeting == f"{worker.split('/')[1]}:{port}"
    assert len({line[0] for line in lines}) == len({line[1] for line in lines}) == 2


@pytest.mark.parametrize("ready", ['ready.http = "/healthz"', 'ready.http = "http://127.0.0.1:{port}/healthz"', 'ready.tcp = "127.0.0.1:{port}"',
                                   'ready.log = "^listening on [0-9]+$"'])
def test_units_wait_until_it_is_ready(project, ready):
    with_app(project, ["a"], "get /healthz\n", app=ready, marker="slow", workers=1)
    project.run(expect=0)
    (start,) = [int(at) for word, _, at in project.log() if word == "start"]
    assert start > int(project.read(".tamarack/ready-1"))


@pytest.mark.parametrize("marker, message, tail", [
    ("never", "not ready within 1", "waiting for a license server"),
    ("broken", "exited with code 9", "cannot open the database"),
])
def test_an_application_that_does_not_start_is_infrastructure(project, marker, message, tail):
    with_app(project, ["a", "b"], "true\n", app=READY + '\nready.timeout = "1s"', marker=marker)
    finished = project.run(expect=6, seconds=30)
    assert finished.json["verdict"] == "infrastructure" and finished.json["ledger"]["never_ran"] == 2
    assert message in finished.err and tail in finished.err
    assert project.log() == []


def test_a_first_start_whose_port_was_taken_meanwhile_gets_another_one(project):
    with_app(project, ["a", "b"], "get /healthz\n", marker="taken", workers=1)
    finished = project.run(expect=0)
    first, second = project.read(".tamarack/ports.txt").split()
    assert first != second and finished.json["ledger"]["passed"] == 2


def test_an_application_that_dies_once_is_started_again_and_the_rest_runs(project):
    with_app(project, ["a", "b", "c", "deadly"], 'case "$1" in deadly) [ -e died ] || { touch died; get /die; };; *) get /healthz;; esac\n', workers=1)
    finished = project.run(expect=6, seconds=40)
    assert project.tests() == {"a": "passed", "b": "passed", "c": "passed", "deadly": "passed"}
    assert finished.json["verdict"] == "infrastructure"
    assert "exited with code 3 while tests ran" in finished.err and "out of memory, giving up" in finished.err


def test_an_application_that_dies_whenever_a_test_runs_ends_the_run(project):
    with_app(project, ["a", "b"], "get /die\nsleep 5\n", workers=1)
    finished = project.run(expect=6, seconds=40)
    ledger = finished.json["ledger"]
    assert ledger["passed"] == ledger["failed"] == 0 and ledger["lost"] + ledger["never_ran"] == 2
    assert "out of memory, giving up" in finished.err


def test_an_application_that_fails_its_health_checks_is_replaced(project):
    with_app(project, ["a", "z"], 'if [ "$1" = a ] && [ ! -e sick ]; then touch sick; get /sicken; exec sleep 600; fi; get /healthz\n',
             app=READY + '\nhealth = "/healthz"\nhealth_interval = "100ms"', workers=1)
    finished = project.run(expect=6, seconds=40)
    assert project.tests() == {"a": "passed", "z": "passed"}
    assert "health checks" in finished.err and "503" in finished.err


@pytest.mark.parametrize("ready", ["http", "tcp"])
def test_a_port_that_somebody_else_answers_is_refused(project, ready):
    stranger = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    thread = threading.Thread(target=stranger.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        port = stranger.server_address[1]
        address = f"http://127.0.0.1:{port}/" if ready == "http" else f"127.0.0.1:{port}"
        with_app(project, ["a"], "true\n", app=f'ready.{ready} = "{address}"', workers=1)
        finished = project.run(expect=6, seconds=30)
        assert "another process already answers" in finished.err and str(port) in finished.err
        assert project.log() == [], "no test ran against a stranger"
    finally:
        stranger.shutdown()
        thread.join()
        stranger.server_close()


COUNTS = 'test "$(get /count)" = 0\n'


@pytest.mark.parametrize("reset", ['"rm -f {data}/count"', '"http:/reset"'])
def test_reset_between_units(project, reset):
    with_app(project, ["a", "b", "c"], COUNTS, app=READY + f"\nreset = {reset}", workers=1)
    project.run(expect=0)


def test_without_reset_units_see_each_other(project):
    with_app(project, ["a", "b", "c"], COUNTS, workers=1)
    assert project.run(expect=1).json["ledger"]["failed"] == 2


@pytest.mark.parametrize("reset, message", [('"echo no such table >&2; exit 4"', "no such table"), ('"http:/nowhere"', "404")])
def test_a_reset_that_fails_is_infrastructure(project, reset, message):
    with_app(project, ["a", "b"], "true\n", app=READY + f"\nreset = {reset}", workers=1)
    finished = project.run(expect=6, seconds=40)
    assert "could not be reset" in finished.err and message in finished.err


def test_it_is_stopped_in_order(project):
    with_app(project, ["a"], "true\n", workers=1)
    result = project.run(expect=0).json
    assert os.path.exists(os.path.join(os.path.dirname(result["report"]), "workers/1/stopped-in-order"))
    assert "stopping in order" in project.read(f".tamarack/runs/{result['run_id']}/workers/1/app.log")
    project.assert_nothing_left(1)


@pytest.mark.parametrize("marker", ["stubborn", "children"])
def test_its_whole_tree_is_stopped(project, marker):
    with_app(project, ["a"], "true\n", app=READY + '\nstop_timeout = "300ms"', marker=marker, workers=1)
    finished = project.run(expect=0, seconds=20)
    assert finished.seconds < 10
    project.assert_nothing_left(1)


def test_it_dies_with_tamarack(project):
    with_app(project, ["a"], "touch began; exec sleep 600\n", marker="children", workers=1)
    process = project.start("run")
    wait_until(lambda: (project.root / "began").exists(), "the unit")
    assert len(project.alive()) >= 4
    process.send_signal(signal.SIGKILL)
    process.communicate()
    project.assert_nothing_left(5)


def test_its_log_is_cut_to_each_failing_test(project):
    with_app(project, ["a", "b", "c"], 'get "/say/$1"; test "$1" = b\n', workers=1)
    result = project.run(expect=1).json
    reports = {body["report"]["test"]: body["report"] for _, kind, body in project.journal() if kind == "test_finished"}
    assert reports[0]["app_log"].strip() == "said a" and reports[2]["app_log"].strip() == "said c"
    assert reports[1]["app_log"] == "", "a test that passed needs no log"
    with open(result["report"]) as file:
        page = file.read()
    view = json.loads(page.split('id="tamarack-report">', 1)[1].split("</script>", 1)[0])
    assert any("said c" in json.dumps(test) for test in view["tests"] if test["outcome"] == "failed")


def test_the_data_of_a_finished_run_is_removed_and_its_log_kept(project):
    with_app(project, ["a"], "get /count\n", workers=1)
    result = project.run(expect=0).json
    folder = project.root / ".tamarack/runs" / result["run_id"] / "workers/1"
    assert not (folder / "data").exists() and "listening on" in (folder / "app.log").read_text()
