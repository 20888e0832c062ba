//! The open commit: records as bytes, where each record ends, and where each message lies among them.
//!
//! What it is not: no frame yet (the writer cuts those) and no position.
//! Invariant: the two halves are about the same commit; [`CommitBytes`] travels to the writer while
//! [`CommitMessages`] stays where the index is.

use crate::message_codec::put_batch;
use crate::record;
use std::sync::Arc;
use vocab::{Message, PartitionKey, QueueId, Seq};

/// A record of messages is closed once it holds so many bytes, so that a large batch spreads over frames of the usual size.
const BATCH_BYTES_SOFT: usize = vocab::limits::FRAME_BYTES_MAX / 4;

/// Records, encoded.
#[derive(Clone, Debug, Default)]
pub struct CommitBytes {
    /// The records, one after the other.
    pub bytes: Vec<u8>,
    /// Where each record ends in `bytes`.
    pub record_ends: Vec<u32>,
    /// The greatest publishing time among its messages, milliseconds since the Unix epoch.
    pub log_ms: u64,
}

/// Which messages a commit holds, and where.
#[derive(Clone, Debug, Default)]
pub struct CommitMessages {
    /// Runs of messages, in the order appended.
    pub runs: Vec<MessageRun>,
    /// One place per message, in the order appended.
    pub places: Vec<Place>,
}

/// Messages with consecutive seqs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageRun {
    /// Their partition.
    pub key: PartitionKey,
    /// The first one's seq.
    pub first: Seq,
    /// How many they are.
    pub count: u32,
}

/// Where one message's entry lies in [`CommitBytes::bytes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its first byte.
    pub at: u32,
    /// Its length, header included.
    pub len: u32,
}

/// A commit that still takes records.
#[derive(Clone, Debug, Default)]
pub struct OpenCommit {
    /// What goes to the writer.
    pub encoded: CommitBytes,
    /// What stays.
    pub messages: CommitMessages,
}

impl OpenCommit {
    /// Whether it holds no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.encoded.record_ends.is_empty()
    }

    /// Adds a record of the engine's.
    pub fn append(&mut self, kind: u8, critical: bool, queue: QueueId, payload: &[u8]) {
        assert!(kind >= record::ENGINE_KIND_MIN, "kind {kind} belongs to the journal");
        record::put(&mut self.encoded.bytes, kind, critical, queue, payload);
        self.end_record();
    }

    /// Adds messages with consecutive seqs.
    pub fn append_messages(&mut self, key: PartitionKey, first: Seq, messages: &[Arc<Message>]) {
        let mut first = first;
        let mut rest = messages;
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(batch_len(rest));
            self.append_batch(key, first, batch);
            first = Seq(first.0 + batch.len() as u64);
            rest = later;
        }
    }

    fn append_batch(&mut self, key: PartitionKey, first: Seq, messages: &[Arc<Message>]) {
        let places = &mut self.messages.places;
        put_batch(&mut self.encoded.bytes, key, first, messages, |at, len| {
            places.push(Place { at: offset(at), len: offset(len) });
        });
        self.end_record();
        let newest = messages.iter().map(|message| message.facts.published_ms).max().unwrap_or(0);
        self.encoded.log_ms = self.encoded.log_ms.max(newest);
        self.messages.runs.push(MessageRun { key, first, count: offset(messages.len()) });
    }

    fn end_record(&mut self) {
        self.encoded.record_ends.push(offset(self.encoded.bytes.len()));
    }
}

impl CommitBytes {
    /// Empties it and keeps its memory, unless that is more than `keep_bytes`.
    pub fn clear(&mut self, keep_bytes: usize) {
        if self.bytes.capacity() > keep_bytes {
            *self = Self::default();
        }
        self.bytes.clear();
        self.record_ends.clear();
        self.log_ms = 0;
    }
}

impl CommitMessages {
    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.runs.clear();
        self.places.clear();
    }
}

/// How many of the first messages share a record: at least one.
fn batch_len(messages: &[Arc<Message>]) -> usize {
    let mut bytes = 0;
    let fitting = messages.iter().take_while(|message| {
        bytes += message.content_bytes();
        bytes <= BATCH_BYTES_SOFT
    });
    fitting.count().max(1)
}

fn offset(value: usize) -> u32 {
    u32::try_from(value).expect("a commit is far smaller than 4 GiB (vocab::limits)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Records;
    use vocab::{PartitionId, limits};

    #[test]
    fn a_large_batch_spreads_over_records_that_fit_frames() {
        let mut commit = OpenCommit::default();
        let message = Arc::new(Message::with_body(vec![1; 100_000]));
        let key = PartitionKey::new(QueueId(1), PartitionId(0));
        commit.append_messages(key, Seq(5), &vec![message; 40]);
        assert_eq!(commit.messages.places.len(), 40);
        assert_eq!(commit.messages.runs.iter().map(|run| run.count).sum::<u32>(), 40);
        assert_eq!(Records::new(&commit.encoded.bytes).count(), commit.messages.runs.len());
        let largest = Records::new(&commit.encoded.bytes).map(|r| r.expect("well formed").payload.len()).max();
        assert!(largest.expect("records exist") < limits::FRAME_BYTES_MAX);
    }
}
