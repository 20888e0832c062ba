"""FIFO queues: order per group, deduplication, and what only they have."""

import collections
import hashlib
import json
import threading

from kit import arn, client, counts, queue, receive, receive_one, refused

FIFO = {"FifoQueue": "true"}


def _send(sqs, url, group, body, identity=None):
    """Sends a message that is known by its body unless told otherwise."""
    return sqs.send_message(
        QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=identity or f"{group}-{body}"
    )


def _bodies(messages):
    return [message["Body"] for message in messages]


def a_name_and_its_attribute_go_together():
    sqs = client()
    with refused("InvalidParameterValue"):
        queue(sqs, "orders", **FIFO)
    with refused("InvalidParameterValue"):
        queue(sqs, "orders.fifo")
    url = queue(sqs, "orders.fifo", **FIFO)
    assert url.endswith("/orders.fifo"), url
    assert queue(sqs, "orders.fifo", **FIFO) == url
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    expected = {
        "FifoQueue": "true",
        "ContentBasedDeduplication": "false",
        "DeduplicationScope": "queue",
        "FifoThroughputLimit": "perQueue",
    }
    assert expected.items() <= attributes.items(), attributes
    high = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=high)
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(high))["Attributes"]
    assert told == high, told


def a_group_is_received_in_order_and_held_while_it_is_in_flight():
    sqs = client()
    url = queue(sqs, "orders.fifo", **FIFO)
    numbers = [_send(sqs, url, group, body)["SequenceNumber"] for group, body in ["a1", "a2", "b1", "a3", "b2"]]
    assert numbers == sorted(numbers) and all(len(number) == 20 for number in numbers), numbers
    first = receive(sqs, url, MaxNumberOfMessages=2, MessageSystemAttributeNames=["All"])
    assert _bodies(first) == ["1", "2"], first
    facts = first[0]["Attributes"]
    assert facts["MessageGroupId"] == "a" and facts["MessageDeduplicationId"] == "a-1", facts
    assert facts["SequenceNumber"] == numbers[0], facts
    assert _bodies(receive(sqs, url, MaxNumberOfMessages=10)) == ["1", "2"], "group b, for a is held"
    assert receive(sqs, url, MaxNumberOfMessages=10) == []
    for message in first:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert _bodies(receive(sqs, url, MaxNumberOfMessages=10)) == ["3"]


def a_waiting_receive_gets_a_group_when_it_is_free():
    sqs = client()
    url = queue(sqs, "orders.fifo", **FIFO)
    _send(sqs, url, "a", "1")
    _send(sqs, url, "a", "2")
    first = receive_one(sqs, url)
    found = []
    waiting = threading.Thread(target=lambda: found.append(receive_one(client(), url)["Body"]))
    waiting.start()
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    waiting.join()
    assert found == ["2"]


def a_failed_message_comes_again_before_the_rest_of_its_group():
    sqs = client()
    url = queue(sqs, "orders.fifo", **FIFO)
    for body in ["1", "2"]:
        _send(sqs, url, "a", body)
    message = receive_one(sqs, url)
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert _bodies(receive(sqs, url, MaxNumberOfMessages=10)) == ["1", "2"]


def an_expired_handle_deletes_nothing():
    sqs = client()
    url = queue(sqs, "orders.fifo", VisibilityTimeout="1", **FIFO)
    _send(sqs, url, "a", "1")
    late = receive_one(sqs, url)
    again = receive_one(sqs, url)
    with refused("InvalidParameterValue", "expired"):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=late["ReceiptHandle"])
    assert again["MessageId"] == late["MessageId"]


def a_repeat_is_told_the_first_ones_id_and_not_stored():
    sqs = client()
    url = queue(sqs, "orders.fifo", **FIFO)
    first = _send(sqs, url, "a", "body", "once")
    repeat = _send(sqs, url, "b", "another body", "once")
    assert (repeat["MessageId"], repeat["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"]), repeat
    entries = [
        {"Id": str(number), "MessageBody": "x", "MessageGroupId": "a", "MessageDeduplicationId": identity}
        for number, identity in enumerate(["once", "twice", "twice"])
    ]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]
    assert [entry["MessageId"] for entry in sent] == [first["MessageId"]] + [sent[1]["MessageId"]] * 2, sent
    assert counts(sqs, url) == (2, 0, 0)
    message = receive_one(sqs, url, MaxNumberOfMessages=1)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert _send(sqs, url, "a", "body", "once")["MessageId"] == first["MessageId"], "it holds after the message is gone"


