//! The broker's errors in SQS's words: exhaustive, so that a new one does not compile until somebody decides on it here.
//!
//! `Unavailable` and `DiskFull` have no counterpart on AWS; they use the two errors that SDKs retry (`InternalFailure`, 500,
//! and `ServiceUnavailable`, 503) with a text that says what really happened.

use crate::errors::{Code, SqsError};
use crate::limits::{MESSAGE_BYTES_MAX, QUEUE_NAME_CHARACTERS_MAX};
use crate::move_tasks::not_found;
use crate::receipt::CHARACTERS;
use broker::{
    CancelRedriveError, CreateQueueError, Error, NoSuchQueue, PublishError, ReceiveError, SettleError,
    StartRedriveError, Unavailable, UpdateQueueError,
};

impl From<Unavailable> for SqsError {
    fn from(error: Unavailable) -> Self {
        match error {
            Unavailable::Poisoned(_) | Unavailable::Damaged(_) => Self::new(Code::InternalFailure, error.to_string()),
            Unavailable::Stopping => Self::new(Code::ServiceUnavailable, "The server is stopping; nothing was done."),
        }
    }
}

/// Why a queue was not made. That one of its name exists is for the caller to look into.
pub(crate) fn create_queue_error(error: Error<CreateQueueError>) -> SqsError {
    match error {
        Error::Refused(CreateQueueError::Exists(queue)) => {
            SqsError::new(Code::QueueNameExists, format!("A queue named {} already exists", queue.name))
        }
        Error::Refused(CreateQueueError::Name { .. }) => SqsError::invalid(format!(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to {QUEUE_NAME_CHARACTERS_MAX} in length"
        )),
        Error::Refused(refusal @ CreateQueueError::IdsExhausted) => SqsError::new(Code::OverLimit, refusal.to_string()),
        Error::Unavailable(unavailable) => unavailable.into(),
    }
}

/// Why a queue was not changed.
pub(crate) fn update_queue_error(error: Error<UpdateQueueError>) -> SqsError {
    match error {
        Error::Refused(UpdateQueueError::NoSuchQueue(NoSuchQueue(_))) => SqsError::no_queue(),
        Error::Refused(UpdateQueueError::Changed(_)) => SqsError::new(
            Code::ServiceUnavailable,
            "The queue is being changed by other requests; nothing was done. Try again.",
        ),
        Error::Unavailable(unavailable) => unavailable.into(),
    }
}

/// Why messages were not sent.
pub(crate) fn publish_error(error: Error<PublishError>) -> SqsError {
    match error {
        Error::Refused(PublishError::NoSuchQueue(NoSuchQueue(_))) => SqsError::no_queue(),
        Error::Refused(PublishError::TooLarge { max, .. }) => SqsError::invalid(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {max} bytes."
        )),
        Error::Refused(PublishError::BatchTooLarge { bytes, .. }) => SqsError::new(
            Code::BatchRequestTooLong,
            format!("Batch requests cannot be longer than {} bytes. You have sent {bytes} bytes.", MESSAGE_BYTES_MAX),
        ),
        Error::Refused(refusal @ PublishError::QueueFull { .. }) => SqsError::new(Code::OverLimit, refusal.to_string()),
        Error::Refused(refusal @ PublishError::DiskFull) => {
            SqsError::new(Code::ServiceUnavailable, refusal.to_string())
        }
        Error::Unavailable(unavailable) => unavailable.into(),
    }
}

/// Why messages were not received.
pub(crate) fn receive_error(error: Error<ReceiveError>) -> SqsError {
    match error {
        Error::Refused(ReceiveError::NoSuchQueue(NoSuchQueue(_))) => SqsError::no_queue(),
        Error::Refused(ReceiveError::TooManyLeases { max }) => {
            SqsError::new(Code::OverLimit, format!("Too many messages in flight: {max}. Delete some first."))
        }
        Error::Unavailable(unavailable) => unavailable.into(),
    }
}

