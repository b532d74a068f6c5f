"""Nobody holds an agent while a flow waits: it works for other runs meanwhile, or leaves, and what was parked goes on when its time has come."""

import pytest

from harness import Project, wait_until
from test_flows import ran

FLOW = """[[flow]]
name = "release"
each = "all"
[[flow.phase]]
name = "prepare"
match = "prepare"
[[flow.phase]]
name = "approval"
wait = { signal = "go-ahead" }
timeout = "72h"
[[flow.phase]]
name = "validate"
match = "validate"
[workspace]
exclude = ["*.log"]
"""


@pytest.fixture
def other(tmp_path):
    """Another project, whose run comes while the first one waits. Its units end when the test says so."""
    other = Project(tmp_path / "other")
    units = [f"unit-{n}" for n in range(4)]
    other.commands(units, f'echo "$1" >> {other.root}/units.log\nuntil [ -e {other.root}/go ]; do sleep 0.05; done\n',
                   settings='[workspace]\nexclude = ["*.log", "go"]\n')
    other.write("units.log", "")
    yield other
    other.clean_up()


def park(project, fleet):
    """A run whose flow waits for a signal, for days if need be. Returns its name."""
    project.commands(("prepare", "validate"), f'echo "$1 $TAMARACK_WORKER" >> {project.root}/units.log\n', settings=FLOW)
    project.write("units.log", "")
    left = project.finish(fleet.run("--detach"))
    assert left.code == 0, left.text
    wait_until(lambda: fleet.json("/api/v1/waits?open=true")["waits"], "the flow to be parked", 60)
    return left.json["run_id"]


def two_agents(fleet):
    for name in ("one", "two"):
        fleet.agent(name, 1)
    fleet.wait_for_agents(2)


def states(fleet):
    return {agent["agent"]: (agent["state"], agent["run_id"]) for agent in fleet.json("/api/v1/agents")["agents"]}


def begins_on_both(other, fleet):
    """Its run, once two of its units are at work."""
    running = other.start("run", "--server", fleet.url, "--json")
    wait_until(lambda: len(other.read("units.log").splitlines()) == 2, "both agents to come", 60)
    return running


def passes(project, finished, fleet):
    assert finished.code == 0, f"{finished.text}\n{fleet.logs()}"
    assert finished.json["verdict"] == "passed", finished.text
    return finished.json["run_id"]


def goes_on(project, fleet, run):
    """The signal comes, and the parked run ends green without having prepared twice."""
    sent = project.tamarack("signal", "go-ahead", "--server", fleet.url)
    assert sent.code == 0, sent.text
    finished = project.tamarack("attach", run, "--server", fleet.url, "--json")
    assert passes(project, finished, fleet) == run
    assert ran(project) == ["prepare", "validate"]
    assert finished.json["ledger"]["passed"] == finished.json["planned"] == 1
    ended = [entry["body"] for entry in fleet.journal(run) if entry["kind"] == "worker_ended"]
    assert not [entry for entry in fleet.journal(run) if entry["kind"] in ("infrastructure_failed", "disagreed", "requeued")]
    return {body["worker"] for body in ended if body["released"]}


def test_agents_of_a_parked_run_work_for_another_and_come_again(project, fleet, other):
    fleet.serve()
    two_agents(fleet)
    run = park(project, fleet)
    running = begins_on_both(other, fleet)
    other.write("go", "")
    passes(other, other.finish(running, 60), fleet)
    wait_until(lambda: states(fleet) == {"one": ("idle", ""), "two": ("idle", "")}, "agents that nobody holds", 30)
    assert goes_on(project, fleet, run) == {"one/1", "two/1"}
    assert "was refused" not in fleet.logs()


def test_a_server_that_dies_while_the_agents_are_elsewhere_finds_them_again(project, fleet, other):
    fleet.serve()
    two_agents(fleet)
    run = park(project, fleet)
    running = begins_on_both(other, fleet)
    fleet.kill_server()
    fleet.serve()
    wait_until(lambda: len(states(fleet)) == 2, "the agents to be back", 60)
    sent = project.tamarack("signal", "go-ahead", "--server", fleet.url)
    assert sent.code == 0, sent.text
    assert ran(project) == ["prepare"], "everybody is at work for the other run"
    other.write("go", "")
    passes(other, other.finish(running, 90), fleet)
    assert passes(project, project.tamarack("attach", run, "--server", fleet.url, "--json"), fleet) == run
    assert ran(project) == ["prepare", "validate"]


def test_an_agent_that_leaves_when_it_is_idle_leaves_a_parked_run(project, fleet):
    fleet.serve()
    hasty = fleet.agent("hasty", 1, "--exit-when-idle", "3s")
    last = fleet.agent("last", 1, "--exit-when-idle", "1h")
    fleet.wait_for_agents(2)
    run = park(project, fleet)
    assert hasty.wait(60) == 0, fleet.logs()
    assert "had nothing to do for" in fleet.log("hasty")
    assert last.poll() is None, "somebody stays for what comes after the wait"
    assert goes_on(project, fleet, run) == {"hasty/1"}


def test_an_agent_that_is_killed_on_its_way_home_is_not_missed(project, fleet, other):
    fleet.serve()
    two_agents(fleet)
    run = park(project, fleet)
    running = other.start("run", "--server", fleet.url, "--json")
    released = wait_until(lambda: [entry for entry in fleet.journal(run) if entry["kind"] == "worker_ended"], "the first to be sent home", 60)
    fleet.agents[released[0]["body"]["worker"].split("/")[0]].kill()
    other.write("go", "")
    passes(other, other.finish(running, 90), fleet)
    goes_on(project, fleet, run)
