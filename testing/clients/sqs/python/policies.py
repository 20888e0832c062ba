"""Permissions and policies: kept and told. Nothing is enforced where everybody is anonymous; `access` has users."""

import json

from kit import client, queue, refused


def _policy(sqs, url):
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
    return json.loads(attributes["Policy"]) if "Policy" in attributes else None


def a_permission_becomes_a_statement():
    sqs = client()
    url = queue(sqs, "jobs")
    accounts = ["111122223333", "444455556666"]
    sqs.add_permission(QueueUrl=url, Label="partners", AWSAccountIds=accounts, Actions=["SendMessage", "ReceiveMessage"])
    (statement,) = _policy(sqs, url)["Statement"]
    assert statement["Sid"] == "partners" and statement["Effect"] == "Allow", statement
    assert statement["Principal"] == {"AWS": [f"arn:aws:iam::{account}:root" for account in accounts]}, statement
    assert statement["Action"] == ["SQS:SendMessage", "SQS:ReceiveMessage"], statement
    with refused("InvalidParameterValue", "partners"):
        sqs.add_permission(QueueUrl=url, Label="partners", AWSAccountIds=accounts, Actions=["*"])
    sqs.add_permission(QueueUrl=url, Label="others", AWSAccountIds=accounts[:1], Actions=["*"])
    assert len(_policy(sqs, url)["Statement"]) == 2
    sqs.remove_permission(QueueUrl=url, Label="partners")
    assert [statement["Sid"] for statement in _policy(sqs, url)["Statement"]] == ["others"]
    with refused("InvalidParameterValue", "partners"):
        sqs.remove_permission(QueueUrl=url, Label="partners")


def a_policy_is_told_as_it_was_given():
    sqs = client()
    given = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}],
        }
    )
    url = queue(sqs, "jobs", Policy=given)
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    assert json.loads(told) == json.loads(given), told
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert _policy(sqs, url) is None
    with refused("InvalidAttributeValue", "Policy"):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": "nonsense"})


def permissions_are_checked():
    sqs = client()
    url = queue(sqs, "jobs")
    good = {"QueueUrl": url, "Label": "l", "AWSAccountIds": ["111122223333"], "Actions": ["SendMessage"]}
    for change in [
        {"Label": "a b"},
        {"Label": "x" * 81},
        {"AWSAccountIds": ["12"]},
        {"AWSAccountIds": []},
        {"Actions": ["Paint"]},
    ]:
        with refused("InvalidParameterValue"):
            sqs.add_permission(**(good | change))
    with refused("MissingParameter", "Actions"):
        sqs.add_permission(**(good | {"Actions": []}))
    many = ["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"]
    many += ["GetQueueAttributes", "GetQueueUrl", "PurgeQueue", "ListDeadLetterSourceQueues"]
    with refused("OverLimit"):
        sqs.add_permission(**(good | {"Actions": many}))
    assert _policy(sqs, url) is None
