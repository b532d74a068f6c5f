"""A server and its agents as processes, for a project of the harness: ports are free ones, everything carries the project's marker and is
ended with the test."""

import json
import signal
import socket
import time
import urllib.error
import urllib.request

from harness import BINARY, OUTCOMES, wait_until


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Fleet:
    """`within` runs a command somewhere else, such as in a network namespace: a list of words that stands before it."""

    def __init__(self, project, host="127.0.0.1", server_within=()):
        self.project = project
        # Beside the project: what a fleet keeps is no part of anybody's workspace.
        self.folder = project.root.parent / "fleet"
        self.folder.mkdir(exist_ok=True)
        self.data = self.folder / "server"
        self.host = host
        self.port = free_port()
        self.server_within = list(server_within)
        self.server = None
        self.agents = {}
        self.token = None
        self.open = True

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def serve(self, *flags):
        log = open(self.folder / "server.log", "ab")
        flags = (*flags, "--open") if self.open else flags
        self.server = self.spawn(self.server_within, "serve", "--data", self.data, "--listen", f"{self.host}:{self.port}", *flags, stdout=log, stderr=log)
        log.close()
        if not self.server_within:
            wait_until(self.is_up, "the server to answer", 30)
        return self.server

    def is_up(self):
        try:
            return self.get("/healthz") == "ok\n"
        except OSError:
            return False

    def spawn(self, within, *arguments, **options):
        if within:
            return self.project.start(*within[1:], BINARY, *arguments, binary=within[0], **options)
        return self.project.start(*arguments, **options)

    def agent(self, name, workers=2, *flags, within=(), env=None, url=None):
        log = open(self.folder / f"agent-{name}.log", "ab")
        env = {**({"TAMARACK_TOKEN": self.token} if self.token else {}), **(env or {})}
        process = self.spawn(list(within), "agent", "--server", url or self.url, "--name", name, "-w", workers, "--data", self.folder / name, *flags,
                             stdout=log, stderr=log, env=env)
        log.close()
        self.agents[name] = process
        return process

    def log(self, name):
        return (self.folder / f"agent-{name}.log").read_text()

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.token}"} if self.token else {})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read().decode()

    def json(self, path):
        return json.loads(self.get(path))

    def wait_for_agents(self, count):
        wait_until(lambda: sum(agent["state"] != "away" for agent in self.json("/api/v1/agents")["agents"]) == count, f"{count} agents", 30)

    def run(self, *arguments, env=None, **options):
        env = {**({"TAMARACK_TOKEN": self.token} if self.token else {}), **(env or {})}
        return self.project.start("run", "--server", self.url, "--json", *arguments, env=env, **options)

    def finish(self, process, expect, seconds=120):
        finished = self.project.finish(process, seconds)
        assert finished.code == expect, f"exit code {finished.code}, expected {expect}\n{finished.text}\n{self.logs()}"
        result = finished.json
        assert result["exit_code"] == expect
        assert sum(result["ledger"][outcome] for outcome in OUTCOMES) == result["planned"], finished.text
        return finished

    def logs(self):
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob("*.log")))

    def journal(self, run):
        return [json.loads(line) for line in self.get(f"/api/v1/runs/{run}/journal").splitlines()]

    def kill_server(self):
        self.server.kill()
        self.server.wait()

    def stop(self):
        for process in [*self.agents.values(), *([self.server] if self.server else [])]:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 30
        for process in [*self.agents.values(), *([self.server] if self.server else [])]:
            if process.poll() is None:
                try:
                    process.wait(max(0.1, deadline - time.monotonic()))
                except Exception:
                    process.kill()
                    process.wait()


def counted_once(journal):
    """Every planned test has exactly one final entry. Returns {test name: outcome}."""
    names, settled = [], {}
    for entry in journal:
        body = entry["body"]
        if entry["kind"] == "run_planned":
            names = [" › ".join([test["identity"]["spec"], *test["identity"]["title_path"]]) for test in body["plan"]["tests"]]
        outcome = body.get("settles") if entry["kind"] == "test_finished" else body.get("outcome") if entry["kind"] == "test_settled" else None
        if outcome and outcome != "pending":
            test = body["report"]["test"] if entry["kind"] == "test_finished" else body["test"]
            assert names[test] not in settled, f"'{names[test]}' has two final entries"
            settled[names[test]] = outcome
    assert set(settled) == set(names)
    return settled


def started_after_their_end(log):
    """Units that began again although they had come to their end: {unit: times}."""
    ended, again = set(), {}
    for line in log.splitlines():
        word, unit, *_ = line.split()
        if word == "end":
            ended.add(unit)
        elif unit in ended:
            again[unit] = again.get(unit, 0) + 1
    return again
