"""Dead-letter queues: who gets there, when, and what it still carries."""

import json

from kit import arn, client, counts, queue, receive, receive_one, refused


def _policy(target, most):
    return json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": most})


def a_message_received_too_often_is_set_aside():
    sqs = client()
    aside = queue(sqs, "aside")
    url = queue(sqs, "jobs", RedrivePolicy=_policy(arn(sqs, aside), 2), VisibilityTimeout="0")
    attributes = {"a": {"DataType": "String", "StringValue": "b"}}
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison", MessageAttributes=attributes)
    for count in ["1", "2"]:
        message = receive_one(sqs, url, MessageSystemAttributeNames=["ApproximateReceiveCount"])
        assert message["Attributes"]["ApproximateReceiveCount"] == count
    assert receive(sqs, url) == []
    assert counts(sqs, url) == (0, 0, 0)
    message = receive_one(sqs, aside, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"])
    assert message["Body"] == "poison" and message["MessageAttributes"] == attributes, message
    assert message["MessageId"] == sent["MessageId"], "it keeps its id"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn(sqs, url), message


def giving_back_counts_as_a_receive():
    sqs = client()
    aside = queue(sqs, "aside")
    url = queue(sqs, "jobs", RedrivePolicy=_policy(arn(sqs, aside), 1), VisibilityTimeout="43200")
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    message = receive_one(sqs, url)
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert receive(sqs, url) == []
    assert receive_one(sqs, aside)["Body"] == "poison"


def a_waiting_receive_on_the_dead_letter_queue_wakes():
    sqs = client()
    aside = queue(sqs, "aside")
    url = queue(sqs, "jobs", RedrivePolicy=_policy(arn(sqs, aside), 1))
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    receive_one(sqs, url, VisibilityTimeout=1)
    assert receive(sqs, url, WaitTimeSeconds=3) == [], "the time out has passed: it is set aside, not given again"
    assert receive_one(sqs, aside)["Body"] == "poison"


def sources_are_listed():
    sqs = client()
    aside = queue(sqs, "aside")
    assert sqs.list_dead_letter_source_queues(QueueUrl=aside)["queueUrls"] == []
    policy = _policy(arn(sqs, aside), 5)
    sources = sorted(queue(sqs, f"jobs-{number}", RedrivePolicy=policy) for number in range(3))
    assert sorted(sqs.list_dead_letter_source_queues(QueueUrl=aside)["queueUrls"]) == sources
    paginator = sqs.get_paginator("list_dead_letter_source_queues")
    pages = list(paginator.paginate(QueueUrl=aside, PaginationConfig={"PageSize": 2}))
    assert sorted(url for page in pages for url in page["queueUrls"]) == sources, pages
    assert len(pages) == 2, pages
    sqs.set_queue_attributes(QueueUrl=sources[0], Attributes={"RedrivePolicy": ""})
    assert sorted(sqs.list_dead_letter_source_queues(QueueUrl=aside)["queueUrls"]) == sources[1:]


def a_redrive_policy_is_checked_and_told_as_it_was_given():
    sqs = client()
    target = arn(sqs, queue(sqs, "aside"))
    url = queue(sqs, "jobs")
    given = _policy(target, "1000")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": given})
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    assert json.loads(told)["deadLetterTargetArn"] == target, told
    assert int(json.loads(told)["maxReceiveCount"]) == 1000, told
    for policy in [
        "nonsense",
        "[]",
        "{}",
        json.dumps({"deadLetterTargetArn": target}),
        json.dumps({"maxReceiveCount": 3}),
        _policy(target, 0),
        _policy(target, 1001),
        _policy(target, "many"),
        _policy("jobs", 3),
        _policy(target.replace("aside", "nobody"), 3),
    ]:
        try:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
            raise AssertionError(f"it was taken: {policy}")
        except sqs.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] in (
                "InvalidParameterValue",
                "InvalidAttributeValue",
                "AWS.SimpleQueueService.NonExistentQueue",
            ), (policy, error.response)


def a_dead_letter_queue_may_choose_its_sources():
    sqs = client()
    welcome = queue(sqs, "welcome")
    aside = queue(sqs, "aside")
    target = arn(sqs, aside)

    def allow(policy):
        sqs.set_queue_attributes(QueueUrl=aside, Attributes={"RedriveAllowPolicy": json.dumps(policy)})

    def attach(url):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": _policy(target, 3)})

    other = queue(sqs, "other")
    allow({"redrivePermission": "byQueue", "sourceQueueArns": [arn(sqs, welcome)]})
    attach(welcome)
    with refused("InvalidParameterValue"):
        attach(other)
    allow({"redrivePermission": "denyAll"})
    with refused("InvalidParameterValue"):
        attach(other)
    allow({"redrivePermission": "allowAll"})
    attach(other)
    with refused("InvalidParameterValue"):
        allow({"redrivePermission": "sometimes"})
