//! Reading one message back: one read of exactly its bytes, checked against its identity.
//!
//! What it is not: finding where the message lies. Invariant: what is returned is what was written under this key and
//! seq; anything else is an error that names the message.

use crate::index::Slot;
use crate::segment::SegmentFile;
use bytes::Bytes;
use journal::message_codec;
use journal::{ReadError, ReadMessage};
use std::io;
use std::sync::Arc;
use vocab::{Message, PartitionKey};

/// A read to be done where blocking is allowed. Holds the segment, so that its file is not reused meanwhile.
pub(crate) fn later(segment: Arc<SegmentFile>, key: PartitionKey, slot: Slot) -> ReadMessage {
    Box::new(move || read(&segment, key, slot))
}

fn read(segment: &SegmentFile, key: PartitionKey, slot: Slot) -> Result<Arc<Message>, ReadError> {
    let mut buffer = vec![0; slot.len as usize];
    let io = |error: io::Error| ReadError::Io { key, seq: slot.seq, reason: error.to_string().into() };
    let damaged = |reason: String| ReadError::Damaged { key, seq: slot.seq, reason: reason.into() };
    let filled = segment.file.read_at(u64::from(slot.offset), &mut buffer).map_err(io)?;
    if filled < buffer.len() {
        return Err(damaged(format!("segment {} ends within it", segment.id)));
    }
    let message = message_codec::decode_entry(&Bytes::from(buffer), key, slot.seq);
    message.map(Arc::new).map_err(|error| damaged(format!("segment {} at {}: {error}", segment.id, slot.offset)))
}
