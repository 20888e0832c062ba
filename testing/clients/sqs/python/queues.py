"""Queues: made, found, listed, purged, removed."""

from kit import ENDPOINT, arn, client, counts, queue, receive, receive_one, refused


def a_queue_is_made_once():
    sqs = client()
    url = queue(sqs, "jobs", VisibilityTimeout="45")
    assert url == f"{ENDPOINT}/000000000000/jobs", url
    assert queue(sqs, "jobs", VisibilityTimeout="45") == url
    assert queue(sqs, "jobs") == url, "attributes that are not named do not conflict"
    with refused("QueueAlreadyExists", "already exists"):
        queue(sqs, "jobs", VisibilityTimeout="46")
    try:
        queue(sqs, "jobs", DelaySeconds="1")
        raise AssertionError("a conflict of attributes must be refused")
    except sqs.exceptions.QueueNameExists:
        pass


def names_are_checked():
    sqs = client()
    with refused("MissingParameter", "QueueName"):
        queue(sqs, "")
    for name in ["a b", "ü", "a/b", "x" * 81]:
        with refused("InvalidParameterValue"):
            queue(sqs, name)
    queue(sqs, "x" * 80)
    queue(sqs, "Aa-_09")


def a_queue_is_found_by_name():
    sqs = client()
    url = queue(sqs, "jobs")
    assert sqs.get_queue_url(QueueName="jobs")["QueueUrl"] == url
    assert sqs.get_queue_url(QueueName="jobs", QueueOwnerAWSAccountId="000000000000")["QueueUrl"] == url
    with refused("AWS.SimpleQueueService.NonExistentQueue", "does not exist"):
        sqs.get_queue_url(QueueName="nobody")
    try:
        sqs.get_queue_url(QueueName="nobody")
        raise AssertionError("it does not exist")
    except sqs.exceptions.QueueDoesNotExist:
        pass


def queues_are_listed_by_prefix_and_page():
    sqs = client()
    assert sqs.list_queues().get("QueueUrls", []) == []
    urls = sorted(queue(sqs, f"{kind}-{number}") for kind in "ab" for number in range(5))
    assert sorted(sqs.list_queues()["QueueUrls"]) == urls
    assert sorted(sqs.list_queues(QueueNamePrefix="b-")["QueueUrls"]) == urls[5:]
    assert sqs.list_queues(QueueNamePrefix="c").get("QueueUrls", []) == []
    pages = list(sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 4}))
    assert [len(page["QueueUrls"]) for page in pages] == [4, 4, 2], pages
    assert sorted(url for page in pages for url in page["QueueUrls"]) == urls
    with refused("InvalidParameterValue"):
        sqs.list_queues(MaxResults=1001)
    with refused("InvalidParameterValue"):
        sqs.list_queues(MaxResults=2, NextToken="of another time")


def a_removed_queue_is_gone_with_its_messages():
    sqs = client()
    url = queue(sqs, "jobs")
    sqs.send_message(QueueUrl=url, MessageBody="old")
    sqs.delete_queue(QueueUrl=url)
    for action in [
        lambda: sqs.delete_queue(QueueUrl=url),
        lambda: sqs.send_message(QueueUrl=url, MessageBody="x"),
        lambda: sqs.receive_message(QueueUrl=url),
        lambda: sqs.get_queue_attributes(QueueUrl=url),
    ]:
        with refused("AWS.SimpleQueueService.NonExistentQueue"):
            action()
    assert queue(sqs, "jobs") == url
    assert receive(sqs, url) == []


def a_purge_removes_every_message():
    sqs = client()
    url = queue(sqs, "jobs")
    sqs.send_message(QueueUrl=url, MessageBody="in flight")
    held = receive_one(sqs, url)
    sqs.send_message(QueueUrl=url, MessageBody="waiting")
    sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=900)
    assert counts(sqs, url) == (1, 1, 1)
    sqs.purge_queue(QueueUrl=url)
    assert counts(sqs, url) == (0, 0, 0)
    sqs.purge_queue(QueueUrl=url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=held["ReceiptHandle"])
    sqs.send_message(QueueUrl=url, MessageBody="after")
    assert receive_one(sqs, url)["Body"] == "after"


def tags_are_kept():
    sqs = client()
    url = sqs.create_queue(QueueName="jobs", tags={"team": "harbour", "cost": ""})["QueueUrl"]
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "harbour", "cost": ""}
    sqs.tag_queue(QueueUrl=url, Tags={"team": "crane", "π": "ä ö"})
    sqs.untag_queue(QueueUrl=url, TagKeys=["cost", "never set"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "crane", "π": "ä ö"}
    sqs.untag_queue(QueueUrl=url, TagKeys=["team", "π"])
    assert sqs.list_queue_tags(QueueUrl=url).get("Tags", {}) == {}
    with refused("InvalidParameterValue"):
        sqs.tag_queue(QueueUrl=url, Tags={f"key {number}": "" for number in range(51)})


def an_arn_names_region_account_and_queue():
    sqs = client()
    assert arn(sqs, queue(sqs, "jobs")).startswith("arn:aws:sqs:")
    assert arn(sqs, queue(sqs, "jobs")).endswith(":000000000000:jobs")
