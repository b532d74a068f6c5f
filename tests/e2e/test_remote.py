"""Runs of a server: agents as processes of their own, a client that asks, and what must hold when any of them dies."""

import json
import signal
import time

from fleet import counted_once, started_after_their_end
from harness import wait_until
from netns_story import ran_again

UNITS = [f"unit-{n:02d}" for n in range(24)]
SHARED_LOG = """echo "start $1 $TAMARACK_WORKER" >> {log}
{body}
code=$?
echo "end $1" >> {log}
exit $code
"""


def suite(project, body="sleep 0.2", units=UNITS, settings=""):
    """Units that write to one log, wherever they run."""
    project.commands(units, SHARED_LOG.format(log=project.root / "units.log", body=body), settings=settings)
    project.write("units.log", "")
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["*.log", "go"]\n')


def lines(project):
    return project.read("units.log").splitlines()


def in_flight(project):
    ended = [line.split()[1] for line in lines(project) if line.startswith("end")]
    return [line.split()[1] for line in lines(project) if line.startswith("start") and line.split()[1] not in ended]


def test_three_agents_share_a_run(project, fleet):
    suite(project)
    fleet.serve()
    for name in ("a", "b", "c"):
        fleet.agent(name)
    fleet.wait_for_agents(3)
    finished = fleet.finish(fleet.run(), 0)
    journal = fleet.journal(finished.json["run_id"])
    assert set(counted_once(journal).values()) == {"passed"}
    used = {line.split()[2].split("/")[0] for line in lines(project) if line.startswith("start")}
    assert used == {"a", "b", "c"}
    assert finished.json["workers"] == 6
    assert (project.root / ".tamarack/runs" / finished.json["run_id"] / "report.html").exists()


def test_an_agent_that_dies_costs_only_what_was_in_flight(project, fleet):
    suite(project)
    fleet.serve()
    for name in ("a", "b", "c"):
        fleet.agent(name)
    fleet.wait_for_agents(3)
    running = fleet.run()
    wait_until(lambda: any(line.split()[0] == "end" for line in lines(project)) and any("b/" in line for line in lines(project)), "b to work")
    fleet.agents["b"].kill()
    killed = time.time() * 1000
    finished = fleet.finish(running, 0)
    journal = fleet.journal(finished.json["run_id"])
    assert set(counted_once(journal).values()) == {"passed"}
    assert ran_again(journal) == [], "what has a verdict does not run again"
    noticed = next(entry["at"] for entry in journal if entry["kind"] == "lease_ended" and entry["body"]["end"] in ("lost", "expired"))
    assert noticed - killed < 2 * 5000 + 1500, f"noticed {noticed - killed:.0f} ms after its death"


def test_the_server_dies_and_nobody_starts_over(project, fleet):
    # The units of the last third wait for a word, so that there is work in flight when the server dies.
    waits = " ".join(UNITS[10:16])
    suite(project, units=UNITS[:16], body=f'case " {waits} " in *" $1 "*) until [ -e {project.root}/go ]; do sleep 0.05; done;; esac')
    fleet.serve()
    for name in ("a", "b"):
        fleet.agent(name)
    fleet.wait_for_agents(2)
    running = fleet.run()
    wait_until(lambda: len(in_flight(project)) == 4 and all(unit in waits for unit in in_flight(project)), "units that wait on every worker", 60)
    fleet.kill_server()
    assert len(in_flight(project)) == 4
    project.write("go", "")
    wait_until(lambda: in_flight(project) == [], "agents that finish without their server")
    fleet.serve()
    finished = fleet.finish(running, 0)
    journal = fleet.journal(finished.json["run_id"])
    assert set(counted_once(journal).values()) == {"passed"}
    assert any(entry["kind"] == "run_resumed" for entry in journal)
    assert ran_again(journal) == []
    assert started_after_their_end(project.read("units.log")) == {}, "no agent died, so nothing was in doubt"


