"""Runs one scenario and prints its transcript: `run.py MODULE FUNCTION`, or lists all of them: `run.py --list`.

    LONGSHORE_AMQP=amqp://guest:guest@127.0.0.1:5672 target/venv/bin/python testing/clients/amqp/python/run.py queues names
"""

import contextlib
import importlib
import inspect
import sys

import kit

MODULES = ["queues", "exchanges", "routing", "publishing", "consuming", "settling", "limits", "dead_letters", "connections"]


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
    try:
        scenarios(module)[name]()
    finally:
        with contextlib.redirect_stdout(None):
            kit.clean()


main(sys.argv[1:])
