//! How many workers there should be: by how much waits, how long it waits, and how long a message takes.
//!
//! ```text
//!   needed = whoever is busy, or the backlog × a message's time ÷ the wait that we aim at, whichever is more
//!   grows     at once, at most to double
//!   shrinks   only after a calm, at most by half
//! ```
//!
//! What it is not: the server's figure for other platforms (`/v1/scaling`); this one knows its own workers. Invariant: always between the
//! least and the most, and never fewer than need be to go on.

use super::crew::Crew;
use super::progress;
use crate::ask::{Client, Path};
use crate::cli::WorkArgs;
use serde::Deserialize;
use vocab::clock::Clock;

/// What waits shall be served within this time.
const WAIT_MS: u64 = 5_000;

/// Fewer are needed for so long before any goes.
const CALM_MS: u64 = 10_000;

/// Between two looks at the queue.
const LOOK_MS: u64 = 2_000;

/// Looks between two lines about how it goes.
const LOOKS_PER_LINE: u64 = 3;

/// The least and the most workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) min: u32,
    pub(super) max: u32,
}

impl Sizes {
    /// How many there are at first: one has to look.
    pub(super) fn first(self) -> u32 {
        self.min.max(1)
    }
}

/// What is known at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) now_ms: u64,
    /// Messages that could be delivered.
    pub(super) ready: u64,
    /// Workers at work.
    pub(super) busy: u32,
    /// How long the oldest message has been there.
    pub(super) waiting_ms: u64,
    /// How long a message takes; `None` until one was done.
    pub(super) service_ms: Option<u64>,
}

/// The rule, and what it remembers.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    sizes: Sizes,
    size: u32,
    calm_since_ms: Option<u64>,
}

impl Policy {
    pub(super) fn new(sizes: Sizes) -> Self {
        Self { sizes, size: sizes.first(), calm_since_ms: None }
    }

    /// How many workers there should be from now on.
    pub(super) fn look(&mut self, look: &Look) -> u32 {
        let needed = self.needed(look).clamp(self.sizes.first(), self.sizes.max.max(self.sizes.first()));
        if needed >= self.size {
            self.calm_since_ms = None;
            self.size = needed.min(self.size.saturating_mul(2));
        } else {
            let since_ms = *self.calm_since_ms.get_or_insert(look.now_ms);
            if look.now_ms.saturating_sub(since_ms) >= CALM_MS {
                self.size = needed.max(self.size / 2);
            }
        }
        self.size
    }

    fn needed(&self, look: &Look) -> u32 {
        if look.ready == 0 {
            return look.busy;
        }
        let backlog = look.ready + u64::from(look.busy);
        let by_time =
            look.service_ms.map_or(backlog, |service_ms| backlog.saturating_mul(service_ms).div_ceil(WAIT_MS));
        // What takes longer than it should, though the figures say that it should not: they are not right yet.
        let by_wait = if look.waiting_ms > WAIT_MS && look.busy >= self.size { u64::from(self.size) + 1 } else { 0 };
        let needed = by_time.min(backlog).max(by_wait).max(u64::from(look.busy));
        u32::try_from(needed).unwrap_or(u32::MAX)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Figures {
    ready: u64,
    oldest_ms: Option<u64>,
}

/// Looks at the queue from time to time, and tells the crew how large it should be.
pub(super) struct Scaler<'a> {
    crew: &'a Crew,
    client: &'a Client,
    queue: &'a str,
    policy: Policy,
}

impl<'a> Scaler<'a> {
    pub(super) fn new(crew: &'a Crew, client: &'a Client, arguments: &'a WorkArgs, sizes: Sizes) -> Self {
        Self { crew, client, queue: &arguments.queue, policy: Policy::new(sizes) }
    }

    /// Until the crew's work is over.
    pub(super) fn run(mut self) {
        for count in 1.. {
            if self.crew.rest(LOOK_MS) {
                return;
            }
            // A server that does not answer is the supply's trouble; the crew stays as it is.
            let Ok(figures) = self.client.get::<Figures>(&Path::queue(self.queue)) else { continue };
            let now_ms = self.crew.clock().wall_ms();
            let waiting_ms = figures.oldest_ms.map_or(0, |oldest_ms| now_ms.saturating_sub(oldest_ms));
            let (busy, service_ms) = self.crew.figures();
            let before = self.policy.size;
            let size = self.policy.look(&Look { now_ms, ready: figures.ready, busy, waiting_ms, service_ms });
            if size != before && self.crew.resize(size) {
                progress::say(&format!("workers {before} -> {size}: {} ready", figures.ready));
            }
            if count % LOOKS_PER_LINE == 0 {
                progress::line(self.crew, figures.ready, waiting_ms);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(min: u32, max: u32) -> Policy {
        Policy::new(Sizes { min, max })
    }

    fn look(now_ms: u64, ready: u64, busy: u32, service_ms: Option<u64>) -> Look {
        Look { now_ms, ready, busy, waiting_ms: 0, service_ms }
    }

    #[test]
    fn a_backlog_doubles_the_crew_until_it_is_enough() {
        let mut policy = policy(1, 20);
        let sizes: Vec<u32> = (0..6).map(|n| policy.look(&look(n * 2000, 1000, policy.size, Some(100)))).collect();
        assert_eq!(sizes, [2, 4, 8, 16, 20, 20], "1000 × 100 ms within 5 s needs 20");
    }

    #[test]
    fn what_one_does_in_time_needs_no_second() {
        let mut policy = policy(1, 20);
        assert_eq!(policy.look(&look(0, 100, 1, Some(10))), 1, "100 × 10 ms is a second");
        assert_eq!(policy.look(&Look { waiting_ms: 60_000, ..look(1, 100, 1, Some(10)) }), 2, "and yet it waits");
        assert_eq!(policy.look(&look(2, 1, 0, Some(60_000))), 2, "one message needs no more, and two stay for a while");
    }

    #[test]
    fn a_crew_shrinks_after_a_calm_by_halves() {
        let mut policy = policy(2, 20);
        policy.size = 16;
        let at = |policy: &mut Policy, now_ms| policy.look(&look(now_ms, 0, 0, Some(100)));
        assert_eq!([at(&mut policy, 0), at(&mut policy, 9_999)], [16, 16]);
        assert_eq!([at(&mut policy, 10_000), at(&mut policy, 12_000), at(&mut policy, 14_000)], [8, 4, 2]);
        assert_eq!(at(&mut policy, 60_000), 2, "never fewer than the least");
    }

    #[test]
    fn a_short_calm_is_none() {
        let mut policy = policy(1, 20);
        policy.size = 8;
        policy.look(&look(0, 0, 0, Some(100)));
        policy.look(&look(5_000, 1000, 8, Some(100)));
        assert_eq!(policy.look(&look(12_000, 0, 0, Some(100))), 16, "the calm begins anew");
    }

    #[test]
    fn the_least_and_the_most_hold() {
        assert_eq!(Sizes { min: 0, max: 4 }.first(), 1);
        let mut policy = policy(0, 4);
        for n in 0..10 {
            assert!(policy.look(&look(n, u64::MAX / 2, 4, None)) <= 4);
        }
        assert_eq!(policy.size, 4);
    }
}
