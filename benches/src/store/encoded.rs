//! How large a published message is in the log: its record and nothing around it.

use journal::message_codec::put_batch;
use longshore::vocab::{Facts, Message, PartitionId, PartitionKey, QueueId, Seq};
use std::sync::Arc;

/// A time of the size that times have, for the publishing time that every message carries.
const PUBLISHED_MS: u64 = 1_800_000_000_000;

/// A seq in the middle of a deep backlog.
const SEQ: Seq = Seq(1 << 20);

/// Encoded bytes of one message with a body of `bytes`, published in batches of `batch`.
pub fn message_bytes(bytes: usize, batch: usize) -> f64 {
    let facts = Facts { published_ms: PUBLISHED_MS, ..Facts::default() };
    let message = Arc::new(Message { facts, ..Message::with_body(vec![0; bytes]) });
    let mut record = Vec::new();
    let key = PartitionKey::new(QueueId(1), PartitionId(0));
    put_batch(&mut record, key, SEQ, &vec![message; batch], |_at, _len| {});
    record.len() as f64 / batch as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_a_little_larger_than_its_bodies() {
        let check = |bytes, batch, expected: std::ops::Range<f64>| {
            let found = message_bytes(bytes, batch);
            assert!(expected.contains(&found), "{bytes} × {batch}: {found}");
        };
        check(1024, 100, 1032.0..1060.0);
        check(100, 100, 108.0..130.0);
        check(100, 1, 115.0..145.0);
    }
}
