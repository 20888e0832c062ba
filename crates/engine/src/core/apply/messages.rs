//! Applies what happens to messages in their log: they come, they are acknowledged, they leave.

use crate::core::dedup::DedupKey;
use crate::core::event::Removal;
use crate::core::log::Log;
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use crate::core::subscription::Progress;
use crate::core::timers::{Timer, Timers};
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::mutant::{self, Mutant};
use vocab::{Message, PartitionId, PartitionKey, QueueSettings, Seq, SubscriptionId};

impl Progress {
    /// Moves the cursor past what it need not look at again.
    pub(super) fn settle_cursor(&mut self, log: &Log) {
        let mut cursor = log.skip_removed(self.cursor.max(log.floor));
        while cursor < log.next && self.ahead.contains(cursor.0) {
            cursor = log.skip_removed(cursor.next());
        }
        self.pass(cursor);
    }
}

impl Progress {
    /// Takes everything known of single messages from `first` to `last` out.
    fn leave_range(
        &mut self,
        timers: &mut Timers,
        key: PartitionKey,
        subscription: SubscriptionId,
        first: u64,
        last: u64,
    ) {
        self.forget_sizes(first, last);
        self.levels.forget_range(first..=last);
        for (seq, lease) in take_range(&mut self.leases, first, last) {
            if let Some(deadline_ms) = lease.end.deadline_ms() {
                timers.clear(deadline_ms, Timer::LeaseEnd(key, subscription, Seq(seq)));
            }
        }
        for (seq, due_ms) in take_range(&mut self.waiting, first, last) {
            timers.clear(due_ms, Timer::Due(key, subscription, Seq(seq)));
        }
        take_range(&mut self.returned, first, last);
        take_members(&mut self.back, first, last);
        take_members(&mut self.burying, first, last);
    }

    /// Files messages by their priority, and sets those aside that wait for their time.
    fn file_published(&mut self, first: Seq, messages: &[Arc<Message>], settings: &QueueSettings) {
        let leveled = settings.priority_max > 0 && !mutant::active(Mutant::IgnorePriorities);
        let sized = settings.length.is_some_and(|limit| limit.bytes_max.is_some());
        for (seq, message) in (first.0..).map(Seq).zip(messages) {
            let due_ms = message.facts.due_ms;
            let level = if leveled { settings.level_of(message.facts.priority) } else { 0 };
            if due_ms.is_some() || level > 0 {
                self.detach(seq);
            }
            self.waiting.extend(due_ms.map(|due_ms| (seq.0, due_ms)));
            match due_ms {
                _ if level == 0 => {}
                Some(_) => self.levels.file_away(seq, level),
                None => self.levels.file(seq, level),
            }
            if sized {
                self.sizes.note(seq, message.body.len(), due_ms.is_none());
            }
        }
    }
}

/// Takes the members from `first` to `last` out of a set.
fn take_members(set: &mut BTreeSet<u64>, first: u64, last: u64) {
    for seq in set.range(first..=last).copied().collect::<Vec<_>>() {
        set.remove(&seq);
    }
}

/// Takes the entries from `first` to `last` out of a map.
fn take_range<T>(map: &mut BTreeMap<u64, T>, first: u64, last: u64) -> Vec<(u64, T)> {
    let seqs: Vec<u64> = map.range(first..=last).map(|(seq, _)| *seq).collect();
    seqs.into_iter().filter_map(|seq| Some((seq, map.remove(&seq)?))).collect()
}

/// How many members of `set` lie from `first` to `last`.
fn cardinality(set: &RoaringTreemap, first: u64, last: u64) -> u64 {
    if set.is_empty() { 0 } else { set.rank(last) - first.checked_sub(1).map_or(0, |before| set.rank(before)) }
}

impl Queue {
    /// Raises each log's floor to its lowest live seq.
    pub(super) fn lower_floor_to_live(&mut self) {
        for partition in 0..self.logs.len() {
            self.raise_floor(partition);
        }
    }

    /// Raises a log's floor past everything that is gone.
    pub(super) fn raise_floor(&mut self, partition: usize) {
        let log = &mut self.logs[partition];
        let mut floor = log.skip_removed(log.floor);
        let acked_by_all =
            |seq: Seq| self.subscriptions.values().all(|progress| progress[partition].acked.contains(seq.0));
        while floor < log.next && acked_by_all(floor) {
            floor = log.skip_removed(floor.next());
        }
        log.raise_floor(floor);
        let floor = log.floor;
        for progress in self.subscriptions.values_mut() {
            let progress = &mut progress[partition];
            if progress.acked.min().is_some_and(|lowest| lowest < floor.0) {
                progress.acked.remove_range(..floor.0);
            }
        }
    }
}

