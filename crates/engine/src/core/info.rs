//! What the engine tells about queues and messages: values for answers, detached from the state.

use std::collections::BTreeMap;
use vocab::{LeaseToken, QueueId, QueueSettings};

/// A door's own notes about a queue: opaque text by the door's own keys, kept and journaled with the settings.
pub type Annotations = BTreeMap<String, String>;

/// A queue as the catalog shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueInfo {
    /// This incarnation's id.
    pub id: QueueId,
    /// Its name.
    pub name: String,
    /// How it behaves.
    pub settings: QueueSettings,
    /// The doors' notes.
    pub annotations: Annotations,
    /// When it was made, milliseconds of log time since the Unix epoch.
    pub created_ms: u64,
    /// When settings or annotations last changed.
    pub modified_ms: u64,
    /// Grows with every change.
    pub revision: u64,
}

/// How many messages of a queue are in which state, exactly, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueStats {
    /// Can be received at once.
    pub ready: u64,
    /// Wait for their time.
    pub delayed: u64,
    /// Are being worked on.
    pub leased: u64,
    /// Receives that wait for a message.
    pub waiters: u64,
    /// When the oldest live message was published (log time, to about a second); `None` when there is none.
    pub oldest_ms: Option<u64>,
    /// When the newest message was published, whether it lives or not; `None` when none lives.
    pub newest_ms: Option<u64>,
    /// Counted since the store was made.
    pub totals: QueueTotals,
}

/// What happened to a queue's messages since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueTotals {
    /// Published.
    pub published: u64,
    /// Bytes of bodies published.
    pub published_bytes: u64,
    /// Handed out, every time counted.
    pub delivered: u64,
    /// Acknowledged.
    pub acked: u64,
    /// Given back without a fault.
    pub released: u64,
    /// Given back as failures.
    pub failed: u64,
    /// Come back because their lease ended.
    pub lease_expired: u64,
    /// Gone because of their age or expiry.
    pub expired: u64,
    /// Moved to dead-letter queues.
    pub buried: u64,
    /// Removed by purges.
    pub purged: u64,
    /// Moved out by redrives.
    pub redriven: u64,
    /// Set aside by a policy that had no place for them, or gone because the queue was longer than it may be.
    pub dropped: u64,
}

/// One lease, as its consumer is told of it, before the body is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leased {
    /// The proof of this delivery.
    pub token: LeaseToken,
    /// How often it was delivered, this time included.
    pub deliveries: u32,
    /// How often it failed.
    pub failures: u32,
    /// When it was delivered for the first time (log time).
    pub first_delivered_ms: u64,
    /// When the lease ends (log time); `None` where a session or a claim holds it.
    pub deadline_ms: Option<u64>,
    /// How many more messages were ready at that moment. It rests on nothing: a crash may take back what it counts.
    pub ready_left: u64,
}
