"""The web server: pages rendered on the server, and an API that tells of tasks. It keeps nothing itself, so any number of them may stand
before one broker.

Celery calls a task that it never heard of PENDING. So this server remembers which tasks there are, and an unknown one is a 404.
"""
import argparse
import re
import uuid
from datetime import datetime, timezone

from flask import Flask, jsonify, redirect, render_template, request, url_for
from werkzeug.serving import WSGIRequestHandler, make_server

from statements import CUSTOMERS, KEEP_S, PAGES_MAX, queue, statement, store

LISTED_MAX = 50
OVER = ("SUCCESS", "FAILURE", "REVOKED")

app = Flask(__name__)
app.config["worker_seen"] = False
app.add_template_filter(lambda cents: f"{cents / 100:,.2f} €", "money")
app.add_template_filter(lambda iso: iso[11:19], "clock")


class Refused(Exception):
    pass


def order_from(values):
    """{customer, month, pages} as strings or numbers -> checked, or Refused with all that is wrong."""
    wrong = []
    customer, month, pages = (str(values.get(name, "")) or default for name, default in (("customer", ""), ("month", "2026-10"), ("pages", "8")))
    if customer not in CUSTOMERS:
        wrong.append(f"there is no customer '{customer}', only {', '.join(CUSTOMERS)}")
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        wrong.append(f"a month is YYYY-MM, got '{month}'")
    if not pages.isdecimal() or not 1 <= int(pages) <= PAGES_MAX:
        wrong.append(f"pages are 1 to {PAGES_MAX}, got '{pages}'")
    if wrong:
        raise Refused("; ".join(wrong))
    return {"customer": customer, "month": month, "pages": int(pages)}


def submit(order):
    task_id = uuid.uuid4().hex
    with store.pipeline() as pipe:  # Known before it is queued: whoever learns the id finds the task.
        pipe.hset(f"task:{task_id}", mapping={**order, "created_at": datetime.now(timezone.utc).isoformat(timespec="milliseconds")})
        pipe.expire(f"task:{task_id}", KEEP_S)
        pipe.lpush("tasks", task_id)
        pipe.ltrim("tasks", 0, LISTED_MAX - 1)
        pipe.execute()
    statement.apply_async(kwargs=order, task_id=task_id)
    return task_id


def read(task_id):
    order = store.hgetall(f"task:{task_id}")
    if not order:
        return None
    answer = queue.AsyncResult(task_id)
    status, info = answer.status, answer.info
    pages = int(order["pages"])
    done = pages if status in OVER else info.get("done", 0) if status == "PROGRESS" else 0
    return {"id": task_id, "customer": order["customer"], "month": order["month"], "created_at": order["created_at"], "status": status,
            "progress": {"done": done, "total": pages}, "result": info if status == "SUCCESS" else None, "error": str(info) if status == "FAILURE" else None}


def listed():
    return [task for task in map(read, store.lrange("tasks", 0, LISTED_MAX - 1)) if task]


def problem(status, message):
    return jsonify(error={"message": message}), status


@app.get("/healthz")
def health():
    """Good once a Celery worker has answered."""
    app.config["worker_seen"] = app.config["worker_seen"] or bool(queue.control.ping(timeout=0.5))
    return jsonify(ok=app.config["worker_seen"]), 200 if app.config["worker_seen"] else 503


@app.post("/api/tasks")
def api_submit():
    try:
        body = request.get_json(silent=True)
        task_id = submit(order_from(body if isinstance(body, dict) else {}))
    except Refused as refusal:
        return problem(422, str(refusal))
    location = url_for("api_task", task_id=task_id)
    return jsonify(task_id=task_id, status_url=location), 202, {"Location": location, "Retry-After": "1"}


@app.get("/api/tasks")
def api_tasks():
    return jsonify(items=listed())


@app.get("/api/tasks/<task_id>")
def api_task(task_id):
    task = read(task_id)
    if task is None:
        return problem(404, f"there is no task '{task_id}'")
    return jsonify(task), 200, {"Cache-Control": "no-store"} | ({} if task["status"] in OVER else {"Retry-After": "1"})


@app.get("/")
def page():
    return render_template("tasks.html", tasks=listed(), customers=CUSTOMERS, order={}, refusal=None)


@app.post("/")
def page_submit():
    try:
        return redirect(url_for("task_page", task_id=submit(order_from(request.form))), 303)
    except Refused as refusal:
        return render_template("tasks.html", tasks=listed(), customers=CUSTOMERS, order=request.form, refusal=refusal), 422


@app.get("/tasks/<task_id>")
def task_page(task_id):
    task = read(task_id)
    return render_template("task.html", task=task, task_id=task_id, over=OVER), 200 if task else 404


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    make_server("127.0.0.1", parser.parse_args().port, app, threaded=True, request_handler=Quiet).serve_forever()


if __name__ == "__main__":
    main()
