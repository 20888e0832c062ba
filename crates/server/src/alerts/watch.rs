//! What is to be told: one alert's rule over figures of queues, look after look.
//!
//! ```text
//!   level (depth, age)   over ──for──→ told ──again after──→ told again;   no longer over, and told → resolved
//!   arrival              some were set aside → told;   those within `again after` of it are told together when that is over
//! ```
//!
//! What it is not: a clock, a broker or a sender. Invariants: a queue that is not over its level costs no memory; what was not told as
//! firing is never told as resolved; every message that was set aside since the first look is told of once.

use super::notice::{self, Notice, State};
use crate::config::{AlertEntry, Condition};
use door::access::glob_matches;
use std::collections::BTreeMap;

/// What a look sees of one queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Which incarnation.
    pub(super) id: u32,
    pub(super) name: String,
    /// Messages that could be delivered.
    pub(super) ready: u64,
    /// When its oldest message was published.
    pub(super) oldest_ms: Option<u64>,
    /// Messages that were set aside since it was made.
    pub(super) buried: u64,
}

/// One alert, and what it remembers of queues, by their ids.
#[derive(Debug)]
pub(super) struct Watch {
    entry: AlertEntry,
    levels: BTreeMap<u32, Level>,
    arrivals: BTreeMap<u32, Arrivals>,
    has_looked: bool,
}

/// A queue that is over its level.
#[derive(Clone, Debug)]
struct Level {
    name: String,
    since_ms: u64,
    told_ms: Option<u64>,
}

/// A queue whose messages may be set aside.
#[derive(Clone, Copy, Debug)]
struct Arrivals {
    /// Of these it was told, or they were there at the first look.
    told: u64,
    told_ms: Option<u64>,
}

impl Watch {
    /// Nothing was seen yet.
    pub(super) fn new(entry: AlertEntry) -> Self {
        Self { entry, levels: BTreeMap::new(), arrivals: BTreeMap::new(), has_looked: false }
    }

    /// What is to be told now.
    pub(super) fn look(&mut self, now_ms: u64, queues: &[Figures]) -> Vec<Notice> {
        let pattern = self.entry.queues.clone();
        let queues = queues.iter().filter(|queue| glob_matches(&pattern, &queue.name));
        let notices = match self.entry.condition {
            Condition::DeadLetters => self.arrived(now_ms, queues),
            Condition::DepthAbove(_) | Condition::OldestAbove { .. } => self.over(now_ms, queues),
        };
        self.has_looked = true;
        notices
    }

    fn over<'a>(&mut self, now_ms: u64, queues: impl Iterator<Item = &'a Figures>) -> Vec<Notice> {
        let mut before = std::mem::take(&mut self.levels);
        let mut notices = Vec::new();
        for queue in queues {
            let known = before.remove(&queue.id);
            let value = value(self.entry.condition, now_ms, queue);
            if value > notice::threshold(self.entry.condition) {
                let start = || Level { name: queue.name.clone(), since_ms: now_ms, told_ms: None };
                let mut level = known.unwrap_or_else(start);
                if self.is_due(&level, now_ms) {
                    level.told_ms = Some(now_ms);
                    notices.push(self.notice(State::Firing, &queue.name, value, level.since_ms, now_ms));
                }
                self.levels.insert(queue.id, level);
            } else if let Some(level) = known.filter(|level| level.told_ms.is_some()) {
                notices.push(self.notice(State::Resolved, &queue.name, value, level.since_ms, now_ms));
            }
        }
        // What is left are queues that are gone.
        for level in before.into_values().filter(|level| level.told_ms.is_some()) {
            notices.push(self.notice(State::Resolved, &level.name, 0, level.since_ms, now_ms));
        }
        notices
    }

    fn is_due(&self, level: &Level, now_ms: u64) -> bool {
        match level.told_ms {
            None => now_ms.saturating_sub(level.since_ms) >= self.entry.for_ms,
            Some(told_ms) => now_ms.saturating_sub(told_ms) >= self.entry.again_after_ms,
        }
    }

    fn arrived<'a>(&mut self, now_ms: u64, queues: impl Iterator<Item = &'a Figures>) -> Vec<Notice> {
        let mut before = std::mem::take(&mut self.arrivals);
        let mut notices = Vec::new();
        for queue in queues {
            // What a queue had set aside before the first look is old news; a queue that came later began at none.
            let told = if self.has_looked { 0 } else { queue.buried };
            let mut known = before.remove(&queue.id).unwrap_or(Arrivals { told, told_ms: None });
            let quiet = known.told_ms.is_some_and(|told_ms| now_ms.saturating_sub(told_ms) < self.entry.again_after_ms);
            let arrived = queue.buried.saturating_sub(known.told);
            if arrived > 0 && !quiet {
                notices.push(self.notice(State::Firing, &queue.name, arrived, now_ms, now_ms));
                known = Arrivals { told: queue.buried, told_ms: Some(now_ms) };
            }
            self.arrivals.insert(queue.id, known);
        }
        notices
    }

    fn notice(&self, state: State, queue: &str, value: u64, since_ms: u64, at_ms: u64) -> Notice {
        let condition = self.entry.condition;
        Notice {
            alert: self.entry.name.clone(),
            state,
            condition: notice::key(condition),
            queue: queue.to_owned(),
            value,
            threshold: notice::threshold(condition),
            since_ms,
            at_ms,
            text: notice::text(condition, state, queue, value),
        }
    }
}

fn value(condition: Condition, now_ms: u64, queue: &Figures) -> u64 {
    match condition {
        Condition::DeadLetters => queue.buried,
        Condition::DepthAbove(_) => queue.ready,
        Condition::OldestAbove { .. } => queue.oldest_ms.map_or(0, |oldest_ms| now_ms.saturating_sub(oldest_ms)),
    }
}

#[cfg(test)]
mod tests;
