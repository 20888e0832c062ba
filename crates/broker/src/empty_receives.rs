//! How many receives of each queue ended with no message, since the broker was started.
//!
//! What it is not: part of the store. A count of what did not happen to any message is not worth a record, so a restart begins
//! at zero again, as counters of processes do.
//!
//! Invariant: a queue that was deleted has no count, so there are never more of them than queues.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use vocab::QueueId;

/// The counts. Counting takes the shared lock, except for a queue's first time.
#[derive(Debug, Default)]
pub(crate) struct EmptyReceives {
    counts: RwLock<BTreeMap<QueueId, AtomicU64>>,
}

impl EmptyReceives {
    /// Counts one more.
    pub(crate) fn count(&self, queue: QueueId) {
        if let Some(count) = self.counts.read().unwrap_or_else(PoisonError::into_inner).get(&queue) {
            count.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let mut counts = self.counts.write().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(queue).or_default().get_mut() += 1;
    }

    /// How many there were.
    pub(crate) fn of(&self, queue: QueueId) -> u64 {
        let counts = self.counts.read().unwrap_or_else(PoisonError::into_inner);
        counts.get(&queue).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// Forgets a queue that is gone. Ids are never reused.
    pub(crate) fn forget(&self, queue: QueueId) {
        self.counts.write().unwrap_or_else(PoisonError::into_inner).remove(&queue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_queue_has_its_own_count_until_it_is_gone() {
        let counts = EmptyReceives::default();
        for queue in [1, 2, 1] {
            counts.count(QueueId(queue));
        }
        assert_eq!((counts.of(QueueId(1)), counts.of(QueueId(2)), counts.of(QueueId(3))), (2, 1, 0));
        counts.forget(QueueId(1));
        assert_eq!((counts.of(QueueId(1)), counts.of(QueueId(2))), (0, 1));
    }
}
