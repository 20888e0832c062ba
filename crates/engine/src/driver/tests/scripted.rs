//! [`Scripted`]: a memory journal that asks what the test wants asked, and keeps what it is answered.

use journal::{Fetch, Inquiry, Journal, JournalStats, MemoryJournal, PageChange, Poisoned, Room, SeqSet, Urgency};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocab::{Message, PartitionKey, Position, QueueId, Seq};

/// What is asked and answered, shared with the test.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) inquiry: Option<Inquiry>,
    pub(super) answer: Option<Vec<SeqSet>>,
}

pub(super) struct Scripted {
    pub(super) journal: MemoryJournal,
    pub(super) script: Arc<Mutex<Script>>,
}

pub(super) fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Journal for Scripted {
    fn open_position(&self) -> Position {
        self.journal.open_position()
    }

    fn open_bytes(&self) -> usize {
        self.journal.open_bytes()
    }

    fn append(&mut self, kind: u8, critical: bool, queue: QueueId, payload: &[u8]) {
        self.journal.append(kind, critical, queue, payload);
    }

    fn append_messages(&mut self, key: PartitionKey, first: Seq, messages: &[Arc<Message>]) {
        self.journal.append_messages(key, first, messages);
    }

    fn can_submit(&self) -> bool {
        self.journal.can_submit()
    }

    fn has_waiting(&self) -> bool {
        self.journal.has_waiting()
    }

    fn submit(&mut self, urgency: Urgency) {
        self.journal.submit(urgency);
    }

    fn poll(&mut self) -> Result<Position, Poisoned> {
        self.journal.poll()
    }

    fn fetch(&self, key: PartitionKey, seq: Seq) -> Fetch {
        self.journal.fetch(key, seq)
    }

    fn forget(&mut self, key: PartitionKey, seqs: RangeInclusive<Seq>) {
        self.journal.forget(key, seqs);
    }

    fn held(&self, key: PartitionKey) -> u64 {
        self.journal.held(key)
    }

    fn checkpoint_due(&self) -> bool {
        self.journal.checkpoint_due()
    }

    fn checkpoint(&mut self, pages: Vec<PageChange>) {
        self.journal.checkpoint(pages);
    }

    fn inquiry(&mut self) -> Option<Inquiry> {
        lock(&self.script).inquiry.take()
    }

    fn resolve(&mut self, live: Vec<SeqSet>) {
        lock(&self.script).answer = Some(live);
    }

    fn room(&self) -> Room {
        self.journal.room()
    }

    fn close(&mut self) {
        self.journal.close();
    }

    fn closed(&self) -> bool {
        self.journal.closed()
    }

    fn stats(&self) -> JournalStats {
        self.journal.stats()
    }
}