/// Why a message was not deleted. `None` where AWS answers success: the message is gone already, or the handle is an old
/// one, which deletes nothing.
pub(crate) fn delete_error(error: SettleError) -> Option<SqsError> {
    match error {
        SettleError::Gone | SettleError::Stale | SettleError::NotLeased => None,
        SettleError::NoSuchQueue(NoSuchQueue(_)) => Some(SqsError::no_queue()),
        // An ack has no length.
        SettleError::TooLong { .. } => Some(SqsError::new(Code::InternalFailure, error.to_string())),
    }
}

/// Why a message of a FIFO queue was not deleted. `None` where it is gone already.
pub(crate) fn delete_fifo_error(error: SettleError, handle: impl Fn() -> [u8; CHARACTERS]) -> Option<SqsError> {
    match error {
        SettleError::Gone => None,
        SettleError::Stale | SettleError::NotLeased => {
            let handle = String::from_utf8_lossy(&handle()).into_owned();
            Some(SqsError::invalid_value(handle, "ReceiptHandle", "The receipt handle has expired."))
        }
        SettleError::NoSuchQueue(NoSuchQueue(_)) => Some(SqsError::no_queue()),
        // An ack has no length.
        SettleError::TooLong { .. } => Some(SqsError::new(Code::InternalFailure, error.to_string())),
    }
}

/// Why a message's visibility timeout was not changed to `seconds`.
pub(crate) fn visibility_error(error: SettleError, handle: &str, seconds: u64) -> SqsError {
    match error {
        SettleError::NoSuchQueue(NoSuchQueue(_)) => SqsError::no_queue(),
        SettleError::NotLeased => SqsError::new(Code::MessageNotInflight, "The message referred to isn't in flight."),
        SettleError::Gone | SettleError::Stale => SqsError::invalid_value(
            handle,
            "ReceiptHandle",
            "Message does not exist or is not available for visibility timeout change.",
        ),
        SettleError::TooLong { max_ms, .. } => SqsError::invalid_value(
            seconds,
            "VisibilityTimeout",
            format!("Total VisibilityTimeout for the message is beyond the limit [{} seconds]", max_ms / 1000),
        ),
    }
}

/// Why a move task did not begin.
pub(crate) fn start_redrive_error(error: Error<StartRedriveError>) -> SqsError {
    match error {
        Error::Refused(StartRedriveError::NoSuchQueue(NoSuchQueue(_))) => not_found("SourceArn"),
        Error::Refused(StartRedriveError::NoSuchTarget(_)) => not_found("DestinationArn"),
        Error::Refused(StartRedriveError::IntoItself) => {
            SqsError::invalid("Source queue arn and destination queue arn cannot be the same.")
        }
        Error::Refused(StartRedriveError::Running(_)) => SqsError::invalid(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        ),
        Error::Unavailable(unavailable) => unavailable.into(),
    }
}

/// Why a queue's move tasks were not listed.
pub(crate) fn list_redrives_error(error: Error<NoSuchQueue>) -> SqsError {
    match error {
        Error::Refused(NoSuchQueue(_)) => not_found("SourceArn"),
        Error::Unavailable(unavailable) => unavailable.into(),
    }
}

/// Why a move task was not cancelled.
pub(crate) fn cancel_redrive_error(error: Error<CancelRedriveError>) -> SqsError {
    match error {
        Error::Refused(CancelRedriveError::NoSuchQueue(NoSuchQueue(_)) | CancelRedriveError::NoSuchRedrive(_)) => {
            SqsError::new(Code::ResourceNotFoundException, "Task does not exist.")
        }
        Error::Refused(CancelRedriveError::Ended(_)) => {
            SqsError::new(Code::UnsupportedOperation, "Only a task that is running can be cancelled.")
        }
        Error::Unavailable(unavailable) => unavailable.into(),
    }
}

/// Why a queue was not deleted, purged or counted.
pub(crate) fn no_such_queue_error(error: Error<NoSuchQueue>) -> SqsError {
    match error {
        Error::Refused(NoSuchQueue(_)) => SqsError::no_queue(),
        Error::Unavailable(unavailable) => unavailable.into(),
    }
}

#[cfg(test)]
mod tests;
