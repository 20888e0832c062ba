//! Records: what a commit is made of.
//!
//! ```text
//!  | type u8 | len varint | shard u16 | queue varint | payload, len bytes |
//!
//!  type    bit 7       critical: a reader that does not know the kind must stop; else it skips the record
//!          bits 0..7   kind: 1..16 belong to the journal, 16..128 to the engine
//!  len     bytes of the payload; the varint may be padded with continuation bytes
//!  shard   which shard's state the record changes; always 0 while there is one shard
//!  queue   the queue the record is about; 0 for none
//! ```
//!
//! What it is not: no checksum of its own, the frame around it has one.
//! Invariant: reading never panics and never allocates.

use crate::wire::{Malformed, Reader, Write};
use vocab::{QueueId, ShardId};

/// Messages with consecutive seqs; see [`crate::message_codec`].
pub const KIND_MESSAGES: u8 = 1;

/// The engine's own kinds start here; smaller ones belong to the journal.
pub const ENGINE_KIND_MIN: u8 = 16;

/// Kinds are smaller than this: the upper bit of the type says whether the record is critical.
pub const KIND_END: u8 = 0x80;

const CRITICAL: u8 = 0x80;

/// Bytes of a padded length: 28 bits, twice what the largest commit needs.
const PADDED_LEN_BYTES: usize = 4;

/// One record, as it lies in the payload of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What it is.
    pub kind: u8,
    /// Whether a reader that does not know the kind must stop.
    pub critical: bool,
    /// The shard whose state it changes.
    pub shard: ShardId,
    /// The queue it is about; 0 for none.
    pub queue: QueueId,
    /// Its content.
    pub payload: &'a [u8],
    /// Where the content starts, from the start of the frame's payload, in bytes.
    pub payload_at: usize,
}

/// Appends a whole record.
pub fn put(buffer: &mut Vec<u8>, kind: u8, critical: bool, queue: QueueId, payload: &[u8]) {
    put_type(buffer, kind, critical);
    buffer.put_varint(payload.len() as u64);
    put_owner(buffer, queue);
    buffer.extend_from_slice(payload);
}

/// Appends a record whose content `write` appends, so that content of unknown length is written in place.
pub fn put_with(buffer: &mut Vec<u8>, kind: u8, critical: bool, queue: QueueId, write: impl FnOnce(&mut Vec<u8>)) {
    put_type(buffer, kind, critical);
    let len_at = buffer.len();
    buffer.extend_from_slice(&[0; PADDED_LEN_BYTES]);
    put_owner(buffer, queue);
    let payload_at = buffer.len();
    write(buffer);
    let len = buffer.len() - payload_at;
    buffer[len_at..len_at + PADDED_LEN_BYTES].copy_from_slice(&padded_varint(len));
}

fn put_type(buffer: &mut Vec<u8>, kind: u8, critical: bool) {
    assert!(kind < KIND_END, "kind {kind} does not fit into seven bits");
    buffer.put_u8(if critical { kind | CRITICAL } else { kind });
}

fn put_owner(buffer: &mut Vec<u8>, queue: QueueId) {
    buffer.extend_from_slice(&0_u16.to_le_bytes());
    buffer.put_varint(u64::from(queue.0));
}

fn padded_varint(value: usize) -> [u8; PADDED_LEN_BYTES] {
    assert!(value < 1 << (7 * PADDED_LEN_BYTES), "a record of {value} bytes is larger than any commit may be");
    let mut bytes = [0; PADDED_LEN_BYTES];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let more = if index + 1 < PADDED_LEN_BYTES { 0x80 } else { 0 };
        *byte = u8::try_from((value >> (7 * index)) & 0x7F).expect("seven bits fit a byte") | more;
    }
    bytes
}

/// The records of one frame's payload, in order. Ends at the first malformed one.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    reader: Reader<'a>,
    failed: bool,
}

impl<'a> Records<'a> {
    /// Reads `payload` from its start.
    #[must_use]
    pub fn new(payload: &'a [u8]) -> Self {
        Self { reader: Reader::new(payload), failed: false }
    }

    fn read(&mut self) -> Result<Record<'a>, Malformed> {
        let kind = self.reader.u8("a record's type")?;
        let len = self.reader.number::<usize>("a record's length")?;
        let shard = self.reader.take(2, "a record's shard")?;
        let shard = ShardId(u16::from_le_bytes([shard[0], shard[1]]));
        let queue = QueueId(self.reader.number("a record's queue")?);
        let payload_at = self.reader.offset();
        let payload = self.reader.take(len, "a record's content")?;
        Ok(Record { kind: kind & !CRITICAL, critical: kind & CRITICAL != 0, shard, queue, payload, payload_at })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.reader.is_empty() {
            return None;
        }
        let record = self.read();
        self.failed = record.is_err();
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_read_back_in_order(
            records in prop::collection::vec((16_u8..128, any::<bool>(), any::<u32>(), any::<Vec<u8>>()), 0..8)
        ) {
            let mut buffer = Vec::new();
            for (index, (kind, critical, queue, payload)) in records.iter().enumerate() {
                let queue = QueueId(*queue);
                if index % 2 == 0 {
                    put(&mut buffer, *kind, *critical, queue, payload);
                } else {
                    put_with(&mut buffer, *kind, *critical, queue, |buffer| buffer.extend_from_slice(payload));
                }
            }
            let read: Vec<_> = Records::new(&buffer).map(|record| record.expect("well formed")).collect();
            prop_assert_eq!(read.len(), records.len());
            for (record, (kind, critical, queue, payload)) in read.iter().zip(&records) {
                prop_assert_eq!((record.kind, record.critical, record.queue.0), (*kind, *critical, *queue));
                prop_assert_eq!(record.payload, &payload[..]);
                prop_assert_eq!(&buffer[record.payload_at..record.payload_at + payload.len()], &payload[..]);
            }
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let _ = Records::new(&bytes).count();
        }
    }
}
