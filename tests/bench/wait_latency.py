#!/usr/bin/env python3
"""How soon a test goes on after its job has ended, and what that costs the backend: a wait of the agent that a change of a Redis hash pushes,
against polling a status page every 5 seconds. 100 jobs each, which end after 2 to 22 seconds, all waited for at the same time, in a real
test of a real `tamarack run`.

Usage: wait_latency.py [TAMARACK] [--jobs N]      Needs redis-server and python3-redis. Prints a table; fails when push is not far ahead.
"""
import argparse
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import redis

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TEST = '''import json, os, random, threading, time
import redis
from tamarack_pytest.agent import Polling, job_wish

JOBS, REDIS, PAGE = int(os.environ["JOBS"]), os.environ["REDIS"], os.environ["PAGE"]

def measure(name, wait):
    store, ends, goes_on, looks = redis.Redis.from_url(REDIS), {}, {}, {}
    chances = random.Random(7)
    begin = time.perf_counter() + 1.0
    due = sorted((begin + chances.uniform(2, 22), f"{name}-{number}") for number in range(JOBS))
    for _, job in due:
        store.hset(f"job:{job}", "status", "RUNNING")

    def one(job):
        time.sleep(max(0.0, begin - time.perf_counter() + chances.uniform(0, 0.5)))
        looks[job] = wait(job)
        goes_on[job] = time.perf_counter()

    threads = [threading.Thread(target=one, args=(job,)) for _, job in due]
    for thread in threads:
        thread.start()
    for at, job in due:
        time.sleep(max(0.0, at - time.perf_counter()))
        ends[job] = time.perf_counter()
        store.hset(f"job:{job}", mapping={"status": "COMPLETED", "result": "rows"})
    for thread in threads:
        thread.join()
    latencies = sorted(1000 * (goes_on[job] - ends[job]) for job in ends)
    with open(os.environ["FIGURES"], "a") as file:
        file.write(json.dumps({"name": name, "latencies_ms": latencies, "looks": sum(looks.values())}) + "\\n")

def test_push(tamarack):
    wish = lambda job: {"conditions": [{"redis": {"url": REDIS, "hash": f"job:{job}", "notify": True}, "field": "$.status"}]}
    measure("push", lambda job: tamarack.wait_for(wish(job), timeout=60)["probes"])

def test_polling(tamarack):
    def wait(job):
        polling = Polling(job_wish(f"{PAGE}/{job}", job, 60, 5))
        counted, ask = [], polling.ask
        polling.ask = lambda limit: counted.append(1) or ask(limit)
        polling.run()
        return len(counted)
    measure("poll", wait)
'''


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Page(BaseHTTPRequestHandler):
    """The status page of a backend: it reads the hash with every request."""
    protocol_version = "HTTP/1.1"
    store = None

    def do_GET(self):
        found = {name.decode(): value.decode() for name, value in self.store.hgetall("job:" + self.path.strip("/")).items()}
        data = json.dumps(found).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def percentile(values, share):
    return values[min(len(values) - 1, int(share * len(values)))]


def measure(tamarack, jobs, folder):
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    backend = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--notify-keyspace-events", "Kh"],
                               cwd=folder, stdout=subprocess.DEVNULL)
    page = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    page.daemon_threads = True
    threading.Thread(target=page.serve_forever, daemon=True).start()
    try:
        Page.store = redis.Redis.from_url(url)
        for _ in range(100):
            try:
                Page.store.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.05)  # It tells nobody that it listens.
        else:
            raise SystemExit("redis-server did not answer within 5 s")
        (folder / "conftest.py").write_text("from tamarack_pytest import tamarack\n")
        (folder / "test_latency.py").write_text(TEST)
        env = {"PYTHONPATH": str(REPOSITORY / "clients/pytest"), "JOBS": str(jobs), "REDIS": url, "PAGE": f"http://127.0.0.1:{page.server_port}",
               "FIGURES": str(folder / "figures.ndjson")}
        (folder / "tamarack.toml").write_text('version = 1\n[suite]\nframework = "pytest"\nprogram = "/usr/bin/python3 -m pytest"\n[suite.env]\n'
                                              + "".join(f'{name} = "{value}"\n' for name, value in env.items()) + "[run]\nworkers = 1\n")
        ran = subprocess.run([tamarack, "run"], cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        if ran.returncode != 0:
            sys.exit(ran.stdout + ran.stderr)
        return [json.loads(line) for line in (folder / "figures.ndjson").read_text().splitlines()]
    finally:
        page.shutdown()
        backend.terminate()
        backend.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tamarack", nargs="?", default=os.environ.get("TAMARACK_BIN", REPOSITORY / "build/bin/tamarack"))
    parser.add_argument("--jobs", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tamarack-latency-") as folder:
        figures = {one["name"]: one for one in measure(str(pathlib.Path(options.tamarack).resolve()), options.jobs, pathlib.Path(folder))}
    print(f"{options.jobs} jobs that end after 2 to 22 s; from the end of a job until its test goes on:")
    for name, title in (("push", "a wait of the agent, pushed"), ("poll", "polling every 5 s")):
        one = figures[name]
        values = one["latencies_ms"]
        print(f"  {title:28} p50 {percentile(values, 0.5):8.1f} ms   p99 {percentile(values, 0.99):8.1f} ms   {one['looks']:5} requests to the backend")
    push, poll = figures["push"], figures["poll"]
    print(f"  requests saved: {poll['looks'] - push['looks']} of {poll['looks']} ({100 * (1 - push['looks'] / poll['looks']):.0f} %)")
    ratio = percentile(push["latencies_ms"], 0.5) / percentile(poll["latencies_ms"], 0.5)
    if ratio > 0.2:
        sys.exit(f"push is only {1 / ratio:.1f} times as quick as polling every 5 s")


if __name__ == "__main__":
    main()
