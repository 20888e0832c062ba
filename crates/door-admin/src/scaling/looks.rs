//! Earlier looks at the queues that somebody scales, and what follows from them.
//!
//! An autoscaler asks every few seconds, so each answer has the figures of those before it to compare with: nothing looks in between, and a
//! queue that nobody asks about costs nothing.
//!
//! Invariant: a bounded number of queues and of looks at each is kept; the queue that was asked about least lately goes first.

use crate::view::Rates;
use broker::{QueueStats, QueueTotals};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use vocab::QueueId;

/// Queues that are remembered.
const QUEUES_MAX: usize = 1000;

/// Looks at each: of an autoscaler that asks every fifteen seconds, two minutes.
const LOOKS_MAX: usize = 8;

/// An older look tells of another time.
const AGE_MS_MAX: u64 = 120_000;

/// Looks closer together than this say nothing about a rate.
const APART_MS_MIN: u64 = 1000;

/// What was asked before.
#[derive(Debug, Default)]
pub(crate) struct Looks(Mutex<BTreeMap<QueueId, VecDeque<Look>>>);

#[derive(Clone, Copy, Debug)]
struct Look {
    at_ms: u64,
    leased: u64,
    totals: QueueTotals,
}

/// How messages went through a queue lately.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Flow {
    /// How fast its totals changed.
    pub(crate) rates: Rates,
    /// From delivery to its end, on average: as many as were in flight, for each that ended in a second.
    pub(crate) service_ms: Option<f64>,
}

impl Looks {
    /// What follows from a queue's figures now and those before. They are kept for the next time.
    pub(crate) fn flow(&self, now_ms: u64, queue: QueueId, stats: &QueueStats) -> Flow {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let looks = queues.entry(queue).or_default();
        looks.retain(|look| now_ms.saturating_sub(look.at_ms) <= AGE_MS_MAX);
        let now = Look { at_ms: now_ms, leased: stats.leased, totals: stats.totals };
        let flow = flow(looks, &now);
        if looks.back().is_none_or(|last| now_ms >= last.at_ms + APART_MS_MIN) {
            looks.push_back(now);
            if looks.len() > LOOKS_MAX {
                looks.pop_front();
            }
        }
        if queues.len() > QUEUES_MAX {
            forget_one(&mut queues);
        }
        flow
    }
}

fn forget_one(queues: &mut BTreeMap<QueueId, VecDeque<Look>>) {
    let last_asked = |looks: &VecDeque<Look>| looks.back().map_or(0, |look| look.at_ms);
    let oldest = queues.iter().min_by_key(|(_, looks)| last_asked(looks)).map(|(queue, _)| *queue);
    oldest.map(|queue| queues.remove(&queue));
}

fn flow(looks: &VecDeque<Look>, now: &Look) -> Flow {
    let Some(first) = looks.front().filter(|first| now.at_ms >= first.at_ms + APART_MS_MIN) else {
        return Flow::default();
    };
    let (before, after) = (&first.totals, &now.totals);
    let seconds = float(now.at_ms - first.at_ms) / 1000.0;
    let rate = |before: u64, after: u64| float(after.saturating_sub(before)) / seconds;
    let acked = rate(before.acked, after.acked);
    let failed = rate(before.failed + before.lease_expired, after.failed + after.lease_expired);
    let rates = Rates {
        published: Some(rate(before.published, after.published)),
        delivered: Some(rate(before.delivered, after.delivered)),
        acked: Some(acked),
        failed: Some(failed),
    };
    let in_flight: u64 = looks.iter().map(|look| look.leased).sum::<u64>() + now.leased;
    let in_flight = float(in_flight) / float(looks.len() as u64 + 1);
    let ended = acked + failed;
    Flow { rates, service_ms: (ended > 0.0).then(|| in_flight * 1000.0 / ended) }
}

/// Counts of messages stay far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "rates for people and an estimate")]
fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE: QueueId = QueueId(1);

    fn stats(published: u64, acked: u64, leased: u64) -> QueueStats {
        let totals = QueueTotals { published, acked, delivered: acked + leased, ..QueueTotals::default() };
        QueueStats { leased, totals, ..QueueStats::default() }
    }

    #[test]
    fn what_flows_is_compared_with_the_oldest_look() {
        let looks = Looks::default();
        assert_eq!(looks.flow(1_000, QUEUE, &stats(0, 0, 2)), Flow::default());
        let flow = looks.flow(11_000, QUEUE, &stats(100, 50, 4));
        assert_eq!((flow.rates.published, flow.rates.acked, flow.rates.failed), (Some(10.0), Some(5.0), Some(0.0)));
        // Three in flight on average, five ended a second.
        assert_eq!(flow.service_ms, Some(600.0));
        let flow = looks.flow(21_000, QUEUE, &stats(100, 50, 4));
        assert_eq!((flow.rates.published, flow.rates.acked), (Some(5.0), Some(2.5)));
    }

    #[test]
    fn while_none_has_ended_nobody_knows_how_long_one_takes() {
        let looks = Looks::default();
        looks.flow(1_000, QUEUE, &stats(0, 0, 2));
        assert_eq!(looks.flow(5_000, QUEUE, &stats(9, 0, 2)).service_ms, None);
    }

    #[test]
    fn looks_that_are_too_close_or_too_old_do_not_count() {
        let looks = Looks::default();
        looks.flow(1_000, QUEUE, &stats(0, 0, 0));
        assert_eq!(looks.flow(1_999, QUEUE, &stats(5, 0, 0)), Flow::default());
        assert_eq!(looks.flow(2_000, QUEUE, &stats(5, 0, 0)).rates.published, Some(5.0));
        assert_eq!(looks.flow(2_001 + AGE_MS_MAX, QUEUE, &stats(5, 0, 0)), Flow::default());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let looks = Looks::default();
        for ask in 0..100 {
            looks.flow(ask * APART_MS_MIN, QUEUE, &stats(0, 0, 0));
        }
        assert_eq!(looks.0.lock().expect("nobody panicked")[&QUEUE].len(), LOOKS_MAX);
        let later = 200 * APART_MS_MIN;
        for number in 2..=QUEUES_MAX {
            looks.flow(later, QueueId(u32::try_from(number).expect("small")), &stats(0, 0, 0));
        }
        looks.flow(later, QueueId(u32::MAX), &stats(0, 0, 0));
        let kept = looks.0.lock().expect("nobody panicked");
        assert!(kept.len() == QUEUES_MAX && !kept.contains_key(&QUEUE) && kept.contains_key(&QueueId(u32::MAX)));
    }
}
