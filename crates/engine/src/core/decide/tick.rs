//! Decides what the passing of time does: leases end, messages expire, receives stop waiting.

use crate::core::command::WaiterId;
use crate::core::event::{Event, Removal};
use crate::core::seqs::SeqRanges;
use crate::core::state::State;
use crate::core::subscription::Progress;
use crate::core::timers::Timer;
use std::collections::BTreeMap;
use vocab::{PartitionKey, QueueId, Seq};

/// Most timers that one tick takes: a tick stays short, and is followed by another while more are due.
pub(crate) const TIMERS_PER_TICK: usize = 4096;

/// What is due.
#[derive(Debug, Default)]
pub struct Ticked {
    /// Changes of state.
    pub events: Vec<Event>,
    /// Receives that have waited long enough.
    pub timed_out: Vec<WaiterId>,
    /// Expiries that are done with: of leased messages, which the end of the lease will see to, and of the overdue.
    pub moot: Vec<(u64, Timer)>,
    /// Queues whose redrive goes on.
    pub redrives: Vec<QueueId>,
    /// Messages past their own expiry that are to be set aside.
    pub overdue: Vec<(PartitionKey, Seq)>,
    /// Partitions with messages over the retention that are to be set aside.
    pub over_line: Vec<PartitionKey>,
    /// Partitions whose sweep goes on.
    pub sweeps: Vec<PartitionKey>,
}

impl State {
    /// Everything that is due at `now_ms`, up to a bounded number.
    #[must_use]
    pub fn decide_tick(&self, now_ms: u64) -> Ticked {
        let mut ticked = Ticked::default();
        let (mut ended, mut expired) = (Vec::new(), BTreeMap::<PartitionKey, Vec<Seq>>::new());
        for (at_ms, timer) in self.timers.due(now_ms, TIMERS_PER_TICK) {
            match timer {
                Timer::Due(..) | Timer::Dedup(_) | Timer::Lanes(..) => {}
                Timer::LeaseEnd(key, subscription, seq) => ended.push((key, subscription, seq)),
                Timer::Expiry(key, seq) if self.is_leased(key, seq) => ticked.moot.push((at_ms, timer)),
                Timer::Expiry(key, seq) if self.takes_expired(key.queue) => {
                    ticked.moot.push((at_ms, timer));
                    ticked.overdue.push((key, seq));
                }
                Timer::Expiry(key, seq) => expired.entry(key).or_default().push(seq),
                Timer::Retention(key) if self.takes_expired(key.queue) => {
                    ticked.events.extend(self.decide_retention_line(key, now_ms));
                    ticked.over_line.push(key);
                }
                Timer::Retention(key) => ticked.events.extend(self.decide_retention(key, now_ms)),
                Timer::Waiter(_, _, waiter) => ticked.timed_out.push(waiter),
                Timer::Redrive(queue) => ticked.redrives.push(queue),
                Timer::Sweep(key) => ticked.sweeps.push(key),
            }
        }
        ticked.events.extend(self.decide_lease_ends(&ended, now_ms));
        for (key, mut seqs) in expired {
            seqs.sort_unstable();
            ticked.events.extend(self.decide_expiry(key, &seqs));
        }
        ticked
    }

    /// Unread messages over the queue's retention, except the leased ones: they go when their lease ends.
    fn decide_retention(&self, key: PartitionKey, now_ms: u64) -> Option<Event> {
        let queue = self.queues.get(&key.queue)?;
        let log = queue.log(key.partition)?;
        let over_below = log.over_retention(now_ms, queue.info.settings.retention_ms?);
        let mut seqs = SeqRanges::default();
        let mut from = log.floor.0;
        let mut leased: Vec<u64> = queue
            .subscriptions
            .values()
            .flat_map(|progress| {
                progress[usize::from(key.partition.0)].leases.range(..over_below.0).map(|(seq, _)| *seq)
            })
            .collect();
        leased.sort_unstable();
        for seq in leased {
            if from < seq {
                seqs.push_span(Seq(from), Seq(seq - 1));
            }
            from = from.max(seq + 1);
        }
        if from < over_below.0 {
            seqs.push_span(Seq(from), Seq(over_below.0 - 1));
        }
        Some(Event::Removed { key, seqs, why: Removal::Expired, over_below })
    }

    /// What is over the retention, without removing anything: a sweep sets it aside.
    fn decide_retention_line(&self, key: PartitionKey, now_ms: u64) -> Option<Event> {
        let queue = self.queues.get(&key.queue)?;
        let over_below = queue.log(key.partition)?.over_retention(now_ms, queue.info.settings.retention_ms?);
        Some(Event::Removed { key, seqs: SeqRanges::default(), why: Removal::Expired, over_below })
    }

    /// Messages past their own expiry.
    fn decide_expiry(&self, key: PartitionKey, seqs: &[Seq]) -> Option<Event> {
        let over_below = self.queues.get(&key.queue)?.log(key.partition)?.over_below;
        Some(Event::Removed { key, seqs: seqs.iter().copied().collect(), why: Removal::Expired, over_below })
    }

    fn is_leased(&self, key: PartitionKey, seq: Seq) -> bool {
        let partition = usize::from(key.partition.0);
        let held = |progress: &Vec<Progress>| progress[partition].leases.contains_key(&seq.0);
        self.queues.get(&key.queue).is_some_and(|queue| queue.subscriptions.values().any(held))
    }
}
