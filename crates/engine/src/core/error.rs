//! Why the engine refuses: one type per operation, each case with the data that explains it.

mod operating;
mod routing;

pub use operating::{InterveneError, MoveError, MoveMessagesError};
pub use routing::{BindError, CreateRouterError, DeleteRouterError, NoSuchRouter, TransactError};

use crate::core::info::QueueInfo;
use crate::core::redrive::{Outcome, RedriveId};
use std::sync::Arc;
use vocab::{Kind, QueueId};

/// The queue named by its id does not exist (any more).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("queue {0} does not exist")]
pub struct NoSuchQueue(pub QueueId);

/// Why a queue was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateQueueError {
    /// One of this name exists. It is shown as it is, so that the caller can compare.
    #[error("a queue named {:?} exists", .0.name)]
    Exists(Arc<QueueInfo>),
    /// The name is empty or longer than [`vocab::limits::QUEUE_NAME_BYTES_MAX`].
    #[error("a queue's name has 1 to {max} bytes, not {got}")]
    Name {
        /// The longest name.
        max: usize,
        /// The length of the name given.
        got: usize,
    },
    /// No queue id is left: 2³² queues were made in this store.
    #[error("this store has made all the queues it can ever make")]
    IdsExhausted,
}

/// Why a queue was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateQueueError {
    /// It does not exist.
    #[error(transparent)]
    NoSuchQueue(#[from] NoSuchQueue),
    /// Somebody else changed it first. It is shown as it is, so that the caller can try again.
    #[error("queue {:?} was changed by somebody else in between", .0.name)]
    Changed(Arc<QueueInfo>),
}

/// Why messages were not published; none of the batch was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The queue does not exist.
    #[error(transparent)]
    NoSuchQueue(#[from] NoSuchQueue),
    /// A message is larger than its queue allows.
    #[error("message {index} has {bytes} bytes, the queue takes at most {max}")]
    TooLarge {
        /// Which of the batch.
        index: usize,
        /// Its size.
        bytes: u64,
        /// The queue's limit.
        max: u64,
    },
    /// The batch is larger than one commit may be.
    #[error(
        "the batch has {messages} messages of {bytes} bytes; one takes at most {} messages and {} bytes",
        vocab::limits::BATCH_COUNT_MAX,
        vocab::limits::COMMIT_BYTES_MAX
    )]
    BatchTooLarge {
        /// Messages in it.
        messages: usize,
        /// Their size together.
        bytes: u64,
    },
    /// The queue would be longer than it may be, and refuses what is too much.
    #[error("the queue takes at most {max} {measure} that wait to be received; receive some first")]
    QueueFull {
        /// The limit.
        max: u64,
        /// Of what.
        measure: Measure,
    },
    /// The disk has no room.
    #[error("the disk is full: publishes are refused until space is freed; receiving and acknowledging go on")]
    DiskFull,
}

/// What a limit on a queue's length counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Messages.
    Messages,
    /// Bytes of their bodies.
    Bytes,
}

impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Messages => "messages",
            Self::Bytes => "bytes of bodies",
        })
    }
}

/// Why a receive was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// The queue does not exist, or went away while the receive waited.
    #[error(transparent)]
    NoSuchQueue(#[from] NoSuchQueue),
    /// As many messages are leased as the queue allows.
    #[error("{max} messages of this queue are leased, which is its limit; settle some first")]
    TooManyLeases {
        /// The queue's limit.
        max: u32,
    },
}

/// Why a lease was not settled, extended or handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    /// The queue does not exist.
    #[error(transparent)]
    NoSuchQueue(#[from] NoSuchQueue),
    /// The message has a newer lease: somebody else is working on it.
    #[error("this lease ended and the message was delivered again; only the newest delivery can settle it")]
    Stale,
    /// The message is gone: acknowledged, expired, purged, buried, or never there.
    #[error("the message is gone")]
    Gone,
    /// The message waits in its queue; its lease has ended.
    #[error("the message is not leased any more")]
    NotLeased,
    /// The lease would last longer than it may.
    #[error("the lease would last {total_ms} ms from its delivery, at most {max_ms} are allowed")]
    TooLong {
        /// How long it would last.
        total_ms: u64,
        /// How long it may last.
        max_ms: u64,
    },
}

/// Why a redrive did not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartRedriveError {
    /// The queue to empty does not exist.
    #[error(transparent)]
    NoSuchQueue(#[from] NoSuchQueue),
    /// The queue to fill does not exist.
    #[error("the queue to move messages to does not exist: {0}")]
    NoSuchTarget(QueueId),
    /// Both are the same queue.
    #[error("a queue's messages cannot be moved into itself")]
    IntoItself,
    /// One runs already.
    #[error("redrive {} of queue {} is running; a queue has one at a time", .0.number, .0.source)]
    Running(RedriveId),
}

/// Why a redrive was not cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelRedriveError {
    /// Its queue does not exist.
    #[error(transparent)]
    NoSuchQueue(#[from] NoSuchQueue),
    /// The queue has no such redrive (any more).
    #[error("queue {} has no redrive {}", .0.source, .0.number)]
    NoSuchRedrive(RedriveId),
    /// It ended by itself, or was cancelled before.
    #[error("the redrive has ended: {0:?}")]
    Ended(Outcome),
}

impl NoSuchQueue {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::NotFound
    }
}

impl CreateQueueError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Exists(_) => Kind::Conflict,
            Self::Name { .. } => Kind::Invalid,
            Self::IdsExhausted => Kind::Full,
        }
    }
}

impl UpdateQueueError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoSuchQueue(error) => error.kind(),
            Self::Changed(_) => Kind::Conflict,
        }
    }
}

impl PublishError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoSuchQueue(error) => error.kind(),
            Self::TooLarge { .. } | Self::BatchTooLarge { .. } => Kind::Invalid,
            Self::QueueFull { .. } => Kind::Busy,
            Self::DiskFull => Kind::Full,
        }
    }
}

impl ReceiveError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoSuchQueue(error) => error.kind(),
            Self::TooManyLeases { .. } => Kind::Busy,
        }
    }
}

impl SettleError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoSuchQueue(error) => error.kind(),
            Self::Stale | Self::NotLeased => Kind::Conflict,
            Self::Gone => Kind::NotFound,
            Self::TooLong { .. } => Kind::Invalid,
        }
    }
}

impl StartRedriveError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoSuchQueue(error) => error.kind(),
            Self::NoSuchTarget(_) => Kind::NotFound,
            Self::IntoItself => Kind::Invalid,
            Self::Running(_) => Kind::Conflict,
        }
    }
}

impl CancelRedriveError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoSuchQueue(error) => error.kind(),
            Self::NoSuchRedrive(_) => Kind::NotFound,
            Self::Ended(_) => Kind::Conflict,
        }
    }
}
