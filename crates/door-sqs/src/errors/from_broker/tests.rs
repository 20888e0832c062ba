//! Every error of the broker in both protocols: name, status and the words that matter.

use super::*;
use crate::frame::reply::error_body;
use crate::frame::request_id::RequestIds;
use crate::frame::style::Style;
use broker::{Annotations, Measure, Outcome, QueueInfo, RedriveId};
use std::sync::Arc;
use vocab::{QueueId, QueueSettings};

const NO_QUEUE: NoSuchQueue = NoSuchQueue(QueueId(1));

fn queue() -> Arc<QueueInfo> {
    Arc::new(QueueInfo {
        id: QueueId(1),
        name: "jobs".to_owned(),
        settings: QueueSettings::default(),
        annotations: Annotations::new(),
        created_ms: 0,
        modified_ms: 0,
        revision: 1,
    })
}

fn unavailable<R>() -> [(Error<R>, &'static str, u16, &'static str); 3] {
    [
        (Error::Unavailable(Unavailable::Poisoned("EIO".into())), "InternalFailure", 500, "outcome is unknown: EIO"),
        (Error::Unavailable(Unavailable::Damaged("bad block".into())), "InternalFailure", 500, "bad block"),
        (Error::Unavailable(Unavailable::Stopping), "ServiceUnavailable", 503, "nothing was done"),
    ]
}

/// The same error in both protocols, under the Query name.
fn check(error: &SqsError, query: &str, status: u16, words: &str) {
    let row = error.code.row();
    assert_eq!((row.query, row.status.as_u16()), (query, status), "{error:?}");
    let id = RequestIds::new(1).next();
    for style in [Style::Json, Style::Xml, Style::QueryJson] {
        let body = String::from_utf8(error_body(style, &id, error)).expect("UTF-8");
        let name = if style == Style::Json { row.shape } else { query };
        assert!(body.contains(name) && body.contains(words), "{style:?}: {body}");
    }
}

#[test]
fn creating() {
    let refusals = [
        (CreateQueueError::Exists(queue()), "QueueAlreadyExists", 400, "jobs"),
        (CreateQueueError::Name { max: 255, got: 300 }, "InvalidParameterValue", 400, "1 to 80 in length"),
        (CreateQueueError::IdsExhausted, "OverLimit", 403, "all the queues"),
    ];
    for (refusal, query, status, words) in refusals {
        check(&create_queue_error(Error::Refused(refusal)), query, status, words);
    }
    for (error, query, status, words) in unavailable() {
        check(&create_queue_error(error), query, status, words);
    }
}

#[test]
fn changing() {
    let refusals = [
        (UpdateQueueError::NoSuchQueue(NO_QUEUE), "AWS.SimpleQueueService.NonExistentQueue", 400, "does not exist"),
        (UpdateQueueError::Changed(queue()), "ServiceUnavailable", 503, "Try again"),
    ];
    for (refusal, query, status, words) in refusals {
        check(&update_queue_error(Error::Refused(refusal)), query, status, words);
    }
    for (error, query, status, words) in unavailable() {
        check(&update_queue_error(error), query, status, words);
    }
}

#[test]
fn sending() {
    let too_large = PublishError::TooLarge { index: 0, bytes: 2000, max: 1024 };
    let batch = PublishError::BatchTooLarge { messages: 10, bytes: 9_000_000 };
    let full = PublishError::QueueFull { max: 5, measure: Measure::Messages };
    let refusals = [
        (PublishError::NoSuchQueue(NO_QUEUE), "AWS.SimpleQueueService.NonExistentQueue", 400, "does not exist"),
        (too_large, "InvalidParameterValue", 400, "Message must be shorter than 1024 bytes"),
        (batch, "AWS.SimpleQueueService.BatchRequestTooLong", 400, "You have sent 9000000 bytes"),
        (full, "OverLimit", 403, "takes at most 5 messages"),
        (PublishError::DiskFull, "ServiceUnavailable", 503, "the disk is full"),
    ];
    for (refusal, query, status, words) in refusals {
        check(&publish_error(Error::Refused(refusal)), query, status, words);
    }
    for (error, query, status, words) in unavailable() {
        check(&publish_error(error), query, status, words);
    }
}

