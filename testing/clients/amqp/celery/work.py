"""A Celery application as its users write it: one broker URL, results in a folder, tasks."""

import os
import socket
import time

from celery import Celery

app = Celery("work", broker=os.environ["LONGSHORE_AMQP"], backend=f"file://{os.environ['WORK_RESULTS']}")
app.conf.update(
    # A task that its worker does not survive is done again.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    broker_connection_retry_on_startup=True,
    # Publishes count when they are confirmed.
    broker_transport_options={"confirm_publish": True},
    # How often a chord looks whether its parts are done.
    result_chord_retry_interval=0.2,
)


@app.task
def double(number):
    """Done at once."""
    return 2 * number


@app.task
def total(numbers):
    """What a chord ends with."""
    return sum(numbers)


@app.task(bind=True, max_retries=3)
def stubborn(self):
    """Fails twice; tells which attempt went well."""
    if self.request.retries < 2:
        raise self.retry(countdown=0.2)
    return self.request.retries


@app.task
def now():
    """Tells when it was done."""
    return time.time()


@app.task
def long(gate):
    """Works until whoever listens at the gate lets it go."""
    with socket.create_connection(("127.0.0.1", gate)) as connection:
        return connection.recv(10).decode()
