"""Tasks from the API's side, on a real queue."""
import signal

import redis

from conftest import Application


def test_a_statement_that_is_written(application):
    status, headers, answer = application.call("POST", "/api/tasks", {"customer": "Acme", "month": "2026-10", "pages": 3})
    assert status == 202
    assert headers["Location"] == f"/api/tasks/{answer['task_id']}"
    assert headers["Retry-After"] == "1"
    task = application.until(answer["task_id"], "SUCCESS", "FAILURE")
    assert (task["status"], task["error"], task["progress"]) == ("SUCCESS", None, {"done": 3, "total": 3})
    assert task["result"] == {"pages": 3, "bookings": 12, "total_cents": 257244}


def test_its_progress_is_told(application):
    task_id = application.submit(customer="Acme", pages=30)
    task = application.until(task_id, "PROGRESS", "SUCCESS")
    assert task["status"] == "PROGRESS" and task["progress"]["total"] == 30
    listed = application.call("GET", "/api/tasks")[2]["items"]
    assert listed[0]["id"] == task_id and listed[0]["status"] == "PROGRESS"


def test_a_failure_keeps_its_words(application):
    task = application.until(application.submit(customer="Umbrella", pages=1), "SUCCESS", "FAILURE")
    assert (task["status"], task["error"], task["result"]) == ("FAILURE", "Umbrella has no bookings in 2026-10", None)


def test_an_unknown_task_is_a_404_and_not_pending(application):
    status, _, answer = application.call("GET", "/api/tasks/undefined")
    assert (status, answer["error"]["message"]) == (404, "there is no task 'undefined'")


def test_all_that_is_wrong_with_an_order_is_said_at_once(application):
    status, _, answer = application.call("POST", "/api/tasks", {"customer": "Nobody", "month": "10/2026", "pages": 0})
    assert status == 422
    assert all(words in answer["error"]["message"] for words in ("no customer 'Nobody'", "YYYY-MM", "1 to 500"))
    for body in ([], {"customer": ["Acme"]}):
        assert application.call("POST", "/api/tasks", body)[0] == 422


def test_a_second_web_server_sees_the_same_tasks(application):
    task_id = application.submit(customer="Globex", pages=2)
    other = Application("--shared", TASKS_BACKEND=application.backend)
    try:
        assert other.until(task_id, "SUCCESS")["result"]["bookings"] == 31
        assert len(other.descendants()) == 1, "it has a web server and nothing else"
    finally:
        assert other.stop(signal.SIGINT) == (0, [])


def test_rabbitmq_as_the_broker():
    started = Application("--broker", "rabbitmq", PAGE_MS="50")
    try:
        assert started.until(started.submit(customer="Initech", pages=2), "SUCCESS")["result"]["bookings"] == 7
        assert not redis.Redis.from_url(started.backend).keys("_kombu*"), "Redis keeps results and carries no messages"
    finally:
        assert started.stop() == (0, [])


def test_killed_outright_it_leaves_no_process_behind(tmp_path):
    assert Application(TAMARACK_DATA=str(tmp_path)).stop(signal.SIGKILL)[1] == []
