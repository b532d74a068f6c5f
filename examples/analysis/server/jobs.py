"""What is known of the jobs: one Redis hash `job:{id}` each, and a stream `job:{id}:events` that tells of its changes.

A status only moves forward, and the first end wins:
    PENDING -> QUEUED -> INITIALIZING -> RUNNING -> COMPLETED | FAILED | CANCELLED | LOST
Each time a worker begins a job it claims it and so raises `attempt`. A worker whose attempt is no longer the latest is told so and
writes nothing: two workers never report the same job. All times are Redis' own, in milliseconds.
"""
import json
import os
from datetime import datetime, timezone

import redis

FINAL = ("COMPLETED", "FAILED", "CANCELLED", "LOST")
KEEP_S = 3600  # what ended is forgotten after an hour
EVENTS_MAX = 200

RULES = """
local rank = {PENDING=0, QUEUED=1, INITIALIZING=2, RUNNING=3, COMPLETED=4, FAILED=4, CANCELLED=4, LOST=4}
local job, events, active = KEYS[1], KEYS[2], KEYS[3]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local status = redis.call('HGET', job, 'status')
if not status then return 'unknown' end
if rank[status] == 4 then return 'over' end
local function announce(text) redis.call('XADD', events, 'MAXLEN', '~', %d, '*', 'status', text) end
""" % EVENTS_MAX

ADVANCE = RULES + """
local attempt, target = ARGV[1], ARGV[2]
if attempt ~= '' and attempt ~= redis.call('HGET', job, 'attempt') then return 'taken over' end
for i = 3, #ARGV, 2 do redis.call('HSET', job, ARGV[i], ARGV[i + 1]) end
if rank[target] > rank[status] then
  redis.call('HSET', job, 'status', target)
  status = target
end
if target == 'RUNNING' then redis.call('HSETNX', job, 'started_at', now) end
if rank[status] == 4 then
  redis.call('HSET', job, 'ended_at', now)
  redis.call('SREM', active, string.sub(job, 5))
  redis.call('EXPIRE', job, %d)
  redis.call('EXPIRE', events, %d)
end
announce(status)
return 'ok'
""" % (KEEP_S, KEEP_S)

CLAIM = RULES + """
if rank[status] < 2 then status = 'INITIALIZING' end
local attempt = redis.call('HINCRBY', job, 'attempt', 1)
redis.call('HSET', job, 'status', status, 'worker', ARGV[1], 'heartbeat_at', now, 'progress', 0)
announce(status)
return attempt
"""

BEAT = RULES + """
if ARGV[1] ~= redis.call('HGET', job, 'attempt') then return 'taken over' end
redis.call('HSET', job, 'heartbeat_at', now)
return 'ok'
"""


def iso(milliseconds):
    return datetime.fromtimestamp(int(milliseconds) / 1000, timezone.utc).isoformat(timespec="milliseconds") if milliseconds else None


def document(job_id, fields):
    """The job as the API shows it; None when there is none."""
    if not fields:
        return None
    shown = {"job_id": job_id, "status": fields["status"], "stage": fields.get("stage") or None, "progress": int(fields.get("progress", 0)),
             "file_name": fields.get("file_name"), "worker": fields.get("worker"), "attempt": int(fields.get("attempt", 0)),
             "cancel_requested": fields.get("cancel_requested") == "1"}
    for name in ("created_at", "started_at", "heartbeat_at", "ended_at"):
        shown[name] = iso(fields.get(name))
    shown["result"] = json.loads(fields["result"]) if "result" in fields else None
    shown["error"] = fields.get("error")
    return shown


class JobStore:
    def __init__(self, url=None):
        self.redis = redis.Redis.from_url(url or os.environ["ANALYSIS_REDIS"], decode_responses=True)
        self.advance_ = self.redis.register_script(ADVANCE)
        self.claim_ = self.redis.register_script(CLAIM)
        self.beat_ = self.redis.register_script(BEAT)

    @staticmethod
    def keys(job_id):
        return [f"job:{job_id}", f"job:{job_id}:events", "jobs:active"]

    def create(self, job_id, file_name, size):
        seconds, micros = self.redis.time()
        job, events, active = self.keys(job_id)
        with self.redis.pipeline() as pipe:
            pipe.hset(job, mapping={"status": "PENDING", "file_name": file_name, "size": size, "attempt": 0, "progress": 0,
                                    "created_at": seconds * 1000 + micros // 1000})
            pipe.xadd(events, {"status": "PENDING"})
            pipe.sadd(active, job_id)
            pipe.execute()

    def advance(self, job_id, status, attempt="", **fields):
        """Returns 'ok', or why nothing was written: 'over', 'taken over', 'unknown'. Without `attempt` it is the API that speaks."""
        flat = [text for pair in fields.items() for text in pair]
        return self.advance_(keys=self.keys(job_id), args=[attempt, status, *flat])

    def claim(self, job_id, worker):
        """The number of the attempt that begins, or None when the job is over."""
        attempt = self.claim_(keys=self.keys(job_id), args=[worker])
        return attempt if isinstance(attempt, int) else None

    def beat(self, job_id, attempt):
        return self.beat_(keys=self.keys(job_id), args=[attempt])

    def request_cancel(self, job_id):
        return self.advance(job_id, "PENDING", cancel_requested=1)

    def read(self, job_id):
        return document(job_id, self.redis.hgetall(f"job:{job_id}"))

    def standing(self, job_id):
        """(status, attempt, cancel requested): what a worker asks between two steps."""
        status, attempt, cancel = self.redis.hmget(f"job:{job_id}", "status", "attempt", "cancel_requested")
        return status, int(attempt or 0), cancel == "1"

    def active(self):
        return self.redis.smembers("jobs:active")

    def heartbeats(self, job_ids):
        """{job id: its last heartbeat} of those that a worker has begun."""
        with self.redis.pipeline(transaction=False) as pipe:
            for job_id in job_ids:
                pipe.hmget(f"job:{job_id}", "status", "heartbeat_at")
            answers = pipe.execute()
        return {job_id: beat for job_id, (status, beat) in zip(job_ids, answers) if status in ("INITIALIZING", "RUNNING")}
