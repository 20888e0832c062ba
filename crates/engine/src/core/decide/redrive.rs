//! Decides on redrives: what begins, which messages go next and where to, what ends.

use crate::core::command::{MoveFetched, StartRedrive};
use crate::core::decide::publish::enter;
use crate::core::decide::{Decision, SEQS_PER_LOOK};
use crate::core::error::{CancelRedriveError, NoSuchQueue, StartRedriveError};
use crate::core::event::{Event, MovedEvent, RedriveStartedEvent};
use crate::core::passage::Passage;
use crate::core::redrive::{Outcome, Redrive, RedriveId, RedriveInfo, RedriveTarget, Trouble};
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use roaring::RoaringTreemap;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use vocab::limits::{MOVE_BATCH_COUNT, REDRIVE_CATCH_UP_MS};
use vocab::{Message, MessageId, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

/// A rate is kept by batches of a tenth of a second's messages.
const BATCHES_PER_SECOND: u32 = 10;

/// What a redrive does next.
#[derive(Debug)]
pub enum Onward {
    /// These messages are to be read, and come back as [`crate::core::command::Command::Move`].
    Fetch(RedriveId, PartitionKey, Vec<Seq>),
    /// It goes on, or ends, without a message.
    Event(Event),
}

impl State {
    /// A redrive that begins, if the queue has none that runs.
    #[must_use]
    pub fn decide_start_redrive(
        &self,
        start: StartRedrive,
        now_ms: u64,
    ) -> Decision<Result<RedriveId, StartRedriveError>> {
        let StartRedrive { source, target, per_second } = start;
        let refused = |error: StartRedriveError| Decision::unchanged(Err(error));
        let Some((queue, log)) = self.queues.get(&source).and_then(|queue| Some((queue, queue.log(PARTITION)?))) else {
            return refused(NoSuchQueue(source).into());
        };
        let target = match target {
            None => None,
            Some(target) if target == source => return refused(StartRedriveError::IntoItself),
            Some(target) => match self.queues.get(&target) {
                Some(queue) => Some(RedriveTarget { queue: target, name: queue.info.name.clone() }),
                None => return refused(StartRedriveError::NoSuchTarget(target)),
            },
        };
        if let Some((number, _)) = queue.redrives.running() {
            return refused(StartRedriveError::Running(RedriveId { source, number }));
        }
        let id = RedriveId { source, number: queue.redrives.last + 1 };
        let to_move = queue.movable_count();
        let event = RedriveStartedEvent { id, target, per_second, to_move, end: log.next, at_ms: now_ms };
        Decision { events: vec![Event::RedriveStarted(event)], answer: Ok(id) }
    }

    /// The end of a redrive that runs. What it has moved stays moved.
    #[must_use]
    pub fn decide_cancel_redrive(&self, id: RedriveId, now_ms: u64) -> Decision<Result<(), CancelRedriveError>> {
        let refused = |error: CancelRedriveError| Decision::unchanged(Err(error));
        let Some(queue) = self.queues.get(&id.source) else { return refused(NoSuchQueue(id.source).into()) };
        match queue.redrives.tasks.get(&id.number) {
            None => refused(CancelRedriveError::NoSuchRedrive(id)),
            Some(Redrive { ended: Some((outcome, _)), .. }) => refused(CancelRedriveError::Ended(*outcome)),
            Some(Redrive { ended: None, .. }) => Decision {
                events: vec![Event::RedriveEnded { id, outcome: Outcome::Cancelled, at_ms: now_ms }],
                answer: Ok(()),
            },
        }
    }

    /// What the redrive of a queue does next; `None` if none runs.
    #[must_use]
    pub fn decide_redrive_onward(&self, source: QueueId, now_ms: u64) -> Option<Onward> {
        let queue = self.queues.get(&source)?;
        let (number, redrive) = queue.redrives.running()?;
        let id = RedriveId { source, number };
        let ended = |outcome| Onward::Event(Event::RedriveEnded { id, outcome, at_ms: now_ms });
        let from = redrive.position.max(queue.log(PARTITION)?.floor);
        if from >= redrive.end {
            return Some(ended(Outcome::Done));
        }
        if self.lost_target(redrive) {
            return Some(ended(Outcome::TargetGone));
        }
        let key = PartitionKey::new(source, PARTITION);
        let end = redrive.end.min(Seq(from.0.saturating_add(SEQS_PER_LOOK)));
        let seqs: Vec<_> = queue.movable(from, end).iter().take(redrive.batch_count()).map(Seq).collect();
        if !seqs.is_empty() {
            return Some(Onward::Fetch(id, key, seqs));
        }
        let nothing = SeqRanges::default();
        let event = MovedEvent { key, number, seqs: nothing, position: end, next_ms: now_ms, failed: 0, trouble: None };
        Some(Onward::Event(Event::Moved(event)))
    }

    /// Messages that were read, into their targets, and out of their queue, in one step. What has changed since they were
    /// picked counts as it is: a message that is leased or gone is passed by.
    #[must_use]
    pub fn decide_move(&self, fetched: &MoveFetched, now_ms: u64) -> Decision<Vec<Passage>> {
        let MoveFetched { id, messages } = fetched;
        let Some(queue) = self.queues.get(&id.source) else { return Decision::unchanged(Vec::new()) };
        let (Some(redrive), Some((last, _))) = (queue.redrives.running_as(id.number), messages.last()) else {
            return Decision::unchanged(Vec::new());
        };
        if self.lost_target(redrive) {
            let ended = Event::RedriveEnded { id: *id, outcome: Outcome::TargetGone, at_ms: now_ms };
            return Decision { events: vec![ended], answer: Vec::new() };
        }
        let (mut seqs, mut entering) = (SeqRanges::default(), BTreeMap::<QueueId, Vec<(Seq, Arc<Message>)>>::new());
        let (mut failed, mut trouble) = (0, None);
        for (seq, message) in messages.iter().filter(|(seq, _)| *seq >= redrive.position && queue.is_movable(*seq)) {
            match self.way_out(queue, redrive, message.as_deref()) {
                Ok((target, message)) => {
                    seqs.push(*seq);
                    entering.entry(target).or_default().push((*seq, Arc::new(moved(message, now_ms))));
                }
                Err(why) => (failed, trouble) = (failed + 1, Some(why)),
            }
        }
        let (key, number) = (PartitionKey::new(id.source, PARTITION), id.number);
        let (mut events, mut passages) = (Vec::new(), Vec::new());
        for (target, entering) in entering {
            let log = self.queues[&target].log(PARTITION).expect("every queue has partition 0");
            let target = PartitionKey::new(target, PARTITION);
            for (nth, (seq, _)) in (log.next.0..).zip(&entering) {
                let (from, to) = (MessageId::new(key, *seq), MessageId::new(target, Seq(nth)));
                passages.push(Passage { from, to, death: None });
            }
            let messages = entering.into_iter().map(|(_, message)| message).collect();
            events.extend(enter(target, log.next, log.reserved, messages));
        }
        let (position, next_ms) = (last.next(), redrive.next_batch_ms(messages.len(), now_ms));
        events.push(Event::Moved(MovedEvent { key, number, seqs, position, next_ms, failed, trouble }));
        Decision { events, answer: passages }
    }

    /// A queue's redrives, newest first.
    ///
    /// # Errors
    /// The queue does not exist.
    pub fn redrives(&self, source: QueueId) -> Result<Vec<RedriveInfo>, NoSuchQueue> {
        self.queues.get(&source).map(|queue| queue.redrives.told(source)).ok_or(NoSuchQueue(source))
    }

    /// Whether the one queue that a redrive moves messages to is gone.
    fn lost_target(&self, redrive: &Redrive) -> bool {
        redrive.target.as_ref().is_some_and(|target| !self.queues.contains_key(&target.queue))
    }

    /// Where a message goes, if it can. A target that was named exists.
    fn way_out<'m>(
        &self,
        source: &Queue,
        redrive: &Redrive,
        message: Option<&'m Message>,
    ) -> Result<(QueueId, &'m Message), Trouble> {
        let message = message.ok_or(Trouble::Unreadable)?;
        let target = if let Some(target) = &redrive.target {
            &self.queues[&target.queue]
        } else {
            let origin = message.facts.origin.as_ref().ok_or(Trouble::NoOrigin)?;
            let home = self.queue_named(&origin.queue).filter(|home| home.info.id != source.info.id);
            home.ok_or(Trouble::OriginGone)?
        };
        if message.headed_bytes() > target.info.settings.message_bytes_max {
            return Err(Trouble::TooLarge);
        }
        Ok((target.info.id, message))
    }
}

