"""A server with flows that is killed again and again: KILLS (30) times SIGKILL at a random instant of one run with FLOWS (60) flows, half of them
waiting for a backend, half for a signal that is sent once it is accepted. At the end: one good entry per flow, each prepare executed once, no
signal lost. Not part of the tests: it takes a minute or two. Usage: kill_flows.py [KILLS] [FLOWS] [SEED]"""

import json
import pathlib
import random
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from fleet import Fleet
from harness import Project
from job_backend import JobBackend

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 30
FLOWS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1_000_000)

START = """import json, os, sys, urllib.request
answer = json.load(urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/jobs", method="POST")))
open(os.environ["TAMARACK_OUTPUT"], "a").write(f"job_id={answer['job_id']}\\n")
print(answer["job_id"])
"""
UNIT = """echo "$1 ${{TAMARACK_CAPTURE_JOB_ID:-}}" >> {log}
case $1 in
  *prepare) python3 start.py {url} ;;
  *validate) [ -n "${{TAMARACK_CAPTURE_JOB_ID:-}}" ] ;;
esac
"""
HTTP = """wait = { http = { url = "URL/jobs/{job_id}/status" }, field = "$.status" }"""
SIGNAL = """wait = { signal = "approve-{job_id}", field = "$.decision", map = { approved = "satisfied", rejected = "failed" } }"""


def flow(number, url):
    wait = (SIGNAL if number % 2 else HTTP).replace("URL", url)
    return f"""[[flow]]
name = "f{number}"
each = "all"
[[flow.phase]]
name = "prepare"
match = "f{number}-prepare"
never_twice = true
capture = {{ job_id = "string" }}
[[flow.phase]]
name = "backend"
timeout = "10m"
{wait}
[[flow.phase]]
name = "validate"
match = "f{number}-validate"
"""


class Movers:
    """Ends each job some seconds after it began, and sends its signal until the server has taken it."""

    def __init__(self, backend, fleet, chance):
        self.backend, self.fleet, self.chance = backend, fleet, chance
        self.over, self.sent, self.repeats = threading.Event(), {}, 0
        self.thread = threading.Thread(target=self.move)
        self.thread.start()

    def move(self):
        due = {}
        while not self.over.wait(0.02):
            for job in list(self.backend.jobs):
                due.setdefault(job, time.monotonic() + self.chance.uniform(0, 8))
                if time.monotonic() < due[job]:
                    continue
                if self.backend.jobs[job][1]["status"] == "RUNNING":
                    self.backend.set(job, "COMPLETED")
                if job not in self.sent:
                    self.send(job)

    def send(self, job):
        body = json.dumps({"key": f"approve-{job}", "id": f"s-{job}", "data": {"decision": "approved"}}).encode()
        request = urllib.request.Request(self.fleet.url + "/api/v1/signals", body, {"Content-Type": "application/json", "X-Tamarack": "1"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                self.sent[job] = answer.status
        except urllib.error.HTTPError as error:
            raise SystemExit(f"signal of {job}: {error.code} {error.read()[:300]}") from error
        except OSError:
            self.repeats += 1  # the server is dead, or died before it answered: sent again

    def stop(self):
        self.over.set()
        self.thread.join()


def main():
    chance = random.Random(SEED)
    folder = tempfile.TemporaryDirectory(prefix="tamarack-kill-flows-")
    project = Project(pathlib.Path(folder.name) / "shop")
    backend, fleet = JobBackend(), Fleet(project)
    project.write("start.py", START)
    units = [f"f{number}-{phase}" for number in range(FLOWS) for phase in ("prepare", "validate")]
    project.commands(units, UNIT.format(log=project.root / "units.log", url=backend.url), settings="".join(flow(number, backend.url) for number in range(FLOWS)))
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["*.log"]\n')
    project.write("units.log", "")
    movers = Movers(backend, fleet, chance)
    try:
        fleet.serve()
        for name in ("a", "b"):
            fleet.agent(name)
        fleet.wait_for_agents(2)
        running = fleet.run()
        kills = 0
        began = time.monotonic()
        while kills < KILLS and running.poll() is None:
            time.sleep(chance.uniform(0.05, 1.2))
            if running.poll() is not None:
                break
            fleet.kill_server()
            kills += 1
            fleet.serve()
        finished = fleet.finish(running, 0, 600)
    finally:
        movers.stop()
        fleet.stop()
        backend.stop()
        project.clean_up()
    ran = [line.split()[0] for line in project.read("units.log").splitlines()]
    prepared = [unit for unit in ran if unit.endswith("prepare")]
    ledger = finished.json["ledger"]
    good = ledger["passed"] == FLOWS == finished.json["planned"] and len(prepared) == len(set(prepared)) == FLOWS == len(backend.jobs)
    print(
        f"seed {SEED}: {kills} kills in {time.monotonic() - began:.0f} s, {ledger['passed']} of {finished.json['planned']} flows passed, {len(prepared)} prepares executed "
        f"({len(backend.jobs)} jobs), {len(movers.sent)} signals taken, {movers.repeats} sent again: {'good' if good else 'BROKEN'}"
    )
    folder.cleanup()
    sys.exit(0 if good else 1)


main()
