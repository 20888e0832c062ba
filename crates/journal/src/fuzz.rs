//! Entry points for fuzzers: plain functions over any bytes that must return.

use crate::frame::FrameHeader;
use crate::message_codec::{self, MessageBatch};
use crate::record::Records;
use bytes::Bytes;
use vocab::{PartitionId, PartitionKey, QueueId, Seq};

/// A frame: header and records.
pub fn frame(input: &[u8]) {
    if let Ok((header, crc)) = FrameHeader::parse(input) {
        let (bytes, again) = header.encode();
        assert_eq!((&bytes[..], again), (&input[..bytes.len()], crc), "what was parsed encodes to itself");
        let body = input[bytes.len()..].get(..header.len as usize).unwrap_or_default();
        let _ = header.check_body(body);
    }
}

/// The records of a frame, and the messages within.
pub fn record(input: &[u8]) {
    for record in Records::new(input).map_while(Result::ok) {
        assert!(record.payload.len() <= input.len());
        if let Ok(batch) = MessageBatch::parse(record.queue, record.payload) {
            let _ = batch.entries().count();
        }
    }
}

/// One message: what decodes, encodes to something that decodes to the same.
pub fn message(input: &[u8]) {
    let key = PartitionKey::new(QueueId(1), PartitionId(0));
    let content = Bytes::copy_from_slice(input);
    let _ = message_codec::decode_entry(&content, key, Seq(1));
    if let Ok(message) = message_codec::decode_content(&content) {
        let mut entry = Vec::new();
        message_codec::put_entry(&mut entry, key, Seq(1), &message);
        let again = message_codec::decode_entry(&entry.into(), key, Seq(1));
        assert_eq!(again.as_ref(), Ok(&message), "a message survives its own encoding");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_entry_point_takes_any_bytes(input: Vec<u8>) {
            super::frame(&input);
            super::record(&input);
            super::message(&input);
        }
    }
}
