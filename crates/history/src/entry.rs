//! What the history is made of: one entry for each step in the life of a range of messages.
//!
//! ```text
//!  kind u8                bits 0..5 the kind, bit 6 "same partition", bit 7 "goes on"
//!  time varint            milliseconds; with "goes on" since the entry before
//!  queue varint, partition varint         unless "same partition"
//!
//!   1 published           span | door u8
//!   2 delivered           spans | epoch step | consumer varint
//!   3 acked               spans
//!   4 released            spans
//!   5 lease expired       spans
//!   6 expired             spans
//!   7 removed             spans | why u8
//!   8 dropped             spans | why u8
//!   9 failed              spans | text
//!  10 rejected            spans | text
//!  11 buried              span | target queue varint | partition varint | first seq varint | why u8
//!  12 redriven            span | target queue varint | partition varint | first seq varint
//!  13 queue deleted
//!  14 started             boot varint | clean u8
//!  15 door entered        code u8 | name text
//!  16 consumer entered    id varint | door u8 | name text | peer text | user text
//!  17 consumer left       id varint
//!
//!  span    first seq step | count - 1 varint
//!  spans   one or more of: first seq step | ((count - 1) * 2 + 1 if another follows) varint
//! ```
//!
//! A step starts from the newest number of its sort in the entry before: the last seq, the last epoch. An entry that does not
//! "go on" starts from 0 and names its partition, so a block can begin with it. A buried or redriven span became as many messages
//! from the target's first seq on, in the same order.
//!
//! Invariant: a kind keeps its number and its fields for ever; a change of what is drawn here is a new version of the file.

use vocab::{BootEpoch, ConsumerId, DeathReason, DoorCode, LeaseEpoch, MessageId, PartitionKey};

/// The kinds' numbers.
pub(crate) mod kind {
    pub(crate) const PUBLISHED: u8 = 1;
    pub(crate) const DELIVERED: u8 = 2;
    pub(crate) const ACKED: u8 = 3;
    pub(crate) const RELEASED: u8 = 4;
    pub(crate) const LEASE_EXPIRED: u8 = 5;
    pub(crate) const EXPIRED: u8 = 6;
    pub(crate) const REMOVED: u8 = 7;
    pub(crate) const DROPPED: u8 = 8;
    pub(crate) const FAILED: u8 = 9;
    pub(crate) const REJECTED: u8 = 10;
    pub(crate) const BURIED: u8 = 11;
    pub(crate) const REDRIVEN: u8 = 12;
    pub(crate) const QUEUE_DELETED: u8 = 13;
    pub(crate) const STARTED: u8 = 14;
    pub(crate) const DOOR_ENTERED: u8 = 15;
    pub(crate) const CONSUMER_ENTERED: u8 = 16;
    pub(crate) const CONSUMER_LEFT: u8 = 17;

    /// The bits of the kind itself.
    pub(crate) const MASK: u8 = 0x3F;
    /// The partition is that of the entry before.
    pub(crate) const SAME_PARTITION: u8 = 0x40;
    /// Time, seqs and epochs go on from the entry before.
    pub(crate) const GOES_ON: u8 = 0x80;
}

/// Bytes of a consumer's words that an entry keeps.
pub const TEXT_BYTES_MAX: usize = 512;

/// Seqs from the first to the last, both included.
pub(crate) type Span = (u64, u64);

/// An entry with its time and partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dated<'a> {
    /// Log time, milliseconds.
    pub(crate) at_ms: u64,
    /// Whose messages; queue 0 where it is about none.
    pub(crate) key: PartitionKey,
    pub(crate) entry: Entry<'a>,
}

/// One step of some messages, or what one must know to name who took part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    Published { span: Span, door: DoorCode },
    Delivered { spans: Spans, first_epoch: LeaseEpoch, consumer: ConsumerId },
    Ended { how: Ending, spans: Spans, words: &'a str },
    Became { how: Passage, span: Span, to: MessageId },
    QueueDeleted,
    Started { boot: BootEpoch, clean: bool },
    DoorEntered { code: DoorCode, name: &'a str },
    ConsumerEntered(EnteredConsumer<'a>),
    ConsumerLeft { id: ConsumerId },
}

impl Entry<'_> {
    /// Whether it says who is who.
    pub(crate) fn is_name(&self) -> bool {
        match self {
            Self::Started { .. } | Self::DoorEntered { .. } | Self::ConsumerEntered(_) | Self::ConsumerLeft { .. } => {
                true
            }
            Self::Published { .. }
            | Self::Delivered { .. }
            | Self::Ended { .. }
            | Self::Became { .. }
            | Self::QueueDeleted => false,
        }
    }
}

/// A consumer, as it is introduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnteredConsumer<'a> {
    /// Its number.
    pub id: ConsumerId,
    /// The door it came through.
    pub door: DoorCode,
    /// What it calls itself.
    pub name: &'a str,
    /// Its address.
    pub peer: &'a str,
    /// Its user; empty where there is none.
    pub user: &'a str,
}

/// How a lease, or a message's stay in its queue, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Done.
    Acked,
    /// Given back, or its consumer went away.
    Released,
    /// Given back as a failure.
    Failed,
    /// Its consumer asked for it to be set aside.
    Rejected,
    /// The lease's deadline passed.
    LeaseExpired,
    /// Its own expiry, or the queue's retention, passed.
    Expired,
    /// Somebody removed it.
    Removed(Remover),
    /// There was no place for it.
    Dropped(Lack),
}

/// Who removed a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remover {
    /// The queue was purged.
    Purge,
    /// An operator removed this message.
    Operator,
}

/// Which place was lacking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The queue was longer than it may be.
    QueueTooLong,
    /// It was set aside, and the queue's policy had no place for it.
    NoDeadLetterQueue,
}

/// How messages became others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// They were set aside into a dead-letter queue.
    Buried(DeathReason),
    /// They were moved out of one.
    Redriven,
}

/// Seqs as spans, at least one; a single one takes no memory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spans {
    pub(crate) first: Span,
    pub(crate) more: Vec<Span>,
}

impl Spans {
    pub(crate) fn iter(&self) -> impl Iterator<Item = Span> + '_ {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }

    pub(crate) fn contains(&self, seq: u64) -> bool {
        self.iter().any(|span| holds(span, seq))
    }

    /// How many seqs come before `seq`, which is one of them.
    pub(crate) fn rank(&self, seq: u64) -> u64 {
        let mut before = 0_u64;
        for (first, last) in self.iter() {
            if holds((first, last), seq) {
                return before.wrapping_add(seq - first);
            }
            before = before.wrapping_add(last - first + 1);
        }
        before
    }
}

/// Whether a span holds a seq.
pub(crate) fn holds((first, last): Span, seq: u64) -> bool {
    (first..=last).contains(&seq)
}
