#!/usr/bin/python3
"""Starts the whole application with one command and stops it again: Redis, a Dask scheduler, two Dask workers, the web server.

Only the web server's port is chosen by the caller (0: any free one); everything else listens on free ports of 127.0.0.1. Prints
`analysis: ready on http://127.0.0.1:PORT` when jobs are accepted. SIGTERM and SIGINT stop everything; nothing is left over.

With ANALYSIS_BACKEND=http://HOST:PORT it starts no backend of its own but only a web server that serves the pages and passes the API's calls on
to that one. So several web servers, each for one worker of a test run, share one cluster.

SIGUSR1 starts workers until there are two again (used by tests that killed some).
"""
import argparse
import os
import shutil
import signal
import sys
import tempfile
import urllib.request
from pathlib import Path

import redis

from processes import Failed, Processes, Stopped, free_port, say

HERE = Path(__file__).resolve().parent
WORKERS = 2
IDLE_CONNECTION_S = 120  # Longer than anybody pauses: uvicorn's own 5 s end just when a client sends its next call, which then sees a reset.
PYTHON = "/usr/bin/python3"


class Application:
    def __init__(self, port, data):
        self.wanted_port = port  # 0: any
        self.port = port
        self.data = data
        self.processes = Processes()
        self.workers_started = 0
        self.redis = None
        self.env = dict(os.environ, PYTHONPATH=str(HERE / "server"), PYTHONUNBUFFERED="1", DASK_LOGGING__DISTRIBUTED="warning",
                        ANALYSIS_DATA=str(data), ANALYSIS_SCHEDULER=str(data / "scheduler.json"),
                        ANALYSIS_DIST=str(HERE / "dist"), ANALYSIS_WORKERS=str(WORKERS))

    def start(self):
        self.start_scheduler()
        for _ in range(WORKERS):
            self.start_worker()
        self.start_redis()
        self.register_workers()
        self.start_web_server()

    def start_redis(self):
        """A port that was free may be taken a moment later; then another one is tried."""
        for _ in range(5):
            port = free_port()
            child = self.processes.start("redis", ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(self.data), "--save", "",
                                                   "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning",
                                                   "--notify-keyspace-events", "Kghx"], self.env)
            self.redis = redis.Redis(port=port, decode_responses=True)
            self.processes.until("it answered", lambda: child.poll() is not None or self.redis_is(child.pid), 60)
            if child.poll() is None:
                self.env["ANALYSIS_REDIS"] = f"redis://127.0.0.1:{port}/0"
                return
        raise Failed("redis-server did not start on any of five ports")

    def redis_is(self, pid):
        try:
            return self.redis.info("server")["process_id"] == pid
        except redis.RedisError:
            return False

    def start_scheduler(self):
        self.processes.start("scheduler", [PYTHON, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                                           "--scheduler-file", self.env["ANALYSIS_SCHEDULER"]], self.env)

    def start_worker(self):
        """Workers wait for the scheduler's file. They get to know Redis by their task, so they may start before it."""
        self.workers_started += 1
        name = f"worker-{self.workers_started}"
        self.processes.start(name, [PYTHON, "-m", "distributed.cli.dask_worker", "--scheduler-file", self.env["ANALYSIS_SCHEDULER"], "--name", name,
                                    "--nworkers", "1", "--nthreads", "8", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
                                    "--local-directory", str(self.data / name), "--memory-limit", "0", "--death-timeout", "60"], self.env)

    def workers(self):
        return {name: child.pid for name, child in self.processes.running.items() if name.startswith("worker-") and child.poll() is None}

    def register_workers(self):
        """The list of workers and their process ids, for the test endpoints."""
        with self.redis.pipeline() as pipe:
            pipe.delete("workers")
            if self.workers():
                pipe.hset("workers", mapping=self.workers())
            pipe.execute()

    def start_web_server(self):
        """On the port that was asked for. One that was only free may be taken a moment later; then another one is tried."""
        for _ in range(1 if self.wanted_port else 5):
            self.port = self.wanted_port or free_port()
            web = self.processes.start("web server", [PYTHON, "-m", "uvicorn", "main:app", "--host", "127.0.0.1", "--port", str(self.port),
                                                      "--log-level", "warning", "--no-access-log",
                                                      "--timeout-keep-alive", str(IDLE_CONNECTION_S)], self.env)
            self.processes.until("it answered", lambda: web.poll() is not None or self.is_healthy(), 120, ("redis", "scheduler"))
            if web.poll() is None:
                say(f"analysis: ready on http://127.0.0.1:{self.port} (state in {self.env['ANALYSIS_REDIS']}, {WORKERS} workers)")
                return
        raise Failed(f"the web server ended with code {web.returncode} before it answered")

    def is_healthy(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self):
        """Dask's processes keep nothing, and their orderly end takes seconds: they are killed."""
        for name, child in self.processes.running.items():
            if name == "scheduler" or name.startswith("worker-"):
                child.kill()
        self.processes.stop()

    def watch(self):
        """A worker may die: that is what this application is for. Without one of the others nothing works, so all stops."""
        while True:
            seen = self.processes.sleep(60)
            for name, code in self.processes.ended():
                if not name.startswith("worker-"):
                    self.processes.pause(0.3)  # Whoever stopped it has probably asked this process as well.
                    raise Failed(f"{name} ended with code {code}")
                say(f"analysis: {name} ended with code {code}")
            if seen == signal.SIGUSR1:
                while len(self.workers()) < WORKERS:
                    self.start_worker()
            self.register_workers()


def run_application(port):
    data = Path(tempfile.mkdtemp(prefix="analysis-", dir=os.environ.get("TAMARACK_DATA")))
    application = Application(port, data)
    try:
        application.start()
        application.watch()
    except Stopped:
        return 0
    except (Failed, redis.RedisError) as problem:
        say(f"analysis: {problem}")
        return 1
    finally:
        application.stop()
        shutil.rmtree(data, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "4180")),
                        help="the web server's port, 0 for any free one (default: $PORT or 4180)")
    parser.add_argument("--shared", action="store_true", help="refuse to start a backend: ANALYSIS_BACKEND must name one")
    arguments = parser.parse_args()
    port, backend = arguments.port, os.environ.get("ANALYSIS_BACKEND")
    if arguments.shared and not backend:
        parser.error("--shared needs ANALYSIS_BACKEND=http://HOST:PORT; run.sh starts a backend and sets it")
    if backend:
        os.execv(PYTHON, [PYTHON, str(HERE / "server/gateway.py"), "--port", str(port), "--backend", backend, "--dist", str(HERE / "dist")])
    sys.exit(run_application(port))


if __name__ == "__main__":
    main()