/// Dead-letter queues and their sources have one partition.
const PARTITION: PartitionId = PartitionId(0);

/// The message as it enters its target: as if it were published there, without a delay, and for the first time.
pub(super) fn moved(message: &Message, now_ms: u64) -> Message {
    let mut moved = message.clone();
    moved.facts.published_ms = now_ms;
    moved.facts.due_ms = None;
    moved.facts.origin = None;
    moved.facts.moved = true;
    moved
}

impl Redrive {
    /// How many messages go at a time.
    fn batch_count(&self) -> usize {
        self.per_second.map_or(MOVE_BATCH_COUNT, |rate| rate.get().div_ceil(BATCHES_PER_SECOND) as usize)
    }

    /// When the batch after one of `count` messages may go. A redrive that was kept waiting makes up for a second of it.
    fn next_batch_ms(&self, count: usize, now_ms: u64) -> u64 {
        let Some(rate) = self.per_second.map(NonZeroU32::get) else { return now_ms + 1 };
        let pause_ms = (count as u64 * 1000).div_ceil(u64::from(rate));
        (self.next_ms + pause_ms).max(now_ms.saturating_sub(REDRIVE_CATCH_UP_MS))
    }
}

impl Queue {
    /// Messages from `from` to before `end` that live and are neither leased, nor delayed, nor on their way to be buried.
    fn movable(&self, from: Seq, end: Seq) -> RoaringTreemap {
        let mut movable = self.live_seqs(PARTITION, from..=Seq(end.0 - 1));
        if let Some(progress) = self.progress(SubscriptionId(0), PARTITION) {
            let busy = progress.leases.range(from.0..end.0).map(|(seq, _)| *seq);
            let busy = busy.chain(progress.waiting.range(from.0..end.0).map(|(seq, _)| *seq));
            for seq in busy.chain(progress.burying.range(from.0..end.0).copied()) {
                movable.remove(seq);
            }
        }
        movable
    }

    fn is_movable(&self, seq: Seq) -> bool {
        let busy = self.progress(SubscriptionId(0), PARTITION).is_some_and(|progress| {
            progress.leases.contains_key(&seq.0)
                || progress.waiting.contains_key(&seq.0)
                || progress.burying.contains(&seq.0)
        });
        !busy && self.is_live(PARTITION, seq)
    }

    fn movable_count(&self) -> u64 {
        self.progress(SubscriptionId(0), PARTITION).map_or(0, |progress| {
            progress.open - (progress.leases.len() + progress.waiting.len() + progress.burying.len()) as u64
        })
    }
}
