//! A queue's settings, in neutral words and with neutral defaults.
//!
//! What it is not: validation of a protocol's ranges (a door does that) and the door's own
//! annotations (kept beside the settings, opaque).

use crate::bury::BuryPolicy;
use serde::{Deserialize, Serialize};

/// How a queue behaves. All times are milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// In which order messages are handed out.
    #[serde(default)]
    pub order: Order,
    /// Which messages are taken for ones that were published before; `None` takes none.
    #[serde(default)]
    pub dedup: Option<DedupPolicy>,
    /// The highest priority that counts here: a message above it counts as one of it. 0 hands out by place alone, and so does every
    /// order but [`Order::Standard`], where priorities are ignored. A change holds for what is published from then on; a message keeps
    /// the level that it was filed under.
    #[serde(default)]
    pub priority_max: u8,
    /// How much may wait to be received; `None` for any number.
    #[serde(default)]
    pub length: Option<LengthLimit>,
    /// It is gone at the next start, with everything in it, and answers about its messages do not wait for the disk.
    #[serde(default)]
    pub transient: bool,
    /// Nothing is delivered from it: a receive waits as if it were empty. Publishes, settlements, expiry and redrives go on.
    #[serde(default)]
    pub paused: bool,
}

impl QueueSettings {
    /// Whether a lease must be durable before it is told: a lane is handed on only when nobody can hold its head any more.
    #[must_use]
    pub fn tells_durable_leases(&self) -> bool {
        self.strict_leases || self.order == Order::Laned
    }

    /// What answers about the queue's messages wait for: nothing, where no start will find them again.
    #[must_use]
    pub fn answers_wait_for(&self) -> Durability {
        if self.transient { Durability::Never } else { self.durability }
    }

    /// The level that a message of this priority is filed under; 0 is by place alone.
    #[must_use]
    pub fn level_of(&self, priority: u8) -> u8 {
        if self.order == Order::Standard { priority.min(self.priority_max) } else { 0 }
    }
}

/// How much of a queue may be ready at a time: what is leased or waits for its time does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LengthLimit {
    /// At most so many messages.
    #[serde(default)]
    pub messages_max: Option<u64>,
    /// At most so many bytes of bodies. Messages that were published before there was such a limit count for none.
    #[serde(default)]
    pub bytes_max: Option<u64>,
    /// What gives way.
    #[serde(default)]
    pub overflow: Overflow,
}

/// What gives way when a publish would make a queue longer than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// What has been ready longest by its place, of the lowest priority first, until the rest fits; the new one too, if it must. A limit
    /// that was lowered, and messages that came back or became due, are seen to by the next publish.
    #[default]
    DropOldest,
    /// The publish, as a whole.
    Refuse,
    /// The same; and what was refused goes where the queue sets messages aside, as too long for it. Its producer hears of the refusal
    /// when that is durable. Where the queue sets nothing aside, or has no place for it, it is refused like any other, and so is
    /// all of an atomic transaction.
    RefuseAndBury,
}

impl Overflow {
    /// Whether a publish may be refused for it, so that each should be judged by itself.
    #[must_use]
    pub fn refuses(self) -> bool {
        match self {
            Self::DropOldest => false,
            Self::Refuse | Self::RefuseAndBury => true,
        }
    }
}

/// In which order a queue hands its messages out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By place, whatever else is leased.
    #[default]
    Standard,
    /// By place, but of the lanes that wait the one with the fewest leased messages goes first: no lane's flood makes the others
    /// wait. Messages without a lane take turns with them, as one.
    Fair,
    /// Each lane by place, and nothing of a lane while any of it is leased. A message without a lane is one by itself.
    Laned,
}

/// When a published message is taken for one that the queue was given before: it is not stored again, and its producer
/// is told the first one's id, whether or not that one still lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DedupPolicy {
    /// For so many milliseconds from the first publish.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub window_ms: u64,
    /// Where ids must differ.
    pub scope: DedupScope,
}

impl DedupPolicy {
    /// What was published before this time is over its window at `now_ms`.
    #[must_use]
    pub fn since_ms(self, now_ms: u64) -> u64 {
        (now_ms + 1).saturating_sub(self.window_ms)
    }
}

/// Where dedup ids must differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DedupScope {
    /// In the whole queue.
    #[default]
    Queue,
    /// In each lane.
    Lane,
}

/// What an answer waits for. It changes only when the outbox opens, never what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
            order: Order::Standard,
            dedup: None,
            priority_max: 0,
            length: None,
            transient: false,
            paused: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_are_capped_and_count_only_where_order_is_by_place() {
        let settings = |order| QueueSettings { priority_max: 5, order, ..QueueSettings::default() };
        let check =
            |order, priority, level| assert_eq!(settings(order).level_of(priority), level, "{order:?} {priority}");
        check(Order::Standard, 0, 0);
        check(Order::Standard, 5, 5);
        check(Order::Standard, 200, 5);
        check(Order::Fair, 5, 0);
        check(Order::Laned, 5, 0);
    }
}
