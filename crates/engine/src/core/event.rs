//! What happened: the only things that change stored state.
//!
//! Invariant: an event records an outcome, never an intention, with every value that was decided, so that replaying it
//! through the same [`crate::core::apply`] gives the same state whatever later versions would decide.

use crate::core::command::LeaseTerms;
use crate::core::info::Annotations;
use crate::core::redrive::{Outcome, RedriveId, RedriveTarget, Trouble};
use crate::core::seqs::SeqRanges;
use std::num::NonZeroU32;
use std::sync::Arc;
use vocab::{
    Binding, BootEpoch, ConsumerId, LeaseEpoch, Message, PartitionKey, QueueId, QueueSettings, RouterId, RouterKind,
    RouterSettings, Seq, SubscriptionId,
};

/// One change of state.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The store was opened: session leases are over, and after an unclean stop seqs go on from the reservation.
    Booted {
        /// The opening's epoch.
        epoch: BootEpoch,
        /// Whether nothing was missing from the log.
        clean: bool,
        /// Log time, milliseconds.
        at_ms: u64,
    },
    /// A queue exists.
    QueueCreated {
        /// Its id.
        queue: QueueId,
        /// Its name.
        name: String,
        /// How it behaves.
        settings: Box<QueueSettings>,
        /// The doors' notes.
        annotations: Annotations,
        /// Log time, milliseconds.
        at_ms: u64,
    },
    /// A queue behaves differently.
    QueueUpdated {
        /// Its id.
        queue: QueueId,
        /// How it behaves.
        settings: Box<QueueSettings>,
        /// The doors' notes.
        annotations: Annotations,
        /// Log time, milliseconds.
        at_ms: u64,
    },
    /// A queue and all its messages are gone, and every binding to it.
    QueueDeleted {
        /// Its id.
        queue: QueueId,
    },
    /// Seqs below `below` may have been given out; after a crash none of them is given again.
    Reserved {
        /// The partition.
        key: PartitionKey,
        /// The first seq that was certainly not given out.
        below: Seq,
    },
    /// Messages are in their log.
    Published {
        /// The partition.
        key: PartitionKey,
        /// The first one's seq; the others follow without a gap.
        first: Seq,
        /// The messages, complete with times.
        messages: Vec<Arc<Message>>,
    },
    /// Messages were handed out.
    Leased(LeasedEvent),
    /// Messages are done with for a subscription.
    Acked {
        /// The partition.
        key: PartitionKey,
        /// The subscription.
        subscription: SubscriptionId,
        /// Which messages.
        seqs: SeqRanges,
    },
    /// Leases ended and their messages came back.
    Returned {
        /// The partition.
        key: PartitionKey,
        /// The subscription.
        subscription: SubscriptionId,
        /// Why.
        why: Return,
        /// Which messages, and what is known of them.
        items: Vec<ReturnedItem>,
    },
    /// Leases end at another time.
    Extended {
        /// The partition.
        key: PartitionKey,
        /// The subscription.
        subscription: SubscriptionId,
        /// Each lease's message and its deadline, log time in milliseconds.
        items: Vec<(Seq, u64)>,
    },
    /// A lease has another owner and epoch.
    Transferred {
        /// The partition.
        key: PartitionKey,
        /// The subscription.
        subscription: SubscriptionId,
        /// The message.
        seq: Seq,
        /// The lease's epoch from here on.
        epoch: LeaseEpoch,
        /// What ends it, with the deadline decided.
        end: LeaseEnd,
        /// Its count of deliveries.
        deliveries: u32,
    },
    /// Messages left unread, for every subscription.
    Removed {
        /// The partition.
        key: PartitionKey,
        /// Which messages.
        seqs: SeqRanges,
        /// Why.
        why: Removal,
        /// Messages below this seq are over their retention: one that is leased goes when its lease ends.
        over_below: Seq,
    },
    /// Messages moved to dead-letter queues; the same commit holds their [`Event::Published`] there.
    Buried {
        /// Where they were.
        key: PartitionKey,
        /// Which messages.
        seqs: SeqRanges,
    },
    /// Messages that were set aside went: their queue's policy had no place for them.
    Dropped {
        /// Where they were.
        key: PartitionKey,
        /// Which messages.
        seqs: SeqRanges,
    },
    /// Messages that waited for their time are ready.
    Hastened {
        /// The partition.
        key: PartitionKey,
        /// The subscription.
        subscription: SubscriptionId,
        /// Which messages.
        seqs: SeqRanges,
    },
    /// Messages were moved elsewhere by hand; the same commit holds their [`Event::Published`] there.
    Carried {
        /// The partition that they left.
        key: PartitionKey,
        /// Which messages.
        seqs: SeqRanges,
    },
    /// A router exists.
    RouterCreated {
        /// Its id.
        router: RouterId,
        /// Its name.
        name: String,
        /// Which of its bindings it follows.
        kind: RouterKind,
        /// How it behaves.
        settings: Box<RouterSettings>,
        /// The doors' notes.
        annotations: Annotations,
        /// Log time, milliseconds.
        at_ms: u64,
    },
    /// A router is gone, and every binding to and from it.
    RouterDeleted {
        /// Its id.
        router: RouterId,
    },
    /// A router leads to a target.
    Bound(Arc<Binding>),
    /// A binding is gone.
    Unbound(Arc<Binding>),
    /// A redrive began.
    RedriveStarted(RedriveStartedEvent),
    /// A redrive took messages out of its queue; the same commit holds their [`Event::Published`] elsewhere.
    Moved(MovedEvent),
    /// A redrive ended.
    RedriveEnded {
        /// Which one.
        id: RedriveId,
        /// How.
        outcome: Outcome,
        /// Log time, milliseconds.
        at_ms: u64,
    },
}

