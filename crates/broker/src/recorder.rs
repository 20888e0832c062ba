//! Notes in the history what the shard shows: events to entries.
//!
//! What it is not: a judge of what matters to whom. It runs on the shard's thread, allocates nothing and waits for no disk.

use engine::core::event::{Event, LeasedEvent, MovedEvent, Removal, Return, ReturnedItem};
use engine::core::passage::Passage;
use engine::core::seqs::SeqRanges;
use engine::driver::Happened;
use history::{Ending, History, Lack, Recording, Remover};
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{DoorCode, PartitionId, PartitionKey, Position};

/// Looks on for a history.
pub(crate) struct Recorder {
    history: Arc<History>,
}

impl Recorder {
    pub(crate) fn new(history: Arc<History>) -> Self {
        Self { history }
    }
}

impl Recorder {
    /// Something happened.
    pub(crate) fn observe(&mut self, happened: &Happened<'_>) {
        let mut recording = self.history.record(happened.position, happened.at_ms);
        // What the broker itself moves comes through no door.
        let door = if happened.passages.is_empty() { happened.door } else { DoorCode::default() };
        let mut passages = happened.passages;
        for (event, _hurry) in happened.events {
            match event {
                Event::Buried { key, seqs }
                | Event::Carried { key, seqs }
                | Event::Moved(MovedEvent { key, seqs, .. }) => {
                    note_passages(&mut recording, take_leaving(&mut passages, *key, seqs));
                }
                other => note(&mut recording, other, door),
            }
        }
    }

    /// Everything up to this position is durable.
    pub(crate) fn advance(&mut self, durable: Position) {
        self.history.advance(durable);
    }
}

fn note(recording: &mut Recording<'_>, event: &Event, door: DoorCode) {
    match event {
        Event::Booted { epoch, clean, .. } => recording.started(*epoch, *clean),
        Event::QueueDeleted { queue } => recording.queue_deleted(PartitionKey::new(*queue, PartitionId(0))),
        Event::Published { key, first, messages } => recording.published(*key, *first, messages.len() as u64, door),
        Event::Leased(LeasedEvent { key, seqs, first_epoch, consumer, .. }) => {
            recording.delivered(*key, seqs.ranges(), *first_epoch, *consumer);
        }
        Event::Acked { key, seqs, .. } => recording.ended(*key, Ending::Acked, seqs.ranges(), ""),
        Event::Returned { key, why, items, .. } => note_returned(recording, *key, *why, items),
        Event::Removed { key, seqs, why, .. } => {
            let how = match why {
                Removal::Expired => Ending::Expired,
                Removal::Purged => Ending::Removed(Remover::Purge),
                Removal::Deleted => Ending::Removed(Remover::Operator),
                Removal::TooLong => Ending::Dropped(Lack::QueueTooLong),
            };
            recording.ended(*key, how, seqs.ranges(), "");
        }
        Event::Dropped { key, seqs } => {
            recording.ended(*key, Ending::Dropped(Lack::NoDeadLetterQueue), seqs.ranges(), "");
        }
        Event::Buried { .. }
        | Event::Carried { .. }
        | Event::Hastened { .. }
        | Event::Moved(_)
        | Event::QueueCreated { .. }
        | Event::QueueUpdated { .. }
        | Event::Reserved { .. }
        | Event::Extended { .. }
        | Event::Transferred { .. }
        | Event::RouterCreated { .. }
        | Event::RouterDeleted { .. }
        | Event::Bound(_)
        | Event::Unbound(_)
        | Event::RedriveStarted(_)
        | Event::RedriveEnded { .. } => {}
    }
}

/// Messages that came back together, those with the same words in one entry.
fn note_returned(recording: &mut Recording<'_>, key: PartitionKey, why: Return, items: &[ReturnedItem]) {
    let how = match why {
        Return::Released => Ending::Released,
        Return::Expired => Ending::LeaseExpired,
        Return::Failed => Ending::Failed,
        Return::Rejected => Ending::Rejected,
    };
    let has_words = matches!(why, Return::Failed | Return::Rejected);
    for alike in items.chunk_by(|a, b| !has_words || a.record.reason == b.record.reason) {
        let words = alike[0].record.reason.as_deref().unwrap_or_default();
        recording.ended(key, how, joined(alike), words);
    }
}

/// The items' seqs, neighbours together.
fn joined(items: &[ReturnedItem]) -> impl Iterator<Item = RangeInclusive<u64>> + '_ {
    let neighbours = items.chunk_by(|a, b| a.seq.next() == b.seq);
    neighbours.map(|run| run[0].seq.0..=run[run.len() - 1].seq.0)
}

fn follows(a: &Passage, b: &Passage) -> bool {
    (a.from.key, a.from.seq.next(), a.to.key, a.to.seq.next(), a.death)
        == (b.from.key, b.from.seq, b.to.key, b.to.seq, b.death)
}

/// Takes the passages of these messages, which are the next ones: they are in the order of the events.
fn take_leaving<'a>(passages: &mut &'a [Passage], key: PartitionKey, seqs: &SeqRanges) -> &'a [Passage] {
    let leaves =
        |passage: &Passage| passage.from.key == key && seqs.ranges().any(|range| range.contains(&passage.from.seq.0));
    let (leaving, rest) = passages.split_at(passages.iter().take_while(|passage| leaves(passage)).count());
    *passages = rest;
    leaving
}

/// Those that follow each other in one entry.
fn note_passages(recording: &mut Recording<'_>, passages: &[Passage]) {
    for run in passages.chunk_by(follows) {
        let Passage { from, to, death } = run[0];
        let how = death.map_or(history::Passage::Redriven, history::Passage::Buried);
        recording.became(from.key, how, from.seq, run.len() as u64, to);
    }
}
