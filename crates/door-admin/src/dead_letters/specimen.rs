//! Messages as a dead-letter queue has them, for tests.

use vocab::{BuryReason, Facts, Message, MessageId, Origin, PartitionId, PartitionKey, QueueId, Seq};

/// The id of a message by the numbers of its queue and place.
pub(crate) fn id(queue: u32, seq: u64) -> MessageId {
    MessageId::new(PartitionKey::new(QueueId(queue), PartitionId(0)), Seq(seq))
}

/// A message that `queue` buried.
pub(crate) fn buried(queue: &str, reason: BuryReason, buried_ms: u64, body: &str) -> Message {
    let origin = Origin {
        id: id(1, buried_ms),
        queue: queue.to_owned(),
        published_ms: 1,
        buried_ms,
        deliveries: 3,
        failures: 2,
        reason,
        deaths: Vec::new(),
    };
    let facts = Facts { published_ms: buried_ms, origin: Some(Box::new(origin)), ..Facts::default() };
    Message { facts, ..Message::with_body(body.to_owned()) }
}
