//! Who holds how many leases: counted when somebody asks, from the leases themselves.
//!
//! What it is not: a running count. That would cost each lease and each ack a look-up, and would have to follow every other way in which
//! a lease can end; a question costs a walk, and is asked by people.
//!
//! Invariant: one question looks at a bounded number of leases, and says so where there are more.

use crate::core::state::{Queue, State};
use crate::core::subscription::Lease;
use std::collections::BTreeMap;
use vocab::limits::LEASES_COUNTED_MAX;
use vocab::{ConsumerId, QueueId};

/// What consumers hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// By who holds it. Number 0 stands for all that are not known, as after a restart.
    pub by_consumer: BTreeMap<ConsumerId, Holding>,
    /// Whether every lease was looked at.
    pub is_complete: bool,
}

/// The leases of one consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// How many.
    pub leases: u64,
    /// When the oldest of them began (log time, milliseconds).
    pub oldest_ms: u64,
}

impl State {
    /// Who holds leases of this queue, or of any.
    #[must_use]
    pub fn holders(&self, queue: Option<QueueId>) -> Holders {
        let chosen = queue.and_then(|queue| self.queues.get(&queue));
        let every = queue.is_none().then(|| self.queues.values()).into_iter().flatten();
        let mut holders = Holders { is_complete: true, ..Holders::default() };
        for (looked, lease) in chosen.into_iter().chain(every).flat_map(leases).enumerate() {
            if looked == LEASES_COUNTED_MAX {
                holders.is_complete = false;
                break;
            }
            holders.count(lease);
        }
        holders
    }
}

fn leases(queue: &Queue) -> impl Iterator<Item = &Lease> {
    queue.subscriptions.values().flatten().flat_map(|progress| progress.leases.values())
}

impl Holders {
    fn count(&mut self, lease: &Lease) {
        let first = Holding { leases: 0, oldest_ms: lease.since_ms };
        let holding = self.by_consumer.entry(lease.consumer).or_insert(first);
        holding.leases += 1;
        holding.oldest_ms = holding.oldest_ms.min(lease.since_ms);
    }
}
