"""Flows end to end: prepare starts work of a backend, the wait holds no worker, validate gets what was captured; one entry for all of it."""

import json
import signal
import xml.etree.ElementTree as ElementTree

import pytest

from harness import wait_until

START = """import json, os, sys, urllib.request
answer = json.load(urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/jobs", method="POST")))
open(os.environ["TAMARACK_OUTPUT"], "a").write(f"{sys.argv[2]}={answer['job_id']}\\n")
"""
UNIT = """echo "$1 $TAMARACK_WORKER ${{TAMARACK_CAPTURE_JOB_ID:-}}" >> {log}
case $1 in
  *prepare*) python3 start.py {url} {name} ;;
  *validate*) [ -n "${{TAMARACK_CAPTURE_JOB_ID:-}}" ] || exit 1; {validate} ;;
  *) sleep 0.2 ;;
esac
"""
FLOW = """[[flow]]
name = "analysis"
each = "all"
limit = "{limit}"
[[flow.phase]]
name = "prepare"
match = "prepare"
capture = {{ job_id = "string" }}
[[flow.phase]]
name = "backend"
wait = {{ http = {{ url = "{url}/jobs/{{job_id}}/status" }}, field = "$.status", error_field = "$.error" }}
timeout = "{timeout}"
[[flow.phase]]
name = "validate"
match = "validate"
"""


def suite(project, backend, units=("prepare", "validate"), name="job_id", validate=":", timeout="60s", limit="1h", workers=2):
    project.write("start.py", START)
    project.commands(units, UNIT.format(log=project.root / "units.log", url=backend.url, name=name, validate=validate),
                     settings=FLOW.format(url=backend.url, timeout=timeout, limit=limit), workers=workers)
    project.write("units.log", "")
    with open(project.root / "tamarack.toml", "a") as config:
        config.write('[workspace]\nexclude = ["*.log"]\n')


def test_a_wait_that_only_a_server_could_end_is_refused_before_the_first_test(project, backend):
    suite(project, backend)
    text = project.read("tamarack.toml")
    [wait] = [line for line in text.splitlines() if line.startswith("wait = ")]
    project.write("tamarack.toml", text.replace(wait, 'wait = { signal = "approve-{job_id}" }'))
    finished = project.tamarack("run")
    assert finished.code == 2 and "[[flow.phase]] 'backend' waits for what only a server knows" in finished.err, finished.text
    assert "--server URL" in finished.err and ran(project) == [] and not backend.jobs, finished.text


def ran(project):
    return [line.split()[0] for line in project.read("units.log").splitlines()]


def cases(project, finished):
    return ElementTree.parse(finished.json["junit"]).getroot().findall(".//testcase")


def properties(case):
    return {one.get("name"): one.get("value") for one in case.findall("properties/property")}


def test_one_entry_for_all_phases(project, backend):
    suite(project, backend, ("prepare", "validate", "plain"))
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 30)
    wait_until(lambda: "plain" in ran(project), "a test that has nothing to do with it", 30)
    assert "validate" not in ran(project)
    backend.set("j-1", "COMPLETED")
    finished = project.finish(running)
    assert finished.code == 0, finished.text
    result = finished.json
    assert (result["planned"], result["ledger"]["passed"]) == (2, 2)
    assert ran(project)[-1] == "validate" and "j-1" in project.read("units.log").splitlines()[-1]
    flow = next(case for case in cases(project, finished) if "analysis" in case.get("name"))
    assert len(cases(project, finished)) == 2
    told = properties(flow)
    assert float(told["waited_seconds"]) > 0 and float(flow.get("time")) == pytest.approx(float(told["active_seconds"]), abs=0.01)
    assert result["flows"]["count"] == 1 and result["flows"]["held_ms"] == 0 and result["flows"]["waited_ms"] > 0


def test_a_failed_job_ends_the_flow_in_the_backends_own_words(project, backend):
    suite(project, backend)
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 30)
    backend.set("j-1", "FAILED", error="row 7 is no number")
    finished = project.finish(running)
    assert finished.code == 1, finished.text
    assert finished.json["ledger"]["failed"] == 1 and finished.json["planned"] == 1
    assert "validate" not in ran(project)
    assert "row 7 is no number" in finished.err
    [case] = cases(project, finished)
    assert "row 7 is no number" in ElementTree.tostring(case, encoding="unicode")


