//! The broker's errors in the API's words: exhaustive, so that a new one does not compile until somebody decides on it here.

use super::{ApiError, Code};
use broker::{
    CancelRedriveError, CreateQueueError, Error, InterveneError, MoveError, MoveMessagesError, NoSuchQueue,
    PublishError, ReceiveError, SettleError, StartRedriveError, Unavailable, UpdateQueueError,
};

impl From<Unavailable> for ApiError {
    fn from(error: Unavailable) -> Self {
        match error {
            Unavailable::Poisoned(_) | Unavailable::Damaged(_) => Self::new(Code::Internal, error.to_string()),
            Unavailable::Stopping => Self::new(Code::Unavailable, "the server is stopping; nothing was done"),
        }
    }
}

/// Refusals of the broker, as `Error<R>` wraps them.
macro_rules! from_refusals {
    ($($refusal:ty),+) => {$(
        impl From<Error<$refusal>> for ApiError {
            fn from(error: Error<$refusal>) -> Self {
                match error {
                    Error::Refused(refusal) => refusal.into(),
                    Error::Unavailable(unavailable) => unavailable.into(),
                }
            }
        }
    )+};
}

from_refusals!(
    CreateQueueError,
    UpdateQueueError,
    PublishError,
    ReceiveError,
    NoSuchQueue,
    StartRedriveError,
    MoveMessagesError,
    CancelRedriveError
);

impl From<NoSuchQueue> for ApiError {
    fn from(NoSuchQueue(_): NoSuchQueue) -> Self {
        Self::new(Code::NoSuchQueue, "the queue does not exist any more")
    }
}

impl From<CreateQueueError> for ApiError {
    fn from(error: CreateQueueError) -> Self {
        match error {
            CreateQueueError::Exists(queue) => {
                Self::new(Code::Exists, format!("a queue named `{}` exists", queue.name))
                    .hint("PATCH changes the settings of a queue that exists")
            }
            CreateQueueError::Name { .. } => Self::bad_request(error.to_string()),
            CreateQueueError::IdsExhausted => Self::new(Code::Conflict, error.to_string()),
        }
    }
}

impl From<UpdateQueueError> for ApiError {
    fn from(error: UpdateQueueError) -> Self {
        match error {
            UpdateQueueError::NoSuchQueue(gone) => gone.into(),
            UpdateQueueError::Changed(queue) => {
                Self::new(Code::Changed, format!("`{}` is at revision {} by now", queue.name, queue.revision))
                    .hint("look at it again, and send the revision that you saw")
            }
        }
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NoSuchQueue(gone) => gone.into(),
            PublishError::TooLarge { .. } => Self::new(Code::TooLarge, error.to_string())
                .hint("the queue's `message_bytes_max` says how large a message may be"),
            PublishError::BatchTooLarge { .. } => {
                Self::new(Code::TooLarge, error.to_string()).hint("send fewer messages at a time")
            }
            PublishError::QueueFull { .. } => Self::new(Code::QueueFull, error.to_string()),
            PublishError::DiskFull => Self::new(Code::DiskFull, error.to_string()),
        }
    }
}

impl From<ReceiveError> for ApiError {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::NoSuchQueue(gone) => gone.into(),
            ReceiveError::TooManyLeases { .. } => Self::new(Code::QueueFull, error.to_string()),
        }
    }
}

impl From<SettleError> for ApiError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::NoSuchQueue(gone) => gone.into(),
            SettleError::Stale | SettleError::NotLeased => {
                Self::new(Code::NotLeased, error.to_string()).hint("extend leases in time, or ask for longer ones")
            }
            SettleError::Gone => Self::new(Code::NoSuchMessage, error.to_string()),
            SettleError::TooLong { .. } => Self::bad_request(error.to_string()),
        }
    }
}

impl From<StartRedriveError> for ApiError {
    fn from(error: StartRedriveError) -> Self {
        match error {
            StartRedriveError::NoSuchQueue(gone) => gone.into(),
            StartRedriveError::NoSuchTarget(_) => {
                Self::new(Code::NoSuchQueue, "the queue to move messages to does not exist")
            }
            StartRedriveError::IntoItself => Self::bad_request(error.to_string()),
            StartRedriveError::Running(_) => Self::new(Code::Conflict, error.to_string()),
        }
    }
}

impl From<CancelRedriveError> for ApiError {
    fn from(error: CancelRedriveError) -> Self {
        match error {
            CancelRedriveError::NoSuchQueue(gone) => gone.into(),
            CancelRedriveError::NoSuchRedrive(_) => Self::new(Code::NoSuchRedrive, error.to_string()),
            CancelRedriveError::Ended(_) => Self::new(Code::Conflict, error.to_string()),
        }
    }
}

impl From<MoveMessagesError> for ApiError {
    fn from(error: MoveMessagesError) -> Self {
        match error {
            MoveMessagesError::NoSuchQueue(gone) => gone.into(),
            MoveMessagesError::NoSuchTarget(_) => {
                Self::new(Code::NoSuchQueue, "the queue to move messages to does not exist")
            }
            MoveMessagesError::IntoItself => Self::bad_request(error.to_string()),
            MoveMessagesError::TooMany { .. } => Self::new(Code::TooLarge, error.to_string()),
            MoveMessagesError::DiskFull => Self::new(Code::DiskFull, error.to_string()),
        }
    }
}

impl From<InterveneError> for ApiError {
    fn from(error: InterveneError) -> Self {
        match error {
            InterveneError::Gone => Self::new(Code::NoSuchMessage, error.to_string()),
            InterveneError::BeingBuried | InterveneError::Ready | InterveneError::NoPlaceToBury => {
                Self::new(Code::Conflict, error.to_string())
            }
        }
    }
}

impl From<MoveError> for ApiError {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Gone => Self::new(Code::NoSuchMessage, error.to_string()),
            MoveError::Leased
            | MoveError::Delayed
            | MoveError::BeingBuried
            | MoveError::NoOrigin
            | MoveError::OriginGone => Self::new(Code::Conflict, error.to_string()),
            MoveError::TooLarge { .. } => Self::new(Code::TooLarge, error.to_string()),
            MoveError::Unreadable => Self::new(Code::Internal, error.to_string()),
        }
    }
}
