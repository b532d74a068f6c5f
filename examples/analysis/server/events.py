"""Server-sent events of one job: a snapshot at first, then one event for each change, until the job is over.

The id of an event is its place in the job's Redis stream, so a browser that reconnects with Last-Event-ID misses nothing.
"""
import json
import re

from jobs import FINAL, document

QUIET_MS = 10_000  # after so long without news a comment is sent, so that nobody in between closes the connection


def as_event(event_id, job):
    return f"id: {event_id}\nevent: status\ndata: {json.dumps(job)}\n\n"


async def job_events(connection, job_id, after):
    stream = f"job:{job_id}:events"
    try:
        # First the place in the stream, then the state: a change between the two is told twice, never missed.
        last = after if re.fullmatch(r"\d+-\d+", after) else ""
        if not last:
            newest = await connection.xrevrange(stream, count=1)
            last = newest[0][0] if newest else "0-0"
            job = document(job_id, await connection.hgetall(f"job:{job_id}"))
            yield as_event(last, job)
            if job is None or job["status"] in FINAL:
                return
        while True:
            news = await connection.xread({stream: last}, block=QUIET_MS)
            if not news:
                yield ": nothing new\n\n"
                continue
            last = news[0][1][-1][0]
            job = document(job_id, await connection.hgetall(f"job:{job_id}"))
            yield as_event(last, job)
            if job is None or job["status"] in FINAL:
                return
    finally:
        await connection.close()
