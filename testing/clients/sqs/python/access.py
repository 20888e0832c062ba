"""Users: signed requests, permissions, accounts, presigned URLs. The server has the users of `signed.rs`."""

import json
import urllib.error
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from kit import ENDPOINT, SETTINGS, queue, receive_one, refused


def _client(key, secret=None, region="eu-central-1", **config):
    settings = {
        "region_name": region,
        "aws_access_key_id": key,
        "aws_secret_access_key": secret or f"secret of {key}",
        "config": SETTINGS["config"].merge(Config(**config)),
    }
    return boto3.client("sqs", **(SETTINGS | settings))


def a_signed_message_goes_round():
    for key in ("OWNER1", "OWNER2"):
        sqs = _client(key)
        url = queue(sqs, "jobs")
        sqs.send_message(QueueUrl=url, MessageBody="grüße", MessageAttributes={"a": {"DataType": "String", "StringValue": "ü"}})
        message = receive_one(sqs, url, MessageSystemAttributeNames=["SenderId"])
        assert (message["Body"], message["Attributes"]["SenderId"]) == ("grüße", "owner"), message
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def strangers_are_refused():
    with refused("InvalidClientTokenId", "The security token included in the request is invalid."):
        _client("NOBODY").list_queues()
    with refused("InvalidClientTokenId"):
        _client("OWNER0").list_queues()
    with refused("SignatureDoesNotMatch", "does not match the signature you provided"):
        _client("OWNER1", "a guess").list_queues()
    with refused("SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'us-west-2'"):
        _client("OWNER1", region="us-west-2").list_queues()
    with refused("MissingAuthenticationToken", "Request is missing Authentication Token"):
        _client("OWNER1", signature_version=UNSIGNED).list_queues()


def a_user_may_what_is_allowed():
    owner, worker = _client("OWNER1"), _client("WORKER")
    url = queue(owner, "jobs-eu")
    queue(owner, "accounts")
    owner.send_message(QueueUrl=url, MessageBody="x")
    message = receive_one(worker, url)
    worker.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert [one.rsplit("/", 1)[1] for one in worker.list_queues()["QueueUrls"]] == ["jobs-eu"]
    said = "arn:aws:iam::000000000000:user/worker is not authorized to perform: sqs:sendmessage on resource: "
    with refused("AccessDenied", said + "arn:aws:sqs:eu-central-1:000000000000:jobs-eu"):
        worker.send_message(QueueUrl=url, MessageBody="x")
    with refused("AccessDenied"):
        worker.purge_queue(QueueUrl=url)
    with refused("AWS.SimpleQueueService.NonExistentQueue", "or you do not have access to it"):
        worker.get_queue_url(QueueName="accounts")


def accounts_do_not_meet_until_a_policy_shares():
    owner, partner = _client("OWNER1"), _client("PARTNER")
    url, other = queue(owner, "jobs"), queue(partner, "jobs")
    assert "/000000000000/" in url and "/111111111111/" in other, (url, other)
    owner.send_message(QueueUrl=url, MessageBody="the owner's")
    assert "Messages" not in partner.receive_message(QueueUrl=other)
    with refused("AccessDenied", "because no resource-based policy allows the sqs:receivemessage action"):
        partner.receive_message(QueueUrl=url)
    owner.add_permission(QueueUrl=url, Label="partner", AWSAccountIds=["111111111111"], Actions=["ReceiveMessage"])
    assert receive_one(partner, url)["Body"] == "the owner's"
    with refused("AccessDenied"):
        partner.send_message(QueueUrl=url, MessageBody="x")
    denial = {"Effect": "Deny", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": "*"}
    owner.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [denial]})})
    with refused("AccessDenied", "with an explicit deny in a resource-based policy"):
        owner.receive_message(QueueUrl=url)


def a_presigned_url_is_one_request():
    owner = _client("OWNER1")
    url = queue(owner, "jobs")
    owner.send_message(QueueUrl=url, MessageBody="for whoever has the URL")

    def presigned(action, secret="secret of OWNER1"):
        request = AWSRequest("GET", f"{ENDPOINT}/000000000000/jobs?Action={action}&MaxNumberOfMessages=1")
        SigV4QueryAuth(Credentials("OWNER1", secret), "sqs", "eu-central-1", expires=60).add_auth(request)
        return request.url

    with urllib.request.urlopen(presigned("ReceiveMessage")) as answer:
        assert b"for whoever has the URL" in answer.read()
    _answers_403(presigned("ReceiveMessage").replace("ReceiveMessage", "PurgeQueue"), b"<Code>SignatureDoesNotMatch</Code>")
    _answers_403(presigned("ReceiveMessage", "a guess"), b"<Code>SignatureDoesNotMatch</Code>")
    # What boto3 itself presigns for this API is a POST whose headers are signed and have to be sent along.
    listing = urllib.request.Request(owner.generate_presigned_url("list_queues", ExpiresIn=60), method="POST", data=b"")
    listing.add_header("X-Amz-Target", "AmazonSQS.ListQueues")
    listing.add_header("Content-Type", "application/x-amz-json-1.0")
    listing.add_header("X-Amzn-Query-Mode", "true")
    with urllib.request.urlopen(listing) as answer:
        assert json.load(answer) == {"QueueUrls": [url]}


def _answers_403(url, part):
    try:
        urllib.request.urlopen(url)
    except urllib.error.HTTPError as error:
        assert error.code == 403 and part in (body := error.read()), body
        return
    raise AssertionError("it went through")
