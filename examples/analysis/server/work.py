"""The job itself, as it runs on a Dask worker: fetch the file, read it, compute, write the report.

Between two steps it asks whether it is still wanted; a thread says every second that its worker lives.
"""
import csv
import json
import os
import threading
import time
from pathlib import Path

from distributed import get_worker

from jobs import JobStore

STAGES = {"DATA_FETCHING": 0.3, "PARSING": 0.2, "COMPUTING": 0.4, "REPORT_WRITING": 0.1}  # name: its share of the duration
HEARTBEAT_S = int(os.environ.get("HEARTBEAT_MS", "1000")) / 1000
LOOK_S = 0.1  # how soon a cancelled job notices
COLUMNS_MAX = 50


class NotWanted(Exception):
    """The job is over, or another worker has it."""


class Cancelled(Exception):
    pass


class Heartbeat:
    def __init__(self, store, job_id, attempt):
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(store, job_id, attempt), daemon=True)

    def run(self, store, job_id, attempt):
        while not self.over.wait(HEARTBEAT_S) and store.beat(job_id, attempt) == "ok":
            pass

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()


class Job:
    def __init__(self, order):
        self.id = order["job_id"]
        self.order = order
        self.store = JobStore(order["redis"])
        self.done = 0.0

    def begin(self):
        """False when there is nothing to do any more."""
        self.attempt = self.store.claim(self.id, str(get_worker().name))
        return self.attempt is not None

    def tell(self, status, **fields):
        if self.store.advance(self.id, status, self.attempt, **fields) != "ok":
            raise NotWanted

    def check(self):
        status, attempt, cancel = self.store.standing(self.id)
        if attempt != self.attempt or status not in ("INITIALIZING", "RUNNING"):
            raise NotWanted
        if cancel:
            raise Cancelled

    def stage(self, name, action):
        """Does one stage and then spends what is left of its time, as larger data would."""
        started = time.monotonic()
        self.tell("RUNNING", stage=name, progress=round(100 * self.done))
        self.check()
        result = action()
        slow = self.order["slow"].get(name, 0)
        seconds = self.order["duration_s"] * STAGES[name] + slow
        while (spent := time.monotonic() - started) < seconds:
            time.sleep(min(LOOK_S, seconds - spent))
            self.check()
        self.done += STAGES[name]
        return result


def parse(text):
    lines = [line for line in csv.reader(text.splitlines())]
    if not lines or not any(lines[0]):
        raise ValueError("the file has no header line")
    header, rows = lines[0], [(number, line) for number, line in enumerate(lines[1:], 2) if line]
    for number, line in rows:
        if len(line) != len(header):
            raise ValueError(f"line {number} has {len(line)} values, expected {len(header)}")
    return header[:COLUMNS_MAX], [line for _, line in rows]


def as_numbers(values):
    try:
        return [float(value) for value in values]
    except ValueError:
        return None


def summarise(header, rows):
    columns = []
    for index, name in enumerate(header):
        values = [row[index] for row in rows if row[index].strip()]
        numbers = as_numbers(values)
        column = {"name": name, "kind": "number" if numbers else "text", "count": len(values), "distinct": len(set(values))}
        if numbers:
            column |= {"min": min(numbers), "max": max(numbers), "mean": round(sum(numbers) / len(numbers), 4)}
        columns.append(column)
    return {"rows": len(rows), "columns": columns}


def compute(order, table):
    if order["failure"]:
        raise RuntimeError(order["failure"])
    return summarise(*table)


def analyse(order):
    job = Job(order)
    if not job.begin():
        return
    with Heartbeat(job.store, job.id, job.attempt):
        try:
            text = job.stage("DATA_FETCHING", lambda: Path(order["path"]).read_text(encoding="utf-8-sig"))
            table = job.stage("PARSING", lambda: parse(text))
            summary = job.stage("COMPUTING", lambda: compute(order, table))
            result = job.stage("REPORT_WRITING", lambda: json.dumps({"file_name": order["file_name"], **summary}))
            job.tell("COMPLETED", progress=100, result=result)
        except NotWanted:
            return
        except Cancelled:
            job.store.advance(job.id, "CANCELLED", job.attempt)
        except UnicodeDecodeError:
            job.store.advance(job.id, "FAILED", job.attempt, error="the file is not UTF-8 text")
        except Exception as error:
            job.store.advance(job.id, "FAILED", job.attempt, error=str(error))
            raise