impl State {
    pub(super) fn apply_published(&mut self, key: PartitionKey, first: Seq, messages: &[Arc<Message>]) {
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        let partition = usize::from(key.partition.0);
        let Some(log) = queue.logs.get_mut(partition) else { return };
        let Some(published_ms) = messages.first().map(|message| message.facts.published_ms) else { return };
        debug_assert!(first >= log.next, "seqs only grow");
        let before = log.next;
        log.next = Seq(first.0 + messages.len() as u64);
        log.note_published(first, published_ms, queue.info.settings.retention_ms);
        self.log_ms = self.log_ms.max(published_ms);
        queue.totals.published += messages.len() as u64;
        for (seq, message) in (first.0..).map(Seq).zip(messages) {
            queue.totals.published_bytes += message.body.len() as u64;
            if let Some((policy, key)) = queue.info.settings.dedup.and_then(|p| Some((p, DedupKey::of(p, message)?))) {
                log.dedup.drop_before(policy.since_ms(published_ms));
                log.dedup.insert(key, seq, published_ms);
            }
            if let Some(expires_ms) = message.facts.expires_ms {
                log.expiries.insert(seq.0, expires_ms);
                log.pages.mark(seq);
                self.timers.set(expires_ms, Timer::Expiry(key, seq));
            }
        }
        for (subscription, progress) in &mut queue.subscriptions {
            let progress = &mut progress[partition];
            progress.open += messages.len() as u64;
            progress.file_published(first, messages, &queue.info.settings);
            for (seq, message) in (first.0..).map(Seq).zip(messages) {
                if let Some(due_ms) = message.facts.due_ms {
                    self.timers.set(due_ms, Timer::Due(key, *subscription, seq));
                }
            }
            if let Some(lanes) = self.volatile.lanes.get_mut(&(key, *subscription)) {
                lanes.note_published(first, before, messages.iter().map(Arc::as_ref), progress);
            }
            if let Some(shares) = self.volatile.shares.get_mut(&(key, *subscription)) {
                shares.note_published(first, messages.iter().map(Arc::as_ref), progress);
            }
            self.volatile.touched.insert((key.queue, *subscription));
        }
        let first_id_ms = log.dedup.oldest_ms().filter(|_| log.dedup.timer_ms.is_none());
        if let (Some(policy), Some(at_ms)) = (queue.info.settings.dedup, first_id_ms) {
            log.dedup.timer_ms = Some(at_ms + policy.window_ms);
            self.timers.set(at_ms + policy.window_ms, Timer::Dedup(key));
        }
        if log.retention_timer_ms.is_none() {
            self.reset_retention_timer(key);
        }
    }

    pub(super) fn apply_acked(&mut self, key: PartitionKey, subscription: SubscriptionId, seqs: &SeqRanges) {
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        let partition = usize::from(key.partition.0);
        let Some(log) = queue.logs.get_mut(partition) else { return };
        let Some(progress) = queue.subscriptions.get_mut(&subscription).and_then(|p| p.get_mut(partition)) else {
            return;
        };
        let now_ms = self.volatile.now_ms;
        for seq in seqs.iter().filter(|seq| log.holds(*seq)) {
            if progress.acked.insert(seq.0) {
                let since_ms = leave(progress, &mut self.timers, key, subscription, seq);
                if let Some(since_ms) = since_ms.filter(|_| now_ms > 0) {
                    queue.service.get_or_insert_default().count(now_ms, now_ms.saturating_sub(since_ms));
                }
                queue.totals.acked += 1;
                self.volatile.renew(key, subscription, seq, progress, false);
            }
        }
        // The end of a lease makes room for another, and may open its lane.
        if self.volatile.lanes.contains_key(&(key, subscription)) || queue.info.settings.leases_max.is_some() {
            self.volatile.touched.insert((key.queue, subscription));
        }
        progress.settle_cursor(log);
        let read_by_all =
            |seq: Seq| queue.subscriptions.values().all(|progress| progress[partition].acked.contains(seq.0));
        for seq in seqs.iter().filter(|seq| read_by_all(*seq)) {
            forget_expiry(log, &mut self.timers, key, seq);
        }
        for range in seqs.ranges() {
            if range.clone().all(|seq| read_by_all(Seq(seq))) {
                self.forgotten.push((key, *range.start(), *range.end()));
            } else {
                self.forgotten.extend(range.filter(|seq| read_by_all(Seq(*seq))).map(|seq| (key, seq, seq)));
            }
        }
        queue.raise_floor(partition);
        self.reset_retention_timer_if_passed(key);
    }

    pub(super) fn apply_removed(&mut self, key: PartitionKey, seqs: &SeqRanges, why: Removal, over_below: Seq) {
        let removed = self.remove(key, seqs);
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        match why {
            Removal::Expired => queue.totals.expired += removed,
            Removal::Purged | Removal::Deleted => queue.totals.purged += removed,
            Removal::TooLong => {
                queue.totals.dropped += removed;
                queue.unsaved.drops = true;
            }
        }
        if let Some(log) = queue.logs.get_mut(usize::from(key.partition.0)) {
            log.over_below = log.over_below.max(over_below);
        }
        self.reset_retention_timer(key);
    }

