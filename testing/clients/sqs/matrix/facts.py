"""Prints what SQS's own model, as botocore carries it, says of every action: required members and errors.

`facts.json` beside this file is its output; a test compares the two.
"""

import json

import botocore
from botocore.loaders import Loader

model = Loader().load_service_model("sqs", "service-2")
facts = {
    name: {
        "required": model["shapes"][operation["input"]["shape"]].get("required", []),
        "errors": sorted(error["shape"] for error in operation.get("errors", [])),
    }
    for name, operation in sorted(model["operations"].items())
}
print(json.dumps({"model": f"botocore {botocore.__version__}", "actions": facts}, indent=1))
