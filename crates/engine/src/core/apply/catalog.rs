//! Applies what happens to the store and to queues as a whole.

use crate::core::info::{Annotations, QueueInfo};
use crate::core::state::{Queue, State};
use crate::core::timers::Timer;
use std::sync::Arc;
use vocab::mutant::{self, Mutant};
use vocab::{BootEpoch, LeaseEpoch, PartitionId, PartitionKey, QueueId, QueueSettings, Seq, Target};

/// Dedup ids are dropped in lots of this much time, milliseconds: the timer would fire for each otherwise.
const DROP_IDS_MS: u64 = 1_000;

impl State {
    pub(super) fn apply_booted(&mut self, epoch: BootEpoch, clean: bool, at_ms: u64) {
        self.boot = epoch;
        self.volatile.lanes.clear();
        self.volatile.shares.clear();
        for (key, sweep) in std::mem::take(&mut self.volatile.sweeps) {
            sweep.timer_ms.into_iter().for_each(|at_ms| self.timers.clear(at_ms, Timer::Sweep(key)));
        }
        self.log_ms = self.log_ms.max(at_ms);
        for queue in self.queues.values_mut() {
            queue.unsaved.counts = true;
            for (index, log) in queue.logs.iter_mut().enumerate() {
                if !clean && log.reserved > log.next && !mutant::active(Mutant::ReuseSeq) {
                    log.removed.insert_range(log.next.0..log.reserved.0);
                    log.pages.mark_span(log.next.0, log.reserved.0 - 1);
                    log.next = log.reserved;
                    log.reserved = Seq(log.next.0 + vocab::limits::SEQ_RESERVATION);
                }
                log.boots.push((log.next, epoch));
                // Whoever held a message past its retention may be forgotten: everything is looked at again.
                log.over_below = log.floor;
                for progress in queue.subscriptions.values_mut() {
                    let progress = &mut progress[index];
                    progress.next_epoch = progress.next_epoch.max(LeaseEpoch::first_of(epoch));
                    progress.settle_cursor(log);
                }
            }
            queue.lower_floor_to_live();
        }
        self.end_session_leases();
        self.drop_transient_routers();
        self.reset_all_retention_timers();
        self.reset_all_redrive_timers();
    }

    pub(super) fn apply_queue_created(
        &mut self,
        id: QueueId,
        name: &str,
        settings: &QueueSettings,
        annotations: &Annotations,
        at_ms: u64,
    ) {
        self.log_ms = self.log_ms.max(at_ms);
        self.next_queue = self.next_queue.max(id.0 + 1);
        let info = QueueInfo {
            id,
            name: name.to_owned(),
            settings: settings.clone(),
            annotations: annotations.clone(),
            created_ms: at_ms,
            modified_ms: at_ms,
            revision: 1,
        };
        self.names.insert(name.to_owned(), id);
        self.queues.insert(id, Queue::new(Arc::new(info), self.boot));
    }

    pub(super) fn apply_queue_updated(
        &mut self,
        id: QueueId,
        settings: &QueueSettings,
        annotations: &Annotations,
        at_ms: u64,
    ) {
        self.log_ms = self.log_ms.max(at_ms);
        let Some(queue) = self.queues.get_mut(&id) else { return };
        queue.unsaved.info = true;
        let info = Arc::make_mut(&mut queue.info);
        info.settings = settings.clone();
        info.annotations = annotations.clone();
        info.modified_ms = at_ms;
        info.revision += 1;
        if settings.length.is_none_or(|limit| limit.bytes_max.is_none()) {
            queue.unsaved.counts = true;
            queue.subscriptions.values_mut().flatten().for_each(|progress| progress.sizes.clear());
        }
        // It may have been paused.
        self.volatile.touched.extend(queue.subscriptions.keys().map(|subscription| (id, *subscription)));
        self.reset_retention_timers(id);
    }

