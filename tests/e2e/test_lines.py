"""Agents behind bad lines: slow ones, ones that break again and again, ones that lose packets."""

import pytest

from fleet import Fleet, counted_once
from harness import wait_until
from netns import Machines, why_not
from netns_story import ran_again
from slow_line import SlowLine

UNITS = [f"unit-{n:02d}" for n in range(24)]
REASON = why_not()


def suite(project, body="sleep 0.2"):
    project.commands(UNITS, f'echo "$1 $TAMARACK_WORKER" >> {project.root.parent}/units.log\n{body}\n[ "$1" != unit-07 ]\n')


def ran(project):
    log = project.root.parent / "units.log"
    return log.read_text().splitlines() if log.exists() else []


def check(project, fleet, finished):
    journal = fleet.journal(finished.json["run_id"])
    outcomes = sorted(counted_once(journal).values())
    assert outcomes == ["failed"] + ["passed"] * (len(UNITS) - 1)
    assert ran_again(journal) == [], "what has a verdict does not run again"
    assert sorted(line.split()[0] for line in ran(project)) == UNITS, "no agent died, so nothing was in doubt"


def test_an_agent_behind_a_line_that_is_slow_and_breaks(project, fleet):
    suite(project)
    fleet.serve()
    line = SlowLine(fleet.port, delay=0.25)
    try:
        fleet.agent("far", url=line.url)
        running = fleet.run()
        for count in (2, 8, 14):
            wait_until(lambda: len(ran(project)) >= count, f"{count} units on the far side", 60)
            assert line.break_all() > 0
        finished = fleet.finish(running, 1)
    finally:
        line.stop()
    check(project, fleet, finished)
    assert line.broken >= 3 and line.carried > 10_000


def test_a_client_behind_a_slow_line_hears_the_verdict(project, fleet):
    suite(project)
    fleet.serve()
    line = SlowLine(fleet.port, delay=0.25)
    try:
        fleet.agent("a")
        running = project.start("run", "--server", line.url, "--json")
        wait_until(lambda: len(ran(project)) >= 6, "a part of the run", 60)
        assert line.break_all() > 0
        finished = fleet.finish(running, 1)
    finally:
        line.stop()
    check(project, fleet, finished)


# Skipped only where the system gives no network namespaces, and then it says what is missing.
@pytest.mark.skipif(bool(REASON), reason=REASON)
def test_packets_are_lost_and_nothing_else(project):
    machines = Machines(["a", "b"])
    fleet = Fleet(project, host=machines.host)
    try:
        fleet.open = False
        made = project.tamarack("token", "create", "--data", fleet.data, "--project", "*", "--role", "admin")
        fleet.token = made.out.strip()
        suite(project)
        fleet.serve()
        for name in ("a", "b"):
            machines.lose(name, 20)
            fleet.agent(name, 2, within=machines.within(name))
        fleet.wait_for_agents(2)
        finished = fleet.finish(fleet.run(), 1)
        check(project, fleet, finished)
        assert all(machines.lost(name) > 10 for name in ("a", "b")), "the lines were bad"
    finally:
        fleet.stop()
        machines.remove()
