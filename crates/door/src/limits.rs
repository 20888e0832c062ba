//! How many connections a door holds at a time, and how many it has seen.
//!
//! Invariant: what was let in is counted as open until its [`Entry`] is dropped, however it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A door's cap on connections. Cheap to clone; clones share the count.
#[derive(Clone, Debug)]
pub struct Limits {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    connections_max: u64,
    open: AtomicU64,
    accepted: AtomicU64,
    refused: AtomicU64,
}

/// How many connections a door has and had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Open at this moment.
    pub open: u64,
    /// Let in since the start.
    pub accepted: u64,
    /// Refused over the cap since the start.
    pub refused: u64,
}

/// One connection's place. Dropping it makes room for another.
#[derive(Debug)]
pub struct Entry {
    shared: Arc<Shared>,
}

impl Limits {
    /// At most `connections_max` connections at a time.
    #[must_use]
    pub fn new(connections_max: u64) -> Self {
        let (open, accepted, refused) = Default::default();
        Self { shared: Arc::new(Shared { connections_max, open, accepted, refused }) }
    }

    /// The cap.
    #[must_use]
    pub fn connections_max(&self) -> u64 {
        self.shared.connections_max
    }

    /// A place for one more connection; `None` when the cap is reached.
    #[must_use]
    pub fn enter(&self) -> Option<Entry> {
        let shared = &self.shared;
        let one_more = |open: u64| (open < shared.connections_max).then_some(open + 1);
        if shared.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_err() {
            shared.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        shared.accepted.fetch_add(1, Ordering::Relaxed);
        Some(Entry { shared: Arc::clone(shared) })
    }

    /// The counts at this moment.
    #[must_use]
    pub fn counts(&self) -> ConnectionCounts {
        let Shared { open, accepted, refused, connections_max: _ } = &*self.shared;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        ConnectionCounts { open: read(open), accepted: read(accepted), refused: read(refused) }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.shared.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_holds_until_somebody_leaves() {
        let limits = Limits::new(2);
        let first = limits.enter();
        let second = limits.enter();
        assert!(first.is_some() && second.is_some() && limits.enter().is_none());
        drop(first);
        assert!(limits.enter().is_some());
        assert_eq!(limits.counts(), ConnectionCounts { open: 1, accepted: 3, refused: 1 });
    }
}
