//! Why an operator's deeds with single messages are refused.

use super::NoSuchQueue;
use vocab::limits::{COMMIT_BYTES_MAX, MOVES_MAX};
use vocab::{Kind, QueueId};

/// Why one message was left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InterveneError {
    /// It is gone: acknowledged, expired, deleted, buried, or never there.
    #[error("the message is gone")]
    Gone,
    /// It is on its way to a dead-letter queue at this moment.
    #[error("the message is being moved to its dead-letter queue")]
    BeingBuried,
    /// It is neither leased nor delayed: there is nothing to give it back from.
    #[error("the message is ready already")]
    Ready,
    /// Its queue has no policy to set messages aside, or the queue that the policy names does not exist.
    #[error("its queue has no dead-letter queue, or one that does not exist")]
    NoPlaceToBury,
}

/// Why one message was not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// It is gone.
    #[error("the message is gone")]
    Gone,
    /// A consumer works on it.
    #[error("the message is leased; release it first, or wait for the end of its lease")]
    Leased,
    /// It waits for its time.
    #[error("the message is delayed; release it first, or wait for its time")]
    Delayed,
    /// It is on its way to a dead-letter queue at this moment.
    #[error("the message is being moved to its dead-letter queue")]
    BeingBuried,
    /// It was never buried, so there is nowhere to send it back to.
    #[error("the message was never buried, so there is no queue that it came from; name one")]
    NoOrigin,
    /// The queue that it was buried from does not exist any more, or is the very queue it is in.
    #[error("the queue that the message was buried from does not exist any more; name another")]
    OriginGone,
    /// It is larger than its target allows.
    #[error("the message has {bytes} bytes, its target takes at most {max}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The target's limit.
        max: u64,
    },
    /// Its content cannot be read.
    #[error("the message cannot be read")]
    Unreadable,
}

/// Why no message was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveMessagesError {
    /// The queue to move from does not exist.
    #[error(transparent)]
    NoSuchQueue(#[from] NoSuchQueue),
    /// The queue to move to does not exist.
    #[error("the queue to move messages to does not exist: {0}")]
    NoSuchTarget(QueueId),
    /// Both are the same queue.
    #[error("a queue's messages cannot be moved into itself")]
    IntoItself,
    /// More than one commit may hold.
    #[error(
        "{messages} messages of {bytes} bytes; one move takes at most {MOVES_MAX} messages and {COMMIT_BYTES_MAX} bytes"
    )]
    TooMany {
        /// Messages in it.
        messages: usize,
        /// Their size together.
        bytes: u64,
    },
    /// The disk has no room.
    #[error("the disk is full: nothing is moved until space is freed; deleting goes on")]
    DiskFull,
}

impl InterveneError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Gone => Kind::NotFound,
            Self::BeingBuried | Self::Ready | Self::NoPlaceToBury => Kind::Conflict,
        }
    }
}

impl MoveError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Gone => Kind::NotFound,
            Self::Leased | Self::Delayed | Self::BeingBuried | Self::NoOrigin | Self::OriginGone => Kind::Conflict,
            Self::TooLarge { .. } => Kind::Invalid,
            Self::Unreadable => Kind::Corrupt,
        }
    }
}

impl MoveMessagesError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoSuchQueue(error) => error.kind(),
            Self::NoSuchTarget(_) => Kind::NotFound,
            Self::IntoItself | Self::TooMany { .. } => Kind::Invalid,
            Self::DiskFull => Kind::Busy,
        }
    }
}
