"""Queue attributes: defaults, ranges, changes."""

import time

from kit import client, counts, queue, receive_one, refused

DEFAULTS = {
    "ApproximateNumberOfMessages": "0",
    "ApproximateNumberOfMessagesNotVisible": "0",
    "ApproximateNumberOfMessagesDelayed": "0",
    "VisibilityTimeout": "30",
    "DelaySeconds": "0",
    "MessageRetentionPeriod": "345600",
    "MaximumMessageSize": "1048576",
    "ReceiveMessageWaitTimeSeconds": "0",
    # Nothing is encrypted at rest, and it says so.
    "SqsManagedSseEnabled": "false",
}

RANGES = {
    "VisibilityTimeout": (0, 43200),
    "DelaySeconds": (0, 900),
    "MessageRetentionPeriod": (60, 1209600),
    "MaximumMessageSize": (1024, 1048576),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
}


def _read(sqs, url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names)).get("Attributes", {})


def every_attribute_has_its_default():
    sqs = client()
    before = int(time.time())
    url = queue(sqs, "jobs")
    attributes = _read(sqs, url, "All")
    for name, value in DEFAULTS.items():
        assert attributes[name] == value, (name, attributes)
    for name in ["CreatedTimestamp", "LastModifiedTimestamp"]:
        assert before - 2 <= int(attributes[name]) <= time.time() + 2, attributes
    assert set(attributes) == set(DEFAULTS) | {"QueueArn", "CreatedTimestamp", "LastModifiedTimestamp"}, attributes


def only_the_named_attributes_are_told():
    sqs = client()
    url = queue(sqs, "jobs", DelaySeconds="7")
    assert _read(sqs, url, "DelaySeconds", "VisibilityTimeout") == {"DelaySeconds": "7", "VisibilityTimeout": "30"}
    assert _read(sqs, url) == {}
    assert _read(sqs, url, "RedrivePolicy", "Policy") == {}, "what was never set is not told"
    with refused("InvalidAttributeName", "Unknown Attribute Colour"):
        _read(sqs, url, "Colour")


def every_range_is_checked_at_both_ends():
    sqs = client()
    url = queue(sqs, "jobs")
    for name, (least, most) in RANGES.items():
        for value in [least, most]:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(value)})
            assert _read(sqs, url, name) == {name: str(value)}
        for value in [least - 1, most + 1, "soon", ""]:
            with refused("InvalidAttributeValue", name):
                sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(value)})
            with refused("InvalidAttributeValue", name):
                queue(sqs, "never-made", **{name: str(value)})
        assert _read(sqs, url, name) == {name: str(most)}, "a refused change changes nothing"
    with refused("AWS.SimpleQueueService.NonExistentQueue"):
        sqs.get_queue_url(QueueName="never-made")


def a_change_applies_to_what_comes_after():
    sqs = client()
    url = queue(sqs, "jobs")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "900"})
    sqs.send_message(QueueUrl=url, MessageBody="delayed by the queue")
    assert counts(sqs, url) == (0, 0, 1)
    sqs.send_message(QueueUrl=url, MessageBody="at once", DelaySeconds=0)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"ReceiveMessageWaitTimeSeconds": "20"})
    assert receive_one(sqs, url)["Body"] == "at once"


def a_receive_waits_as_long_as_its_queue_says():
    sqs = client()
    url = queue(sqs, "jobs", ReceiveMessageWaitTimeSeconds="20")
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "later"


def unknown_attributes_are_refused():
    sqs = client()
    url = queue(sqs, "jobs")
    for name in ["Colour", "QueueArn", "CreatedTimestamp"]:
        with refused("InvalidAttributeName", f"Unknown Attribute {name}"):
            sqs.set_queue_attributes(QueueUrl=url, Attributes={name: "1"})


def encryption_attributes_are_kept_and_told():
    sqs = client()
    url = queue(sqs, "jobs", KmsMasterKeyId="alias/aws/sqs", KmsDataKeyReusePeriodSeconds="600")
    told = _read(sqs, url, "All")
    assert told["KmsMasterKeyId"] == "alias/aws/sqs" and told["KmsDataKeyReusePeriodSeconds"] == "600", told
    with refused("InvalidAttributeValue"):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsDataKeyReusePeriodSeconds": "59"})
    plain = queue(sqs, "plain", SqsManagedSseEnabled="false")
    assert _read(sqs, plain, "SqsManagedSseEnabled") == {"SqsManagedSseEnabled": "false"}


def a_greatest_size_is_held_to():
    sqs = client()
    url = queue(sqs, "jobs", MaximumMessageSize="1024")
    sqs.send_message(QueueUrl=url, MessageBody="x" * 1024)
    with refused("InvalidParameterValue", "1024"):
        sqs.send_message(QueueUrl=url, MessageBody="x" * 1025)
    attribute = {"name": {"DataType": "String", "StringValue": "y"}}
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=url, MessageBody="x" * 1024, MessageAttributes=attribute)
