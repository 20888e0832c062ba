"""Runs one scenario: `run.py MODULE FUNCTION`, or lists all of them: `run.py --list`.

The tests in `boto3.rs` start a server per scenario and run this; without them:

    LONGSHORE_ENDPOINT=http://127.0.0.1:9324 target/venv/bin/python testing/clients/sqs/python/run.py messages a_message_goes_round
"""

import importlib
import inspect
import sys

MODULES = [
    "queues",
    "attributes",
    "read_back",
    "messages",
    "leases",
    "batches",
    "dead_letters",
    "fifo",
    "move_tasks",
    "policies",
    "resources",
    "terraform",
    "cloudformation",
    "durability",
    "access",
]


def scenarios(name):
    """The scenarios of a module: its public functions, by name."""
    module = importlib.import_module(name)
    found = inspect.getmembers(module, inspect.isfunction)
    return {name: run for name, run in found if run.__module__ == module.__name__ and not name.startswith("_")}


def main(arguments):
    """Runs what the arguments ask for."""
    if arguments == ["--list"]:
        for module in MODULES:
            for name in scenarios(module):
                print(f"{module} {name}")
        return
    module, name = arguments
    scenarios(module)[name]()


main(sys.argv[1:])