def test_an_agent_that_is_silent_for_a_while_comes_back(project, fleet):
    suite(project, units=UNITS[:12], body="sleep 0.3")
    fleet.serve()
    fleet.agent("a")
    fleet.agent("b")
    fleet.wait_for_agents(2)
    running = fleet.run()
    wait_until(lambda: any("a/" in line for line in lines(project)), "a to work")
    fleet.agents["a"].send_signal(signal.SIGSTOP)
    wait_until(lambda: sum(line.startswith("end") for line in lines(project)) >= 9, "b to do most of it", 60)
    fleet.agents["a"].send_signal(signal.SIGCONT)
    finished = fleet.finish(running, 0)
    assert set(counted_once(fleet.journal(finished.json["run_id"])).values()) == {"passed"}


def test_a_retried_ci_job_runs_what_failed_and_then_repeats_the_verdict(project, fleet):
    suite(project, units=UNITS[:6], body=f'[ "$1" != unit-03 ] || [ -e {project.root}/go ]')
    fleet.serve()
    fleet.agent("a")
    job = {"TAMARACK_CI_ID": "pipeline-7"}
    first = fleet.finish(fleet.run(env=job), 1)
    assert first.json["ledger"]["failed"] == 1
    project.write("go", "")
    project.write("units.log", "")
    second = fleet.finish(fleet.run(env=job), 0)
    assert second.json["run_id"] != first.json["run_id"]
    assert second.json["ledger"]["passed"] == 6
    assert {line.split()[1] for line in lines(project)} == {"unit-03"}, "only what failed ran again"
    project.write("units.log", "")
    third = fleet.finish(fleet.run(env=job), 0)
    assert third.json["run_id"] == second.json["run_id"] and lines(project) == []
    afresh = fleet.finish(fleet.run("--afresh", env=job), 0)
    assert afresh.json["attempts"] == 6


def test_a_retry_that_fails_again_is_red(project, fleet):
    suite(project, units=UNITS[:4], body='[ "$1" != unit-03 ]')
    fleet.serve()
    fleet.agent("a")
    job = {"TAMARACK_CI_ID": "pipeline-8"}
    fleet.finish(fleet.run(env=job), 1)
    again = fleet.finish(fleet.run(env=job), 1)
    assert (again.json["ledger"]["passed"], again.json["ledger"]["failed"], again.json["attempts"]) == (3, 1, 1)


def test_two_machines_of_one_job_work_on_one_run(project, fleet):
    suite(project, units=UNITS[:8])
    fleet.serve()
    job = {"TAMARACK_CI_ID": "pipeline-9"}
    first, second = fleet.run(env=job), fleet.run(env=job)
    wait_until(lambda: len(fleet.json("/api/v1/runs")["runs"]) == 1, "the run")
    fleet.agent("a")
    one, two = fleet.finish(first, 0), fleet.finish(second, 0)
    assert one.json["run_id"] == two.json["run_id"]
    assert sorted(line.split()[1] for line in lines(project) if line.startswith("start")) == UNITS[:8]


def test_artifacts_travel_from_the_agent_to_the_report(project, fleet):
    suite(project, units=["good", "bad"], body='echo "what $1 saw" > seen-$1.txt; [ "$1" = good ]', settings='[artifacts]\nwatch = ["seen-*.txt"]\n')
    fleet.serve()
    fleet.agent("a", 1)
    finished = fleet.finish(fleet.run(), 1)
    run = finished.json["run_id"]
    folder = project.root / ".tamarack/runs" / run / "artifacts"
    assert [path.read_text() for path in folder.iterdir()] == ["what bad saw\n"], "those of tests that failed are fetched"
    report = fleet.json(f"/api/v1/runs/{run}/report")
    links = {attachment["name"]: attachment["path"] for test in report["tests"] for attempt in test["attempts"] for attachment in attempt["attachments"]}
    assert fleet.get(links["seen-good.txt"]) == "what good saw\n", "the server has all of them, behind signed links"


