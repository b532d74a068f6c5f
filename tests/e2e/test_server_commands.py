"""Commands that look at a server from a person's machine: its runs, what would be sent, whether all is ready; and what they leave behind."""

import json
import os
import shutil
import signal
import xml.etree.ElementTree

import pytest

from harness import Project, wait_until

BROKEN = '[ "$1" != bad ]\n'


@pytest.fixture
def elsewhere(project, tmp_path):
    """A folder that is no project."""
    other = Project(tmp_path / "elsewhere")
    yield other
    other.clean_up()


def suite(project, units=("good", "bad", "other"), script=BROKEN, settings=""):
    project.commands(list(units), script, settings=settings)


def finished_run(project, fleet, expect=1, **options):
    suite(project, **options)
    fleet.serve()
    fleet.agent("a")
    fleet.wait_for_agents(1)
    return fleet.finish(fleet.run(), expect).json["run_id"]


def contents(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_runs_show_and_report_know_runs_of_a_server(project, fleet, elsewhere):
    run = finished_run(project, fleet, script='echo "seen by $1" > seen-$1.txt; [ "$1" != bad ]\n',
                       settings='[artifacts]\nwatch = ["seen-*.txt"]\n')
    at = ("--server", fleet.url)
    listed = elsewhere.tamarack("runs", *at)
    assert listed.code == 0 and run in listed.out and "shop: 1 of 3 tests failed" in listed.out, listed.text
    objects = [json.loads(line) for line in elsewhere.tamarack("runs", "--json", *at).out.splitlines()]
    assert [(one["run_id"], one["verdict"], one["planned"]) for one in objects] == [(run, "failed", 3)]
    shown = elsewhere.tamarack("show", *at)
    assert shown.code == 0 and "3 planned = 2 passed + 1 failed" in shown.out and f"{fleet.url}/runs/{run}" in shown.out, shown.text
    assert elsewhere.tamarack("show", run, "--json", *at).json["ledger"]["failed"] == 1
    assert contents(elsewhere.root) == [], "looking leaves nothing behind"
    report = elsewhere.tamarack("report", run, *at)
    assert report.code == 0, report.text
    folder = elsewhere.root / run
    assert report.out.strip() == str(folder / "report.html")
    assert [path.read_text() for path in (folder / "artifacts").iterdir()] == ["seen by bad\n"]
    cases = xml.etree.ElementTree.parse(folder / "junit.xml").getroot()
    assert (cases.get("tests"), cases.get("failures")) == ("3", "1")
    assert json.loads((folder / "ctrf.json").read_text())["results"]["summary"]["failed"] == 1
    assert contents(elsewhere.root) == [run, *(f"{run}/{path}" for path in contents(folder))], "and nothing beside it"
    assert not [path for path in contents(folder) if "fetched" in path]
    named = elsewhere.tamarack("report", *at, "--output", "here/report", "--json")
    assert named.code == 0 and named.json["junit"] == str(elsewhere.root / "here/report/junit.xml") and os.path.exists(named.json["junit"])


def test_in_a_project_its_own_runs_are_meant_and_its_folder_takes_the_report(project, fleet, elsewhere):
    run = finished_run(project, fleet)
    suite(elsewhere)
    at = ("--server", fleet.url)
    assert elsewhere.tamarack("runs", *at).out == ""
    nothing = elsewhere.tamarack("show", *at)
    assert nothing.code == 2 and "the server has no run of 'elsewhere'" in nothing.err, nothing.text
    shutil.rmtree(project.root / ".tamarack/runs" / run)
    report = project.tamarack("report", *at)
    assert report.out.strip() == str(project.root / ".tamarack/runs" / run / "report.html"), report.text


def test_what_a_server_does_not_know_or_tell(project, fleet, elsewhere):
    fleet.open = False
    fleet.serve()
    for command in (("show",), ("runs",), ("report", "r-1")):
        refused = elsewhere.tamarack(*command, "--server", fleet.url)
        assert refused.code == 2 and "did not accept the token" in refused.err, refused.text
    token = project.tamarack("token", "create", "--data", fleet.data, "--project", "shop", "--role", "viewer").out.strip()
    unknown = elsewhere.tamarack("show", "r-1", "--server", fleet.url, env={"TAMARACK_TOKEN": token})
    assert unknown.code == 2 and "there is no run 'r-1'" in unknown.err, unknown.text
    (elsewhere.root / "token").write_text(token)
    empty = elsewhere.tamarack("show", "--server", fleet.url, "--token-file", "token")
    assert empty.code == 2 and "the server shows no run to this token" in empty.err, empty.text
    away = elsewhere.tamarack("runs", "--server", "http://127.0.0.1:1")
    assert away.code == 6 and "127.0.0.1" in away.err, away.text
    lonely = elsewhere.tamarack("report", "r-1", "--output", "x")
    assert lonely.code == 2 and "--server" in lonely.err, lonely.text


def test_attach_writes_only_where_there_is_a_place(project, fleet, elsewhere):
    run = finished_run(project, fleet)
    watched = elsewhere.tamarack("attach", run, "--server", fleet.url, "--json")
    assert watched.code == 1 and watched.json["run_id"] == run and watched.json["report"] == "", watched.text
    assert contents(elsewhere.root) == []
    kept = elsewhere.tamarack("attach", run, "--server", fleet.url, "--json", "--output", "out")
    assert kept.json["report"] == str(elsewhere.root / "out/report.html") and os.path.exists(kept.json["report"])
    assert contents(elsewhere.root) == ["out", "out/ctrf.json", "out/junit.xml", "out/report.html"]
    at_home = project.tamarack("attach", run, "--server", fleet.url, "--json")
    assert at_home.json["report"] == str(project.root / ".tamarack/runs" / run / "report.html")


def test_a_dry_run_lists_what_would_travel_and_starts_nothing(project, fleet):
    suite(project, script="true\n")
    project.write("big.bin", "x" * 5000)
    project.write("copy.bin", "x" * 5000)
    fleet.serve()
    at = ("--server", fleet.url)
    first = project.tamarack("run", *at, "--dry-run")
    assert first.code == 0, first.text
    lines = first.out.splitlines()
    assert [line.split()[2] for line in lines[:2]] == ["big.bin", "copy.bin"] and "(new)" in lines[0], first.out
    assert "the workspace has 5 files" in first.out and "lacks 4 files" in first.out, first.out
    assert fleet.json("/api/v1/runs")["runs"] == [] and not any(path.stat().st_size == 5000 for path in fleet.data.rglob("*")), "nothing was sent"
    assert project.run_ids() == []
    fleet.agent("a")
    fleet.finish(fleet.run(), 0)
    second = project.tamarack("run", *at, "--dry-run")
    assert "has all of it: a run would send nothing" in second.out, second.text
    project.write("big.bin", "y" * 7000)
    third = project.tamarack("run", *at, "--dry-run", "--json").json
    assert (third["lacking"], third["lacking_bytes"]) == (1, 7000)
    assert [(one["path"], one["lacking"]) for one in third["files"][:2]] == [("big.bin", True), ("copy.bin", False)]
    alone = project.tamarack("run", "--dry-run")
    assert alone.code == 2 and "--server" in alone.err, alone.text


def test_plan_with_a_server_uses_its_history_and_its_agents(project, fleet):
    suite(project, units=("fast", "slow"), script='[ "$1" != slow ] || sleep 1\n')
    fleet.serve()
    before = project.tamarack("plan", "--server", fleet.url)
    assert before.code == 0 and "no agent is there now, so one worker is assumed" in before.out and "1 worker\n" in before.out, before.text
    fleet.agent("a", 3)
    fleet.agent("b", 2, "--label", "zone=eu")
    fleet.wait_for_agents(2)
    fleet.finish(fleet.run(), 0)
    shutil.rmtree(project.root / ".tamarack")
    planned = project.tamarack("plan", "--server", fleet.url)
    assert "2 agents with 5 workers" in planned.out and "policy dynamic, 5 workers" in planned.out, planned.text
    assert "guesses" not in planned.out and planned.out.index("slow") < planned.out.index("fast"), "from the server's history"
    assert "guesses" in project.tamarack("plan").out, "nothing is recorded here"
    labelled = project.tamarack("plan", "--server", fleet.url, "--agent-label", "zone=eu")
    assert "1 agent with 2 workers" in labelled.out and "policy dynamic, 2 workers" in labelled.out, labelled.text


def test_doctor_looks_at_the_server_too(project, fleet):
    suite(project, script="true\n")
    def checks(*arguments, **options):
        finished = project.tamarack("doctor", "--json", "--server", fleet.url, *arguments, **options)
        return finished.code, {check["name"]: (check["state"], check["message"]) for check in finished.json["checks"]}
    code, found = checks()
    assert code == 6 and found["server"][0] == "failed" and "token" not in found, found
    fleet.open = False
    fleet.serve()
    code, found = checks()
    assert code == 2 and found["server"][0] == "ok" and found["token"][0] == "failed", found
    tokens = {}
    for role, name in (("viewer", "shop"), ("runner", "shop"), ("runner", "other")):
        made = project.tamarack("token", "create", "--data", fleet.data, "--project", name, "--role", role)
        tokens[role, name] = {"TAMARACK_TOKEN": made.out.strip()}
    code, found = checks(env=tokens["viewer", "shop"])
    assert code == 2 and "the token is a viewer's, for project 'shop'" in found["token"][1], found
    code, found = checks(env=tokens["runner", "other"])
    assert code == 2 and "the token is for project 'other'" in found["token"][1], found
    code, found = checks(env=tokens["runner", "shop"])
    assert code == 0 and found["token"] == ("ok", "the token is a runner's, for project 'shop'") and found["clock"][0] == "ok" and found["agents"][0] == "warning", found
    fleet.token = tokens["runner", "shop"]["TAMARACK_TOKEN"]
    fleet.agent("a", 3, "--label", "zone=eu")
    wait_until(lambda: fleet.json("/api/v1/agents")["agents"], "the agent")
    code, found = checks(env=tokens["runner", "shop"])
    assert found["agents"] == ("ok", "1 agent with 3 workers: a (3 workers, zone=eu)"), found
    assert checks("--agent-label", "zone=us", env=tokens["runner", "shop"])[1]["agents"][0] == "warning"


def test_ones_own_ctrl_c_is_ones_own(project, fleet):
    suite(project, units=("one", "two", "three"), script="echo began >> began.log; sleep 600\n")
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["*.log"]\n')
    fleet.serve()
    fleet.agent("a", 2)
    fleet.wait_for_agents(1)
    running = project.start("run", "--server", fleet.url)
    wait_until(lambda: list(fleet.folder.rglob("began.log")), "a unit")
    running.send_signal(signal.SIGINT)
    finished = project.finish(running)
    assert finished.code == 7 and "cancelled by you (Ctrl-C)" in finished.text, finished.text
    assert "over the API" not in finished.text, finished.text
    run = fleet.json("/api/v1/runs")["runs"][0]["run_id"]
    assert "cancelled over the API" in fleet.get(f"/api/v1/runs/{run}/journal"), "others are told who it was"


def test_a_setup_that_fails_everywhere_is_told_once(project, fleet):
    suite(project, units=[f"unit-{n}" for n in range(8)], script="true\n")
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nsetup = "echo the registry is down; exit 9"\n')
    fleet.serve()
    for name in ("a", "b", "c"):
        fleet.agent(name)
    fleet.wait_for_agents(3)
    finished = project.tamarack("run", "--server", fleet.url)
    assert finished.code == 6, finished.text
    summary, end = finished.out[finished.out.index("  1) "):].split("  ledger  ")
    assert "8 tests never ran" in summary and "could not begin, see below" in summary and summary.count("ended with code 9") == 1, summary
    assert summary.count("| the registry is down") == 1, summary
    assert f"--failed --server {fleet.url}" in summary
    assert end.count("ended with code 9") == 1, end


def test_no_more_workers_work_than_were_asked_for(project, fleet):
    """An agent comes with all of its workers; a suite that shares something says how many it bears."""
    suite(project, units=[f"unit-{n}" for n in range(6)],
          script='mkdir "$HOME/alone" || { echo "somebody else is at work"; exit 1; }\nsleep 0.1\nrmdir "$HOME/alone"\n')
    fleet.serve()
    fleet.agent("a", 4)
    fleet.wait_for_agents(1)
    fleet.finish(fleet.run("--workers", "1"), 0)


def test_one_machine_of_a_job_writes_the_annotations(project, fleet, tmp_path):
    suite(project, units=("good", "bad"), script='sleep 0.5; [ "$1" != bad ]\n')
    fleet.serve()
    job = {"TAMARACK_CI_ID": "pipeline-1", "GITHUB_ACTIONS": "true"}
    machines = []
    for number in (1, 2):
        machines.append(fleet.run(env={**job, "GITHUB_STEP_SUMMARY": str(tmp_path / f"summary-{number}.md")}))
        wait_until(lambda: len(fleet.json("/api/v1/runs")["runs"]) == 1, "the run")
    fleet.agent("a")
    finished = [fleet.finish(machine, 1) for machine in machines]
    assert finished[0].json["run_id"] == finished[1].json["run_id"]
    assert [one.err.count("::error ") for one in finished] == [1, 0]
    assert "annotations" not in finished[0].err
    assert f"annotations and the step summary are written by the machine that started {finished[0].json['run_id']}" in finished[1].err
    assert (tmp_path / "summary-1.md").exists() and not (tmp_path / "summary-2.md").exists()
