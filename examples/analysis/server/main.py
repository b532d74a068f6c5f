"""The web server: takes files, hands jobs to Dask, tells their status, shows the pages.

Endpoints are plain functions: the synchronous clients of Dask and Redis must not stop the event loop.
"""
import os
import uuid
from pathlib import Path

import redis.asyncio
from distributed import Client, Future, fire_and_forget
from fastapi import FastAPI, File, Form, Header, HTTPException, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import FileResponse

import work
from events import job_events
from jobs import FINAL, JobStore
from monitor import Monitor
from testing import add_test_endpoints, faults

REDIS_URL = os.environ["ANALYSIS_REDIS"]
DATA = Path(os.environ["ANALYSIS_DATA"])
DIST = Path(os.environ["ANALYSIS_DIST"])
WORKERS = int(os.environ["ANALYSIS_WORKERS"])
FILE_BYTES_MAX = 5 * 1024 * 1024
DURATION_S_MAX = 600
DURATION_S_DEFAULT = float(os.environ.get("JOB_SECONDS", "2"))

app = FastAPI(title="Analysis")
store = JobStore(REDIS_URL)


@app.on_event("startup")
def connect():
    (DATA / "uploads").mkdir(parents=True, exist_ok=True)
    app.state.dask = Client(scheduler_file=os.environ["ANALYSIS_SCHEDULER"], timeout=30, set_as_default=False)
    app.state.complete = False
    app.state.monitor = Monitor(store, on_lost=forget_task)
    app.state.monitor.start()


@app.on_event("shutdown")
def disconnect():
    app.state.monitor.stop()


def forget_task(job_id):
    """Tells the scheduler that nobody wants this job any more; one that is in a worker's hands goes on until it asks."""
    app.state.dask.cancel(Future(job_id, client=app.state.dask), asynchronous=False)


def problem(status, code, message):
    return HTTPException(status, {"code": code, "message": message})


@app.exception_handler(HTTPException)
def show_problem(_, error):
    detail = error.detail if isinstance(error.detail, dict) else {"code": "error", "message": str(error.detail)}
    return JSONResponse({"error": detail}, status_code=error.status_code)


@app.get("/healthz")
def health():
    """Good once all workers have been there. Whether some of them have died since is told, but is nothing this server suffers from."""
    workers = len(app.state.dask.scheduler_info()["workers"])
    app.state.complete = app.state.complete or workers >= WORKERS
    ok = app.state.complete and store.redis.ping()
    return JSONResponse({"ok": bool(ok), "workers": workers}, status_code=200 if ok else 503)


def duration_from(form, header):
    try:
        duration = float(form or header or DURATION_S_DEFAULT)
    except ValueError:
        raise problem(422, "invalid", "the duration is not a number of seconds") from None
    if not 0 <= duration <= DURATION_S_MAX:
        raise problem(422, "invalid", f"the duration must be 0 to {DURATION_S_MAX} seconds, got {duration:g}")
    return duration


@app.post("/api/v1/process", status_code=202)
def process(file: UploadFile = File(), duration: str = Form(""), x_job_duration: str = Header(""), x_simulate_failure: str = Header(""),
            x_simulate_slow: str = Header("")):
    failure, slow = faults(x_simulate_failure, x_simulate_slow, problem)
    seconds = duration_from(duration, x_job_duration)
    content = file.file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise problem(413, "too_large", f"a file may have {FILE_BYTES_MAX} bytes at most")
    job_id = uuid.uuid4().hex
    path = DATA / "uploads" / job_id
    path.write_bytes(content)
    store.create(job_id, file.filename, len(content))
    order = {"job_id": job_id, "redis": REDIS_URL, "path": str(path), "file_name": file.filename, "duration_s": seconds, "failure": failure, "slow": slow}
    # The scheduler forgets a task that no client holds; fire_and_forget makes it hold the task itself until it is done.
    fire_and_forget(app.state.dask.submit(work.analyse, order, key=job_id, pure=False))
    store.advance(job_id, "QUEUED")
    location = f"/api/v1/jobs/{job_id}/status"
    return JSONResponse({"job_id": job_id, "status_url": location}, 202, {"Location": location, "Retry-After": "1"})


def existing(job_id):
    job = store.read(job_id)
    if job is None:
        raise problem(404, "unknown_job", f"there is no job '{job_id}'")
    return job


@app.get("/api/v1/jobs/{job_id}/status")
def status(job_id: str):
    job = existing(job_id)
    return JSONResponse(job, headers={"Cache-Control": "no-store"} | ({} if job["status"] in FINAL else {"Retry-After": "1"}))


@app.post("/api/v1/jobs/{job_id}/cancel", status_code=202)
def cancel(job_id: str):
    """A job that has not begun is cancelled at once; a worker notices at its next step."""
    job = existing(job_id)
    if store.request_cancel(job_id) != "ok":
        raise problem(409, "over", f"the job is {store.read(job_id)['status']} already")
    if job["status"] in ("PENDING", "QUEUED"):
        store.advance(job_id, "CANCELLED")
        forget_task(job_id)
    return existing(job_id)


@app.get("/api/v1/jobs/{job_id}/events")
def events(job_id: str, last_event_id: str = Header("")):
    existing(job_id)
    stream = job_events(redis.asyncio.Redis.from_url(REDIS_URL, decode_responses=True), job_id, last_event_id)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


add_test_endpoints(app, store, WORKERS, problem)
app.mount("/assets", StaticFiles(directory=DIST / "assets", check_dir=False))


@app.get("/{path:path}", include_in_schema=False)
def page(path: str):
    if path.startswith("api/"):
        raise problem(404, "not_found", f"there is no '/{path}'")
    # The pages find their own way; the only other file at the top is the icon.
    return FileResponse(DIST / ("icon.svg" if path == "icon.svg" else "index.html"), headers={"Cache-Control": "no-cache"})
