//! Applies what happens to leases: given, ended, moved, handed on; and time passing.

use crate::core::event::{LeaseEnd, LeasedEvent, Record, Return, ReturnedItem};
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use crate::core::subscription::Lease;
use crate::core::timers::Timer;
use vocab::{ConsumerId, LeaseEpoch, PartitionKey, Seq, SubscriptionId};

/// Most timers that one step takes, so that a step stays short when many are due at once.
const DUE_PER_STEP: usize = 4096;

impl State {
    pub(super) fn apply_leased(&mut self, event: &LeasedEvent) {
        let LeasedEvent { key, subscription, seqs, first_epoch, end, at_ms, consumer } = event;
        self.log_ms = self.log_ms.max(*at_ms);
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        let partition = usize::from(key.partition.0);
        let Some(log) = queue.logs.get(partition) else { return };
        let Some(progress) = queue.subscriptions.get_mut(subscription).and_then(|p| p.get_mut(partition)) else {
            return;
        };
        for (seq, epoch) in seqs.iter().zip((first_epoch.0..).map(LeaseEpoch)) {
            progress.next_epoch = progress.next_epoch.max(epoch.next());
            if !log.holds(seq) || progress.acked.contains(seq.0) {
                continue;
            }
            if let Some(due_ms) = progress.detach(seq) {
                self.timers.clear(due_ms, Timer::Due(*key, *subscription, seq));
            }
            let mut record = progress.returned.remove(&seq.0).unwrap_or_else(|| Record::never(*at_ms));
            record.deliveries += 1;
            record.epoch = epoch;
            if let Some(deadline_ms) = end.deadline_ms() {
                self.timers.set(deadline_ms, Timer::LeaseEnd(*key, *subscription, seq));
            }
            progress.leases.insert(seq.0, Lease { end: *end, since_ms: *at_ms, consumer: *consumer, record });
            queue.totals.delivered += 1;
            self.volatile.renew(*key, *subscription, seq, progress, true);
        }
        progress.settle_cursor(log);
    }

    pub(super) fn apply_returned(
        &mut self,
        key: PartitionKey,
        subscription: SubscriptionId,
        why: Return,
        items: &[ReturnedItem],
    ) {
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        let partition = usize::from(key.partition.0);
        let Some(log) = queue.logs.get(partition) else { return };
        let Some(progress) = queue.subscriptions.get_mut(&subscription).and_then(|p| p.get_mut(partition)) else {
            return;
        };
        for item in items {
            let seq = item.seq;
            if !log.holds(seq) || progress.acked.contains(seq.0) {
                continue;
            }
            progress.pages.mark(seq);
            if let Some(lease) = progress.leases.remove(&seq.0) {
                if let Some(deadline_ms) = lease.end.deadline_ms() {
                    self.timers.clear(deadline_ms, Timer::LeaseEnd(key, subscription, seq));
                }
            } else if let Some(due_ms) = progress.detach(seq) {
                self.timers.clear(due_ms, Timer::Due(key, subscription, seq));
            }
            progress.next_epoch = progress.next_epoch.max(item.record.epoch.next());
            progress.returned.insert(seq.0, item.record.clone());
            if item.due_ms > 0 {
                progress.waiting.insert(seq.0, item.due_ms);
                self.timers.set(item.due_ms, Timer::Due(key, subscription, seq));
            } else {
                progress.come_back(seq);
            }
            self.volatile.renew(key, subscription, seq, progress, true);
            match why {
                Return::Released => queue.totals.released += 1,
                Return::Failed | Return::Rejected => queue.totals.failed += 1,
                Return::Expired => queue.totals.lease_expired += 1,
            }
        }
        progress.settle_cursor(log);
        self.touch(key.queue, subscription);
    }

    pub(super) fn apply_extended(&mut self, key: PartitionKey, subscription: SubscriptionId, items: &[(Seq, u64)]) {
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        let progress = queue.subscriptions.get_mut(&subscription).and_then(|p| p.get_mut(usize::from(key.partition.0)));
        let Some(progress) = progress else { return };
        for (seq, deadline_ms) in items {
            let Some(lease) = progress.leases.get_mut(&seq.0) else { continue };
            progress.pages.mark(*seq);
            if let Some(old_ms) = lease.end.deadline_ms() {
                self.timers.clear(old_ms, Timer::LeaseEnd(key, subscription, *seq));
            }
            lease.end = LeaseEnd::Deadline(*deadline_ms);
            self.timers.set(*deadline_ms, Timer::LeaseEnd(key, subscription, *seq));
        }
    }

