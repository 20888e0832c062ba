//! [`MemoryJournal`]: the contract over a [`MemoryStore`].

use super::MemoryStore;
use super::state::{Record, State};
use crate::contract::{Fetch, Inquiry, Journal, JournalStats, PageChange, Poisoned, Room, SeqSet, Urgency};
use std::ops::RangeInclusive;
use std::sync::{Arc, MutexGuard};
use vocab::{Message, PartitionKey, Position, QueueId, Seq};

/// Commits that may be submitted and not yet durable: one being written, one waiting.
const UNDURABLE_MAX: usize = 2;

/// A checkpoint is due after so many bytes.
const CHECKPOINT_BYTES: usize = 16 * 1024 * 1024;

/// About what a record takes beyond its content, in bytes.
const RECORD_OVERHEAD_BYTES: usize = 16;

/// A journal whose store is a [`MemoryStore`].
#[derive(Debug)]
pub struct MemoryJournal {
    store: MemoryStore,
    generation: u32,
    open_position: Position,
    open: Vec<Record>,
    open_bytes: usize,
    bytes_since_checkpoint: usize,
}

impl MemoryJournal {
    pub(super) fn new(store: MemoryStore, generation: u32, open_position: Position) -> Self {
        Self { store, generation, open_position, open: Vec::new(), open_bytes: 0, bytes_since_checkpoint: 0 }
    }

    /// The store, while this is the newest journal opened on it.
    fn current(&self) -> Option<MutexGuard<'_, State>> {
        let state = self.store.state();
        (state.boot == self.generation).then_some(state)
    }

    fn add(&mut self, record: Record, bytes: usize) {
        self.open.push(record);
        self.open_bytes += bytes + RECORD_OVERHEAD_BYTES;
    }
}

impl Journal for MemoryJournal {
    fn open_position(&self) -> Position {
        self.open_position
    }

    fn open_bytes(&self) -> usize {
        self.open_bytes
    }

    fn append(&mut self, kind: u8, critical: bool, queue: QueueId, payload: &[u8]) {
        assert!(kind >= crate::record::ENGINE_KIND_MIN, "kind {kind} belongs to the journal");
        self.add(Record::Engine { kind, critical, queue, payload: payload.to_vec() }, payload.len());
    }

    fn append_messages(&mut self, key: PartitionKey, first: Seq, messages: &[Arc<Message>]) {
        if messages.is_empty() {
            return;
        }
        if let Some(mut state) = self.current() {
            for (seq, message) in (first.0..).zip(messages) {
                state.hold_message(key, Seq(seq), Arc::clone(message));
            }
        }
        let bytes = messages.iter().map(|message| message.content_bytes()).sum();
        self.add(Record::Messages { key, first, messages: messages.to_vec() }, bytes);
    }

    fn can_submit(&self) -> bool {
        self.current().is_none_or(|state| state.undurable() < UNDURABLE_MAX)
    }

    fn has_waiting(&self) -> bool {
        !self.can_submit()
    }

    fn submit(&mut self, _urgency: Urgency) {
        if self.open.is_empty() {
            return;
        }
        let commit = std::mem::take(&mut self.open);
        if let Some(mut state) = self.current() {
            assert!(!state.closing, "nothing is submitted after close");
            assert!(state.undurable() < UNDURABLE_MAX, "submit is called only when can_submit");
            state.stats.bytes_written += self.open_bytes as u64;
            state.submit(commit);
        }
        self.bytes_since_checkpoint += self.open_bytes;
        self.open_bytes = 0;
        self.open_position = self.open_position.next();
    }

    fn poll(&mut self) -> Result<Position, Poisoned> {
        match self.current() {
            Some(mut state) => state.advance(),
            None => Err(Poisoned { reason: "the store was opened again".into() }),
        }
    }

    fn fetch(&self, key: PartitionKey, seq: Seq) -> Fetch {
        let Some(state) = self.current() else { return Fetch::Gone };
        match state.message(key, seq) {
            Some(message) if state.reads => Fetch::Read(Box::new(move || Ok(message))),
            Some(message) => Fetch::Ready(message),
            None => Fetch::Gone,
        }
    }

    fn forget(&mut self, key: PartitionKey, seqs: RangeInclusive<Seq>) {
        if seqs.is_empty() {
            return;
        }
        if let Some(mut state) = self.current() {
            state.forget(key, *seqs.start(), *seqs.end());
        }
    }

    fn held(&self, key: PartitionKey) -> u64 {
        self.current().map_or(0, |state| state.held_messages(key))
    }

    fn checkpoint_due(&self) -> bool {
        self.bytes_since_checkpoint >= CHECKPOINT_BYTES
    }

    fn checkpoint(&mut self, pages: Vec<PageChange>) {
        assert!(self.open.is_empty(), "a checkpoint covers whole commits");
        self.bytes_since_checkpoint = 0;
        if let Some(mut state) = self.current() {
            state.add_checkpoint(pages);
        }
    }

    /// Never: what is forgotten is gone at once.
    fn inquiry(&mut self) -> Option<Inquiry> {
        None
    }

    fn resolve(&mut self, _live: Vec<SeqSet>) {
        unreachable!("memory never inquires");
    }

    fn room(&self) -> Room {
        self.current().and_then(|state| state.room).unwrap_or(Room::Enough)
    }

    fn close(&mut self) {
        assert!(self.open.is_empty(), "everything is submitted before close");
        if let Some(mut state) = self.current() {
            state.closing = true;
        }
    }

    fn closed(&self) -> bool {
        self.current().is_some_and(|state| state.sealed)
    }

    fn stats(&self) -> JournalStats {
        self.current().map_or_else(JournalStats::default, |state| state.stats)
    }
}