#[test]
fn receiving() {
    let refusals = [
        (ReceiveError::NoSuchQueue(NO_QUEUE), "AWS.SimpleQueueService.NonExistentQueue", 400, "does not exist"),
        (ReceiveError::TooManyLeases { max: 120_000 }, "OverLimit", 403, "120000"),
    ];
    for (refusal, query, status, words) in refusals {
        check(&receive_error(Error::Refused(refusal)), query, status, words);
    }
    for (error, query, status, words) in unavailable() {
        check(&receive_error(error), query, status, words);
    }
}

#[test]
fn deleting_purging_and_counting_queues() {
    let gone = no_such_queue_error(Error::Refused(NO_QUEUE));
    check(&gone, "AWS.SimpleQueueService.NonExistentQueue", 400, "does not exist");
    for (error, query, status, words) in unavailable() {
        check(&no_such_queue_error(error), query, status, words);
    }
}

#[test]
fn moving_messages() {
    let id = RedriveId { source: QueueId(1), number: 1 };
    let starts = [
        (StartRedriveError::NoSuchQueue(NO_QUEUE), "ResourceNotFoundException", 404, "the SourceArn parameter"),
        (StartRedriveError::NoSuchTarget(QueueId(2)), "ResourceNotFoundException", 404, "the DestinationArn parameter"),
        (StartRedriveError::IntoItself, "InvalidParameterValue", 400, "cannot be the same"),
        (StartRedriveError::Running(id), "InvalidParameterValue", 400, "already a task running"),
    ];
    for (refusal, query, status, words) in starts {
        check(&start_redrive_error(Error::Refused(refusal)), query, status, words);
    }
    check(&list_redrives_error(Error::Refused(NO_QUEUE)), "ResourceNotFoundException", 404, "the SourceArn parameter");
    let ended = CancelRedriveError::Ended(Outcome::Done);
    let cancels = [
        (CancelRedriveError::NoSuchQueue(NO_QUEUE), "ResourceNotFoundException", 404, "Task does not exist"),
        (CancelRedriveError::NoSuchRedrive(id), "ResourceNotFoundException", 404, "Task does not exist"),
        (ended, "AWS.SimpleQueueService.UnsupportedOperation", 400, "running"),
    ];
    for (refusal, query, status, words) in cancels {
        check(&cancel_redrive_error(Error::Refused(refusal)), query, status, words);
    }
    for (error, query, status, words) in unavailable() {
        check(&start_redrive_error(error), query, status, words);
    }
    for (error, query, status, words) in unavailable() {
        check(&cancel_redrive_error(error), query, status, words);
    }
    for (error, query, status, words) in unavailable() {
        check(&list_redrives_error(error), query, status, words);
    }
}

const TOO_LONG: SettleError = SettleError::TooLong { total_ms: 50_000_000, max_ms: 43_200_000 };

#[test]
fn deleting_messages() {
    for fine in [SettleError::Gone, SettleError::Stale, SettleError::NotLeased] {
        assert_eq!(delete_error(fine), None);
    }
    let gone = delete_error(SettleError::NoSuchQueue(NO_QUEUE)).expect("an error");
    check(&gone, "AWS.SimpleQueueService.NonExistentQueue", 400, "does not exist");
    check(&delete_error(TOO_LONG).expect("an error"), "InternalFailure", 500, "50000000 ms");
}

#[test]
fn changing_visibility() {
    let table = [
        (SettleError::NoSuchQueue(NO_QUEUE), "AWS.SimpleQueueService.NonExistentQueue", "does not exist"),
        (SettleError::NotLeased, "AWS.SimpleQueueService.MessageNotInflight", "in flight"),
        (SettleError::Gone, "InvalidParameterValue", "Value handle for parameter ReceiptHandle is invalid"),
        (SettleError::Stale, "InvalidParameterValue", "not available for visibility timeout change"),
        (TOO_LONG, "InvalidParameterValue", "Value 7 for parameter VisibilityTimeout is invalid"),
    ];
    for (error, query, words) in table {
        check(&visibility_error(error, "handle", 7), query, 400, words);
    }
}
