"""What people see of a wait while it is parked: the same deadline on a terminal, in `tamarack waits` and on the live page of its run."""

import datetime
import json
import re
import time
import urllib.request

from harness import wait_until
from test_flows import suite
from test_terminal import ESCAPE, in_terminal


def events_of(fleet, run, wanted):
    """The events of the live stream up to the first of each kind that is wanted, as (kind, data)."""
    events, kind = [], ""
    deadline = time.monotonic() + 20
    with urllib.request.urlopen(f"{fleet.url}/api/v1/runs/{run}/live", timeout=30) as stream:
        for line in map(bytes.decode, stream):
            if line.startswith("event: "):
                kind = line[7:].strip()
            elif line.startswith("data: "):
                events.append((kind, json.loads(line[6:])))
                if wanted <= {one for one, _ in events}:
                    return events
            assert time.monotonic() < deadline, f"only {events}"
    raise AssertionError(f"the stream ended after {events}")


def ms_between(start, end):
    return (datetime.datetime.fromisoformat(end) - datetime.datetime.fromisoformat(start)).total_seconds() * 1000


def test_who_watches_a_run_is_told_when_its_wait_times_out_and_looks_again(project, fleet, backend):
    suite(project, backend, timeout="10m", limit="1h")
    fleet.serve()
    fleet.agent("a", 1)
    fleet.wait_for_agents(1)
    running = fleet.run()
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 60)
    [wait] = fleet.json("/api/v1/waits?open=true")["waits"]
    allowed = ms_between(wait["parked_at"].replace("Z", "+00:00"), wait["deadline"].replace("Z", "+00:00"))
    events = events_of(fleet, wait["owner"].removeprefix("run "), {"patch", "looks"})
    [patch] = [data for kind, data in events if kind == "patch"][:1]
    [phase] = [one for one in patch["flows"][0]["phases"] if one["outcome"] == "open"]
    assert abs(phase["deadline_ms"] - phase["started_ms"] - 600_000) < 1, phase
    assert abs(allowed - 600_000) < 1, wait
    [looks] = [data["waits"] for kind, data in events if kind == "looks" and data["waits"]][:1]
    assert (looks[0]["flow"], looks[0]["phase"]) == (0, 1), looks
    assert phase["started_ms"] < looks[0]["next_look_ms"] < phase["deadline_ms"], (looks, phase)
    backend.set("j-1", "COMPLETED")
    fleet.finish(running, 0)


def test_the_terminal_counts_down_to_the_waits_own_timeout(project, backend):
    suite(project, backend, timeout="2s", limit="1h")
    code, written = in_terminal(project, "run")
    assert code == 3
    drawn = [line for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written).splitlines() if "1 wait parked" in line]
    assert drawn and re.search(r"next deadline in (2\.0|1\.\d) s", drawn[0]), drawn[:3]
    assert ESCAPE in written


def test_plain_lines_say_how_long_a_wait_may_take(project, backend):
    suite(project, backend, timeout="2s", limit="1h")
    finished = project.tamarack("run")
    assert finished.code == 3
    assert re.search(r"backend waits at most 2\.0 s, no worker is held", finished.out), finished.text