def test_a_capture_that_is_missing_is_invalid_at_once(project, backend):
    suite(project, backend, name="jobId")  # the flow asks for job_id
    finished = project.run(expect=5)
    assert finished.json["verdict"] == "invalid"
    assert "job_id" in finished.err and "validate" not in ran(project)
    assert not backend.looks


def test_a_place_that_no_phase_captures_is_refused_before_anything_runs(project, backend):
    suite(project, backend)
    config = project.read("tamarack.toml").replace("/{job_id}/", "/{jobId}/")
    project.write("tamarack.toml", config)
    refused = project.tamarack("run")
    assert refused.code == 2 and "jobId" in refused.err and "job_id" in refused.err, refused.text
    assert ran(project) == []


def test_an_error_page_is_invalid_with_its_body(project, backend):
    suite(project, backend)
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 30)
    backend.say("j-1", 200, "<html>please log in</html>")
    finished = project.finish(running)
    assert finished.code == 5, finished.text
    assert "text/html" in finished.err


@pytest.mark.parametrize(("timeout", "limit"), [("2s", "10m"), ("10m", "8s")])
def test_the_smaller_of_a_waits_timeout_and_its_flows_limit_is_kept(project, backend, timeout, limit):
    suite(project, backend, timeout=timeout, limit=limit)
    finished = project.run(expect=3)
    assert finished.json["ledger"]["timed_out"] == 1
    assert "RUNNING" in finished.err and finished.seconds < 30


def test_a_killed_run_is_resumed_and_nothing_is_started_twice(project, backend):
    suite(project, backend)
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 30)
    running.kill()
    running.wait()
    backend.set("j-1", "COMPLETED")
    [run] = project.run_ids()
    resumed = project.resume(run, expect=0)
    assert resumed.json["ledger"]["passed"] == 1
    assert ran(project) == ["prepare", "validate"]
    assert list(backend.jobs) == ["j-1"]


def test_waits_says_who_waits_for_what(project, backend):
    suite(project, backend)
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 30)

    def told_waits():
        lines = map(json.loads, project.tamarack("waits", "--json").out.splitlines())
        return [one for one in lines if one["conditions"][0]["status"]]

    told = wait_until(told_waits, "the wait to be told", 20)
    assert "/jobs/j-1/status" in told[0]["conditions"][0]["target"] and told[0]["owner"].startswith("run ")
    running.send_signal(signal.SIGINT)
    finished = project.finish(running)
    assert finished.code == 7, finished.text
    assert finished.json["ledger"]["cancelled"] == 1


def interrupted_while_it_waits(project, backend):
    suite(project, backend)
    cancel = f'error_field = "$.error", cancel = {{ url = "{backend.url}/jobs/{{job_id}}/cancel" }} }}'
    project.write("tamarack.toml", project.read("tamarack.toml").replace('error_field = "$.error" }', cancel))
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 30)
    running.send_signal(signal.SIGINT)
    finished = project.finish(running)
    assert finished.code == 7, finished.text
    assert "j-1" in backend.cancelled
    return finished


@pytest.mark.parametrize("how", ["ctrl-c", "deadline"])
def test_a_stop_while_a_flow_waits_leaves_the_database_whole(project, backend, how):
    """The wait is dropped while the end of the run is written: on one connection, so one after the other."""
    suite(project, backend)
    rounds = 6 if how == "ctrl-c" else 3
    for number in range(1, rounds + 1):
        running = project.start("run", "--json", *(["--timeout", "4s"] if how == "deadline" else []))
        wait_until(lambda job=f"j-{number}": backend.looks.get(job), "the first look at the job", 30)
        if how == "ctrl-c":
            running.send_signal(signal.SIGINT)
        finished = project.finish(running, 30)
        assert finished.code == (7 if how == "ctrl-c" else 3), finished.text
        assert len(project.journal(finished.json["run_id"])) > 3, "which checks the database, too"
    listed = [json.loads(line) for line in project.tamarack("runs", "--json").out.splitlines()]
    assert len(listed) == rounds and all(row["wall_ms"] > 0 for row in listed)


def test_what_was_cut_off_is_cancelled_at_the_backend(project, backend):
    finished = interrupted_while_it_waits(project, backend)
    assert backend.cancelled == ["j-1"] and "confirmed" not in finished.err, finished.text


def test_a_backend_that_does_not_confirm_a_cancel_is_told_of(project, backend):
    backend.cancel_answer = 500
    finished = interrupted_while_it_waits(project, backend)
    assert "a backend has not confirmed the cancel of its work within 5.0 s" in finished.err, finished.text


