"""Three agents on three machines work on one run of a server, and everything that can fail does: an agent is killed in the middle of a
unit, another one's cable is cut for 20 seconds, the server is killed and started again. What must then be true of the journal.

Told with a quick suite by test_netns.py; `/usr/bin/python3 tests/e2e/netns_story.py` tells it with the example suite in real browsers and
prints the figures.
"""

import json
import pathlib
import sys
import tempfile
import time

from fleet import Fleet, counted_once
from harness import REPOSITORY, Project, wait_until
from netns import Machines, why_not

CUT_SECONDS = 20
HEARTBEAT_MS = 5000


def settled(journal):
    return sum(entry["kind"] in ("test_finished", "test_settled") and (entry["body"].get("settles") or entry["body"].get("outcome")) != "pending"
               for entry in journal)


def ran_again(journal):
    """Tests that were started under a lease granted after they had been settled."""
    done, again = set(), []
    for entry in journal:
        body = entry["body"]
        if entry["kind"] == "test_finished" and body["settles"] != "pending":
            done.add(body["report"]["test"])
        elif entry["kind"] == "lease_granted":
            again += [test for piece in body["pieces"] for test in piece["tests"] if test in done]
    return again


def noticed_after(journal, agent, killed_ms):
    """ms from the kill to the entry that takes the agent's work back; None when it held nothing."""
    leases = {entry["body"]["term"]: entry["body"]["worker"] for entry in journal if entry["kind"] == "lease_granted"}
    for entry in journal:
        if entry["at"] < killed_ms:
            continue
        if entry["kind"] == "lease_ended" and entry["body"]["end"] in ("lost", "expired") and leases[entry["body"]["term"]].startswith(agent + "/"):
            return entry["at"] - killed_ms
        if entry["kind"] == "worker_ended" and entry["body"]["worker"].startswith(agent + "/"):
            return entry["at"] - killed_ms
    return None


def tell(project, machines, tests, workers=1, arguments=(), seconds=300):
    """Returns what was found: {…}. `tests`: how many the suite has."""
    fleet = Fleet(project, host=machines.host)
    fleet.open = False
    made = project.tamarack("token", "create", "--data", fleet.data, "--project", "*", "--role", "admin")
    assert made.code == 0, made.text
    fleet.token = made.out.strip()
    try:
        fleet.serve()
        for name in ("a", "b", "c"):
            fleet.agent(name, workers, within=machines.within(name))
        fleet.wait_for_agents(3)
        began = time.time()
        running = fleet.run(*arguments)
        wait_until(lambda: fleet.json("/api/v1/runs")["runs"] or running.poll() is not None, "the run", 120)
        assert running.poll() is None, project.finish(running).text
        run = fleet.json("/api/v1/runs")["runs"][0]["run_id"]

        def journal():
            return fleet.journal(run)

        def works(agent):
            held = {}
            for entry in journal():
                if entry["kind"] == "lease_granted":
                    held[entry["body"]["term"]] = entry["body"]["worker"]
                elif entry["kind"] == "lease_ended":
                    held.pop(entry["body"]["term"], None)
            return any(worker.startswith(agent + "/") for worker in held.values())

        wait_until(lambda: settled(journal()) >= tests // 10 and works("a"), "the run to be under way", seconds)
        fleet.agents["a"].kill()
        killed = time.time() * 1000
        wait_until(lambda: noticed_after(journal(), "a", killed), "the death of 'a' to be noticed", 60)
        wait_until(lambda: works("b"), "b to work", seconds)
        machines.cut("b")
        cut_at = time.time()
        # While the cable is cut, with a result from the machine that is left in between where its tests are quick enough.
        before = settled(journal())
        wait_until(lambda: settled(journal()) > before or time.time() - cut_at > CUT_SECONDS / 2, "another result", CUT_SECONDS)
        fleet.kill_server()
        fleet.serve()
        wait_until(lambda: time.time() - cut_at >= CUT_SECONDS, "the cable to have been cut for long enough", CUT_SECONDS + 10)
        machines.mend("b")
        finished = project.finish(running, seconds)
        wall = time.time() - began
        entries = journal()
        outcomes = counted_once(entries)
        late = [entry for entry in entries if entry["kind"] == "test_finished" and not entry["body"]["counted"]]
        return {"run": run, "exit_code": finished.code, "wall_s": round(wall, 1), "planned": len(outcomes),
                "outcomes": {outcome: list(outcomes.values()).count(outcome) for outcome in sorted(set(outcomes.values()))},
                "ran_again": ran_again(entries), "resumed": sum(entry["kind"] == "run_resumed" for entry in entries),
                "late_results": len(late), "death_noticed_ms": noticed_after(entries, "a", killed), "text": finished.text, "logs": fleet.logs()}
    finally:
        machines.mend("b")
        fleet.stop()


def example(project):
    """The example suite. Its machines reach no package registry, so they link the packages that are installed here."""
    project.copy("examples/actions")
    (project.root / "node_modules").unlink()
    config = project.read("tamarack.toml")
    setup = next(line for line in config.splitlines() if line.startswith("setup = "))
    project.write("tamarack.toml", config.replace(setup, f'setup = "ln -sfn {REPOSITORY}/examples/actions/node_modules node_modules"\nexclude = ["node_modules"]'))
    # Listing the tests needs the packages here as well.
    (project.root / "node_modules").symlink_to(REPOSITORY / "examples/actions/node_modules")


def main():
    reason = why_not()
    if reason:
        sys.exit("cannot tell the story here: " + reason)
    with tempfile.TemporaryDirectory(prefix="tamarack-story-") as folder:
        machines = Machines(["a", "b", "c"])
        project = Project(pathlib.Path(folder) / "actions")
        try:
            example(project)
            found = tell(project, machines, 68, arguments=("--afresh",), seconds=900)
        finally:
            project.clean_up()
            machines.remove()
    logs, text = found.pop("logs"), found.pop("text")
    pathlib.Path("build").mkdir(exist_ok=True)
    pathlib.Path("build/netns_story.json").write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))
    good = found["exit_code"] == 0 and not found["ran_again"] and found["death_noticed_ms"] is not None and found["death_noticed_ms"] <= 2 * HEARTBEAT_MS
    if not good:
        print(text + logs, file=sys.stderr)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