    pub(super) fn apply_queue_deleted(&mut self, id: QueueId) {
        self.set_redrive_timer(id, None);
        let Some(queue) = self.queues.remove(&id) else { return };
        self.names.remove(&queue.info.name);
        self.gone.extend(queue.stored_pages());
        self.routers.forget(Target::Queue(id), &mut self.gone);
        for (partition, log) in (0..=u16::MAX).zip(&queue.logs) {
            let key = PartitionKey::new(id, PartitionId(partition));
            self.forgotten.push((key, 0, u64::MAX));
            if let Some(at_ms) = self.volatile.sweeps.remove(&key).and_then(|sweep| sweep.timer_ms) {
                self.timers.clear(at_ms, Timer::Sweep(key));
            }
            for (seq, at_ms) in &log.expiries {
                self.timers.discard(*at_ms, Timer::Expiry(key, Seq(*seq)));
            }
            if let Some(at_ms) = log.retention_timer_ms {
                self.timers.clear(at_ms, Timer::Retention(key));
            }
            if let Some(at_ms) = log.dedup.timer_ms {
                self.timers.clear(at_ms, Timer::Dedup(key));
            }
            for (subscription, progress) in &queue.subscriptions {
                let progress = &progress[usize::from(partition)];
                self.volatile.lanes.remove(&(key, *subscription));
                self.volatile.shares.remove(&(key, *subscription));
                for (seq, due_ms) in &progress.waiting {
                    self.timers.clear(*due_ms, Timer::Due(key, *subscription, Seq(*seq)));
                }
                for (seq, lease) in &progress.leases {
                    if let Some(deadline_ms) = lease.end.deadline_ms() {
                        self.timers.clear(deadline_ms, Timer::LeaseEnd(key, *subscription, Seq(*seq)));
                    }
                }
            }
        }
    }

    pub(super) fn apply_reserved(&mut self, key: PartitionKey, below: Seq) {
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        if let Some(log) = queue.logs.get_mut(usize::from(key.partition.0)) {
            log.reserved = log.reserved.max(below);
        }
    }

    /// Drops the dedup ids of a log whose window is over. Nothing stored changes by this: an id over its window is none.
    pub(super) fn drop_old_ids(&mut self, key: PartitionKey, now_ms: u64) {
        let Some(queue) = self.queues.get_mut(&key.queue) else { return };
        let policy = queue.info.settings.dedup;
        let Some(log) = queue.logs.get_mut(usize::from(key.partition.0)) else { return };
        log.dedup.drop_before(policy.map_or(u64::MAX, |policy| policy.since_ms(now_ms)));
        log.dedup.timer_ms = None;
        if let (Some(policy), Some(oldest_ms)) = (policy, log.dedup.oldest_ms()) {
            let at_ms = (oldest_ms + policy.window_ms).max(now_ms + DROP_IDS_MS);
            log.dedup.timer_ms = Some(at_ms);
            self.timers.set(at_ms, Timer::Dedup(key));
        }
    }

    /// Sets every retention timer, after a checkpoint was read.
    pub(crate) fn reset_all_retention_timers(&mut self) {
        for queue in self.queues.keys().copied().collect::<Vec<_>>() {
            self.reset_retention_timers(queue);
        }
    }

    fn reset_retention_timers(&mut self, id: QueueId) {
        let Some(queue) = self.queues.get(&id) else { return };
        for partition in 0..queue.logs.len() {
            let partition = PartitionId(u16::try_from(partition).expect("a queue has at most 2^16 partitions"));
            self.reset_retention_timer(PartitionKey::new(id, partition));
        }
    }

    /// Sets the retention timer of a partition for the end of its oldest step, or takes it away.
    pub(super) fn reset_retention_timer(&mut self, key: PartitionKey) {
        let Some(queue) = self.queues.get_mut(&key.queue) else { return };
        let retention_ms = queue.info.settings.retention_ms;
        let Some(log) = queue.logs.get_mut(usize::from(key.partition.0)) else { return };
        let due_ms = retention_ms.and_then(|retention_ms| log.retention_due_ms(retention_ms));
        if due_ms == log.retention_timer_ms {
            return;
        }
        if let Some(at_ms) = log.retention_timer_ms {
            self.timers.clear(at_ms, Timer::Retention(key));
        }
        if let Some(at_ms) = due_ms {
            self.timers.set(at_ms, Timer::Retention(key));
        }
        log.retention_timer_ms = due_ms;
    }
}
