"""Message move tasks: out of a dead-letter queue, back or elsewhere."""

import json
import time

from kit import Stopwatch, arn, client, counts, queue, receive, receive_one, refused


def _failed(sqs, *bodies):
    """A queue, its dead-letter queue, and these messages of the first in the second."""
    aside = queue(sqs, "aside")
    policy = json.dumps({"deadLetterTargetArn": arn(sqs, aside), "maxReceiveCount": 1})
    url = queue(sqs, "jobs", RedrivePolicy=policy)
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)
        receive_one(sqs, url, VisibilityTimeout=0)
    return url, aside


def _ended(sqs, source):
    """The newest task, once it has ended."""
    while True:
        task = sqs.list_message_move_tasks(SourceArn=source)["Results"][0]
        if task["Status"] != "RUNNING":
            return task


def messages_go_back_to_where_they_came_from():
    sqs = client()
    url, aside = _failed(sqs, "a", "b", "c")
    source = arn(sqs, aside)
    before = time.time()
    sqs.start_message_move_task(SourceArn=source)
    task = _ended(sqs, source)
    assert task["Status"] == "COMPLETED" and "TaskHandle" not in task and "DestinationArn" not in task, task
    assert task["ApproximateNumberOfMessagesMoved"] == task["ApproximateNumberOfMessagesToMove"] == 3, task
    assert abs(task["StartedTimestamp"] / 1000 - before) < 60, task
    assert counts(sqs, aside) == (0, 0, 0)
    messages = receive(sqs, url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
    assert [message["Body"] for message in messages] == ["a", "b", "c"], messages
    for message in messages:
        assert message["Attributes"]["ApproximateReceiveCount"] == "1", message
        assert "DeadLetterQueueSourceArn" not in message["Attributes"], message


def messages_go_elsewhere_no_faster_than_asked():
    sqs = client()
    _, aside = _failed(sqs, *"abcdef")
    source = arn(sqs, aside)
    other = queue(sqs, "other")
    watch = Stopwatch()
    handle = sqs.start_message_move_task(
        SourceArn=source, DestinationArn=arn(sqs, other), MaxNumberOfMessagesPerSecond=5
    )["TaskHandle"]
    task = sqs.list_message_move_tasks(SourceArn=source, MaxResults=10)["Results"][0]
    assert task["Status"] == "RUNNING" and task["TaskHandle"] == handle, task
    assert task["DestinationArn"] == arn(sqs, other) and task["MaxNumberOfMessagesPerSecond"] == 5, task
    assert _ended(sqs, source)["ApproximateNumberOfMessagesMoved"] == 6
    watch.at_least(1)
    assert counts(sqs, other) == (6, 0, 0)


def a_task_is_stopped():
    sqs = client()
    url, aside = _failed(sqs)
    for _ in range(3):
        entries = [{"Id": str(number), "MessageBody": "x"} for number in range(10)]
        sqs.send_message_batch(QueueUrl=aside, Entries=entries)
    source = arn(sqs, aside)
    handle = sqs.start_message_move_task(
        SourceArn=source, DestinationArn=arn(sqs, url), MaxNumberOfMessagesPerSecond=1
    )["TaskHandle"]
    with refused("InvalidParameterValue", "already a task running"):
        sqs.start_message_move_task(SourceArn=source)
    receive_one(sqs, url)
    moved = sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]
    assert 1 <= moved < 30, moved
    assert counts(sqs, aside) == (30 - moved, 0, 0)
    assert _ended(sqs, source)["Status"] == "CANCELLED"
    with refused("AWS.SimpleQueueService.UnsupportedOperation"):
        sqs.cancel_message_move_task(TaskHandle=handle)
    with refused("InvalidParameterValue"):
        sqs.cancel_message_move_task(TaskHandle=handle[:-8] + "AAAAAAAA")


def a_message_that_was_sent_there_has_no_way_back():
    sqs = client()
    url, aside = _failed(sqs, "failed")
    sqs.send_message(QueueUrl=aside, MessageBody="sent")
    source = arn(sqs, aside)
    sqs.start_message_move_task(SourceArn=source)
    task = _ended(sqs, source)
    assert task["Status"] == "FAILED", task
    assert task["FailureReason"] == "CouldNotDetermineMessageSource", task
    assert task["ApproximateNumberOfMessagesMoved"] == 1, task
    assert receive_one(sqs, url)["Body"] == "failed"
    assert receive_one(sqs, aside)["Body"] == "sent"


def what_cannot_begin_is_refused():
    sqs = client()
    url, aside = _failed(sqs)
    source, other = arn(sqs, aside), arn(sqs, url)
    with refused("ResourceNotFoundException", "SourceArn"):
        sqs.start_message_move_task(SourceArn=source + "-of-nobody")
    with refused("ResourceNotFoundException", "DestinationArn"):
        sqs.start_message_move_task(SourceArn=source, DestinationArn=source + "-of-nobody")
    with refused("ResourceNotFoundException", "SourceArn"):
        sqs.list_message_move_tasks(SourceArn=source + "-of-nobody")
    with refused("InvalidParameterValue", "Dead Letter Queue"):
        sqs.start_message_move_task(SourceArn=other)
    with refused("InvalidParameterValue", "cannot be the same"):
        sqs.start_message_move_task(SourceArn=source, DestinationArn=source)
    for rate in (0, 501):
        with refused("InvalidParameterValue", "MaxNumberOfMessagesPerSecond"):
            sqs.start_message_move_task(SourceArn=source, MaxNumberOfMessagesPerSecond=rate)
    for most in (0, 11):
        with refused("InvalidParameterValue", "MaxResults"):
            sqs.list_message_move_tasks(SourceArn=source, MaxResults=most)
    assert sqs.list_message_move_tasks(SourceArn=source)["Results"] == []