def test_a_setup_that_fails_ends_the_run_and_says_why(project, fleet):
    suite(project, units=["a"])
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('setup = "echo the registry is down; exit 9"\n')
    fleet.serve()
    fleet.agent("a")
    finished = fleet.finish(fleet.run(), 6)
    assert "the registry is down" in finished.text and "ended with code 9" in finished.text
    assert finished.json["ledger"]["never_ran"] == 1
    assert lines(project) == []


def test_a_second_run_writes_only_differences_and_does_not_set_up_again(project, fleet):
    suite(project, units=["a"])
    with open(project.root / "tamarack.toml", "a") as config:
        config.write(f'setup = "echo once >> {project.root}/setups.log"\nsetup_inputs = ["units.txt"]\n')
    fleet.serve()
    fleet.agent("a", 1)
    fleet.finish(fleet.run(), 0)
    project.write("more.txt", "another file")
    fleet.finish(fleet.run(), 0)
    assert project.read("setups.log") == "once\n"
    assert (fleet.folder / "a/workspaces").exists()
    assert fleet.log("a").count("fetches 1 file") == 1


def test_cancelling_and_ctrl_c_end_a_run_for_everybody(project, fleet):
    suite(project, units=["long-1", "long-2"], body="sleep 600")
    fleet.serve()
    fleet.agent("a")
    running = fleet.run()
    wait_until(lambda: len(lines(project)) == 2, "both units")
    running.send_signal(signal.SIGINT)
    finished = fleet.finish(running, 7)
    assert finished.json["verdict"] == "cancelled" and finished.json["ledger"]["cancelled"] == 2
    again = fleet.run()
    wait_until(lambda: len(lines(project)) == 4, "both units again")
    run = fleet.json("/api/v1/runs")["runs"][0]["run_id"]
    assert project.tamarack("cancel", run, "--server", fleet.url).code == 0
    assert fleet.finish(again, 7).json["run_id"] == run


def test_a_detached_run_is_watched_later(project, fleet):
    suite(project, units=UNITS[:4])
    fleet.serve()
    detached = project.tamarack("run", "--server", fleet.url, "--detach")
    assert detached.code == 0, detached.text
    run = detached.out.strip().splitlines()[-1]
    assert run.startswith("r-")
    fleet.agent("a")
    watched = project.tamarack("attach", run, "--server", fleet.url, "--json")
    assert watched.code == 0 and watched.json["run_id"] == run, watched.text
    assert watched.json["ledger"]["passed"] == 4


def test_the_default_is_closed(project, fleet):
    suite(project, units=["a"])
    fleet.open = False
    fleet.serve()
    refused = fleet.project.finish(fleet.run())
    assert refused.code == 2 and "did not accept the token" in refused.err and "tamarack token create" in refused.err, refused.text
    agent = fleet.agent("a")
    assert agent.wait(20) == 2 and "did not accept the token" in fleet.log("a")
    made = {role: project.tamarack("token", "create", "--data", fleet.data, "--project", project.root.name, "--role", role).out.strip() for role in ("viewer", "runner")}
    fleet.token = made["viewer"]
    assert "rights do not suffice" in fleet.project.finish(fleet.run()).err
    fleet.token = made["runner"]
    fleet.agent("b")
    fleet.finish(fleet.run(), 0)


def test_an_agent_leaves_when_it_is_told_to_and_gives_back_what_runs(project, fleet):
    suite(project, units=["u1", "u2"], body=f"[ -e {project.root}/go ] || exec sleep 600")
    fleet.serve()
    fleet.agent("a")
    running = fleet.run()
    wait_until(lambda: len(lines(project)) == 2, "both units")
    project.write("go", "")
    fleet.agents["a"].send_signal(signal.SIGTERM)
    assert fleet.agents["a"].wait(30) == 0
    fleet.agent("b")
    finished = fleet.finish(running, 0)
    assert finished.json["ledger"]["passed"] == 2


