"""What an agent has to say while its server is away lies on its disk: it outlives the agent, and the next one delivers it."""

import json
import signal
import sqlite3
import time

from fleet import counted_once, started_after_their_end
from harness import wait_until
from netns_story import ran_again
from test_remote import UNITS, in_flight, lines, suite


def spools(fleet, agent):
    return sorted((fleet.folder / agent / "runs").glob("*/spool-*"))


def spooled(fleet, agent):
    """Messages on the agent's disk, acknowledged or not."""
    texts = [path.read_text() for folder in spools(fleet, agent) for path in sorted(folder.glob("messages-*.jsonl"))]
    return [json.loads(line) for text in texts for line in text.split("\n")[:-1]]


def owed(fleet, agent):
    texts = [path.read_text() for folder in spools(fleet, agent) for path in folder.glob("contents.jsonl")]
    entries = [json.loads(line) for text in texts for line in text.splitlines()]
    return {entry["owed"] for entry in entries if "owed" in entry} - {entry["sent"] for entry in entries if "sent" in entry}


def kinds(messages):
    return [message.get("kind") for message in messages]


def waiting_units(project, fleet, count):
    """A run of `count` units of which the last two wait for a word, with the server killed while both of them run on agent a."""
    units = UNITS[:count]
    waits = " ".join(units[-2:])
    body = f'echo "what $1 saw" > seen-$1.txt\ncase " {waits} " in *" $1 "*) until [ -e {project.root}/go ]; do sleep 0.05; done;; esac'
    suite(project, units=units, body=body, settings='[artifacts]\nwatch = ["seen-*.txt"]\n')
    fleet.serve()
    fleet.agent("a", 2)
    running = fleet.run()
    wait_until(lambda: sorted(in_flight(project)) == units[-2:], "the units that wait, on both workers", 60)
    fleet.kill_server()
    before = kinds(spooled(fleet, "a")).count("invocation_ended")
    project.write("go", "")
    # Both leases end without anybody to hear of it, and what the tests left is stored.
    wait_until(lambda: kinds(spooled(fleet, "a")).count("invocation_ended") >= before + 2, "the ends of both leases on the disk", 60)
    wait_until(lambda: len(owed(fleet, "a")) >= 2, "two files that are owed", 30)
    assert in_flight(project) == []
    return running, units


def check_that_nothing_was_lost(project, fleet, running, units):
    finished = fleet.finish(running, 0)
    run = finished.json["run_id"]
    journal = fleet.journal(run)
    assert set(counted_once(journal).values()) == {"passed"}
    assert ran_again(journal) == []
    assert started_after_their_end(project.read("units.log")) == {}, "what was finished did not run again"
    assert sum(line.startswith("start") for line in lines(project)) == len(units)
    assert f"has told what its former process still had to say of {run}" in fleet.log("a")
    with sqlite3.connect(fleet.data / "tamarack.db") as database:
        told_by = database.execute("select distinct session from journal where run_id = ? and kind = 'test_finished'", [run]).fetchall()
    assert len(told_by) == 1, "the dead process was known again when its last words came"

    def links():
        tests = fleet.json(f"/api/v1/runs/{run}/report")["tests"]
        return {attachment["name"]: attachment["path"] for test in tests for attempt in test["attempts"] for attachment in attempt["attachments"]}

    assert set(links()) == {f"seen-{unit}.txt" for unit in units}
    for unit in units:
        assert fleet.get(links()[f"seen-{unit}.txt"]) == f"what {unit} saw\n"
    wait_until(lambda: spools(fleet, "a") == [], "the spools to be removed")


def test_what_was_finished_while_the_server_was_away_survives_the_death_of_both(project, fleet):
    running, units = waiting_units(project, fleet, 6)
    fleet.agents["a"].kill()
    fleet.agents["a"].wait()
    assert len(spools(fleet, "a")) == 1
    fleet.serve()
    fleet.agent("a", 2)
    check_that_nothing_was_lost(project, fleet, running, units)


def test_an_agent_that_is_told_to_leave_while_the_server_is_away_leaves_its_words_behind(project, fleet):
    running, units = waiting_units(project, fleet, 6)
    fleet.agents["a"].send_signal(signal.SIGTERM)
    assert fleet.agents["a"].wait(60) == 0
    assert "keeps on its disk what it still owes the server" in fleet.log("a")
    # Its successor is there before the server is, and waits for it.
    fleet.agent("a", 2)
    wait_until(lambda: "cannot reach the server and goes on trying" in fleet.log("a").split("keeps on its disk")[1], "the successor to try", 30)
    fleet.serve()
    check_that_nothing_was_lost(project, fleet, running, units)


def test_a_torn_line_costs_that_message_alone(project, fleet):
    running, units = waiting_units(project, fleet, 6)
    fleet.agents["a"].kill()
    fleet.agents["a"].wait()
    newest = sorted(spools(fleet, "a")[0].glob("messages-*.jsonl"))[-1]
    with open(newest, "ab") as file:
        file.write(b'{"kind":"test_ended","seq":99,"body":{"wor')
    fleet.serve()
    fleet.agent("a", 2)
    check_that_nothing_was_lost(project, fleet, running, units)


def test_the_words_of_a_run_that_is_over_are_dropped_with_one_line(project, fleet):
    suite(project, units=UNITS[:12])
    fleet.serve()
    fleet.agent("a")
    fleet.agent("b")
    fleet.wait_for_agents(2)
    running = fleet.run()
    wait_until(lambda: any("a/" in line for line in lines(project)) and any(line.startswith("end") for line in lines(project)), "a to work")
    fleet.agents["a"].kill()
    fleet.agents["a"].wait()
    finished = fleet.finish(running, 0)
    assert set(counted_once(fleet.journal(finished.json["run_id"])).values()) == {"passed"}
    assert len(spools(fleet, "a")) == 1
    fleet.agent("a")
    wait_until(lambda: "drops what its former process still had to say" in fleet.log("a"), "the line", 30)
    assert f"{finished.json['run_id']}, which is over" in fleet.log("a")
    wait_until(lambda: spools(fleet, "a") == [], "the spool to be removed")
    assert fleet.finish(fleet.run(), 0).json["ledger"]["passed"] == 12, "and works on"


def test_an_agent_that_comes_back_at_once_gives_its_leases_back_at_once(project, fleet):
    suite(project, units=UNITS[:4], body=f'case "$1" in {UNITS[0]}) until [ -e {project.root}/go ]; do sleep 0.05; done;; esac')
    fleet.serve()
    fleet.agent("a", 1)
    running = fleet.run()
    wait_until(lambda: in_flight(project) == [UNITS[0]], "the unit that waits", 60)
    fleet.agents["a"].kill()
    fleet.agents["a"].wait()
    killed = time.time() * 1000
    fleet.agent("a", 1)
    project.write("go", "")
    finished = fleet.finish(running, 0)
    journal = fleet.journal(finished.json["run_id"])
    assert set(counted_once(journal).values()) == {"passed"}
    given_back = next(entry["at"] for entry in journal if entry["kind"] == "lease_ended" and entry["body"]["end"] == "lost")
    assert given_back - killed < 5000, f"{given_back - killed:.0f} ms after the death; an agent that is only away is given 7.5 s"
