//! Applies what happens to redrives: they begin, move messages out, and end.

use crate::core::event::{MovedEvent, RedriveStartedEvent};
use crate::core::redrive::{Outcome, Redrive, RedriveId};
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use crate::core::timers::Timer;
use vocab::{PartitionKey, QueueId, Seq};

impl State {
    pub(super) fn apply_redrive_started(&mut self, event: &RedriveStartedEvent) {
        let RedriveStartedEvent { id, target, per_second, to_move, end, at_ms } = event;
        self.log_ms = self.log_ms.max(*at_ms);
        let Some(queue) = Queue::change(&mut self.queues, id.source) else { return };
        let redrive = Redrive {
            target: target.clone(),
            per_second: *per_second,
            started_ms: *at_ms,
            to_move: *to_move,
            end: *end,
            position: Seq(0),
            next_ms: *at_ms,
            moved: 0,
            failed: 0,
            trouble: None,
            ended: None,
        };
        queue.redrives.begin(id.number, redrive);
        self.reset_redrive_timer(id.source);
    }

    pub(super) fn apply_moved(&mut self, event: &MovedEvent) {
        let MovedEvent { key, number, seqs, position, next_ms, failed, trouble } = event;
        let removed = if seqs.is_empty() { 0 } else { self.remove(*key, seqs) };
        let Some(queue) = Queue::change(&mut self.queues, key.queue) else { return };
        queue.totals.redriven += removed;
        if let Some(redrive) = queue.redrives.change(*number) {
            redrive.moved += removed;
            redrive.failed += failed;
            redrive.trouble = trouble.or(redrive.trouble);
            redrive.position = redrive.position.max(*position);
            redrive.next_ms = *next_ms;
        }
        self.reset_redrive_timer(key.queue);
        self.reset_retention_timer_if_passed(*key);
    }

    pub(super) fn apply_carried(&mut self, key: PartitionKey, seqs: &SeqRanges) {
        let removed = self.remove(key, seqs);
        if let Some(queue) = Queue::change(&mut self.queues, key.queue) {
            queue.totals.redriven += removed;
            // The page of the redrives has the total.
            queue.redrives.unsaved = true;
        }
        self.reset_retention_timer_if_passed(key);
    }

    pub(super) fn apply_redrive_ended(&mut self, id: RedriveId, outcome: Outcome, at_ms: u64) {
        self.log_ms = self.log_ms.max(at_ms);
        let Some(queue) = Queue::change(&mut self.queues, id.source) else { return };
        if let Some(redrive) = queue.redrives.change(id.number) {
            redrive.ended = Some((outcome, at_ms));
        }
        queue.redrives.forget_oldest();
        self.reset_redrive_timer(id.source);
    }

    /// Sets the timer of every redrive that runs: after a checkpoint was read, and after a start, which nothing that was
    /// being read outlives.
    pub(crate) fn reset_all_redrive_timers(&mut self) {
        for queue in self.queues.keys().copied().collect::<Vec<_>>() {
            self.reset_redrive_timer(queue);
        }
    }

    /// Sets the timer of the queue's redrive for its next batch, or takes it away.
    pub(crate) fn reset_redrive_timer(&mut self, id: QueueId) {
        let next_ms =
            self.queues.get(&id).and_then(|queue| queue.redrives.running()).map(|(_, redrive)| redrive.next_ms);
        self.set_redrive_timer(id, next_ms);
    }

    /// Sets the timer of the queue's redrive, or takes it away.
    pub(crate) fn set_redrive_timer(&mut self, id: QueueId, at_ms: Option<u64>) {
        let Some(queue) = self.queues.get_mut(&id) else { return };
        if queue.redrives.timer_ms == at_ms {
            return;
        }
        if let Some(old_ms) = std::mem::replace(&mut queue.redrives.timer_ms, at_ms) {
            self.timers.clear(old_ms, Timer::Redrive(id));
        }
        if let Some(at_ms) = at_ms {
            self.timers.set(at_ms, Timer::Redrive(id));
        }
    }
}
