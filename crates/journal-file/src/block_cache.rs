//! Blocks of runs in memory, for consumers that go through a backlog: one read serves many messages.
//!
//! What it is not: the cache of bodies, which holds what was written lately. Invariant: what is here was checked when it
//! was read.

use crate::run::{self, RunFile, Section};
use bytes::Bytes;
use journal::message_codec;
use journal::{Fetch, ReadError, ReadMessage};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocab::{Message, PartitionKey, Seq};

/// A block's run and its place in it.
type BlockId = (u32, u64);

/// The blocks, the oldest going first.
#[derive(Debug)]
pub(crate) struct BlockCache {
    bytes_max: usize,
    read_ahead_bytes: usize,
    held: Mutex<Held>,
}

/// A block's messages, by seq: told apart once, by whoever read them.
type Entries = Arc<[(Seq, Bytes)]>;

#[derive(Debug, Default)]
struct Held {
    blocks: BTreeMap<BlockId, Entries>,
    /// With their sizes.
    order: VecDeque<(BlockId, usize)>,
    bytes: usize,
}

/// Where a message lies in a run.
#[derive(Clone, Debug)]
pub(crate) struct RunPlace {
    pub(crate) file: Arc<RunFile>,
    pub(crate) sections: Arc<Vec<Section>>,
    pub(crate) section: usize,
    pub(crate) block: usize,
    pub(crate) key: PartitionKey,
    pub(crate) seq: Seq,
}

impl BlockCache {
    pub(crate) fn new(bytes_max: usize, read_ahead_bytes: usize) -> Self {
        Self { bytes_max, read_ahead_bytes, held: Mutex::default() }
    }

    /// The message at `place`: from memory, or by a read.
    pub(crate) fn fetch(self: &Arc<Self>, place: RunPlace) -> Fetch {
        let known = self.lock().blocks.get(&place.block_id(place.block)).cloned();
        let Some(entries) = known else {
            let cache = Arc::clone(self);
            return Fetch::Read(Box::new(move || cache.read(&place)));
        };
        match place.decode(&entries) {
            Ok(Some(message)) => Fetch::Ready(message),
            Ok(None) => Fetch::Gone,
            Err(error) => Fetch::Read(failing(error)),
        }
    }

    fn read(&self, place: &RunPlace) -> Result<Arc<Message>, ReadError> {
        let known = self.lock().blocks.get(&place.block_id(place.block)).cloned();
        let entries = match known {
            Some(entries) => entries,
            None => self.read_blocks(place)?,
        };
        place.decode(&entries)?.ok_or_else(|| place.damaged("its block does not hold it"))
    }

    /// Reads the block, and those behind it for somebody who comes from the one before.
    fn read_blocks(&self, place: &RunPlace) -> Result<Entries, ReadError> {
        let section = &place.sections[place.section];
        let goes_through = place.block == 0 || self.lock().blocks.contains_key(&place.block_id(place.block - 1));
        let mut count = 1;
        if goes_through {
            let start = section.blocks[place.block].at;
            let ahead = |block: &run::Block| block.at - start < self.read_ahead_bytes as u64;
            count = section.blocks[place.block..].iter().take_while(|block| ahead(block)).count().max(1);
        }
        // A damaged block further on is none of this message's business.
        let read = place.file.read_blocks(section, place.block, count);
        let read = read.or_else(|_| place.file.read_blocks(section, place.block, 1));
        let blocks = read.map_err(|error| place.failed(&error))?;
        if goes_through {
            place.file.will_need(section, place.block + count, self.read_ahead_bytes as u64);
        }
        let mut asked_for = None;
        for (number, block) in (place.block..).zip(&blocks) {
            let entries: Result<Vec<_>, _> = run::entries(block).collect();
            let entries: Entries = match entries {
                Ok(entries) => entries.into(),
                Err(error) if number == place.block => return Err(place.failed(&error)),
                Err(_) => break,
            };
            asked_for.get_or_insert_with(|| Arc::clone(&entries));
            self.lock().add(place.block_id(number), entries, block.len(), self.bytes_max);
        }
        Ok(asked_for.expect("at least one block was asked for"))
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn add(&mut self, id: BlockId, entries: Entries, bytes: usize, bytes_max: usize) {
        if self.blocks.insert(id, entries).is_none() {
            self.bytes += bytes;
            self.order.push_back((id, bytes));
        }
        // The one just added stays: somebody is about to look into it.
        while self.bytes > bytes_max && self.order.len() > 1 {
            let (oldest, bytes) = self.order.pop_front().expect("there is more than one");
            self.bytes -= bytes;
            self.blocks.remove(&oldest);
        }
    }
}

impl RunPlace {
    fn block_id(&self, block: usize) -> BlockId {
        (self.file.number, self.sections[self.section].blocks[block].at)
    }

    fn decode(&self, entries: &[(Seq, Bytes)]) -> Result<Option<Arc<Message>>, ReadError> {
        let Ok(at) = entries.binary_search_by_key(&self.seq, |(seq, _)| *seq) else { return Ok(None) };
        let message = message_codec::decode_entry(&entries[at].1, self.key, self.seq);
        message.map(|message| Some(Arc::new(message))).map_err(|error| self.damaged(&error.to_string()))
    }

    fn failed(&self, error: &run::BlockError) -> ReadError {
        let reason = format!("run {}: {error}", self.file.number).into();
        match error {
            run::BlockError::Io(_) => ReadError::Io { key: self.key, seq: self.seq, reason },
            run::BlockError::Damaged(_) => ReadError::Damaged { key: self.key, seq: self.seq, reason },
        }
    }

    fn damaged(&self, what: &str) -> ReadError {
        let reason = format!("run {}: {what}", self.file.number).into();
        ReadError::Damaged { key: self.key, seq: self.seq, reason }
    }
}

fn failing(error: ReadError) -> ReadMessage {
    Box::new(move || Err(error))
}
