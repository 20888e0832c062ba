//! One ordered set of everything that happens at a time: due, lease end, expiry, retention, end of waiting.
//!
//! Invariant: an entry exists exactly while the state that needs it does, so that nothing has to be looked up to find
//! out that a timer is stale; but the expiry of a message that is leased when it comes is dropped, because the end of the
//! lease looks at it, and so is that of a message which is then set aside, because a sweep has it. Each kind has its own clock value; none has two meanings.

use crate::core::command::WaiterId;
use std::collections::BTreeSet;
use vocab::mutant::{self, Mutant};
use vocab::{PartitionKey, QueueId, Seq, SubscriptionId};

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// A waiting message becomes ready.
    Due(PartitionKey, SubscriptionId, Seq),
    /// A lease ends.
    LeaseEnd(PartitionKey, SubscriptionId, Seq),
    /// A message's own expiry.
    Expiry(PartitionKey, Seq),
    /// The oldest messages of a log reach their retention.
    Retention(PartitionKey),
    /// Lanes that nobody may have used for a while.
    Lanes(PartitionKey, SubscriptionId),
    /// The oldest dedup ids of a log are over.
    Dedup(PartitionKey),
    /// A receive has waited long enough.
    Waiter(QueueId, SubscriptionId, WaiterId),
    /// A queue's redrive moves its next messages.
    Redrive(QueueId),
    /// The next messages over their time are set aside.
    Sweep(PartitionKey),
}

/// All timers.
#[derive(Debug, Default)]
pub struct Timers {
    entries: BTreeSet<(u64, Timer)>,
}

impl Timers {
    /// Adds a timer for `at_ms`, log time.
    pub fn set(&mut self, at_ms: u64, timer: Timer) {
        if matches!(timer, Timer::LeaseEnd(..)) && mutant::active(Mutant::DropRedeliveryTimer) {
            return;
        }
        self.entries.insert((at_ms, timer));
    }

    /// Takes a timer back; the time must be the one it was set for.
    pub fn clear(&mut self, at_ms: u64, timer: Timer) {
        let existed = self.entries.remove(&(at_ms, timer));
        debug_assert!(existed || mutant::active(Mutant::DropRedeliveryTimer), "{timer:?} at {at_ms} was not set");
    }

    /// Takes a timer back if it is set.
    pub fn discard(&mut self, at_ms: u64, timer: Timer) {
        self.entries.remove(&(at_ms, timer));
    }

    /// When the next one is, log time in milliseconds.
    #[must_use]
    pub fn next_ms(&self) -> Option<u64> {
        self.entries.first().map(|(at_ms, _)| *at_ms)
    }

    /// Those at or before `now_ms`, in order, at most `limit`.
    pub fn due(&self, now_ms: u64, limit: usize) -> impl Iterator<Item = (u64, Timer)> + '_ {
        self.entries.iter().take_while(move |(at_ms, _)| *at_ms <= now_ms).take(limit).copied()
    }
}
