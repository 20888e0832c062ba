//! A queue's settings, in neutral words and with neutral defaults.
//!
//! What it is not: validation of a protocol's ranges (a door does that) and the door's own
//! annotations (kept beside the settings, opaque).

use serde::{Deserialize, Serialize};

/// How a queue behaves. All times are milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    /// How long a lease lasts when the consumer does not say.
    pub lease_ms: u64,
    /// How long a message waits before its first delivery when the producer does not say.
    pub delay_ms: u64,
    /// How long an unread message is kept; `None` keeps it until it is acknowledged.
    pub retention_ms: Option<u64>,
    /// How long a receive waits for a message when the consumer does not say.
    pub wait_ms: u64,
    /// Greatest size of a message: body and headers together, in bytes.
    pub message_bytes_max: u64,
    /// Greatest number of messages leased at a time; further receives are refused.
    pub leases_max: Option<u32>,
    /// When a message is set aside, and where it goes; `None` lets it come back for ever.
    pub bury: Option<BuryPolicy>,
    /// What an answer waits for.
    pub durability: Durability,
    /// A lease is told only once it is durable, so that no crash can give a message to two owners.
    pub strict_leases: bool,
}

/// The one counter that buries, its limit, and the queue that takes the buried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuryPolicy {
    /// Which counter is compared.
    pub counted_by: CountedBy,
    /// A message that reached this count is buried instead of being delivered again; at least 1.
    pub max: u32,
    /// Name of the queue that takes it. While no such queue exists the message stays and comes back.
    pub dead_letter: String,
}

/// Which of the two durable counters a bury policy compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountedBy {
    /// Every lease counts, also one that was given back.
    Deliveries,
    /// Only failures and lease expiries count.
    Failures,
}

/// What an answer waits for. It changes only when the outbox opens, never what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Nothing is told before it is synced to disk.
    #[default]
    Always,
    /// Answers do not wait; a sync follows within so many milliseconds.
    Interval(u64),
    /// Answers do not wait; the operating system syncs when it likes.
    Never,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            lease_ms: 30_000,
            delay_ms: 0,
            retention_ms: None,
            wait_ms: 0,
            message_bytes_max: crate::limits::MESSAGE_BYTES_MAX_DEFAULT,
            leases_max: None,
            bury: None,
            durability: Durability::Always,
            strict_leases: false,
        }
    }
}
