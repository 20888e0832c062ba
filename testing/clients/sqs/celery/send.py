"""Sends tasks, as an application's web process would: `send.py TASK ARGUMENT…`."""

import sys
import time

import work


def main(task, *arguments):
    """Sends what the arguments say."""
    match task:
        case "plain":
            for number in range(int(arguments[0])):
                work.plain.delay(number)
        case "stubborn":
            work.stubborn.delay(1)
        case "countdown":
            seconds = int(arguments[0])
            work.at.apply_async((time.time() + seconds,), countdown=seconds)
        case "long":
            work.long.delay(arguments[0])
        case _:
            raise SystemExit(f"no such task: {task}")


main(*sys.argv[1:])
