//! Where a message that was set aside came from: its first identity, why it left last, and every way in which it died.
//!
//! What it is not: the policy that sets aside ([`crate::bury`]).
//!
//! Invariants: of a message's deaths no two have the same queue and reason; the newest comes first; at most one is marked as
//! the first of all, and that one is never forgotten.

use crate::limits::DEATHS_MAX;
use crate::message::Route;
use crate::message_id::MessageId;

/// Where a buried message came from and why it left.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The id it had first, and that doors keep showing.
    pub id: MessageId,
    /// The name of the queue it left last.
    pub queue: String,
    /// When it was first published.
    pub published_ms: u64,
    /// When it was buried last.
    pub buried_ms: u64,
    /// How often it had been delivered there.
    pub deliveries: u32,
    /// How often it had failed there.
    pub failures: u32,
    /// Why it left last.
    pub reason: BuryReason,
    /// Every queue and reason that it died of, newest first, at most [`DEATHS_MAX`].
    pub deaths: Vec<Death>,
}

/// Why a message was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuryReason {
    /// The queue's limit on deliveries was reached.
    TooManyDeliveries,
    /// The queue's limit on failures was reached; with the last failure's text, where one was given.
    TooManyFailures(Option<String>),
    /// A consumer asked for it, in its own words.
    Rejected(Option<String>),
    /// Its own expiry or the queue's retention passed.
    Expired,
    /// The queue had more messages, or more bytes of them, than it may.
    TooLong,
}

/// What a message died of in one queue, however often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Death {
    /// The queue's name.
    pub queue: String,
    /// Of what.
    pub reason: DeathReason,
    /// How often.
    pub count: u64,
    /// When for the first time (log time, milliseconds).
    pub first_ms: u64,
    /// Whether it was the message's very first death.
    pub is_first: bool,
    /// How the message had come to the queue when it died there of this for the first time.
    pub route: Option<Route>,
}

/// The kinds of deaths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeathReason {
    /// A consumer asked for it.
    Rejected,
    /// It was there for too long.
    Expired,
    /// Its queue had too many messages.
    TooLong,
    /// It was delivered, or failed, too often.
    Limit,
}

impl Origin {
    /// The message's very first death, if it is known: a message buried by an early version may have died before.
    #[must_use]
    pub fn first_death(&self) -> Option<&Death> {
        self.deaths.iter().find(|death| death.is_first)
    }

    pub(crate) fn text_bytes(&self) -> usize {
        let deaths: usize = self.deaths.iter().map(Death::text_bytes).sum();
        self.queue.len() + self.reason.words().map_or(0, str::len) + deaths
    }

    /// Bytes of memory of all that it points to.
    pub(crate) fn list_bytes(&self) -> usize {
        self.deaths.len() * size_of::<Death>()
    }
}

impl BuryReason {
    /// A consumer's words, where the reason has some.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::TooManyFailures(words) | Self::Rejected(words) => words.as_deref(),
            Self::TooManyDeliveries | Self::Expired | Self::TooLong => None,
        }
    }

    /// The kind of death that it is.
    #[must_use]
    pub fn death(&self) -> DeathReason {
        match self {
            Self::TooManyDeliveries | Self::TooManyFailures(_) => DeathReason::Limit,
            Self::Rejected(_) => DeathReason::Rejected,
            Self::Expired => DeathReason::Expired,
            Self::TooLong => DeathReason::TooLong,
        }
    }
}

impl DeathReason {
    /// Its number on disk.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Rejected => 1,
            Self::Expired => 2,
            Self::TooLong => 3,
            Self::Limit => 4,
        }
    }

    /// The one with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Rejected, Self::Expired, Self::TooLong, Self::Limit].into_iter().find(|reason| reason.code() == code)
    }
}

impl Death {
    fn text_bytes(&self) -> usize {
        // Count, time and flags take about so much beside the texts.
        self.queue.len() + self.route.as_ref().map_or(0, Route::text_bytes) + 16
    }
}

