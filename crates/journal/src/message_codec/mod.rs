//! Messages as bytes: the content of a record of kind [`crate::record::KIND_MESSAGES`].
//!
//! ```text
//!  | partition varint | first seq varint | count varint | entry * count |
//!
//!  entry    | len u32 | crc u32 | content, len bytes |
//!  crc      CRC-32C of: queue u32 | partition u16 | seq u64 | content, so that the right bytes of the wrong message
//!           are noticed
//!  content  | field * n | 0 | body, all the rest |
//!  field    | tag u8 | len varint | value, len bytes |
//! ```
//!
//! The fields are drawn in [`mod@fields`]. What it is not: no frame, no file.
//! Invariants: a body is copied once on encoding and not at all on decoding; decoding never panics and never allocates
//! more than its input's length times a small constant.

mod batch;
mod fields;
mod origin;
#[cfg(test)]
mod tests;

pub use batch::{Entries, Entry, MessageBatch, put_batch};
pub use fields::UnknownField;

use crate::wire::{Malformed, Write};
use bytes::Bytes;
use vocab::{Message, PartitionKey, Seq};

/// Bytes before an entry's content: its length and checksum.
pub const ENTRY_HEADER_BYTES: usize = 8;

/// A message could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The input ends early or holds a number out of range.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Written by a later version.
    #[error(transparent)]
    Unknown(#[from] UnknownField),
    /// The bytes are not those of this message.
    #[error("checksum {found:#010x} found, {expected:#010x} expected")]
    Checksum {
        /// Stored with the message.
        expected: u32,
        /// Of the bytes at hand, under the identity asked for.
        found: u32,
    },
}

/// Appends one entry.
pub fn put_entry(buffer: &mut Vec<u8>, key: PartitionKey, seq: Seq, message: &Message) {
    let header_at = buffer.len();
    buffer.extend_from_slice(&[0; ENTRY_HEADER_BYTES]);
    let content_at = buffer.len();
    fields::put(buffer, message);
    buffer.put_u8(fields::END);
    buffer.extend_from_slice(&message.body);
    let content = &buffer[content_at..];
    let len = u32::try_from(content.len()).expect("a message is far smaller than 4 GiB (vocab::limits)");
    let crc = checksum(key, seq, content);
    buffer[header_at..header_at + 4].copy_from_slice(&len.to_le_bytes());
    buffer[header_at + 4..content_at].copy_from_slice(&crc.to_le_bytes());
}

/// Checks that a whole entry is the message asked for, and gives its content.
///
/// # Errors
/// The bytes are not this message's.
pub fn check_entry(entry: &[u8], key: PartitionKey, seq: Seq) -> Result<&[u8], DecodeError> {
    let mut reader = crate::wire::Reader::new(entry);
    let len = reader.u32("an entry's length")?;
    let expected = reader.u32("an entry's checksum")?;
    let content = reader.take(len as usize, "an entry's content")?;
    let found = checksum(key, seq, content);
    if found == expected { Ok(content) } else { Err(DecodeError::Checksum { expected, found }) }
}

/// Decodes one whole entry and checks that it is the message asked for. The body is a slice of `entry`.
///
/// # Errors
/// The bytes are not this message's, or cannot be read by this version.
pub fn decode_entry(entry: &Bytes, key: PartitionKey, seq: Seq) -> Result<Message, DecodeError> {
    let len = check_entry(entry, key, seq)?.len();
    decode_content(&entry.slice(ENTRY_HEADER_BYTES..ENTRY_HEADER_BYTES + len))
}

/// Decodes an entry's content whose integrity something else vouches for (the frame's checksum, at replay).
///
/// # Errors
/// The bytes cannot be read by this version.
pub fn decode_content(content: &Bytes) -> Result<Message, DecodeError> {
    fields::decode(content)
}

fn checksum(key: PartitionKey, seq: Seq, content: &[u8]) -> u32 {
    let mut identity = [0; 14];
    identity[0..4].copy_from_slice(&key.queue.0.to_le_bytes());
    identity[4..6].copy_from_slice(&key.partition.0.to_le_bytes());
    identity[6..14].copy_from_slice(&seq.0.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c(&identity), content)
}
