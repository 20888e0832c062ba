//! Receives that wait for a message: one fair queue per subscription.
//!
//! What it is not: stored. Waiting ends with the process; nothing was promised to a waiter.

use crate::core::command::{LeaseTerms, WaiterId};
use std::collections::{BTreeMap, VecDeque};
use vocab::{QueueId, SubscriptionId};

/// One waiting receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// Its name.
    pub id: WaiterId,
    /// How many messages it takes.
    pub max: u32,
    /// What is to end its leases.
    pub terms: LeaseTerms,
    /// When it stops waiting (log time, milliseconds).
    pub until_ms: u64,
    /// It waits only until it is known whether there is anything.
    pub impatient: bool,
}

/// All waiting receives. First come, first served.
#[derive(Debug, Default)]
pub struct Waiters {
    lines: BTreeMap<(QueueId, SubscriptionId), VecDeque<Waiter>>,
    places: BTreeMap<WaiterId, (QueueId, SubscriptionId)>,
}

impl Waiters {
    /// Puts a receive at the end of its line.
    pub fn join(&mut self, queue: QueueId, subscription: SubscriptionId, waiter: Waiter) {
        self.places.insert(waiter.id, (queue, subscription));
        self.lines.entry((queue, subscription)).or_default().push_back(waiter);
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

    #[test]
    fn first_come_first_served_and_leaving_from_the_middle() {
        let (queue, subscription) = (QueueId(1), SubscriptionId(0));
        let mut waiters = Waiters::default();
        let ids = [WaiterId(1), WaiterId(2), WaiterId(3)];
        for id in ids {
            waiters.join(
                queue,
                subscription,
                Waiter { id, max: 1, terms: LeaseTerms::Claim, until_ms: 10, impatient: false },
            );
        }
        assert!(waiters.leave(ids[1]).is_some());
        assert!(waiters.leave(ids[1]).is_none(), "nobody leaves twice");
        assert_eq!(waiters.first(queue, subscription).map(|w| w.id), Some(ids[0]));
        assert_eq!(waiters.of_queue(queue), vec![ids[0], ids[2]]);
    }
}
