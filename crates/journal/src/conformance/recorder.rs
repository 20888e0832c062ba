//! A [`Replay`] that writes down what it is shown.

use crate::contract::{PageKey, Replay, ReplayError, ReplayRecord, SeqSet};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{Message, PartitionKey, QueueId, Seq};

/// One record, as it was replayed.
#[derive(Clone, Debug, PartialEq)]
pub enum Replayed {
    /// Messages with consecutive seqs.
    Messages {
        /// Their partition.
        key: PartitionKey,
        /// The first one's seq.
        first: Seq,
        /// The messages.
        messages: Vec<Arc<Message>>,
    },
    /// A record of the engine's.
    Engine {
        /// Its kind.
        kind: u8,
        /// Whether it is critical.
        critical: bool,
        /// Its queue.
        queue: QueueId,
        /// Its content.
        payload: Vec<u8>,
    },
}

/// Takes everything, in order, and holds every message for live but those named in `dead`.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// The checkpoint's pages, if one was replayed.
    pub checkpoint: Option<BTreeMap<PageKey, Vec<u8>>>,
    /// The records, in order.
    pub records: Vec<Replayed>,
    /// Messages that do not live.
    pub dead: BTreeSet<(PartitionKey, Seq)>,
    /// Refuse the first record.
    pub refuse: bool,
}

impl Recorder {
    /// The payloads of the engine's records, as text.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let note = |record: &Replayed| match record {
            Replayed::Engine { payload, .. } => Some(String::from_utf8_lossy(payload).into_owned()),
            Replayed::Messages { .. } => None,
        };
        self.records.iter().filter_map(note).collect()
    }

    /// The text of the suite's own page in the checkpoint, if there is one.
    #[must_use]
    pub fn saved(&self) -> Option<String> {
        let content = self.checkpoint.as_ref()?.get(&super::STATE)?;
        Some(String::from_utf8_lossy(content).into_owned())
    }

    /// Every message that was replayed, in order.
    #[must_use]
    pub fn messages(&self) -> Vec<(PartitionKey, Seq, Arc<Message>)> {
        let mut all = Vec::new();
        for record in &self.records {
            if let Replayed::Messages { key, first, messages } = record {
                all.extend((first.0..).zip(messages).map(|(seq, message)| (*key, Seq(seq), Arc::clone(message))));
            }
        }
        all
    }
}

/// Every seq of a range but the dead.
pub(super) fn live(dead: &BTreeSet<(PartitionKey, Seq)>, key: PartitionKey, seqs: &RangeInclusive<Seq>) -> SeqSet {
    let mut live = SeqSet::new();
    live.insert_range(seqs.start().0..=seqs.end().0);
    for (_, seq) in dead.range((key, *seqs.start())..=(key, *seqs.end())) {
        live.remove(seq.0);
    }
    live
}

impl Replay for Recorder {
    fn checkpoint(&mut self, pages: &mut dyn Iterator<Item = (PageKey, &[u8])>) -> Result<(), ReplayError> {
        assert!(self.checkpoint.is_none(), "the checkpoint is replayed at most once");
        assert!(self.records.is_empty(), "the checkpoint is replayed before any record");
        let mut shown = BTreeMap::new();
        for (key, content) in pages {
            assert!(shown.last_key_value().is_none_or(|(last, _)| *last < key), "pages are shown with ascending keys");
            shown.insert(key, content.to_vec());
        }
        self.checkpoint = Some(shown);
        Ok(())
    }

    fn record(&mut self, record: ReplayRecord<'_>) -> Result<(), ReplayError> {
        if self.refuse {
            return Err(ReplayError::Contradiction { what: "the test refused it".into() });
        }
        self.records.push(match record {
            ReplayRecord::Messages { key, first, messages } => Replayed::Messages { key, first, messages },
            ReplayRecord::Engine { kind, critical, queue, payload } => {
                Replayed::Engine { kind, critical, queue, payload: payload.to_vec() }
            }
        });
        Ok(())
    }

    fn is_live(&self, key: PartitionKey, seq: Seq) -> bool {
        !self.dead.contains(&(key, seq))
    }

    fn live(&self, key: PartitionKey, seqs: RangeInclusive<Seq>) -> SeqSet {
        live(&self.dead, key, &seqs)
    }
}
