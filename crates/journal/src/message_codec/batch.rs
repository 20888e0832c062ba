//! The batch form: messages with consecutive seqs share one record.
//!
//! What it is not: the messages' own layout, which is [`super::fields`]'s.
//! Invariant: entries can be listed without decoding them, which is what recovery does with covered segments.

use super::{ENTRY_HEADER_BYTES, put_entry};
use crate::record;
use crate::wire::{Malformed, Reader, Write};
use std::sync::Arc;
use vocab::{Message, PartitionId, PartitionKey, QueueId, Seq};

/// Appends a whole record of messages with consecutive seqs from `first`. Tells `placed` where each entry starts in
/// `buffer` and how long it is, header included.
pub fn put_batch(
    buffer: &mut Vec<u8>,
    key: PartitionKey,
    first: Seq,
    messages: &[Arc<Message>],
    mut placed: impl FnMut(usize, usize),
) {
    record::put_with(buffer, record::KIND_MESSAGES, true, key.queue, |buffer| {
        buffer.put_varint(u64::from(key.partition.0));
        buffer.put_varint(first.0);
        buffer.put_varint(messages.len() as u64);
        for (seq, message) in (first.0..).zip(messages) {
            let at = buffer.len();
            put_entry(buffer, key, Seq(seq), message);
            placed(at, buffer.len() - at);
        }
    });
}

/// A record of messages, its entries not yet decoded.
#[derive(Clone, Debug)]
pub struct MessageBatch<'a> {
    /// The messages' partition.
    pub key: PartitionKey,
    /// The first one's seq.
    pub first: Seq,
    /// How many there should be.
    pub count: u64,
    reader: Reader<'a>,
}

impl<'a> MessageBatch<'a> {
    /// Reads the head of a record's `payload`.
    ///
    /// # Errors
    /// It is malformed, or the seqs would pass the largest number.
    pub fn parse(queue: QueueId, payload: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(payload);
        let partition = PartitionId(reader.number("a partition")?);
        let first = Seq(reader.varint("a first seq")?);
        let count = reader.varint("a count of messages")?;
        let fits = count <= reader.remaining() as u64 && first.0.checked_add(count).is_some();
        if !fits {
            return Err(Malformed { offset: reader.offset(), expected: "as many messages as counted" });
        }
        Ok(Self { key: PartitionKey::new(queue, partition), first, count, reader })
    }

    /// The entries, in order of seq. Ends at the first malformed one.
    #[must_use]
    pub fn entries(&self) -> Entries<'a> {
        Entries { reader: self.reader.clone(), seq: self.first, left: self.count }
    }
}

/// One message of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The message.
    pub seq: Seq,
    /// Where its entry starts, from the start of the record's payload, in bytes.
    pub at: usize,
    /// Bytes of the entry, header included.
    pub len: usize,
}

/// The entries of a [`MessageBatch`].
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    reader: Reader<'a>,
    seq: Seq,
    left: u64,
}

impl Entries<'_> {
    fn read(&mut self) -> Result<Entry, Malformed> {
        let at = self.reader.offset();
        let len = self.reader.u32("an entry's length")? as usize;
        let _checksum = self.reader.u32("an entry's checksum")?;
        let _content = self.reader.take(len, "an entry's content")?;
        Ok(Entry { seq: self.seq, at, len: ENTRY_HEADER_BYTES + len })
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let entry = self.read();
        self.left = if entry.is_ok() { self.left - 1 } else { 0 };
        self.seq = self.seq.next();
        Some(entry)
    }
}