def a_body_can_stand_for_its_id():
    sqs = client()
    url = queue(sqs, "orders.fifo", ContentBasedDeduplication="true", DeduplicationScope="messageGroup", **FIFO)
    ids = [
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)["MessageId"]
        for body, group in [("same", "a"), ("same", "a"), ("same", "b"), ("other", "a")]
    ]
    assert ids[0] == ids[1] and len(set(ids)) == 3, ids
    message = receive(sqs, url, MessageSystemAttributeNames=["MessageDeduplicationId"])[0]
    assert message["Attributes"]["MessageDeduplicationId"] == hashlib.sha256(b"same").hexdigest(), message


def what_a_send_lacks_is_named():
    sqs = client()
    url = queue(sqs, "orders.fifo", **FIFO)
    with refused("MissingParameter", "MessageGroupId"):
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageDeduplicationId="1")
    with refused("InvalidParameterValue", "ContentBasedDeduplication"):
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="a")
    with refused("InvalidParameterValue", "DelaySeconds"):
        sqs.send_message(
            QueueUrl=url, MessageBody="x", MessageGroupId="a", MessageDeduplicationId="1", DelaySeconds=1
        )


def a_receive_can_be_asked_again():
    sqs = client()
    url = queue(sqs, "orders.fifo", **FIFO)
    for body in ["1", "2", "3"]:
        _send(sqs, url, "a", body)
    first = receive(sqs, url, MaxNumberOfMessages=2, ReceiveRequestAttemptId="attempt")
    again = receive(sqs, url, MaxNumberOfMessages=2, ReceiveRequestAttemptId="attempt")
    handles = [message["ReceiptHandle"] for message in first]
    assert [message["ReceiptHandle"] for message in again] == handles and _bodies(again) == ["1", "2"], again
    sqs.delete_message(QueueUrl=url, ReceiptHandle=handles[0])
    assert receive(sqs, url, ReceiveRequestAttemptId="attempt") == [], "one is gone, the other holds the group"


def groups_keep_their_order_in_the_dead_letter_queue():
    sqs = client()
    standard, aside = queue(sqs, "standard"), queue(sqs, "aside.fifo", **FIFO)

    def policy(target):
        return json.dumps({"deadLetterTargetArn": arn(sqs, target), "maxReceiveCount": 1})

    with refused("InvalidParameterValue", "same type"):
        queue(sqs, "orders.fifo", RedrivePolicy=policy(standard), **FIFO)
    url = queue(sqs, "orders.fifo", RedrivePolicy=policy(aside), VisibilityTimeout="1", **FIFO)
    for body in ["1", "2", "3"]:
        _send(sqs, url, "a", body)
    assert _bodies(receive(sqs, url, MaxNumberOfMessages=2)) == ["1", "2"]
    set_aside = []
    while len(set_aside) < 2:
        for message in receive(sqs, aside, MaxNumberOfMessages=1, WaitTimeSeconds=20):
            set_aside.append(message["Body"])
            sqs.delete_message(QueueUrl=aside, ReceiptHandle=message["ReceiptHandle"])
    assert set_aside == ["1", "2"], set_aside
    assert receive_one(sqs, url)["Body"] == "3"


def many_workers_keep_every_groups_order():
    sqs = client()
    url = queue(sqs, "orders.fifo", **FIFO)
    groups, messages, workers = 10, 12, 6
    for number in range(messages):
        entries = [
            {"Id": group, "MessageBody": str(number), "MessageGroupId": group, "MessageDeduplicationId": f"{group}{number}"}
            for group in map(str, range(groups))
        ]
        assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == groups
    done, lock, left = collections.defaultdict(list), threading.Lock(), [groups * messages]

    def work(worker):
        own, turn = client(), worker
        while left[0] > 0:
            taken = receive(own, url, MaxNumberOfMessages=3, WaitTimeSeconds=1, MessageSystemAttributeNames=["All"])
            failed = set()
            for message in taken:
                turn += 1
                facts, handle = message["Attributes"], message["ReceiptHandle"]
                group = facts["MessageGroupId"]
                # Every seventh is given back, and with it the rest of its group.
                if turn % 7 == 0 or group in failed:
                    failed.add(group)
                    own.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
                    continue
                with lock:
                    done[group].append(int(message["Body"]))
                    left[0] -= 1
                own.delete_message(QueueUrl=url, ReceiptHandle=handle)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(done[str(group)] == list(range(messages)) for group in range(groups)), done
    assert counts(sqs, url) == (0, 0, 0)
