"""What the data of the contract test must not be: numbers that only JSON Schema takes for whole ones, and waits that take the test's time.

JSON Schema calls 363.0 an integer; the API, like most programs, reads whole numbers without a point.
"""

import schemathesis

WAIT_MS_MAX = 20


def whole(value):
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return value


@schemathesis.hook
def map_body(context, body):
    body = whole(body)
    if isinstance(body, dict) and context.operation.path.endswith("/receive"):
        wait_ms = body.get("wait_ms")
        # A wait that is left out is the queue's own, which another call may have made long.
        if wait_ms is None or isinstance(wait_ms, int):
            return {**body, "wait_ms": min(wait_ms or 0, WAIT_MS_MAX)}
    return body
