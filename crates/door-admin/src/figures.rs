//! The figures of all queues at one moment, and how fast they change.
//!
//! Counts are asked for whenever somebody wants them: one command counts every queue. Rates need an earlier look, so a house-keeper looks
//! every two seconds, and only while somebody has asked within the last minute.
//!
//! Invariant: when nobody asks, nothing is done and nothing is kept.

use crate::errors::ApiError;
use crate::status::Status;
use crate::view::Rates;
use broker::{Broker, QueueInfo, QueueStats, QueueTotals};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use vocab::QueueId;

/// Between two looks.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks after somebody asked: a minute of them.
const LOOKS_AFTER_ASKING: u32 = 30;

/// Looks that are kept: rates are taken over the last ten seconds.
const LOOKS_KEPT: usize = 6;

/// Looks closer together than this say nothing about a rate, in milliseconds.
const APART_MS_MIN: u64 = 500;

/// Every queue with its counts, in order of name.
pub(crate) struct Figures {
    pub(crate) queues: Vec<(Arc<QueueInfo>, QueueStats)>,
    now_ms: u64,
    earlier: Option<Arc<Look>>,
}

/// What was counted at some earlier moment.
#[derive(Debug)]
struct Look {
    at_ms: u64,
    totals: HashMap<QueueId, QueueTotals>,
}

/// Keeps earlier looks.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    kept: Mutex<VecDeque<Arc<Look>>>,
    left: AtomicU32,
    asked: Notify,
}

impl Looks {
    /// All queues at this moment.
    pub(crate) async fn figures(&self, broker: &Broker) -> Result<Figures, ApiError> {
        let stats = broker.all_stats().await?;
        let queues = broker.list_queues("", None, usize::MAX);
        // A queue that was made since was not counted yet: it is as good as empty.
        let of = |queue: QueueId| match stats.binary_search_by_key(&queue, |(id, _)| *id) {
            Ok(at) => stats[at].1,
            Err(_) => QueueStats::default(),
        };
        let queues = queues
            .into_iter()
            .map(|info| {
                let stats = of(info.id);
                (info, stats)
            })
            .collect();
        Ok(Figures { queues, now_ms: broker.log_ms(), earlier: self.earlier() })
    }

    /// How fast one queue's totals change.
    pub(crate) fn rates(&self, broker: &Broker, queue: QueueId, totals: &QueueTotals) -> Rates {
        rates(self.earlier().as_deref(), broker.log_ms(), queue, totals)
    }

    /// Looks while somebody asks.
    pub(crate) async fn keep(&self, status: &Status) -> Infallible {
        loop {
            if self.left.load(Ordering::Relaxed) == 0 {
                self.lock().clear();
                self.asked.notified().await;
            }
            self.left.fetch_sub(1, Ordering::Relaxed);
            if let Some(running) = status.running()
                && let Ok(stats) = running.broker.all_stats().await
            {
                let totals = stats.into_iter().map(|(queue, stats)| (queue, stats.totals)).collect();
                self.add(Look { at_ms: running.broker.log_ms(), totals });
            }
            door::timeout::pause(LOOK_EVERY).await;
        }
    }

    fn add(&self, look: Look) {
        let mut kept = self.lock();
        kept.push_back(Arc::new(look));
        if kept.len() > LOOKS_KEPT {
            kept.pop_front();
        }
    }

    /// The oldest look that is kept. Notes that somebody asked.
    fn earlier(&self) -> Option<Arc<Look>> {
        if self.left.swap(LOOKS_AFTER_ASKING, Ordering::Relaxed) == 0 {
            self.asked.notify_one();
        }
        self.lock().front().cloned()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Look>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Figures {
    /// How fast a queue's totals change.
    pub(crate) fn rates(&self, queue: QueueId, totals: &QueueTotals) -> Rates {
        rates(self.earlier.as_deref(), self.now_ms, queue, totals)
    }

    /// The queues that set messages aside, by the name of the queue where they do.
    pub(crate) fn sources(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut sources: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (info, _) in &self.queues {
            if let Some(target) = info.settings.bury.as_ref().and_then(|bury| bury.queue()) {
                sources.entry(target).or_default().push(&info.name);
            }
        }
        sources
    }
}

/// A queue that the earlier look does not know was made since, with nothing counted.
fn rates(earlier: Option<&Look>, now_ms: u64, queue: QueueId, totals: &QueueTotals) -> Rates {
    let Some(look) = earlier.filter(|look| now_ms >= look.at_ms + APART_MS_MIN) else { return Rates::default() };
    let before = look.totals.get(&queue).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a rate over seconds is far below 2^53")]
    let rate = |now: u64, before: u64| {
        let a_second = now.saturating_sub(before) as f64 * 1000.0 / (now_ms - look.at_ms) as f64;
        Some((a_second * 100.0).round() / 100.0)
    };
    Rates {
        published: rate(totals.published, before.published),
        delivered: rate(totals.delivered, before.delivered),
        acked: rate(totals.acked, before.acked),
        failed: rate(totals.failed + totals.lease_expired, before.failed + before.lease_expired),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_taken_over_the_time_since_the_oldest_look() {
        let before = QueueTotals { published: 10, failed: 1, ..QueueTotals::default() };
        let look = Look { at_ms: 1_000, totals: HashMap::from([(QueueId(1), before)]) };
        let now = QueueTotals { published: 30, failed: 2, lease_expired: 3, ..QueueTotals::default() };
        let expected = Rates { published: Some(5.0), delivered: Some(0.0), acked: Some(0.0), failed: Some(1.0) };
        assert_eq!(rates(Some(&look), 5_000, QueueId(1), &now), expected);
        assert_eq!(rates(Some(&look), 5_000, QueueId(2), &now).published, Some(7.5), "made since");
        assert_eq!(rates(Some(&look), 1_100, QueueId(1), &now), Rates::default(), "too close");
        assert_eq!(rates(None, 5_000, QueueId(1), &now), Rates::default());
    }

    #[test]
    fn only_so_many_looks_are_kept() {
        let looks = Looks::default();
        for at_ms in 0..20 {
            looks.add(Look { at_ms, totals: HashMap::new() });
        }
        assert_eq!(looks.earlier().map(|look| look.at_ms), Some(20 - LOOKS_KEPT as u64));
    }
}
