//! A history over a folder in memory, whose commits are durable at once.

use history::memory::MemoryFolder;
use history::{Ending, History, Life, Recording, What};
use std::sync::Arc;
use vocab::{
    BootEpoch, ConsumerId, DoorCode, LeaseEpoch, MessageId, PartitionId, PartitionKey, Position, QueueId, Seq,
};

pub(crate) const STORE_ID: u128 = 7;

pub(crate) struct Store {
    pub(crate) folder: MemoryFolder,
    pub(crate) history: Arc<History>,
    bytes_max: u64,
    boot: u32,
    position: u64,
    now_ms: u64,
}

impl Store {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self::open(MemoryFolder::default(), bytes_max, 1, 1)
    }

    fn open(folder: MemoryFolder, bytes_max: u64, boot: u32, now_ms: u64) -> Self {
        let history = History::open(Arc::new(folder.clone()), STORE_ID, bytes_max).expect("memory refuses nothing");
        let mut store = Self { folder, history, bytes_max, boot, position: u64::from(boot) << 32, now_ms };
        store.commit(now_ms, |recording| recording.started(BootEpoch(boot), boot == 1));
        store
    }

    /// What a kill leaves: the files, and nothing that was not written out.
    pub(crate) fn kill(self) -> Self {
        Self::open(self.folder, self.bytes_max, self.boot + 1, self.now_ms)
    }

    /// Records a commit, and makes it durable.
    pub(crate) fn commit(&mut self, at_ms: u64, record: impl FnOnce(&mut Recording<'_>)) {
        self.position += 1;
        self.now_ms = at_ms;
        record(&mut self.history.record(Position(self.position), at_ms));
        self.history.advance(Position(self.position));
    }

    pub(crate) fn publish(&mut self, at_ms: u64, queue: u32, seq: u64, count: u64) {
        self.commit(at_ms, |recording| recording.published(key(queue), Seq(seq), count, DoorCode(1)));
    }

    pub(crate) fn deliver(&mut self, at_ms: u64, queue: u32, seq: u64, consumer: u32) {
        let epoch = LeaseEpoch(LeaseEpoch::first_of(BootEpoch(self.boot)).0 + at_ms);
        self.commit(at_ms, |recording| {
            recording.delivered(key(queue), std::iter::once(seq..=seq), epoch, ConsumerId(consumer));
        });
    }

    pub(crate) fn end(&mut self, at_ms: u64, queue: u32, seq: u64, how: Ending, words: &str) {
        self.commit(at_ms, |recording| recording.ended(key(queue), how, std::iter::once(seq..=seq), words));
    }

    pub(crate) fn life(&self, queue: u32, seq: u64) -> Life {
        self.history.life(id(queue, seq))
    }
}

pub(crate) fn key(queue: u32) -> PartitionKey {
    PartitionKey::new(QueueId(queue), PartitionId(0))
}

pub(crate) fn id(queue: u32, seq: u64) -> MessageId {
    MessageId::new(key(queue), Seq(seq))
}

pub(crate) fn steps(life: &Life) -> Vec<(u64, What)> {
    life.moments.iter().map(|moment| (moment.at_ms, moment.what)).collect()
}
