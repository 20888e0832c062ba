//! A request of each action that succeeds. Every wrong one is a right one with one thing changed.

use super::stage::Stage;
use serde_json::{Value, json};

/// A request of `action` that succeeds on this stage.
pub(super) fn request(stage: &Stage<'_>, action: &str) -> Value {
    let url = stage.url();
    match action {
        "AddPermission" => {
            json!({"QueueUrl": url, "Label": "l", "AWSAccountIds": ["111122223333"], "Actions": ["SendMessage"]})
        }
        "RemovePermission" => {
            stage.must("AddPermission", &request(stage, "AddPermission"));
            json!({"QueueUrl": url, "Label": "l"})
        }
        "ChangeMessageVisibility" => json!({"QueueUrl": url, "ReceiptHandle": stage.handle(), "VisibilityTimeout": 60}),
        "ChangeMessageVisibilityBatch" => {
            json!({"QueueUrl": url, "Entries": [{"Id": "a", "ReceiptHandle": stage.handle(), "VisibilityTimeout": 60}]})
        }
        "DeleteMessage" => json!({"QueueUrl": url, "ReceiptHandle": stage.handle()}),
        "DeleteMessageBatch" => json!({"QueueUrl": url, "Entries": [{"Id": "a", "ReceiptHandle": stage.handle()}]}),
        "CreateQueue" => json!({"QueueName": format!("{}-fresh", stage.queue())}),
        "GetQueueUrl" => json!({"QueueName": stage.queue()}),
        "ListQueues" => json!({}),
        "GetQueueAttributes" => json!({"QueueUrl": url, "AttributeNames": ["All"]}),
        "SetQueueAttributes" => json!({"QueueUrl": url, "Attributes": {"DelaySeconds": "1"}}),
        "SendMessage" => json!({"QueueUrl": url, "MessageBody": "x"}),
        "SendMessageBatch" => json!({"QueueUrl": url, "Entries": [{"Id": "a", "MessageBody": "x"}]}),
        "TagQueue" => json!({"QueueUrl": url, "Tags": {"team": "harbour"}}),
        "UntagQueue" => json!({"QueueUrl": url, "TagKeys": ["team"]}),
        "DeleteQueue" | "ListDeadLetterSourceQueues" | "ListQueueTags" | "PurgeQueue" | "ReceiveMessage" => {
            json!({"QueueUrl": url})
        }
        "StartMessageMoveTask" | "ListMessageMoveTasks" => json!({"SourceArn": stage.dead_letter_arn()}),
        "CancelMessageMoveTask" => json!({"TaskHandle": stage.running_task()}),
        other => panic!("{other} has no good request yet: add one"),
    }
}
