"""Receives one message with boto3, prints what it says of its trace, and deletes it: `work.py ENDPOINT QUEUE`."""

import json
import sys

import boto3

endpoint, name = sys.argv[1:]
sqs = boto3.client(
    "sqs", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any"
)
url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
wanted = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"], "WaitTimeSeconds": 10}
(message,) = sqs.receive_message(QueueUrl=url, **wanted)["Messages"]
attributes = {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
print(json.dumps({"trace": message["Attributes"].get("AWSTraceHeader"), "attributes": attributes}))