def test_an_agent_of_a_ci_job_leaves_when_there_is_nothing_to_do(project, fleet):
    fleet.serve()
    agent = fleet.agent("a", 1, "--exit-when-idle", "1s")
    assert agent.wait(20) == 0
    assert "had nothing to do for" in fleet.log("a")


def test_the_newer_of_two_agents_of_one_name_stays(project, fleet):
    fleet.serve()
    first = fleet.agent("a")
    fleet.wait_for_agents(1)
    second = fleet.spawn((), "agent", "--server", fleet.url, "--name", "a", "--data", fleet.folder / "other")
    fleet.agents["second"] = second
    assert first.wait(40) == 2
    assert "another process is agent 'a' now" in fleet.log("a")
    assert second.poll() is None


def test_no_server_is_said_at_once_and_clearly(project):
    suite(project, units=["a"])
    for url, said in (("nowhere", "expected the address of a server"), ("http://127.0.0.1:9/x", "has a path")):
        finished = project.tamarack("run", "--server", url)
        assert finished.code == 2 and said in finished.err, finished.text
    agent = project.tamarack("agent", "--server", "http://127.0.0.1:1", "--name", "bad name")
    assert agent.code == 2 and "an agent's name has letters" in agent.err


def test_the_run_as_the_api_tells_it(project, fleet):
    suite(project, units=["a", "b"])
    fleet.serve()
    fleet.agent("a")
    finished = fleet.finish(fleet.run(), 0)
    run = fleet.json(f"/api/v1/runs/{finished.json['run_id']}")
    assert (run["verdict"], run["planned"], run["ledger"]["passed"]) == ("passed", 2, 2)
    tests = wait_until(lambda: fleet.json(f"/api/v1/projects/{project.root.name}/tests")["tests"], "figures of the tests")
    assert len(tests) == 2 and tests[0]["last_outcome"] == "passed", json.dumps(tests)
    assert fleet.json("/api/v1/projects")["projects"][0]["last_run_id"] == run["run_id"]


def test_rerun_carries_the_good_verdicts_into_one_ledger(project, fleet):
    suite(project, units=UNITS[:6], body=f'[ "$1" != unit-03 ] || [ -e {project.root}/go ]')
    fleet.serve()
    fleet.agent("a")
    first = fleet.finish(fleet.run(), 1).json["run_id"]
    project.write("go", "")
    project.write("units.log", "")
    again = project.tamarack("rerun", first, "--failed", "--server", fleet.url, "--json")
    assert again.code == 0, again.text
    assert (again.json["ledger"]["passed"], again.json["attempts"]) == (6, 1)
    assert {line.split()[1] for line in lines(project)} == {"unit-03"}
    everything = project.tamarack("rerun", first, "--server", fleet.url, "--json")
    assert everything.code == 0 and everything.json["attempts"] == 6, everything.text
    unnamed = project.tamarack("rerun", "--failed", "--server", fleet.url)
    assert unnamed.code == 2 and "which run of the server is meant?" in unnamed.err


def test_secrets_reach_neither_the_journal_nor_the_report_nor_the_tests_that_need_none(project, fleet):
    suite(project, units=["leak"], body='echo "pw=$SHOP_PASSWORD token=[$TAMARACK_TOKEN]"; exit 1')
    fleet.open = False
    fleet.serve()
    made = project.tamarack("token", "create", "--data", fleet.data, "--project", "*", "--role", "admin")
    fleet.token = made.out.strip()
    fleet.agent("a", 1, env={"SHOP_PASSWORD": "correct-horse-battery"})
    finished = fleet.finish(fleet.run(), 1)
    journal = json.dumps(fleet.journal(finished.json["run_id"]))
    assert "pw=*** token=[]" in journal
    everything = journal + finished.text + fleet.get(f"/api/v1/runs/{finished.json['run_id']}/report") + fleet.logs()
    assert "correct-horse-battery" not in everything and fleet.token not in everything
