"""Celery and kombu as their users have them: `scenarios.py NAME`, or `--list`.

Each scenario starts real workers, and ends them. It passes against RabbitMQ too.
"""

import atexit
import contextlib
import inspect
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

URL = os.environ["LONGSHORE_AMQP"]
FOLDER = tempfile.mkdtemp()
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["WORK_RESULTS"] = FOLDER

import work  # noqa: E402
from celery import chain, chord, group  # noqa: E402
from kombu import Connection, Consumer, Exchange, Queue  # noqa: E402

# Workers take seconds to start, and a busy machine many of them.
LONG = 90


class _Worker:
    """A worker with two processes, gone at the end whatever happens."""

    def __init__(self, name):
        self.log = open(f"{FOLDER}/{name}.log", "w+", encoding="utf-8")
        arguments = ["worker", "--loglevel", "info", "--concurrency", "2", "--hostname", f"{name}@here"]
        command = [sys.executable, "-m", "celery", "-A", "work", *arguments]
        self.process = subprocess.Popen(
            command, cwd=os.path.dirname(__file__), stdout=self.log, stderr=self.log, start_new_session=True
        )

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.kill()
        if kind:
            self.log.seek(0)
            print(self.log.read(), file=sys.stderr)

    def kill(self):
        """`kill -9`, for all of its processes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def tasks_are_done_and_told():
    """Twenty-five tasks, each with its result."""
    with _Worker("one"):
        results = [work.double.delay(number) for number in range(25)]
        assert [result.get(timeout=LONG) for result in results] == list(range(0, 50, 2))


def a_task_that_fails_is_tried_again():
    """The third attempt goes well."""
    with _Worker("one"):
        assert work.stubborn.delay().get(timeout=LONG) == 2


def a_task_waits_for_its_time():
    """The worker holds it, while others pass by."""
    with _Worker("one"):
        due = time.time() + 3
        waiting = work.now.apply_async(countdown=3)
        assert work.double.delay(1).get(timeout=LONG) == 2
        assert waiting.get(timeout=LONG) >= due - 0.1


def a_graph_of_tasks_is_done():
    """A chain, a group, and a chord with a chain within."""
    with _Worker("one"):
        assert chain(work.double.s(1), work.double.s(), work.double.s())().get(timeout=LONG) == 8
        assert group(work.double.s(n) for n in range(5))().get(timeout=LONG) == [0, 2, 4, 6, 8]
        parts = [work.double.s(1), work.double.s(2) | work.double.s(), work.stubborn.s()]
        assert chord(parts)(work.total.s()).get(timeout=LONG) == 2 + 8 + 2


def a_task_whose_worker_is_killed_is_done_by_the_next_one():
    """Late acks: what a dead connection held comes back."""
    with socket.create_server(("127.0.0.1", 0)) as gate:
        gate.settimeout(LONG)
        with _Worker("one") as first:
            result = work.long.delay(gate.getsockname()[1])
            held, _ = gate.accept()
            first.kill()
        held.close()
        with _Worker("two"):
            again, _ = gate.accept()
            again.sendall(b"done")
            again.close()
            assert result.get(timeout=LONG) == "done"


def workers_are_asked_and_answer():
    """Remote control: a broadcast, and answers by a queue of the asker's own."""
    with _Worker("one"), _Worker("two"):
        work.double.delay(1).get(timeout=LONG)
        end = time.monotonic() + LONG
        answers = []
        while len(answers) < 2 and time.monotonic() < end:
            answers = work.app.control.ping(timeout=2)
        names = sorted(name for answer in answers for name in answer)
        assert names == ["one@here", "two@here"], answers


def kombu_routes_by_topic():
    """Producer and consumer with an exchange of their own; rejected messages are gone."""
    exchange = Exchange("kombu", "topic", durable=False)
    queue = Queue("kombu", exchange, routing_key="order.#", durable=False, auto_delete=True)
    with Connection(URL, transport_options={"confirm_publish": True}) as connection:
        bodies = []

        def take(body, message):
            bodies.append(body)
            message.reject() if body == {"bad": 1} else message.ack()

        with Consumer(connection.channel(), queues=queue, callbacks=[take], accept=["json"]):
            producer = connection.Producer(serializer="json")
            for key, body in [("order.new", {"n": 1}), ("invoice", {"n": 2}), ("order.bad", {"bad": 1})]:
                producer.publish(body, exchange=exchange, routing_key=key, declare=[queue], headers={"h": [1, None]})
            while len(bodies) < 2:
                connection.drain_events(timeout=LONG)
        assert bodies == [{"n": 1}, {"bad": 1}], bodies
        exchange(connection.default_channel).delete()


def kombus_simple_queue_is_emptied():
    """The interface with put and get."""
    with Connection(URL) as connection:
        with connection.SimpleQueue("simple") as queue:
            for number in range(3):
                queue.put({"number": number}, compression="zlib")
            for number in range(3):
                message = queue.get(timeout=LONG)
                assert message.payload == {"number": number}, message.payload
                message.ack()
            assert queue.qsize() == 0
        connection.default_channel.queue_delete("simple")


def _scenarios():
    found = inspect.getmembers(sys.modules[__name__], inspect.isfunction)
    return {name: run for name, run in found if run.__module__ == "__main__" and not name.startswith("_")}


def _main(name):
    if name == "--list":
        print("\n".join(_scenarios()))
        return
    try:
        _scenarios()[name]()
    finally:
        work.app.control.purge()


_main(sys.argv[1])
