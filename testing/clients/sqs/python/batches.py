"""Batches: whole, in part, and refused."""

from kit import client, counts, md5, md5_of_attributes, queue, receive, refused


def _entries(*ids, **further):
    return [{"Id": id} | further for id in ids]


def a_batch_is_sent_received_and_removed():
    sqs = client()
    url = queue(sqs, "jobs")
    attributes = {"a": {"DataType": "Number", "StringValue": "1"}}
    entries = [{"Id": f"id-{n}", "MessageBody": f"body {n}", "MessageAttributes": attributes} for n in range(10)]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert sent.get("Failed", []) == []
    assert [entry["Id"] for entry in sent["Successful"]] == [entry["Id"] for entry in entries]
    for entry, done in zip(entries, sent["Successful"]):
        assert done["MD5OfMessageBody"] == md5(entry["MessageBody"]), done
        assert done["MD5OfMessageAttributes"] == md5_of_attributes(attributes), done
    messages = receive(sqs, url, MaxNumberOfMessages=10)
    assert {message["MessageId"] for message in messages} == {done["MessageId"] for done in sent["Successful"]}
    handles = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(messages)]
    longer = [handle | {"VisibilityTimeout": 600} for handle in handles]
    changed = sqs.change_message_visibility_batch(QueueUrl=url, Entries=longer)
    assert len(changed["Successful"]) == 10 and changed.get("Failed", []) == [], changed
    removed = sqs.delete_message_batch(QueueUrl=url, Entries=handles)
    assert len(removed["Successful"]) == 10 and removed.get("Failed", []) == [], removed
    assert counts(sqs, url) == (0, 0, 0)


def a_batch_can_succeed_in_part():
    sqs = client()
    url = queue(sqs, "jobs")
    sent = sqs.send_message_batch(
        QueueUrl=url,
        Entries=[
            {"Id": "good", "MessageBody": "x"},
            {"Id": "late", "MessageBody": "x", "DelaySeconds": 901},
            {"Id": "odd", "MessageBody": "\x00"},
            {"Id": "also-good", "MessageBody": "y"},
        ],
    )
    assert [done["Id"] for done in sent["Successful"]] == ["good", "also-good"], sent
    failed = {entry["Id"]: (entry["Code"], entry["SenderFault"]) for entry in sent["Failed"]}
    assert failed == {"late": ("InvalidParameterValue", True), "odd": ("InvalidMessageContents", True)}, sent
    assert counts(sqs, url) == (2, 0, 0)
    (message,) = receive(sqs, url)
    entries = [{"Id": "good", "ReceiptHandle": message["ReceiptHandle"]}, {"Id": "bad", "ReceiptHandle": "nonsense"}]
    changed = sqs.change_message_visibility_batch(
        QueueUrl=url, Entries=[entry | {"VisibilityTimeout": 60} for entry in entries]
    )
    removed = sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    for result in [changed, removed]:
        assert [done["Id"] for done in result["Successful"]] == ["good"], result
        (failure,) = result["Failed"]
        assert (failure["Id"], failure["Code"], failure["SenderFault"]) == ("bad", "ReceiptHandleIsInvalid", True)


def a_batch_is_refused_whole_for_its_shape():
    sqs = client()
    url = queue(sqs, "jobs")
    batches = [
        (sqs.send_message_batch, {"MessageBody": "x"}),
        (sqs.delete_message_batch, {"ReceiptHandle": "x"}),
        (sqs.change_message_visibility_batch, {"ReceiptHandle": "x", "VisibilityTimeout": 0}),
    ]
    for batch, further in batches:
        for code, ids in [
            ("EmptyBatchRequest", []),
            ("TooManyEntriesInBatchRequest", [str(number) for number in range(11)]),
            ("BatchEntryIdsNotDistinct", ["a", "b", "a"]),
            ("InvalidBatchEntryId", ["a", "b c"]),
            ("InvalidBatchEntryId", ["x" * 81]),
        ]:
            with refused(f"AWS.SimpleQueueService.{code}"):
                batch(QueueUrl=url, Entries=_entries(*ids, **further))
    assert counts(sqs, url) == (0, 0, 0)


def a_batch_is_as_large_as_one_message_may_be():
    sqs = client()
    url = queue(sqs, "jobs")
    half = "x" * 524288
    sqs.send_message_batch(QueueUrl=url, Entries=_entries("a", "b", MessageBody=half))
    with refused("AWS.SimpleQueueService.BatchRequestTooLong"):
        sqs.send_message_batch(QueueUrl=url, Entries=_entries("a", "b", MessageBody=half + "x"))
    assert counts(sqs, url) == (2, 0, 0)
