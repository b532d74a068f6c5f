"""Finds jobs whose worker has died: no heartbeat for two intervals, and no other worker has taken over. Those are LOST.

Silence is counted by this thread's own looks and its own clock. So neither a clock that jumps nor a machine on which everything, this
thread included, stands still for a while makes a living job LOST.
"""
import threading
import time

from work import HEARTBEAT_S

LOST_AFTER_S = 2 * HEARTBEAT_S
LOOKS_MIN = 8
LOOK_S = LOST_AFTER_S / LOOKS_MIN


class Silence:
    """How long each job has said nothing. Pure: the time is handed in."""

    def __init__(self):
        self.seen = {}  # job id -> [heartbeat, since when, looks]

    def look(self, heartbeats, now):
        """`heartbeats` of all jobs that run; returns the ids of those that have been silent for too long."""
        self.seen = {job_id: self.seen[job_id] if job_id in self.seen and self.seen[job_id][0] == beat else [beat, now, -1]
                     for job_id, beat in heartbeats.items()}
        for entry in self.seen.values():
            entry[2] += 1
        return [job_id for job_id, (_, since, looks) in self.seen.items() if now - since >= LOST_AFTER_S and looks >= LOOKS_MIN]


class Monitor:
    def __init__(self, store, on_lost):
        self.store = store
        self.on_lost = on_lost
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()

    def stop(self):
        self.over.set()

    def run(self):
        silence = Silence()
        while not self.over.wait(LOOK_S):
            heartbeats = self.store.heartbeats(list(self.store.active()))
            for job_id in silence.look(heartbeats, time.monotonic()):
                worker = self.store.read(job_id)["worker"]
                self.store.advance(job_id, "LOST", error=f"{worker} has been silent for {LOST_AFTER_S:g} s and no other worker took over")
                self.on_lost(job_id)
