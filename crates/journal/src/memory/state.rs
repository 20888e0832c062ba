//! What a [`super::MemoryStore`] holds: commits that a checkpoint does not cover yet, and the messages that live.
//!
//! Invariants: `commits` are consecutive, the first having position `first`; `durable` counts those of them that are
//! durable; positions below `first` are covered by the checkpoint and durable.

use crate::contract::{JournalStats, Opened, PageChange, PageKey, Poisoned, Replay, ReplayError, ReplayRecord, Room};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use vocab::{BootEpoch, Message, PartitionKey, Position, QueueId, Seq};

/// A store id that no random one is likely to be: all memory stores are alike.
const STORE_ID: u128 = 0x4C4F_4E47_5348_4F52_4500_0000_0000_0001;

#[derive(Clone, Debug)]
pub(super) enum Record {
    Messages { key: PartitionKey, first: Seq, messages: Vec<Arc<Message>> },
    Engine { kind: u8, critical: bool, queue: QueueId, payload: Vec<u8> },
}

/// Pages that changed, or are gone.
type Changes = BTreeMap<PageKey, Option<Vec<u8>>>;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) boot: u32,
    pub(super) held: bool,
    pub(super) reads: bool,
    pub(super) room: Option<Room>,
    pub(super) poisoned: Option<Arc<str>>,
    pub(super) closing: bool,
    pub(super) sealed: bool,
    pub(super) stats: JournalStats,
    /// Commits before the first of `commits`.
    covered: u64,
    commits: VecDeque<Vec<Record>>,
    durable: usize,
    checkpoint: Option<BTreeMap<PageKey, Vec<u8>>>,
    /// Pages that count once this commit is durable.
    waiting_checkpoint: Option<(Position, Changes)>,
    messages: BTreeMap<PartitionKey, BTreeMap<Seq, Arc<Message>>>,
}

impl State {
    pub(super) fn last_position(&self) -> Position {
        Position(self.covered + self.commits.len() as u64)
    }

    pub(super) fn durable_position(&self) -> Position {
        Position(self.covered + self.durable as u64)
    }

    pub(super) fn undurable(&self) -> usize {
        self.commits.len() - self.durable
    }

    pub(super) fn submit(&mut self, commit: Vec<Record>) {
        self.commits.push_back(commit);
    }

    /// What was handed over before and does not count yet, counts with these.
    pub(super) fn add_checkpoint(&mut self, pages: Vec<PageChange>) {
        let (_, mut waiting) = self.waiting_checkpoint.take().unwrap_or_default();
        waiting.extend(pages);
        self.waiting_checkpoint = Some((self.last_position(), waiting));
    }

    /// Makes everything submitted durable, unless that is held back or the store has failed.
    pub(super) fn advance(&mut self) -> Result<Position, Poisoned> {
        if let Some(reason) = &self.poisoned {
            return Err(Poisoned { reason: Arc::clone(reason) });
        }
        if !self.held {
            self.stats.commits += self.undurable() as u64;
            self.durable = self.commits.len();
            self.sealed = self.closing;
        }
        self.publish_checkpoint();
        Ok(self.durable_position())
    }

    fn publish_checkpoint(&mut self) {
        let durable = self.durable_position();
        if let Some((covers, changes)) = self.waiting_checkpoint.take_if(|(covers, _)| *covers <= durable) {
            let newly = usize::try_from(covers.0 - self.covered).expect("commits are counted in memory");
            self.commits.drain(..newly);
            self.durable -= newly;
            self.covered = covers.0;
            let pages = self.checkpoint.get_or_insert_default();
            for (key, content) in changes {
                match content {
                    Some(content) => pages.insert(key, content),
                    None => pages.remove(&key),
                };
            }
            self.stats.checkpoints += 1;
        }
    }

    pub(super) fn drop_undurable(&mut self) {
        let lost: Vec<_> = self.commits.drain(self.durable..).collect();
        for record in lost.iter().flatten() {
            if let Record::Messages { key, first, messages } = record {
                self.forget(*key, *first, Seq(first.0 + messages.len() as u64 - 1));
            }
        }
        self.waiting_checkpoint = None;
    }

    pub(super) fn replay(&mut self, replay: &mut dyn Replay) -> Result<(), ReplayError> {
        if let Some(pages) = &self.checkpoint {
            replay.checkpoint(&mut pages.iter().map(|(key, content)| (*key, &content[..])))?;
        }
        for record in self.commits.iter().flatten() {
            replay.record(match record {
                Record::Messages { key, first, messages } => {
                    ReplayRecord::Messages { key: *key, first: *first, messages: messages.clone() }
                }
                Record::Engine { kind, critical, queue, payload } => {
                    ReplayRecord::Engine { kind: *kind, critical: *critical, queue: *queue, payload }
                }
            })?;
        }
        for (key, messages) in &mut self.messages {
            messages.retain(|seq, _| replay.is_live(*key, *seq));
        }
        Ok(())
    }

    pub(super) fn begin_boot(&mut self) -> Opened {
        let clean = self.boot == 0 || self.sealed;
        self.boot += 1;
        self.sealed = false;
        self.closing = false;
        self.poisoned = None;
        let newest = self.messages.values().flat_map(BTreeMap::values).map(|message| message.facts.published_ms).max();
        Opened { store_id: STORE_ID, boot: BootEpoch(self.boot), clean, log_ms: newest.unwrap_or(0) }
    }

    pub(super) fn hold_message(&mut self, key: PartitionKey, seq: Seq, message: Arc<Message>) {
        self.messages.entry(key).or_default().insert(seq, message);
    }

    pub(super) fn message(&self, key: PartitionKey, seq: Seq) -> Option<Arc<Message>> {
        self.messages.get(&key)?.get(&seq).cloned()
    }

    pub(super) fn held_messages(&self, key: PartitionKey) -> u64 {
        self.messages.get(&key).map_or(0, |messages| messages.len() as u64)
    }

    pub(super) fn forget(&mut self, key: PartitionKey, first: Seq, last: Seq) {
        if let Some(messages) = self.messages.get_mut(&key) {
            while let Some(seq) = messages.range(first..=last).next().map(|(seq, _)| *seq) {
                messages.remove(&seq);
            }
            if messages.is_empty() {
                self.messages.remove(&key);
            }
        }
    }
}
