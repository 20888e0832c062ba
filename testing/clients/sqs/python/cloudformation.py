"""The calls that CloudFormation's AWS::SQS::Queue makes, and with it CDK: everything at creation, changes in place, and a
replacement that needs the same name at once."""

import json

from kit import client, refused


def _all(sqs, url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def _everything(dead_arn):
    return {
        "DelaySeconds": "5",
        "MaximumMessageSize": "262144",
        "MessageRetentionPeriod": "1209600",
        "ReceiveMessageWaitTimeSeconds": "20",
        "VisibilityTimeout": "300",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3}),
        "RedriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"}),
        "KmsMasterKeyId": "alias/aws/sqs",
        "KmsDataKeyReusePeriodSeconds": "600",
    }


def a_stack_is_created_updated_and_deleted():
    sqs = client()
    dead = sqs.create_queue(QueueName="Stack-Dead-1A2B3C", Attributes={"MessageRetentionPeriod": "1209600"})["QueueUrl"]
    wanted = _everything(_all(sqs, dead)["QueueArn"])
    tags = {"aws:cloudformation:stack-name": "Stack", "aws:cloudformation:logical-id": "Jobs"}
    jobs = sqs.create_queue(QueueName="Stack-Jobs-4D5E6F", Attributes=wanted, tags=tags)["QueueUrl"]
    told = _all(sqs, jobs)
    assert {name: told[name] for name in wanted} == wanted, told
    assert sqs.list_queue_tags(QueueUrl=jobs)["Tags"] == tags
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [jobs]

    # In place: new values for some, the empty text for what the template left out.
    changed = {"VisibilityTimeout": "60", "RedriveAllowPolicy": "", "KmsMasterKeyId": "", "SqsManagedSseEnabled": "true"}
    sqs.set_queue_attributes(QueueUrl=jobs, Attributes=changed)
    told = _all(sqs, jobs)
    assert (told["VisibilityTimeout"], told["SqsManagedSseEnabled"]) == ("60", "true"), told
    assert told.keys().isdisjoint({"RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"}), told
    assert told["RedrivePolicy"] == wanted["RedrivePolicy"] and told["DelaySeconds"] == "5", told

    # A rollback sends the old template, once more and then again.
    for _ in range(2):
        sqs.set_queue_attributes(QueueUrl=jobs, Attributes=wanted)
        told = _all(sqs, jobs)
        assert {name: told[name] for name in wanted} == wanted, told
    for url in [jobs, dead]:
        sqs.delete_queue(QueueUrl=url)
        with refused("AWS.SimpleQueueService.NonExistentQueue"):
            sqs.get_queue_url(QueueName=url.rsplit("/", 1)[1])


def a_queue_is_created_again_at_once_and_remembers_nothing():
    sqs = client()
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    everything = _everything(_all(sqs, dead)["QueueArn"])
    jobs = sqs.create_queue(QueueName="jobs", Attributes=everything, tags={"a": "b"})["QueueUrl"]
    sqs.send_message(QueueUrl=jobs, MessageBody="of the first", DelaySeconds=0)
    sqs.delete_queue(QueueUrl=jobs)
    assert sqs.create_queue(QueueName="jobs")["QueueUrl"] == jobs
    told = _all(sqs, jobs)
    assert (told["VisibilityTimeout"], told["ApproximateNumberOfMessages"]) == ("30", "0"), told
    assert told.keys().isdisjoint({"RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"}), told
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=jobs)


def a_name_that_is_taken_by_another_template_is_a_conflict():
    sqs = client()
    sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "60"})
    with refused("QueueAlreadyExists", "VisibilityTimeout"):
        sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "61"})