    pub(super) fn apply_transferred(
        &mut self,
        (key, subscription, seq): (PartitionKey, SubscriptionId, Seq),
        epoch: LeaseEpoch,
        end: LeaseEnd,
        deliveries: u32,
    ) {
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        let partition = usize::from(key.partition.0);
        let Some(log) = queue.logs.get(partition) else { return };
        let Some(progress) = queue.subscriptions.get_mut(&subscription).and_then(|p| p.get_mut(partition)) else {
            return;
        };
        progress.next_epoch = progress.next_epoch.max(epoch.next());
        if !log.holds(seq) || progress.acked.contains(seq.0) {
            return;
        }
        progress.pages.mark(seq);
        let (since_ms, mut record) = match progress.leases.remove(&seq.0) {
            Some(lease) => {
                if let Some(old_ms) = lease.end.deadline_ms() {
                    self.timers.clear(old_ms, Timer::LeaseEnd(key, subscription, seq));
                }
                (lease.since_ms, lease.record)
            }
            // The lease was a session's: it was never stored, and the message looks ready on replay.
            None => {
                if let Some(due_ms) = progress.detach(seq) {
                    self.timers.clear(due_ms, Timer::Due(key, subscription, seq));
                }
                (self.log_ms, progress.returned.remove(&seq.0).unwrap_or_else(|| Record::never(self.log_ms)))
            }
        };
        record.epoch = epoch;
        record.deliveries = deliveries;
        if let Some(deadline_ms) = end.deadline_ms() {
            self.timers.set(deadline_ms, Timer::LeaseEnd(key, subscription, seq));
        }
        // Who has it from here on is not known.
        progress.leases.insert(seq.0, Lease { end, since_ms, consumer: ConsumerId::UNKNOWN, record });
        progress.settle_cursor(log);
    }

    pub(super) fn apply_hastened(&mut self, key: PartitionKey, subscription: SubscriptionId, seqs: &SeqRanges) {
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        let progress = queue.subscriptions.get_mut(&subscription).and_then(|p| p.get_mut(usize::from(key.partition.0)));
        let Some(progress) = progress else { return };
        for seq in seqs.iter() {
            let Some(due_ms) = progress.waiting.remove(&seq.0) else { continue };
            self.timers.clear(due_ms, Timer::Due(key, subscription, seq));
            progress.pages.mark(seq);
            progress.come_back(seq);
            self.volatile.renew(key, subscription, seq, progress, true);
        }
        self.touch(key.queue, subscription);
    }

    /// Moves messages whose time has come to where they are ready. Nothing stored changes by this: a waiting message
    /// whose time has passed is ready, in whichever form the state holds it.
    pub fn advance(&mut self, now_ms: u64) {
        let due: Vec<_> = self.timers.due(now_ms, DUE_PER_STEP).collect();
        for (at_ms, timer) in due {
            match timer {
                Timer::Due(key, subscription, seq) => {
                    self.timers.clear(at_ms, timer);
                    self.become_ready(key, subscription, seq);
                }
                Timer::Dedup(key) => {
                    self.timers.clear(at_ms, timer);
                    self.drop_old_ids(key, now_ms);
                }
                Timer::Lanes(key, subscription) => {
                    self.timers.clear(at_ms, timer);
                    self.drop_idle_lanes(key, subscription, now_ms);
                }
                Timer::LeaseEnd(..)
                | Timer::Expiry(..)
                | Timer::Retention(_)
                | Timer::Redrive(_)
                | Timer::Sweep(_)
                | Timer::Waiter(..) => {}
            }
        }
    }

    /// What is filed in a level is ready there from here on, which both of its pages must say alike.
    fn become_ready(&mut self, key: PartitionKey, subscription: SubscriptionId, seq: Seq) {
        let queue = self.queues.get_mut(&key.queue).expect("a timer's queue exists: deleting it clears its timers");
        let progress = queue.subscriptions.get_mut(&subscription).expect("a timer's subscription exists");
        let progress = &mut progress[usize::from(key.partition.0)];
        progress.waiting.remove(&seq.0);
        if progress.come_back(seq) {
            progress.pages.mark(seq);
            queue.unsaved.counts = true;
        }
        self.volatile.renew(key, subscription, seq, progress, true);
        self.touch(key.queue, subscription);
    }

    /// Session leases end with a restart: their messages are ready again, as if never delivered by them.
    pub(super) fn end_session_leases(&mut self) {
        for queue in self.queues.values_mut() {
            for progress in queue.subscriptions.values_mut().flatten() {
                let held = progress.leases.iter().filter(|(_, lease)| matches!(lease.end, LeaseEnd::Session(_)));
                for seq in held.map(|(seq, _)| *seq).collect::<Vec<_>>() {
                    let lease = progress.leases.remove(&seq).expect("it was just found");
                    progress.pages.mark(Seq(seq));
                    progress.returned.insert(seq, lease.record);
                    progress.come_back(Seq(seq));
                }
            }
        }
    }
}

impl Record {
    /// Of a message on its first delivery at `now_ms`.
    #[must_use]
    pub fn never(now_ms: u64) -> Self {
        Self {
            deliveries: 0,
            failures: 0,
            first_delivered_ms: now_ms,
            epoch: LeaseEpoch(0),
            reason: None,
            rejected: false,
        }
    }
}
