"""A Celery application as its users write it: one broker URL, a few options, tasks.

Tasks write what they do into a file, a line each, which the tests in `../celery.rs` read.
"""

import os
import socket
import time

from celery import Celery

LEDGER = os.environ["WORK_LEDGER"]

app = Celery("work", broker=f"sqs://anyone:anything@{os.environ['WORK_ADDRESS']}")
app.conf.update(
    # SQS has no way to address one worker, as Celery's documentation says.
    worker_enable_remote_control=False,
    # A task that its worker does not survive is done again.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "region": "eu-central-1",
        "is_secure": False,
        "visibility_timeout": int(os.environ["WORK_VISIBILITY"]),
        "wait_time_seconds": 2,
        "polling_interval": 0,
    },
)


def note(*words):
    """Writes a line, whole, whoever else writes."""
    with open(LEDGER, "a", encoding="utf-8") as ledger:
        ledger.write(" ".join(str(word) for word in words) + "\n")


@app.task
def plain(number):
    """Done at once."""
    note("plain", number)


@app.task(bind=True, max_retries=3)
def stubborn(self, number):
    """Fails twice."""
    attempt = self.request.retries + 1
    note("stubborn", number, attempt)
    if attempt < 3:
        raise self.retry(countdown=1)


@app.task
def at(due):
    """Notes whether it came in its time."""
    note("at", "early" if time.time() < due else "due")


@app.task
def long(gate):
    """Works until whoever listens at the gate lets it go."""
    host, port = gate.split(":")
    with socket.create_connection((host, int(port))) as connection:
        note("long begun")
        assert connection.recv(1), "the gate was closed"
    note("long done")
