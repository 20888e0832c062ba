"""Messages: sent, received and removed, with all that they carry."""

import time

from kit import Stopwatch, client, counts, md5, md5_of_attributes, queue, receive, receive_one, refused, resource

ATTRIBUTES = {
    "text": {"DataType": "String", "StringValue": "grüße ✓"},
    "number": {"DataType": "Number", "StringValue": "12345678901234567890.123"},
    "whole": {"DataType": "Number.int", "StringValue": "-7"},
    "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff\x10"},
    "picture": {"DataType": "Binary.png", "BinaryValue": b"\x89PNG"},
    "a.b-c_D": {"DataType": "String.custom", "StringValue": "x"},
}


def a_message_goes_round():
    sqs = client()
    url = queue(sqs, "jobs")
    body = "grüße ✓ \t\n\r <&>\"'\\ \U0001f6a2"
    sent = sqs.send_message(QueueUrl=url, MessageBody=body)
    assert sent["MD5OfMessageBody"] == md5(body), sent
    message = receive_one(sqs, url)
    assert message["Body"] == body, message
    assert message["MD5OfBody"] == md5(body), message
    assert message["MessageId"] == sent["MessageId"], message
    assert set(message) == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}, message
    assert counts(sqs, url) == (0, 1, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert counts(sqs, url) == (0, 0, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def message_attributes_come_back_with_their_checksum():
    sqs = client()
    url = queue(sqs, "jobs")
    sent = sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes=ATTRIBUTES)
    assert sent["MD5OfMessageAttributes"] == md5_of_attributes(ATTRIBUTES), sent
    message = receive_one(sqs, url, MessageAttributeNames=["All"], VisibilityTimeout=0)
    assert message["MessageAttributes"] == ATTRIBUTES, message
    assert message["MD5OfMessageAttributes"] == md5_of_attributes(ATTRIBUTES), message
    for asked, expected in [
        (["text"], ["text"]),
        (["a.*"], ["a.b-c_D"]),
        ([".*"], list(ATTRIBUTES)),
        (["text", "nobody"], ["text"]),
    ]:
        message = receive_one(sqs, url, MessageAttributeNames=asked, VisibilityTimeout=0)
        chosen = {name: ATTRIBUTES[name] for name in expected}
        assert message["MessageAttributes"] == chosen, (asked, message)
        assert message["MD5OfMessageAttributes"] == md5_of_attributes(chosen), (asked, message)
    message = receive_one(sqs, url, MessageAttributeNames=["nobody"])
    assert "MessageAttributes" not in message and "MD5OfMessageAttributes" not in message, message


def bad_message_attributes_are_refused():
    sqs = client()
    url = queue(sqs, "jobs")
    text = {"DataType": "String", "StringValue": "x"}
    for attributes in [
        {"a": {"DataType": "Colour", "StringValue": "x"}},
        {"a": {"DataType": "", "StringValue": "x"}},
        {"a": {"DataType": "String", "StringValue": ""}},
        {"a": {"DataType": "String"}},
        {"a": {"DataType": "Number", "StringValue": "seven"}},
        {"a": {"DataType": "Binary", "StringValue": "x"}},
        {"AWS.trace": text},
        {"amazon.trace": text},
        {".a": text},
        {"a.": text},
        {"a..b": text},
        {"a b": text},
        {"a" * 257: text},
        {f"a{number}": text for number in range(11)},
    ]:
        with refused("InvalidParameterValue"):
            sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes=attributes)
    assert counts(sqs, url) == (0, 0, 0)
    sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes={f"a{number}": text for number in range(10)})


def system_attributes_tell_a_messages_story():
    sqs = client()
    url = queue(sqs, "jobs")
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    before = time.time() * 1000
    sent = sqs.send_message(QueueUrl=url, MessageBody="x", MessageSystemAttributes=trace)
    assert sent["MD5OfMessageSystemAttributes"] == md5_of_attributes(trace), sent
    first = receive_one(sqs, url, MessageSystemAttributeNames=["All"], VisibilityTimeout=0)["Attributes"]
    assert first["ApproximateReceiveCount"] == "1", first
    assert first["AWSTraceHeader"] == trace["AWSTraceHeader"]["StringValue"], first
    for name in ["SentTimestamp", "ApproximateFirstReceiveTimestamp"]:
        assert before - 2000 <= int(first[name]) <= time.time() * 1000 + 2000, first
    assert first["SenderId"], first
    second = receive_one(sqs, url, AttributeNames=["All"], VisibilityTimeout=0)["Attributes"]
    assert second == first | {"ApproximateReceiveCount": "2"}, (first, second)
    third = receive_one(sqs, url, MessageSystemAttributeNames=["SentTimestamp"])
    assert third["Attributes"] == {"SentTimestamp": first["SentTimestamp"]}, third


