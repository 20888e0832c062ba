"""What was set is what is told: every attribute that can be set, at creation and later, and taken away again."""

import json

from kit import client, queue

ACCOUNT = "000000000000"
ALLOW = {
    "Version": "2012-10-17",
    "Id": "who may",
    "Statement": [
        {
            "Sid": "a topic",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs",
            "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:placed"}},
        }
    ],
}


def _redrive(count):
    return json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:aside", "maxReceiveCount": count})


# Each attribute, with values in the order in which they are set.
VALUES = {
    "VisibilityTimeout": ["0", "1", "43200"],
    "DelaySeconds": ["0", "1", "900"],
    "MessageRetentionPeriod": ["60", "345600", "1209600"],
    "MaximumMessageSize": ["1024", "262144", "1048576"],
    "ReceiveMessageWaitTimeSeconds": ["0", "1", "20"],
    "Policy": [json.dumps(ALLOW), json.dumps(ALLOW, indent=2, sort_keys=True)],
    "RedrivePolicy": [_redrive(1), _redrive("1000"), _redrive(7).replace(" ", "")],
    "RedriveAllowPolicy": [
        '{"redrivePermission":"allowAll"}',
        '{ "redrivePermission": "denyAll" }',
        json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [f"arn:aws:sqs:us-east-1:{ACCOUNT}:a"]}),
    ],
    "KmsMasterKeyId": ["alias/aws/sqs", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    "KmsDataKeyReusePeriodSeconds": ["60", "86400"],
    "SqsManagedSseEnabled": ["false", "true"],
}

# What the empty text takes away.
REMOVABLE = ["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"]

# Nobody sets these.
COMPUTED = {"All", "QueueArn", "CreatedTimestamp", "LastModifiedTimestamp"}
COUNTS = {"ApproximateNumberOfMessages" + state for state in ("", "NotVisible", "Delayed")}

# What only FIFO queues have, with values in the order in which they are set.
FIFO = {
    "FifoQueue": ["true"],
    "DeduplicationScope": ["queue", "messageGroup"],
    "FifoThroughputLimit": ["perQueue", "perMessageGroupId"],
    "ContentBasedDeduplication": ["false", "true"],
}


def _told(sqs, url, name):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name]).get("Attributes", {})


def the_table_has_every_attribute_of_awss_model():
    names = set(client().meta.service_model.shape_for("QueueAttributeName").enum)
    assert names - COMPUTED - COUNTS == VALUES.keys() | FIFO.keys(), names


def what_create_queue_sets_is_told():
    sqs = client()
    queue(sqs, "aside")
    for name, values in VALUES.items():
        for number, value in enumerate(values):
            url = queue(sqs, f"{name}-{number}", **{name: value})
            assert _told(sqs, url, name) == {name: value}
            assert _told(sqs, url, "All")[name] == value


def what_set_queue_attributes_sets_is_told():
    sqs = client()
    queue(sqs, "aside")
    for name, values in VALUES.items():
        url = queue(sqs, name)
        before = _told(sqs, url, "All")
        for value in values:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={name: value})
            assert _told(sqs, url, name) == {name: value}
            others = {other: told for other, told in _told(sqs, url, "All").items() if other != name}
            for other in before.keys() - {name, "LastModifiedTimestamp"}:
                assert others[other] == before[other], (name, other)


def what_only_fifo_queues_have_is_told():
    sqs = client()
    url = queue(sqs, "jobs.fifo", FifoQueue="true")
    for name, values in FIFO.items():
        for value in values:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={name: value})
            assert _told(sqs, url, name) == {name: value}
    together = {name: values[-1] for name, values in FIFO.items()}
    url = queue(sqs, "other.fifo", **together)
    assert together.items() <= _told(sqs, url, "All").items()


def what_the_empty_text_takes_away_is_not_told():
    sqs = client()
    queue(sqs, "aside")
    url = queue(sqs, "jobs", **{name: VALUES[name][0] for name in REMOVABLE})
    for name in REMOVABLE:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: ""})
        assert _told(sqs, url, name) == {}
        assert name not in _told(sqs, url, "All")


def all_attributes_together_are_told():
    sqs = client()
    queue(sqs, "aside")
    everything = {name: values[0] for name, values in VALUES.items()}
    url = queue(sqs, "jobs", **everything)
    told = _told(sqs, url, "All")
    assert {name: told[name] for name in everything} == everything, told


def the_default_of_a_data_key_is_told_where_there_is_a_key():
    sqs = client()
    url = queue(sqs, "jobs", KmsMasterKeyId="alias/aws/sqs", KmsDataKeyReusePeriodSeconds="300")
    assert _told(sqs, url, "KmsDataKeyReusePeriodSeconds") == {"KmsDataKeyReusePeriodSeconds": "300"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": ""})
    assert _told(sqs, url, "KmsDataKeyReusePeriodSeconds") == {}
