"""Visibility time outs: passing, changed, given back; receipt handles old and wrong."""

from kit import Stopwatch, client, counts, queue, receive, receive_one, refused


def _delete(sqs, url, message):
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _change(sqs, url, message, seconds):
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds)


def a_message_not_removed_in_time_is_seen_again():
    sqs = client()
    url = queue(sqs, "jobs", VisibilityTimeout="2")
    sqs.send_message(QueueUrl=url, MessageBody="again")
    watch = Stopwatch()
    first = receive_one(sqs, url)
    assert counts(sqs, url) == (0, 1, 0)
    second = receive_one(sqs, url, MessageSystemAttributeNames=["ApproximateReceiveCount"])
    watch.at_least(2)
    assert second["MessageId"] == first["MessageId"]
    assert second["ReceiptHandle"] != first["ReceiptHandle"]
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"
    _delete(sqs, url, second)
    assert counts(sqs, url) == (0, 0, 0)


def a_receive_may_set_its_own_time_out():
    sqs = client()
    url = queue(sqs, "jobs", VisibilityTimeout="43200")
    sqs.send_message(QueueUrl=url, MessageBody="again")
    watch = Stopwatch()
    first = receive_one(sqs, url, VisibilityTimeout=1)
    second = receive_one(sqs, url)
    watch.at_least(1)
    assert second["MessageId"] == first["MessageId"]


def a_time_out_of_zero_gives_back_at_once():
    sqs = client()
    url = queue(sqs, "jobs", VisibilityTimeout="43200")
    sqs.send_message(QueueUrl=url, MessageBody="again")
    first = receive_one(sqs, url)
    _change(sqs, url, first, 0)
    assert counts(sqs, url) == (1, 0, 0)
    second = receive_one(sqs, url, WaitTimeSeconds=0)
    assert second["MessageId"] == first["MessageId"]


def a_time_out_can_be_pushed_out_and_pulled_in():
    sqs = client()
    url = queue(sqs, "jobs", VisibilityTimeout="600")
    sqs.send_message(QueueUrl=url, MessageBody="again")
    message = receive_one(sqs, url)
    _change(sqs, url, message, 36000)
    watch = Stopwatch()
    _change(sqs, url, message, 2)
    receive_one(sqs, url)
    watch.at_least(2)


def a_message_that_came_back_has_no_time_out_to_change():
    sqs = client()
    url = queue(sqs, "jobs")
    sqs.send_message(QueueUrl=url, MessageBody="again")
    message = receive_one(sqs, url)
    _change(sqs, url, message, 0)
    with refused("AWS.SimpleQueueService.MessageNotInflight"):
        _change(sqs, url, message, 60)
    _delete(sqs, url, message)
    assert counts(sqs, url) == (0, 0, 0), "an old handle still removes what nobody else holds"


def an_old_handle_cannot_take_a_message_from_its_next_owner():
    sqs = client()
    url = queue(sqs, "jobs")
    sqs.send_message(QueueUrl=url, MessageBody="again")
    old = receive_one(sqs, url, VisibilityTimeout=0)
    owner = receive_one(sqs, url, VisibilityTimeout=600)
    # AWS answers a delete with a stale handle as done; what counts is that the owner keeps the message.
    try:
        _delete(sqs, url, old)
    except sqs.exceptions.ClientError:
        pass
    assert counts(sqs, url) == (0, 1, 0)
    _change(sqs, url, owner, 0)
    assert receive_one(sqs, url)["MessageId"] == owner["MessageId"]


def bad_handles_are_refused():
    sqs = client()
    url = queue(sqs, "jobs")
    other = queue(sqs, "other")
    sqs.send_message(QueueUrl=url, MessageBody="x")
    handle = receive_one(sqs, url)["ReceiptHandle"]
    for bad in ["nonsense", handle[:-1], handle + "A", handle[::-1], "ü", "x" * 2000]:
        with refused("ReceiptHandleIsInvalid"):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=bad)
        with refused("ReceiptHandleIsInvalid"):
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=bad, VisibilityTimeout=1)
    with refused("ReceiptHandleIsInvalid"):
        sqs.delete_message(QueueUrl=other, ReceiptHandle=handle)
    for seconds in [-1, 43201]:
        with refused("InvalidParameterValue", "VisibilityTimeout"):
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds)
    assert counts(sqs, url) == (0, 1, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    assert receive(sqs, url) == []
