"""What the scenarios share: clients as their users make them, expected errors, SQS's checksums."""

import contextlib
import hashlib
import os
import struct
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["LONGSHORE_ENDPOINT"]
# A file of authorities to trust, and a file with a certificate and its key to show; both for TLS alone.
AUTHORITIES = os.environ.get("LONGSHORE_AUTHORITIES")
IDENTITY = os.environ.get("LONGSHORE_IDENTITY")

# One attempt only: a retry would hide an answer that was wrong the first time.
SETTINGS = {
    "endpoint_url": ENDPOINT,
    "region_name": "eu-central-1",
    "aws_access_key_id": "anyone",
    "aws_secret_access_key": "anything",
    "config": Config(retries={"total_max_attempts": 1}, read_timeout=40, client_cert=IDENTITY),
    "verify": AUTHORITIES,
}


def client():
    """A plain boto3 client."""
    return boto3.client("sqs", **SETTINGS)


def resource():
    """boto3's object-oriented dress."""
    return boto3.resource("sqs", **SETTINGS)


def queue(sqs, name, **attributes):
    """Makes a queue and returns its URL."""
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def arn(sqs, url):
    """A queue's ARN."""
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def counts(sqs, url):
    """How many messages are visible, in flight, delayed."""
    names = ["ApproximateNumberOfMessages" + state for state in ("", "NotVisible", "Delayed")]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return tuple(int(attributes[name]) for name in names)


def receive(sqs, url, **arguments):
    """The messages of one receive."""
    return sqs.receive_message(QueueUrl=url, **arguments).get("Messages", [])


def receive_one(sqs, url, **arguments):
    """Waits for a message and returns it; there must be exactly one."""
    messages = receive(sqs, url, **({"WaitTimeSeconds": 20} | arguments))
    assert len(messages) == 1, messages
    return messages[0]


@contextlib.contextmanager
def refused(code, *said):
    """Expects the body to be refused with this code, in a message that says each of `said`."""
    try:
        yield
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code, found
        for words in said:
            assert words in found["Message"], found
        return
    raise AssertionError(f"it went through instead of being refused with {code}")


class Stopwatch:
    """Tells that something did not come too early."""

    def __init__(self):
        self.start = time.monotonic()

    def at_least(self, seconds):
        """The server's clock may run up to a twentieth faster than ours."""
        elapsed = time.monotonic() - self.start
        assert elapsed >= seconds * 0.95 - 0.05, f"{elapsed} s have passed, not {seconds}"


def md5(body):
    """The checksum of a body."""
    return hashlib.md5(body.encode()).hexdigest()


def md5_of_attributes(attributes):
    """The checksum of message attributes: each name, type and value with its length, in order of names."""

    def counted(data):
        return struct.pack(">I", len(data)) + data

    parts = b""
    for name in sorted(attributes):
        attribute = attributes[name]
        parts += counted(name.encode()) + counted(attribute["DataType"].encode())
        if attribute["DataType"].startswith("Binary"):
            parts += b"\x02" + counted(attribute["BinaryValue"])
        else:
            parts += b"\x01" + counted(attribute["StringValue"].encode())
    return hashlib.md5(parts).hexdigest()
