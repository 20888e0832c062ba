"""Both sides of a crash: `before` fills a server that is then killed, `after` finds everything again.

What `before` was told is written to the file that `LONGSHORE_LEDGER` names; `after` reads it there.
"""

import json
import os
import time

from kit import arn, client, counts, queue, receive, receive_one

LEDGER = os.environ.get("LONGSHORE_LEDGER", "")


def _bodies(sqs, url):
    """The bodies of all messages that can be received."""
    bodies = []
    while messages := receive(sqs, url, MaxNumberOfMessages=10):
        bodies += [message["Body"] for message in messages]
    return sorted(bodies)


def before_the_crash():
    sqs = client()
    aside = queue(sqs, "aside")
    policy = json.dumps({"deadLetterTargetArn": arn(sqs, aside), "maxReceiveCount": 3})
    url = sqs.create_queue(
        QueueName="jobs",
        Attributes={"RedrivePolicy": policy, "VisibilityTimeout": "43200"},
        tags={"team": "harbour"},
    )["QueueUrl"]
    ids = {}
    for number in range(50):
        ids[f"job {number}"] = sqs.send_message(QueueUrl=url, MessageBody=f"job {number}")["MessageId"]
    sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=900)
    removed = []
    for message in receive(sqs, url, MaxNumberOfMessages=10):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        removed.append(message["Body"])
    held = receive_one(sqs, url)
    sqs.delete_queue(QueueUrl=queue(sqs, "short-lived"))
    with open(LEDGER, "w") as ledger:
        json.dump({"ids": ids, "removed": removed, "held": held}, ledger)


def after_the_crash():
    sqs = client()
    with open(LEDGER) as ledger:
        known = json.load(ledger)
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    names = sorted(found.rsplit("/", 1)[1] for found in sqs.list_queues()["QueueUrls"])
    assert names == ["aside", "jobs"], names
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "harbour"}
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "43200" and "RedrivePolicy" in attributes, attributes
    assert counts(sqs, url) == (39, 1, 1), counts(sqs, url)
    expected = set(known["ids"]) - set(known["removed"]) - {known["held"]["Body"]}
    found = _bodies(sqs, url)
    assert found == sorted(expected), (found, sorted(expected))
    sqs.delete_message(QueueUrl=url, ReceiptHandle=known["held"]["ReceiptHandle"])
    assert counts(sqs, url) == (0, 39, 1), "a handle of before the crash still removes its message"


def before_the_expiry():
    sqs = client()
    url = queue(sqs, "jobs", MessageRetentionPeriod="60")
    sqs.send_message(QueueUrl=url, MessageBody="held")
    # What is in flight when its time is over goes when its visibility timeout ends.
    receive_one(sqs, url, VisibilityTimeout=62)
    sent = time.time()
    sqs.send_message(QueueUrl=url, MessageBody="waiting")
    with open(LEDGER, "w") as ledger:
        json.dump({"sent": sent}, ledger)


def after_the_expiry():
    sqs = client()
    with open(LEDGER) as ledger:
        known = json.load(ledger)
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    assert sorted(counts(sqs, url)) == [0, 1, 1], counts(sqs, url)
    # A long poll on a queue where nothing comes passes the time between two looks.
    empty = queue(sqs, "empty")
    while counts(sqs, url) != (0, 0, 0):
        receive(sqs, empty, WaitTimeSeconds=1)
    watch = time.time() - known["sent"]
    assert watch >= 57, f"gone after {watch} s, to be kept for 60"
    assert receive(sqs, url) == []
