//! Receives that wait for a message: one fair queue per subscription.
//!
//! What it is not: stored. Waiting ends with the process; nothing was promised to a waiter.

use crate::core::command::{Holder, WaiterId};
use std::collections::{BTreeMap, VecDeque};
use vocab::{QueueId, SubscriptionId};

/// One waiting receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// Its name.
    pub id: WaiterId,
    /// How many messages it takes.
    pub max: u32,
    /// Who is to hold its leases.
    pub holder: Holder,
    /// When it stops waiting (log time, milliseconds).
    pub until_ms: u64,
    /// It waits only until it is known whether there is anything.
    pub impatient: bool,
    /// It is served before those of a lower rank.
    pub rank: i32,
}

/// All waiting receives. The highest rank first, and of equals first come, first served.
#[derive(Debug, Default)]
pub struct Waiters {
    lines: BTreeMap<(QueueId, SubscriptionId), VecDeque<Waiter>>,
    places: BTreeMap<WaiterId, (QueueId, SubscriptionId)>,
}

impl Waiters {
    /// Puts a receive at the end of its line, or of those of its rank.
    pub fn join(&mut self, queue: QueueId, subscription: SubscriptionId, waiter: Waiter) {
        self.places.insert(waiter.id, (queue, subscription));
        let line = self.lines.entry((queue, subscription)).or_default();
        let place = line.partition_point(|other| other.rank >= waiter.rank);
        line.insert(place, waiter);
    }

    /// Takes a waiter out, wherever it stands.
    pub fn leave(&mut self, id: WaiterId) -> Option<(QueueId, SubscriptionId, Waiter)> {
        let place = self.places.remove(&id)?;
        let line = self.lines.get_mut(&place)?;
        // Waiters leave from the front when they are served or time out in order; a search is the rare case.
        let index = line.iter().position(|waiter| waiter.id == id)?;
        let waiter = line.remove(index)?;
        if line.is_empty() {
            self.lines.remove(&place);
        }
        Some((place.0, place.1, waiter))
    }

    /// Who is next in this line.
    #[must_use]
    pub fn first(&self, queue: QueueId, subscription: SubscriptionId) -> Option<&Waiter> {
        self.lines.get(&(queue, subscription))?.front()
    }

    /// How many of this line are of the first one's rank.
    #[must_use]
    pub fn alike(&self, queue: QueueId, subscription: SubscriptionId) -> u64 {
        let Some(line) = self.lines.get(&(queue, subscription)) else { return 0 };
        let rank = line.front().map(|first| first.rank);
        line.partition_point(|waiter| Some(waiter.rank) >= rank) as u64
    }

    /// Those of this line who wait only until it is known whether there is anything.
    #[must_use]
    pub fn impatient(&self, queue: QueueId, subscription: SubscriptionId) -> Vec<WaiterId> {
        let line = self.lines.get(&(queue, subscription)).into_iter().flatten();
        line.filter(|waiter| waiter.impatient).map(|waiter| waiter.id).collect()
    }

    /// How many wait in this line.
    #[must_use]
    pub fn count(&self, queue: QueueId, subscription: SubscriptionId) -> u64 {
        self.lines.get(&(queue, subscription)).map_or(0, |line| line.len() as u64)
    }

    /// Everyone who waits for this queue, any subscription.
    #[must_use]
    pub fn of_queue(&self, queue: QueueId) -> Vec<WaiterId> {
        let lines = self.lines.range((queue, SubscriptionId(0))..=(queue, SubscriptionId(u16::MAX)));
        lines.flat_map(|(_, line)| line.iter().map(|waiter| waiter.id)).collect()
    }

    /// Everyone.
    #[must_use]
    pub fn all(&self) -> Vec<WaiterId> {
        self.places.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::command::LeaseTerms;
    use vocab::ConsumerId;

    fn waiter(id: u64, rank: i32) -> Waiter {
        let holder = Holder { terms: LeaseTerms::Claim, consumer: ConsumerId::UNKNOWN };
        Waiter { id: WaiterId(id), max: 1, holder, until_ms: 10, impatient: false, rank }
    }

    #[test]
    fn a_higher_rank_goes_first_and_equals_in_order_of_coming() {
        let (queue, subscription) = (QueueId(1), SubscriptionId(0));
        let mut waiters = Waiters::default();
        for (id, rank) in [(1, 0), (2, 5), (3, 0), (4, 5), (5, -1)] {
            waiters.join(queue, subscription, waiter(id, rank));
        }
        assert_eq!(waiters.of_queue(queue), [2, 4, 1, 3, 5].map(WaiterId));
    }

    #[test]
    fn first_come_first_served_and_leaving_from_the_middle() {
        let (queue, subscription) = (QueueId(1), SubscriptionId(0));
        let mut waiters = Waiters::default();
        let ids = [WaiterId(1), WaiterId(2), WaiterId(3)];
        for id in ids {
            waiters.join(queue, subscription, waiter(id.0, 0));
        }
        assert!(waiters.leave(ids[1]).is_some());
        assert!(waiters.leave(ids[1]).is_none(), "nobody leaves twice");
        assert_eq!(waiters.first(queue, subscription).map(|w| w.id), Some(ids[0]));
        assert_eq!(waiters.of_queue(queue), vec![ids[0], ids[2]]);
    }
}