def bodies_have_limits():
    sqs = client()
    url = queue(sqs, "jobs")
    largest = "x" * 1048576
    sqs.send_message(QueueUrl=url, MessageBody=largest)
    assert receive_one(sqs, url)["Body"] == largest
    with refused("InvalidParameterValue", "1048576"):
        sqs.send_message(QueueUrl=url, MessageBody=largest + "x")
    with refused("MissingParameter", "MessageBody"):
        sqs.send_message(QueueUrl=url, MessageBody="")


def characters_that_xml_cannot_hold_are_refused():
    sqs = client()
    url = queue(sqs, "jobs")
    for character in ["\x00", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff"]:
        with refused("InvalidMessageContents"):
            sqs.send_message(QueueUrl=url, MessageBody="a" + character)
    for character in ["\t", "\n", "\r", " ", "\ud7ff", "\ue000", "\ufffd", "\U00010000", "\U0010ffff"]:
        sqs.send_message(QueueUrl=url, MessageBody="a" + character)
    assert counts(sqs, url) == (9, 0, 0)


def a_delayed_message_comes_in_its_time():
    sqs = client()
    url = queue(sqs, "jobs")
    watch = Stopwatch()
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=2)
    assert counts(sqs, url) == (0, 0, 1)
    assert receive_one(sqs, url)["Body"] == "later"
    watch.at_least(2)
    for seconds in [-1, 901]:
        with refused("InvalidParameterValue", "DelaySeconds"):
            sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=seconds)


def a_receive_takes_one_to_ten():
    sqs = client()
    url = queue(sqs, "jobs")
    for number in range(12):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    assert len(receive(sqs, url)) == 1
    taken = receive(sqs, url, MaxNumberOfMessages=10)
    assert len(taken) == 10
    assert len({message["ReceiptHandle"] for message in taken}) == 10
    assert len(receive(sqs, url, MaxNumberOfMessages=10)) == 1
    assert receive(sqs, url, MaxNumberOfMessages=10) == []
    for arguments in [
        {"MaxNumberOfMessages": 0},
        {"MaxNumberOfMessages": 11},
        {"WaitTimeSeconds": -1},
        {"WaitTimeSeconds": 21},
        {"VisibilityTimeout": -1},
        {"VisibilityTimeout": 43201},
    ]:
        with refused("InvalidParameterValue", next(iter(arguments))):
            receive(sqs, url, **arguments)


def an_empty_long_poll_ends_in_its_time():
    sqs = client()
    url = queue(sqs, "jobs")
    watch = Stopwatch()
    assert receive(sqs, url, WaitTimeSeconds=2) == []
    watch.at_least(2)


def the_object_oriented_dress_works_too():
    queue = resource().create_queue(QueueName="jobs")
    queue.send_message(MessageBody="hello", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    (message,) = queue.receive_messages(MessageAttributeNames=["All"], WaitTimeSeconds=20)
    assert message.body == "hello" and message.message_attributes["a"]["StringValue"] == "b"
    message.change_visibility(VisibilityTimeout=60)
    message.delete()
    queue.reload()
    assert queue.attributes["ApproximateNumberOfMessages"] == "0"
    assert [found.url for found in resource().queues.all()] == [queue.url]
    queue.delete()


def a_group_id_is_welcome_on_a_standard_queue():
    sqs = client()
    url = queue(sqs, "jobs")
    sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="tenant-7")
    message = receive_one(sqs, url, MessageSystemAttributeNames=["MessageGroupId"])
    assert message["Attributes"] == {"MessageGroupId": "tenant-7"}, message
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="x" * 129)
