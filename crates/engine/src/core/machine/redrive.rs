//! The machine's part in redrives: when a batch is read, and what happens when it was.

use super::{Machine, Output};
use crate::core::answer::Answer;
use crate::core::command::{Carry, MoveFetched, StartRedrive};
use crate::core::decide::Onward;
use crate::core::effect::Effect;
use crate::core::error::{MoveError, MoveMessagesError};
use crate::core::passage::Passage;
use crate::core::redrive::{RedriveId, RedriveInfo};
use vocab::limits::MOVE_RETRY_MS;
use vocab::{MessageId, PartitionId, PartitionKey, QueueId, Seq};

impl Machine {
    pub(super) fn start_redrive(&mut self, start: StartRedrive, now_ms: u64, out: &mut Output) -> Answer {
        let decision = self.state.decide_start_redrive(start, now_ms);
        let started = self.take(decision, out);
        Answer::RedriveStarted(started.map(|id| self.told_of(id)))
    }

    pub(super) fn cancel_redrive(&mut self, id: RedriveId, now_ms: u64, out: &mut Output) -> Answer {
        let decision = self.state.decide_cancel_redrive(id, now_ms);
        let cancelled = self.take(decision, out);
        Answer::RedriveCancelled(cancelled.map(|()| self.told_of(id)))
    }

    /// Moves chosen messages, whose contents came along.
    pub(super) fn carry(&mut self, wish: &Carry, now_ms: u64, out: &mut Output) -> Answer {
        if self.disk_full {
            return Answer::Carried(Err(MoveMessagesError::DiskFull));
        }
        let decision = self.state.decide_carry(wish, now_ms);
        let told = self.take(decision, out);
        let source = PartitionKey::new(wish.source, PartitionId(0));
        let passage = |((seq, _), verdict): (&(Seq, _), &Result<MessageId, MoveError>)| {
            let to = verdict.ok()?;
            Some(Passage { from: MessageId::new(source, *seq), to, death: None })
        };
        out.passages.extend(wish.messages.iter().zip(told.iter().flatten()).filter_map(passage));
        Answer::Carried(told)
    }

    fn told_of(&self, id: RedriveId) -> Box<RedriveInfo> {
        let redrive = self.state.queues[&id.source].redrives.tasks[&id.number].clone();
        Box::new(RedriveInfo { id, redrive })
    }

    /// The time of a queue's redrive has come: its next messages are read, or it ends.
    pub(super) fn move_on(&mut self, queue: QueueId, now_ms: u64, out: &mut Output) {
        self.state.set_redrive_timer(queue, None);
        if self.stopping {
            return;
        }
        if self.disk_full || self.crowded {
            let pause_ms = if self.disk_full { MOVE_RETRY_MS } else { 1 };
            self.state.set_redrive_timer(queue, Some(now_ms + pause_ms));
            return;
        }
        match self.state.decide_redrive_onward(queue, now_ms) {
            Some(Onward::Fetch(id, key, seqs)) => out.effects.push(Effect::FetchToMove { id, key, seqs }),
            Some(Onward::Event(event)) => self.apply(event, out),
            None => {}
        }
    }

    pub(super) fn move_fetched(&mut self, fetched: &MoveFetched, now_ms: u64, out: &mut Output) {
        let RedriveId { source, number } = fetched.id;
        let runs = self.state.queues.get(&source).is_some_and(|queue| queue.redrives.running_as(number).is_some());
        if self.disk_full && runs {
            // They are read again when there is room.
            self.state.set_redrive_timer(source, Some(now_ms + MOVE_RETRY_MS));
            return;
        }
        let decision = self.state.decide_move(fetched, now_ms);
        let mut passages = self.take(decision, out);
        out.passages.append(&mut passages);
    }
}
