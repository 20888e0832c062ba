//! What is told of one message: its moments, in order, under every id that it had.

use crate::names::Consumer;
use std::sync::Arc;
use vocab::MessageId;

/// What is known of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// What happened to it, in order: under this id, under those it had before it was buried or redriven to this one, and under
    /// those it has had since.
    pub moments: Vec<Moment>,
    /// Earlier moments that were left out, because there are too many.
    pub omitted: u64,
    /// From when on it is known; `None` where no history is kept.
    pub known_from_ms: Option<u64>,
    /// Where something may be missing since the first moment.
    pub gaps: Vec<Gap>,
}

/// A place where entries are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// About when.
    pub at_ms: u64,
    /// How many; `None` where that is not known: a crash, or damage.
    pub entries: Option<u64>,
}

/// One thing that happened to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Log time, milliseconds.
    pub at_ms: u64,
    /// The id it had then.
    pub id: MessageId,
    /// What happened.
    pub what: What,
    /// The door it was published through; `None` where that is not known, or it was the broker itself.
    pub door: Option<Arc<str>>,
    /// Who held the lease.
    pub consumer: Option<Arc<Consumer>>,
    /// Why; for what failed or was rejected, the consumer's words.
    pub reason: Option<Box<str>>,
    /// What it became.
    pub to: Option<MessageId>,
    /// Which delivery it was, where its first is known.
    pub attempt: Option<u32>,
}

/// The kinds of moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It entered its queue.
    Published,
    /// A consumer got it.
    Delivered,
    /// A consumer was done with it.
    Acked,
    /// It came back without a fault.
    Released,
    /// It came back as a failure.
    Failed,
    /// Its lease's deadline passed.
    LeaseExpired,
    /// A consumer asked for it to be set aside.
    Rejected,
    /// It was too old.
    Expired,
    /// Somebody removed it.
    Removed,
    /// It went to a dead-letter queue, as another message.
    Buried,
    /// It left a dead-letter queue, as another message.
    Redriven,
    /// There was no place for it.
    Dropped,
}

impl What {
    /// Its name, as every door that shows it says it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Delivered => "delivered",
            Self::Acked => "acked",
            Self::Released => "released",
            Self::Failed => "failed",
            Self::LeaseExpired => "lease_expired",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Removed => "removed",
            Self::Buried => "buried",
            Self::Redriven => "redriven",
            Self::Dropped => "dropped",
        }
    }

    /// Whether nothing follows under the same id.
    #[must_use]
    pub fn is_end(self) -> bool {
        match self {
            Self::Acked | Self::Expired | Self::Removed | Self::Buried | Self::Redriven | Self::Dropped => true,
            Self::Published | Self::Delivered | Self::Released | Self::Failed | Self::LeaseExpired | Self::Rejected => {
                false
            }
        }
    }

    /// Whether it ends a lease.
    #[must_use]
    pub fn ends_lease(self) -> bool {
        match self {
            Self::Acked | Self::Released | Self::Failed | Self::LeaseExpired | Self::Rejected => true,
            Self::Published
            | Self::Delivered
            | Self::Expired
            | Self::Removed
            | Self::Buried
            | Self::Redriven
            | Self::Dropped => false,
        }
    }
}
