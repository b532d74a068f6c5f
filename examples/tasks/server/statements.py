"""The work: a customer's statement for one month, written page by page by a Celery worker.

TASKS_REDIS names the Redis that keeps the results; the broker is named there under `broker`, so that one address is enough to join.
"""
import os
import time
import zlib

import redis
from celery import Celery

REDIS_URL = os.environ["TASKS_REDIS"]
PAGE_S = int(os.environ.get("PAGE_MS", "200")) / 1000
PAGES_MAX = 500
KEEP_S = 3600
CUSTOMERS = {"Acme": 12, "Globex": 31, "Initech": 7, "Umbrella": 0}  # name: bookings in a month

store = redis.Redis.from_url(REDIS_URL, decode_responses=True)
queue = Celery("statements", broker=store.get("broker") or REDIS_URL, backend=REDIS_URL)
queue.conf.update(
    task_track_started=True,  # Without it a task that runs looks like one that waits.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    result_expires=KEEP_S,
    broker_connection_retry_on_startup=True,
)


class NothingToState(Exception):
    pass


def booking_cents(customer, month, number):
    """Made up, but the same every time."""
    return zlib.crc32(f"{customer} {month} {number}".encode()) % 50_000


@queue.task(bind=True, name="statement", throws=(NothingToState,))
def statement(self, customer, month, pages):
    total = 0
    for page in range(pages):
        self.update_state(state="PROGRESS", meta={"done": page, "total": pages})
        time.sleep(PAGE_S)
    for number in range(CUSTOMERS[customer]):
        total += booking_cents(customer, month, number)
    if not CUSTOMERS[customer]:
        raise NothingToState(f"{customer} has no bookings in {month}")
    return {"pages": pages, "bookings": CUSTOMERS[customer], "total_cents": total}
