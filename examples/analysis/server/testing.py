"""What only tests may ask for: failures, slow stages, dead workers. Refused unless TAMARACK_TEST=1.

A fault that is asked for and not allowed is an error, not ignored: a test that believes in a fault must not pass without it.
"""
import os
import signal
import time

from fastapi import Body

import work

ALLOWED = os.environ.get("TAMARACK_TEST") == "1"
RESTORE_S_MAX = 30


def faults(failure, slow, problem):
    """The headers X-Simulate-Failure: MESSAGE and X-Simulate-Slow: STAGE:SECONDS[,…] -> (message, {stage: seconds})."""
    if (failure or slow) and not ALLOWED:
        raise problem(403, "test_only", "faults are simulated only with TAMARACK_TEST=1")
    stages = {}
    for part in filter(None, slow.split(",")):
        stage, _, seconds = part.strip().partition(":")
        if stage not in work.STAGES or not seconds.replace(".", "", 1).isdigit():
            raise problem(422, "invalid", f"X-Simulate-Slow is STAGE:SECONDS with a stage of {', '.join(work.STAGES)}; got '{part.strip()}'")
        stages[stage] = float(seconds)
    return failure, stages


def kill(pid):
    try:
        os.kill(int(pid), signal.SIGKILL)
    except ProcessLookupError:
        pass  # It is as dead as it should be.


def add_test_endpoints(app, store, wanted, problem):
    def known():
        if not ALLOWED:
            raise problem(403, "test_only", "this exists only with TAMARACK_TEST=1")
        return store.redis.hgetall("workers")

    def connected():
        return sorted(worker["name"] for worker in app.state.dask.scheduler_info()["workers"].values())

    @app.get("/__test__/workers")
    def workers():
        known()
        return {"workers": connected()}

    @app.post("/__test__/workers/kill")
    def kill_workers(worker: str = Body(embed=True)):
        """Kills one Dask worker, or all of them with the name '*', as a machine that loses its power would."""
        pids = known()
        if worker != "*" and worker not in pids:
            raise problem(404, "unknown_worker", f"there is no worker '{worker}', only {', '.join(sorted(pids))}")
        killed = sorted(pids) if worker == "*" else [worker]
        for name in killed:
            kill(pids[name])
        return {"killed": killed}

    @app.post("/__test__/workers/restore")
    def restore_workers():
        """Asks start.py for new workers and returns when as many as at first are connected. It looks again and again, as Dask's own
        `wait_for_workers` does: the scheduler tells its clients nothing when a worker comes."""
        known()
        os.kill(os.getppid(), signal.SIGUSR1)
        deadline = time.monotonic() + RESTORE_S_MAX
        while len(set(connected()) & set(known())) < wanted:
            if time.monotonic() > deadline:
                raise problem(504, "no_workers", f"no new workers within {RESTORE_S_MAX} s")
            time.sleep(0.05)
        return {"workers": connected()}