/// A redrive, as it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedriveStartedEvent {
    /// Its name.
    pub id: RedriveId,
    /// Where all messages go; `None` for where each was buried from.
    pub target: Option<RedriveTarget>,
    /// At most so many messages a second.
    pub per_second: Option<NonZeroU32>,
    /// Messages that can be moved at this moment.
    pub to_move: u64,
    /// The first seq that is not its business.
    pub end: Seq,
    /// Log time, milliseconds.
    pub at_ms: u64,
}

/// A step of a redrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedEvent {
    /// The partition that messages left.
    pub key: PartitionKey,
    /// Which of the queue's redrives.
    pub number: u32,
    /// Which messages left.
    pub seqs: SeqRanges,
    /// Everything below was looked at.
    pub position: Seq,
    /// Not before this log time, milliseconds, the next step.
    pub next_ms: u64,
    /// How many were looked at and cannot be moved.
    pub failed: u64,
    /// Why the last of these cannot.
    pub trouble: Option<Trouble>,
}

/// Messages handed out in one delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct LeasedEvent {
    /// The partition.
    pub key: PartitionKey,
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Which messages, in order; the epochs count up from `first_epoch` in this order.
    pub seqs: SeqRanges,
    /// The first lease's epoch.
    pub first_epoch: LeaseEpoch,
    /// What ends the leases.
    pub end: LeaseEnd,
    /// Log time of the delivery, milliseconds.
    pub at_ms: u64,
    /// Who holds them; 0 if that is not known. Not written: consumers end with the process, so that a replay knows none.
    pub consumer: ConsumerId,
}

/// What ends a lease, decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseEnd {
    /// This log time, milliseconds.
    Deadline(u64),
    /// The end of this session, or a restart.
    Session(vocab::SessionId),
    /// Only its owner.
    Claim,
}

impl LeaseEnd {
    /// The decided end for `terms` at `now_ms`, with `default_ms` where the consumer did not say.
    #[must_use]
    pub fn of(terms: LeaseTerms, default_ms: u64, now_ms: u64) -> Self {
        match terms {
            LeaseTerms::Deadline(ms) => {
                Self::Deadline(now_ms + ms.unwrap_or(default_ms).min(vocab::limits::LEASE_MS_MAX))
            }
            LeaseTerms::Session(session) => Self::Session(session),
            LeaseTerms::Claim => Self::Claim,
        }
    }

    /// The deadline, where there is one.
    #[must_use]
    pub fn deadline_ms(self) -> Option<u64> {
        match self {
            Self::Deadline(ms) => Some(ms),
            Self::Session(_) | Self::Claim => None,
        }
    }
}

/// Why a lease ended without an ack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// Given back, or its session ended.
    Released,
    /// Given back as a failure.
    Failed,
    /// Its deadline passed.
    Expired,
    /// Its consumer asked for it to be buried.
    Rejected,
}

/// A message that came back: absolute values, so that a lease that was never journaled replays too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedItem {
    /// Which message.
    pub seq: Seq,
    /// Not ready before this log time, milliseconds; 0 for at once.
    pub due_ms: u64,
    /// What is known of it.
    pub record: Record,
}

/// What is known of a message that was delivered and is not leased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How often it was delivered.
    pub deliveries: u32,
    /// How often it failed.
    pub failures: u32,
    /// When it was delivered first (log time, milliseconds).
    pub first_delivered_ms: u64,
    /// Its newest lease.
    pub epoch: LeaseEpoch,
    /// The last failure's or the rejection's text.
    pub reason: Option<Box<str>>,
    /// A consumer asked for it to be buried.
    pub rejected: bool,
}

/// Why messages left unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Too old, or past their own expiry.
    Expired,
    /// The queue was purged.
    Purged,
    /// The queue was longer than it may be.
    TooLong,
    /// An operator deleted them.
    Deleted,
}
