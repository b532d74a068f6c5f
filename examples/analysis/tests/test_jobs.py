"""Jobs from the API's side, on a real cluster."""
import signal
import socket
import time

from conftest import HERE, Application


def submitted(application, **headers):
    status, _, answer = application.submit(**headers)
    assert status == 202, answer
    return answer["job_id"]


def test_a_job_that_succeeds(application):
    status, headers, answer = application.submit(duration="0.3")
    assert status == 202
    assert headers["Location"] == f"/api/v1/jobs/{answer['job_id']}/status"
    assert headers["Retry-After"] == "1"
    job = application.ended(answer["job_id"])
    assert (job["status"], job["progress"], job["attempt"], job["error"]) == ("COMPLETED", 100, 1, None)
    assert job["result"]["rows"] == 2
    assert job["result"]["columns"][0] == {"name": "a", "kind": "number", "count": 2, "distinct": 2, "min": 1, "max": 2, "mean": 1.5}


def test_its_states_come_in_order_and_each_stage_is_told(application):
    told = [job for _, job in application.events(submitted(application, duration="0.3"))]
    order = ["PENDING", "QUEUED", "INITIALIZING", "RUNNING", "COMPLETED"]
    seen = [job["status"] for job in told]
    assert seen == sorted(seen, key=order.index) and seen[-1] == "COMPLETED"
    stages = list(dict.fromkeys(job["stage"] for job in told if job["stage"]))
    assert stages == ["DATA_FETCHING", "PARSING", "COMPUTING", "REPORT_WRITING"]


def test_a_stream_that_is_taken_up_again_misses_nothing(application):
    job_id = submitted(application, duration="1")
    last, _ = application.events(job_id, pieces=2)[-1]
    rest = application.events(job_id, after=last)
    assert rest[-1][1]["status"] == "COMPLETED"
    assert all(tuple(map(int, event_id.split("-"))) > tuple(map(int, last.split("-"))) for event_id, _ in rest)


def test_a_failure_keeps_its_words(application):
    job = application.ended(submitted(application, duration="0.2", failure="the matrix is singular"))
    assert (job["status"], job["stage"], job["error"], job["result"]) == ("FAILED", "COMPUTING", "the matrix is singular", None)


def test_a_table_that_is_torn_fails_where_it_is_torn(application):
    job = application.ended(application.submit("a,b\n1\n", duration="0")[2]["job_id"])
    assert (job["status"], job["error"]) == ("FAILED", "line 2 has 1 values, expected 2")


def test_a_cancelled_job_stops_within_moments(application):
    job_id = submitted(application, duration="60")
    application.running(job_id)
    status, _, _ = application.call("POST", f"/api/v1/jobs/{job_id}/cancel")
    assert status == 202
    asked = time.monotonic()
    assert application.ended(job_id)["status"] == "CANCELLED"
    assert time.monotonic() - asked < 5
    assert application.call("POST", f"/api/v1/jobs/{job_id}/cancel")[0] == 409


def test_an_unknown_job_is_a_404_and_no_mystery(application):
    status, _, answer = application.call("GET", "/api/v1/jobs/undefined/status")
    assert (status, answer["error"]["message"]) == (404, "there is no job 'undefined'")


def test_a_job_of_a_dead_worker_is_taken_over(workers):
    job_id = submitted(workers, duration="3")
    first = workers.running(job_id)
    workers.test_only("kill", worker=first["worker"])
    told = [job for _, job in workers.events(job_id)]
    assert told[-1]["status"] == "COMPLETED"
    assert told[-1]["attempt"] == 2 and told[-1]["worker"] != first["worker"]
    assert {job["status"] for job in told} == {"RUNNING", "COMPLETED"}, "a status never moves back"


def test_with_no_worker_left_it_is_lost_and_not_running_for_ever(workers):
    job_id = submitted(workers, duration="60")
    workers.running(job_id)
    workers.test_only("kill", worker="*")
    killed = time.monotonic()
    job = workers.ended(job_id)
    assert job["status"] == "LOST" and "no other worker took over" in job["error"]
    assert time.monotonic() - killed < 6, "two heartbeats of one second, and some air for a busy machine"
    waiting = submitted(workers, duration="0.1")
    workers.test_only("restore")
    assert workers.ended(waiting)["status"] == "COMPLETED", "what was handed in meanwhile is done by the new workers"
    assert workers.job(job_id)["status"] == "LOST", "and what was lost stays so, although the scheduler still knows it"


def test_a_worker_that_stands_still_is_told_that_its_job_is_over(workers):
    job_id = submitted(workers, duration="60")
    name = workers.running(job_id)["worker"]
    worker = next(process for process in workers.descendants() if name in process.cmdline())
    worker.suspend()
    try:
        assert workers.ended(job_id)["status"] == "LOST"
    finally:
        worker.resume()
    before = workers.job(job_id)
    for _ in range(4):  # Both workers work for longer than a heartbeat lasts.
        waiting = submitted(workers, duration="1.5")
    assert workers.ended(waiting)["status"] == "COMPLETED"
    assert workers.job(job_id) == before, "it writes nothing any more"


def test_what_only_tests_may_do_is_refused_elsewhere():
    guarded = Application(TAMARACK_TEST="0")
    try:
        assert guarded.submit(failure="no")[0] == 403
        assert guarded.call("GET", "/__test__/workers")[0] == 403
    finally:
        assert guarded.stop(signal.SIGINT) == (0, [])


def test_killed_outright_it_leaves_no_process_behind(tmp_path):
    assert Application(TAMARACK_DATA=str(tmp_path)).stop(signal.SIGKILL)[1] == []


TAKEN = """
import start
free, line = start.free_port, []
line += [free(), PORT]  # for redis, then for the web server
start.free_port = lambda: line.pop(0) if line else free()
start.run_application(0)
"""


def test_a_port_that_somebody_took_meanwhile_is_left_to_them():
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        application = Application(["/usr/bin/python3", "-c", TAKEN.replace("PORT", str(port))], PYTHONPATH=str(HERE))
        try:
            assert application.base != f"http://127.0.0.1:{port}"
            assert application.call("GET", "/__test__/workers")[0] == 200
        finally:
            assert application.stop() == (0, [])
