//! The cells: what provokes each error of each action, or why it cannot happen on this server.

use super::good;
use super::stage::Stage;
use serde_json::{Value, json};

/// Prepares the stage for an action, and returns the request that must fail.
pub(super) type Provoke = fn(&Stage<'_>, &str) -> Value;

/// How a cell is filled.
pub(super) enum Cell {
    /// It happens on a server with AWS's limits.
    Provoked(Provoke),
    /// It happens in a test of its own, in this file.
    Elsewhere(&'static str),
    /// It cannot happen, for this reason.
    Never(&'static str),
}

use Cell::{Elsewhere, Never, Provoked};

/// The cell of an action and an error; nothing if nobody has thought about it.
pub(super) fn cell(action: &str, error: &str) -> Option<Cell> {
    by_error(action, error).or_else(|| batch(action, error)).or_else(|| by_action(action, error))
}

/// Errors that mean the same in every action.
fn by_error(action: &str, error: &str) -> Option<Cell> {
    let moves = action.contains("MessageMoveTask");
    let names_no_queue = moves || matches!(action, "CreateQueue" | "ListQueues" | "GetQueueUrl");
    match error {
        "RequestThrottled" => Some(Never("nothing is throttled: backpressure delays an answer instead")),
        "InvalidSecurity" => Some(Never("signatures are not checked, and plain HTTP on loopback is the normal case")),
        error if error.starts_with("Kms") => Some(Never("keys are noted and told, never used")),
        "UnsupportedOperation" if action == "CancelMessageMoveTask" => Some(Provoked(|stage, action| {
            let request = good::request(stage, action);
            stage.must(action, &request);
            request
        })),
        "UnsupportedOperation" if moves => {
            Some(Never("what cannot be moved or listed is an InvalidParameterValue, in AWS's own words"))
        }
        "ResourceNotFoundException" if action == "CancelMessageMoveTask" => Some(Provoked(|stage, action| {
            let request = good::request(stage, action);
            stage.must("DeleteQueue", &json!({"QueueUrl": stage.url()}));
            request
        })),
        "ResourceNotFoundException" => Some(Provoked(|stage, action| {
            let arn = format!("{}-of-nobody", stage.dead_letter_arn());
            with(good::request(stage, action), "SourceArn", arn)
        })),
        "UnsupportedOperation" if action == "SendMessage" => Some(Provoked(|stage, action| {
            let list = json!({"a": {"DataType": "String", "StringListValues": ["x"]}});
            with(good::request(stage, action), "MessageAttributes", list)
        })),
        "UnsupportedOperation" if action == "SendMessageBatch" => {
            Some(Never("what SendMessage refuses so, fails one entry here and not the batch"))
        }
        "UnsupportedOperation" => Some(Never("every operation of a standard queue is supported")),
        "InvalidAddress" if names_no_queue => Some(Never("the request holds no queue URL")),
        "InvalidAddress" => {
            Some(Provoked(|stage, action| with(good::request(stage, action), "QueueUrl", "http://localhost/")))
        }
        "QueueDoesNotExist" if action == "GetQueueUrl" => {
            Some(Provoked(|stage, action| with(good::request(stage, action), "QueueName", "nobody")))
        }
        "QueueDoesNotExist" => Some(Provoked(|stage, action| {
            let url = format!("{}-of-nobody", stage.url());
            with(good::request(stage, action), "QueueUrl", url)
        })),
        _ => None,
    }
}

/// Errors of the three batch actions.
fn batch(action: &str, error: &str) -> Option<Cell> {
    if !action.ends_with("Batch") {
        return None;
    }
    match error {
        "EmptyBatchRequest" => Some(Provoked(|stage, action| entries(stage, action, |_| vec![]))),
        "TooManyEntriesInBatchRequest" => Some(Provoked(|stage, action| {
            entries(stage, action, |entry| (0..11).map(|n| with(entry.clone(), "Id", n.to_string())).collect())
        })),
        "BatchEntryIdsNotDistinct" => {
            Some(Provoked(|stage, action| entries(stage, action, |entry| vec![entry.clone(), entry.clone()])))
        }
        "InvalidBatchEntryId" => {
            Some(Provoked(|stage, action| entries(stage, action, |entry| vec![with(entry.clone(), "Id", "a b")])))
        }
        "BatchRequestTooLong" => Some(Provoked(|stage, action| {
            let half = "x".repeat(600_000);
            entries(stage, action, |entry| {
                ["a", "b"].map(|id| with(with(entry.clone(), "Id", id), "MessageBody", half.as_str())).to_vec()
            })
        })),
        _ => None,
    }
}

/// What only one action, or a few, can do wrong.
fn by_action(action: &str, error: &str) -> Option<Cell> {
    match (action, error) {
        ("AddPermission", "OverLimit") => Some(Provoked(|stage, action| {
            let many = ["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueUrl"];
            let more = ["GetQueueAttributes", "PurgeQueue", "ListDeadLetterSourceQueues"];
            with(good::request(stage, action), "Actions", [many.as_slice(), &more].concat())
        })),
        ("ReceiveMessage", "OverLimit") => {
            // Needs 120,000 messages in flight.
            Some(Elsewhere("in_flight.rs"))
        }
        ("SetQueueAttributes", "OverLimit") => Some(Never("changes of attributes are not counted")),
        ("ChangeMessageVisibility", "MessageNotInflight") => Some(Provoked(|stage, action| {
            let request = good::request(stage, action);
            stage.must(action, &with(request.clone(), "VisibilityTimeout", 0));
            request
        })),
        ("ChangeMessageVisibility" | "DeleteMessage", "ReceiptHandleIsInvalid") => {
            Some(Provoked(|stage, action| with(good::request(stage, action), "ReceiptHandle", "nonsense")))
        }
        ("DeleteMessage", "InvalidIdFormat") => Some(Never(
            "AWS's word for handles of a format it has given up; every bad handle is ReceiptHandleIsInvalid",
        )),
        ("CreateQueue", "QueueNameExists") => {
            Some(Provoked(|stage, _| json!({"QueueName": stage.queue(), "Attributes": {"DelaySeconds": "1"}})))
        }
        ("CreateQueue", "QueueDeletedRecently") => Some(Provoked(|stage, _| {
            stage.must("DeleteQueue", &json!({"QueueUrl": stage.url()}));
            json!({"QueueName": stage.queue()})
        })),
        ("PurgeQueue", "PurgeQueueInProgress") => Some(Provoked(|stage, action| {
            stage.must(action, &good::request(stage, action));
            good::request(stage, action)
        })),
        ("CreateQueue" | "SetQueueAttributes", "InvalidAttributeName") => {
            Some(Provoked(|stage, action| with(good::request(stage, action), "Attributes", json!({"Colour": "red"}))))
        }
        ("CreateQueue" | "SetQueueAttributes", "InvalidAttributeValue") => Some(Provoked(|stage, action| {
            with(good::request(stage, action), "Attributes", json!({"DelaySeconds": "901"}))
        })),
        ("GetQueueAttributes", "InvalidAttributeName") => {
            Some(Provoked(|stage, action| with(good::request(stage, action), "AttributeNames", ["Colour"])))
        }
        ("SendMessage", "InvalidMessageContents") => {
            Some(Provoked(|stage, action| with(good::request(stage, action), "MessageBody", "\u{1}")))
        }
        _ => None,
    }
}

/// `request` with one member set.
fn with(mut request: Value, member: &str, value: impl Into<Value>) -> Value {
    request[member] = value.into();
    request
}

/// A good batch with its one entry made into others.
fn entries(stage: &Stage<'_>, action: &str, make: impl Fn(&Value) -> Vec<Value>) -> Value {
    let request = good::request(stage, action);
    let entries = make(&request["Entries"][0]);
    with(request, "Entries", entries)
}