/// The deaths of a message that dies once more, in `queue` of `reason`: one it died of before counts up and moves to the
/// front. The oldest fall off where there are too many, but never the very first.
#[must_use]
pub fn dying_again(
    deaths: &[Death],
    queue: &str,
    reason: DeathReason,
    now_ms: u64,
    route: Option<&Route>,
) -> Vec<Death> {
    let is_same = |death: &Death| death.queue == queue && death.reason == reason;
    let newest = match deaths.iter().find(|death| is_same(death)) {
        Some(death) => Death { count: death.count.saturating_add(1), ..death.clone() },
        None => Death {
            queue: queue.to_owned(),
            reason,
            count: 1,
            first_ms: now_ms,
            is_first: deaths.is_empty(),
            route: route.cloned(),
        },
    };
    let mut all = Vec::with_capacity(deaths.len() + 1);
    all.push(newest);
    all.extend(deaths.iter().filter(|death| !is_same(death)).cloned());
    while all.len() > DEATHS_MAX {
        let oldest = all.iter().rposition(|death| !death.is_first).expect("only one of several deaths is the first");
        all.remove(oldest);
    }
    all
}

/// Whether a message with these deaths comes back to `queue` in a circle that nobody breaks: it died there before, and no
/// death since, that one included, has a reason that `breaks` it.
#[must_use]
pub fn is_circle(deaths: &[Death], queue: &str, breaks: impl Fn(DeathReason) -> bool) -> bool {
    let Some(before) = deaths.iter().position(|death| death.queue == queue) else { return false };
    deaths[..=before].iter().all(|death| !breaks(death.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dying(queues: &[(&str, DeathReason)]) -> Vec<Death> {
        let mut deaths = Vec::new();
        for (at_ms, (queue, reason)) in (1..).zip(queues) {
            deaths = dying_again(&deaths, queue, *reason, at_ms, None);
        }
        deaths
    }

    use DeathReason::{Expired, Limit, Rejected};

    #[test]
    fn a_repeated_death_counts_up_and_moves_to_the_front_with_its_first_time() {
        let deaths = dying(&[("a", Expired), ("b", Rejected), ("a", Expired), ("a", Rejected)]);
        let told: Vec<_> = deaths.iter().map(|d| (&*d.queue, d.reason, d.count, d.first_ms, d.is_first)).collect();
        assert_eq!(told, [("a", Rejected, 1, 4, false), ("a", Expired, 2, 1, true), ("b", Rejected, 1, 2, false)]);
    }

    #[test]
    fn the_way_of_the_first_time_is_kept() {
        let route = |key: &str| Route { router: "r".into(), keys: vec![key.into()] };
        let once = dying_again(&[], "a", Expired, 1, Some(&route("k")));
        let twice = dying_again(&once, "a", Expired, 2, Some(&route("other")));
        assert_eq!(twice[0].route, Some(route("k")));
    }

    #[test]
    fn the_oldest_fall_off_but_never_the_first() {
        let mut deaths = dying(&[("first", Expired)]);
        for at_ms in 0..3 * DEATHS_MAX as u64 {
            deaths = dying_again(&deaths, &at_ms.to_string(), Limit, at_ms, None);
        }
        assert_eq!(deaths.len(), DEATHS_MAX);
        assert_eq!(deaths.last().map(|death| (&*death.queue, death.is_first)), Some(("first", true)));
        assert_eq!(deaths[0].queue, (3 * DEATHS_MAX - 1).to_string());
    }

    #[test]
    fn a_circle_ends_at_the_first_death_in_the_queue_and_a_rejection_breaks_it() {
        let check = |queues: &[(&str, DeathReason)], expected| {
            let circle = is_circle(&dying(queues), "a", |reason| reason == Rejected);
            assert_eq!(circle, expected, "{queues:?}");
        };
        check(&[("b", Expired)], false);
        check(&[("a", Expired), ("b", Expired)], true);
        check(&[("a", Expired), ("b", Rejected)], false);
        check(&[("a", Rejected), ("b", Expired)], false);
        check(&[("b", Rejected), ("a", Limit), ("c", Expired)], true);
        check(&[("a", Expired)], true);
    }
}
