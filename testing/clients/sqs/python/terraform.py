"""The calls of Terraform's aws provider, for its four queue resources.

Terraform itself is a program that this machine cannot get, so its calls are made here as its provider makes them (read from the
source of `internal/service/sqs`, 2026): create sends every attribute that has a value, defaults too, and tags; each change
sends what has changed, and the empty text for what was taken out; after either it asks for all attributes until each one it sent is
told: policies equal by meaning, redrive policies as JSON, the others letter by letter, and a missing one standing for the empty text.
A resource of one attribute sets it, and the empty text when it is destroyed. A queue that is destroyed must be gone.
"""

import json

from botocore.exceptions import ClientError
from kit import client

NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"

# What `aws_sqs_queue` sends when nothing is said.
DEFAULTS = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "262144",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30",
}


def _all(sqs, url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def _meaning(policy):
    """A policy in which a list of one is that one, as the provider compares them."""

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(member) for key, member in value.items()}
        if isinstance(value, list):
            return plain(value[0]) if len(value) == 1 else [plain(member) for member in value]
        return value

    return plain(json.loads(policy))


def _is_told(told, name, sent):
    if name not in told:
        return sent == "" or (name == "KmsDataKeyReusePeriodSeconds" and sent == "300")
    if name == "Policy":
        return _meaning(told[name]) == _meaning(sent)
    if name in ("RedrivePolicy", "RedriveAllowPolicy"):
        return json.loads(told[name]) == json.loads(sent)
    return told[name] == sent


def _propagated(sqs, url, sent):
    """The provider asks until it is so; here it must be so at once."""
    told = _all(sqs, url)
    wrong = {name: (value, told.get(name)) for name, value in sent.items() if not _is_told(told, name, value)}
    assert not wrong, wrong


def _create(sqs, name, tags=None, **attributes):
    sent = DEFAULTS | attributes
    url = sqs.create_queue(QueueName=name, Attributes=sent, tags=tags or {})["QueueUrl"]
    assert len(url.split("://")[1].split("/")) == 3, "the provider takes the name from the third part"
    _propagated(sqs, url, sent)
    return url


def _set(sqs, url, **attributes):
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    _propagated(sqs, url, attributes)


def _destroy(sqs, url):
    sqs.delete_queue(QueueUrl=url)
    for action in [lambda: _all(sqs, url), lambda: sqs.delete_queue(QueueUrl=url)]:
        try:
            action()
        except ClientError as error:
            assert error.response["Error"]["Code"] == NO_QUEUE, error.response
            continue
        raise AssertionError("the queue is still there")


def a_queue_is_created_read_updated_and_destroyed():
    sqs = client()
    tags = {"Name": "jobs", "Environment": "test"}
    url = _create(sqs, "jobs", tags, SqsManagedSseEnabled="true")
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == tags
    _set(sqs, url, DelaySeconds="90", MaximumMessageSize="2048", MessageRetentionPeriod="86400")
    _set(sqs, url, VisibilityTimeout="60", ReceiveMessageWaitTimeSeconds="10")
    _set(sqs, url, SqsManagedSseEnabled="false", KmsMasterKeyId="alias/aws/sqs", KmsDataKeyReusePeriodSeconds="300")
    _set(sqs, url, KmsDataKeyReusePeriodSeconds="600")
    _set(sqs, url, KmsMasterKeyId="", KmsDataKeyReusePeriodSeconds="300")
    sqs.untag_queue(QueueUrl=url, TagKeys=["Environment"])
    sqs.tag_queue(QueueUrl=url, Tags={"Name": "work"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"Name": "work"}
    _destroy(sqs, url)


def a_plan_after_an_apply_is_empty():
    sqs = client()
    url = _create(sqs, "jobs")
    first = _all(sqs, url)
    # An apply of what is there already creates again and finds the same.
    assert sqs.create_queue(QueueName="jobs", Attributes=DEFAULTS)["QueueUrl"] == url
    assert _all(sqs, url) == first


def policies_are_resources_of_their_own():
    sqs = client()
    dead, jobs = _create(sqs, "dead"), _create(sqs, "jobs")
    dead_arn, jobs_arn = (_all(sqs, url)["QueueArn"] for url in (dead, jobs))
    redrive = {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 4}
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": ["sqs:SendMessage"], "Resource": jobs_arn},
        ],
    }
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": [jobs_arn]}
    # aws_sqs_queue_policy, aws_sqs_queue_redrive_policy, aws_sqs_queue_redrive_allow_policy: created.
    for url, name, value in [
        (jobs, "Policy", policy),
        (jobs, "RedrivePolicy", redrive),
        (dead, "RedriveAllowPolicy", allow),
    ]:
        _set(sqs, url, **{name: json.dumps(value, separators=(",", ":"), sort_keys=True)})
    # Updated in place.
    _set(sqs, jobs, RedrivePolicy=json.dumps(redrive | {"maxReceiveCount": 9}))
    _set(sqs, jobs, Policy=json.dumps(policy | {"Id": "other"}))
    # Destroyed, then the queues.
    _set(sqs, jobs, Policy="")
    _set(sqs, jobs, RedrivePolicy="")
    _set(sqs, dead, RedriveAllowPolicy="")
    _destroy(sqs, jobs)
    _destroy(sqs, dead)


def a_replaced_queue_is_created_at_once_under_its_name():
    sqs = client()
    url = _create(sqs, "jobs", DelaySeconds="5")
    _destroy(sqs, url)
    assert _create(sqs, "jobs", DelaySeconds="6") == url
