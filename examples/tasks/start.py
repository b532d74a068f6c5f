#!/usr/bin/python3
"""Starts the whole application with one command and stops it again: Redis, a broker, a Celery worker, the web server.

Only the web server's port is chosen by the caller (0: any free one); everything else listens on free ports of 127.0.0.1. Prints
`tasks: ready on http://127.0.0.1:PORT (backend redis://…)` when tasks are accepted. SIGTERM and SIGINT stop everything; nothing is left over.

With TASKS_BACKEND=redis://HOST:PORT/0 it starts only a web server before the backend that is there already. So several web servers, each for
one worker of a test run, share one queue.
"""
import argparse
import glob
import os
import shutil
import sys
import tempfile
import urllib.request
from pathlib import Path

import redis

from processes import Failed, Processes, Stopped, free_port, say

HERE = Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"
RABBITMQ = "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"
RABBITMQ_CONF = """loopback_users = none
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
"""


class Application:
    def __init__(self, port, data):
        self.wanted_port = port  # 0: any
        self.port = port
        self.data = data
        self.processes = Processes()
        # Celery warns of root at every start; a container mostly is.
        self.env = dict(os.environ, PYTHONPATH=str(HERE / "server"), PYTHONUNBUFFERED="1", PYTHONWARNINGS="ignore:You're running the worker")

    def start(self, broker, backend):
        if backend:
            self.env["TASKS_REDIS"] = backend
            return self.start_web_server(())
        self.start_redis()
        if broker == "rabbitmq":
            self.start_rabbitmq()
        self.start_worker()
        self.start_web_server(("redis", "worker"))

    def start_redis(self):
        """A port that was free may be taken a moment later; then another one is tried."""
        for _ in range(5):
            port = free_port()
            child = self.processes.start("redis", ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(self.data), "--save", "",
                                                   "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning"], self.env)
            self.redis = redis.Redis(port=port, decode_responses=True)
            self.processes.until("it answered", lambda: child.poll() is not None or self.redis_is(child.pid), 60)
            if child.poll() is None:
                self.env["TASKS_REDIS"] = f"redis://127.0.0.1:{port}/0"
                return
        raise Failed("redis-server did not start on any of five ports")

    def redis_is(self, pid):
        try:
            return self.redis.info("server")["process_id"] == pid
        except redis.RedisError:
            return False

    def start_rabbitmq(self):
        """The server itself and not the wrapper in /usr/sbin, which changes to another user; and Erlang's name server in the foreground,
        because one that RabbitMQ starts by itself would stay behind."""
        program = (glob.glob(RABBITMQ) or [None])[0]
        if not program:
            raise Failed("RabbitMQ is not installed (Debian: rabbitmq-server)")
        home = self.data / "rabbitmq"
        home.mkdir()
        (home / "rabbitmq.conf").write_text(RABBITMQ_CONF)
        (home / "plugins").write_text("[].")
        names, port = str(free_port()), free_port()
        env = dict(self.env, HOME=str(home), RABBITMQ_NODENAME="tasks@localhost", RABBITMQ_NODE_IP_ADDRESS="127.0.0.1", RABBITMQ_NODE_PORT=str(port),
                   RABBITMQ_DIST_PORT=str(free_port()), ERL_EPMD_PORT=names, ERL_EPMD_ADDRESS="127.0.0.1", RABBITMQ_MNESIA_BASE=str(home / "mnesia"),
                   RABBITMQ_LOG_BASE=str(home), RABBITMQ_LOGS="-", RABBITMQ_PID_FILE=str(home / "pid"), RABBITMQ_ENABLED_PLUGINS_FILE=str(home / "plugins"),
                   RABBITMQ_CONFIG_FILE=str(home / "rabbitmq"), RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")
        self.processes.start("epmd", ["epmd", "-port", names, "-address", "127.0.0.1"], env)
        log = home / "log"
        with open(log, "w") as output:
            self.processes.start("rabbitmq", [program], env, stdout=output)
        self.processes.until("RabbitMQ was ready", lambda: "Server startup complete" in log.read_text(), 90, ("epmd", "rabbitmq"))
        self.redis.set("broker", f"amqp://guest:guest@127.0.0.1:{port}//")

    def start_worker(self):
        self.processes.start("worker", [PYTHON, "-m", "celery", "--quiet", "-A", "statements:queue", "worker", "--pool", "threads",
                                        "--concurrency", "8", "-n", "worker@tasks", "--loglevel", "error", "--without-gossip", "--without-mingle"], self.env)

    def start_web_server(self, needs):
        """On the port that was asked for. One that was only free may be taken a moment later; then another one is tried."""
        for _ in range(1 if self.wanted_port else 5):
            self.port = self.wanted_port or free_port()
            web = self.processes.start("web server", [PYTHON, str(HERE / "server/web.py"), "--port", str(self.port)], self.env)
            self.processes.until("it answered", lambda: web.poll() is not None or self.is_healthy(), 120, needs)
            if web.poll() is None:
                say(f"tasks: ready on http://127.0.0.1:{self.port} (backend {self.env['TASKS_REDIS']})")
                return
        raise Failed(f"the web server ended with code {web.returncode} before it answered")

    def is_healthy(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def watch(self):
        while True:
            self.processes.sleep(60)
            for name, code in self.processes.ended():
                self.processes.pause(0.3)  # Whoever stopped it has probably asked this process as well.
                raise Failed(f"{name} ended with code {code}")

    def stop(self):
        """A Celery worker would finish what it has; nobody is left to read it."""
        if "worker" in self.processes.running:
            self.processes.running["worker"].kill()
        self.processes.stop(grace_s=4)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "4190")),
                        help="the web server's port, 0 for any free one (default: $PORT or 4190)")
    parser.add_argument("--broker", choices=("redis", "rabbitmq"), default="redis")
    parser.add_argument("--shared", action="store_true", help="refuse to start a backend: TASKS_BACKEND must name one")
    arguments = parser.parse_args()
    backend = os.environ.get("TASKS_BACKEND")
    if arguments.shared and not backend:
        parser.error("--shared needs TASKS_BACKEND=redis://HOST:PORT/0; run.sh starts a backend and sets it")
    data = Path(tempfile.mkdtemp(prefix="tasks-", dir=os.environ.get("TAMARACK_DATA")))
    application = Application(arguments.port, data)
    try:
        application.start(arguments.broker, backend)
        application.watch()
    except Stopped:
        sys.exit(0)
    except (Failed, redis.RedisError) as problem:
        say(f"tasks: {problem}")
        sys.exit(1)
    finally:
        application.stop()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
