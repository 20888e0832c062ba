//! What a webhook is told, in one JSON object.

use crate::config::Condition;
use serde::Serialize;

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Notice {
    /// The alert's name.
    pub(super) alert: String,
    /// Whether it holds.
    pub(super) state: State,
    /// What it is about, by its key in the configuration.
    pub(super) condition: &'static str,
    /// The queue.
    pub(super) queue: String,
    /// Messages, or milliseconds for an age.
    pub(super) value: u64,
    /// What the value went over, in the same unit.
    pub(super) threshold: u64,
    /// Since when it has held.
    pub(super) since_ms: u64,
    /// When this was seen.
    pub(super) at_ms: u64,
    /// The same for people, in one sentence.
    pub(super) text: String,
}

/// Whether an alert holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It does.
    Firing,
    /// It did, and was told.
    Resolved,
}

/// The condition's key.
pub(super) fn key(condition: Condition) -> &'static str {
    match condition {
        Condition::DeadLetters => "dead_letters",
        Condition::DepthAbove(_) => "depth_above",
        Condition::OldestAbove { .. } => "oldest_above_s",
    }
}

/// What a value has to be above.
pub(super) fn threshold(condition: Condition) -> u64 {
    match condition {
        Condition::DeadLetters => 0,
        Condition::DepthAbove(messages) => messages,
        Condition::OldestAbove { ms } => ms,
    }
}

/// The sentence.
pub(super) fn text(condition: Condition, state: State, queue: &str, value: u64) -> String {
    let limit = threshold(condition);
    match (condition, state) {
        (Condition::DeadLetters, _) => format!("{value} messages of {queue} were set aside"),
        (Condition::DepthAbove(_), State::Firing) => format!("{value} messages wait in {queue}, more than {limit}"),
        (Condition::DepthAbove(_), State::Resolved) => {
            format!("{value} messages wait in {queue}, no more than {limit}")
        }
        (Condition::OldestAbove { .. }, State::Firing) => {
            format!("the oldest message of {queue} is {} s old, more than {} s", value / 1000, limit / 1000)
        }
        (Condition::OldestAbove { .. }, State::Resolved) => {
            format!("no message of {queue} is older than {} s any more", limit / 1000)
        }
    }
}