def agents_of(project):
    return {line.split()[0]: line.split()[1].split("/")[0] for line in project.read("units.log").splitlines()}


def test_prepare_on_one_agent_validate_on_another_server_restarted_in_between(project, fleet, backend):
    suite(project, backend)
    fleet.serve()
    fleet.agent("a", 1)
    fleet.wait_for_agents(1)
    running = fleet.run()
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 60)
    fleet.agents["a"].send_signal(signal.SIGTERM)
    fleet.agents["a"].wait(60)
    fleet.kill_server()
    fleet.serve()
    fleet.agent("b", 1)
    looks = backend.looks["j-1"]
    wait_until(lambda: backend.looks["j-1"] > looks, "the new server to look", 30)
    backend.set("j-1", "COMPLETED")
    finished = fleet.finish(running, 0)
    assert agents_of(project) == {"prepare": "a", "validate": "b"}
    assert finished.json["planned"] == 1 and finished.json["ledger"]["passed"] == 1
    [case] = cases(project, finished)
    told = properties(case)
    assert float(told["waited_seconds"]) > 0 and float(told["active_seconds"]) > 0
    assert list(backend.jobs) == ["j-1"]


def test_the_two_command_style(project, backend):
    suite(project, backend)
    first = project.run("--only", "prepare", expect=0)
    backend.set("j-1", "COMPLETED", result="r-17")
    waited = project.tamarack("wait", "http", backend.url + "/jobs/{job_id}/status", "--field", "$.status", "--run", first.json["run_id"], "--json")
    assert waited.code == 0, waited.text
    second = project.run("--only", "validate", "--continue", first.json["run_id"], expect=0)
    assert second.json["ledger"]["passed"] == 1
    assert "j-1" in project.read("units.log").splitlines()[-1]


def ids_after(project, unit):
    """What the unit had as job_id, each time it ran."""
    lines = [line.split() for line in project.read("units.log").splitlines()]
    return [line[2] if len(line) > 2 else None for line in lines if line[0] == unit]


def test_a_run_hands_on_what_it_was_given_and_what_its_waits_captured(project, backend):
    suite(project, backend, validate='echo "again $TAMARACK_CAPTURE_RESULT" >> units.log')
    config = project.read("tamarack.toml").replace('error_field = "$.error" }', 'error_field = "$.error", capture = { result = "$.result" } }')
    project.write("tamarack.toml", config)
    running = project.start("run", "--json")
    wait_until(lambda: backend.looks.get("j-1"), "the first look at the job", 30)
    backend.set("j-1", "COMPLETED", result="r-17")
    first = project.finish(running)
    assert first.code == 0, first.text
    second = project.run("--only", "validate", "--continue", first.json["run_id"], expect=0)
    third = project.run("--only", "validate", "--continue", second.json["run_id"], expect=0)
    assert third.json["ledger"]["passed"] == 1
    assert ids_after(project, "validate") == ["j-1"] * 3
    assert project.read("units.log").count("again r-17") == 3


def test_a_run_of_a_server_is_continued_there(project, fleet, backend):
    suite(project, backend)
    fleet.serve()
    fleet.agent("a", 1)
    fleet.wait_for_agents(1)
    detached = project.tamarack("run", "--server", fleet.url, "--only", "prepare", "--detach")
    assert detached.code == 0, detached.text
    run = detached.out.strip()
    fleet.finish(project.start("attach", run, "--server", fleet.url, "--json"), 0)
    second = fleet.finish(fleet.run("--only", "validate", "--continue", run), 0)
    assert second.json["ledger"]["passed"] == 1
    assert ids_after(project, "validate") == ["j-1"]
    for other, said in (("newest", "which run of the server is meant"), ("r-nobody", "r-nobody")):
        refused = fleet.project.finish(fleet.run("--only", "validate", "--continue", other))
        assert refused.code == 2 and said in refused.err, refused.text
    assert ran(project) == ["prepare", "validate"]


def test_a_run_of_a_server_that_goes_on_is_not_continued(project, fleet, backend):
    suite(project, backend)
    fleet.serve()
    detached = project.tamarack("run", "--server", fleet.url, "--detach")
    run = detached.out.strip()
    refused = fleet.project.finish(fleet.run("--only", "validate", "--continue", run))
    assert refused.code == 2 and f"run '{run}' has no end yet" in refused.err and f"tamarack attach {run}" in refused.err, refused.text