    pub(super) fn apply_buried(&mut self, key: PartitionKey, seqs: &SeqRanges) {
        let removed = self.remove(key, seqs);
        if let Some(queue) = Queue::change(&mut self.queues, key.queue) {
            queue.totals.buried += removed;
        }
        self.reset_retention_timer_if_passed(key);
    }

    pub(super) fn apply_dropped(&mut self, key: PartitionKey, seqs: &SeqRanges) {
        let removed = self.remove(key, seqs);
        if let Some(queue) = Queue::change(&mut self.queues, key.queue) {
            queue.totals.dropped += removed;
            queue.unsaved.drops = true;
        }
        self.reset_retention_timer_if_passed(key);
    }

    /// Takes live messages out of the log for every subscription. Says how many lived. The cost grows with what is
    /// known of single messages in the ranges, not with the ranges.
    pub(super) fn remove(&mut self, key: PartitionKey, seqs: &SeqRanges) -> u64 {
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return 0 };
        let partition = usize::from(key.partition.0);
        let Some(log) = queue.logs.get_mut(partition) else { return 0 };
        let mut removed = 0;
        for range in seqs.ranges() {
            let (first, last) = (log.floor.0.max(*range.start()), (log.next.0 - 1).min(*range.end()));
            if first > last {
                continue;
            }
            let held = last - first + 1 - cardinality(&log.removed, first, last);
            let mut lived = 0;
            for (subscription, progress) in &mut queue.subscriptions {
                let progress = &mut progress[partition];
                let unread = held - cardinality(&progress.acked, first, last);
                progress.open -= unread;
                // What is removed is gone for everyone: kept among the acknowledged it would be counted twice.
                progress.acked.remove_range(first..=last);
                progress.leave_range(&mut self.timers, key, *subscription, first, last);
                if let Some(lanes) = self.volatile.lanes.get_mut(&(key, *subscription)) {
                    lanes.forget(first..=last, progress);
                    self.volatile.touched.insert((key.queue, *subscription));
                }
                if let Some(shares) = self.volatile.shares.get_mut(&(key, *subscription)) {
                    shares.forget(first..=last);
                }
                lived = lived.max(unread);
            }
            for seq in log.expiries.range(first..=last).map(|(seq, _)| Seq(*seq)).collect::<Vec<_>>() {
                forget_expiry(log, &mut self.timers, key, seq);
            }
            if first == log.floor.0 {
                log.raise_floor(Seq(last + 1));
            } else {
                log.removed.insert_range(first..=last);
                log.pages.mark_span(first, last);
                for progress in queue.subscriptions.values_mut() {
                    progress[partition].pages.mark_span(first, last);
                }
            }
            removed += lived;
            self.forgotten.push((key, first, last));
        }
        queue.raise_floor(partition);
        let log = &queue.logs[partition];
        for progress in queue.subscriptions.values_mut() {
            progress[partition].settle_cursor(log);
        }
        removed
    }

    /// Resets the retention timer when the floor has passed what it was set for.
    pub(super) fn reset_retention_timer_if_passed(&mut self, key: PartitionKey) {
        let Some(log) = self.queues.get(&key.queue).and_then(|queue| queue.log(key.partition)) else { return };
        // A timer that fires too early finds nothing to do and sets itself again; resetting it at every ack would cost more.
        if log.retention_timer_ms.is_some() && log.floor >= log.next {
            self.reset_retention_timer(PartitionKey::new(key.queue, PartitionId(key.partition.0)));
        }
    }
}

/// Takes an open message out of a subscription: it is leased, waiting or ready there. Says since when it was leased.
fn leave(
    progress: &mut Progress,
    timers: &mut Timers,
    key: PartitionKey,
    subscription: SubscriptionId,
    seq: Seq,
) -> Option<u64> {
    progress.open -= 1;
    progress.pages.mark(seq);
    progress.returned.remove(&seq.0);
    let lease = progress.leases.remove(&seq.0);
    if let Some(lease) = &lease {
        if let Some(deadline_ms) = lease.end.deadline_ms() {
            timers.clear(deadline_ms, Timer::LeaseEnd(key, subscription, seq));
        }
    } else if let Some(due_ms) = progress.detach(seq) {
        timers.clear(due_ms, Timer::Due(key, subscription, seq));
    }
    progress.forget(seq);
    lease.map(|lease| lease.since_ms)
}

/// Takes a message's own expiry away.
fn forget_expiry(log: &mut Log, timers: &mut Timers, key: PartitionKey, seq: Seq) {
    if let Some(at_ms) = log.expiries.remove(&seq.0) {
        log.pages.mark(seq);
        timers.discard(at_ms, Timer::Expiry(key, seq));
    }
}
