"""boto3's object-oriented dress: every action that its queue and message objects have."""

import json

from kit import client, resource


def a_queues_object_tells_and_changes_its_attributes():
    sqs = resource()
    queue = sqs.create_queue(QueueName="jobs", Attributes={"DelaySeconds": "3"}, tags={"team": "harbour"})
    assert queue.attributes["DelaySeconds"] == "3" and queue.url.endswith("/jobs")
    queue.set_attributes(Attributes={"DelaySeconds": "4"})
    queue.reload()
    assert queue.attributes["DelaySeconds"] == "4"
    queue.add_permission(Label="share", AWSAccountIds=["111122223333"], Actions=["SendMessage"])
    queue.reload()
    assert json.loads(queue.attributes["Policy"])["Statement"][0]["Sid"] == "share"
    queue.remove_permission(Label="share")
    assert sqs.get_queue_by_name(QueueName="jobs") == queue
    queue.delete()
    assert list(sqs.queues.all()) == []


def collections_go_through_all_pages():
    sqs = resource()
    dead = sqs.create_queue(QueueName="dead")
    policy = json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": 1})
    made = [sqs.create_queue(QueueName=f"jobs-{n}", Attributes={"RedrivePolicy": policy}) for n in range(7)]
    assert list(sqs.queues.filter(QueueNamePrefix="jobs-")) == made
    assert list(sqs.queues.page_size(2)) == [dead, *made]
    assert list(sqs.queues.limit(3)) == [dead, *made[:2]]
    assert list(dead.dead_letter_source_queues.all()) == made
    assert list(dead.dead_letter_source_queues.page_size(3)) == made


def messages_are_objects_too():
    sqs = resource()
    queue = sqs.create_queue(QueueName="jobs")
    attributes = {"kind": {"DataType": "String", "StringValue": "greeting"}}
    sent = queue.send_message(MessageBody="hello", MessageAttributes=attributes)
    (message,) = queue.receive_messages(WaitTimeSeconds=20, AttributeNames=["All"], MessageAttributeNames=["All"])
    assert (message.body, message.message_id) == ("hello", sent["MessageId"])
    assert message.md5_of_body == sent["MD5OfMessageBody"] and message.message_attributes == attributes
    assert message.attributes["ApproximateReceiveCount"] == "1"
    message.change_visibility(VisibilityTimeout=0)
    (again,) = queue.receive_messages(WaitTimeSeconds=20, AttributeNames=["ApproximateReceiveCount"])
    assert again.attributes["ApproximateReceiveCount"] == "2"
    again.delete()
    queue.reload()
    assert queue.attributes["ApproximateNumberOfMessagesNotVisible"] == "0"


def batches_go_through_objects():
    sqs = resource()
    queue = sqs.create_queue(QueueName="jobs")
    entries = [{"Id": str(n), "MessageBody": f"body {n}"} for n in range(10)]
    assert len(queue.send_messages(Entries=entries)["Successful"]) == 10
    messages = []
    while len(messages) < 10:
        messages += queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=20)
    held = [{"Id": str(n), "ReceiptHandle": message.receipt_handle} for n, message in enumerate(messages)]
    longer = [entry | {"VisibilityTimeout": 600} for entry in held]
    assert len(queue.change_message_visibility_batch(Entries=longer)["Successful"]) == 10
    assert len(queue.delete_messages(Entries=held)["Successful"]) == 10
    queue.send_message(MessageBody="left")
    queue.purge()
    counts = client().get_queue_attributes(QueueUrl=queue.url, AttributeNames=["ApproximateNumberOfMessages"])
    assert counts["Attributes"] == {"ApproximateNumberOfMessages": "0"}


def an_object_can_be_made_of_a_url_and_a_handle():
    sqs = resource()
    queue = sqs.Queue(sqs.create_queue(QueueName="jobs").url)
    queue.send_message(MessageBody="hello")
    (message,) = queue.receive_messages(WaitTimeSeconds=20)
    assert queue.Message(message.receipt_handle) == message
    sqs.Message(queue.url, message.receipt_handle).delete()
    assert queue.receive_messages(VisibilityTimeout=0) == []
