//! Message ids: a reversible, UUID-shaped writing of (queue id, partition, seq), so that finding a
//! message by its id needs no index.
//!
//! ```text
//!  byte   0        4        6    8              16
//!         | queue  | ver+hi | .. | var+seq      |
//!
//!  queue      u32   bytes 0..4
//!  version    4 bits (8: RFC 9562 custom)        byte 6, upper half
//!  partition  u16   bytes 4..6
//!  seq 62..   2 bits                             byte 6, lower half
//!  tag        u8    byte 7: 0x4C, tells our ids from strangers'
//!  variant    2 bits (0b10)                      byte 8, upper bits
//!  seq ..62   62 bits                            bytes 8..16, lower bits
//! ```

use crate::ids::{PartitionId, PartitionKey, QueueId, Seq};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

const TAG: u8 = 0x4C;
const VERSION: u8 = 0x80;
const VARIANT: u64 = 0b10 << 62;
const SEQ_LOW_MASK: u64 = (1 << 62) - 1;

/// Names one message for ever, in 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The partition it was published to.
    pub key: PartitionKey,
    /// Its place there.
    pub seq: Seq,
}

impl MessageId {
    /// The id of the message at `seq` of `key`.
    #[must_use]
    pub fn new(key: PartitionKey, seq: Seq) -> Self {
        Self { key, seq }
    }

    /// The id as a UUID (RFC 9562, version 8).
    #[must_use]
    pub fn to_uuid(self) -> Uuid {
        let mut bytes = [0_u8; 16];
        bytes[0..4].copy_from_slice(&self.key.queue.0.to_be_bytes());
        bytes[4..6].copy_from_slice(&self.key.partition.0.to_be_bytes());
        bytes[6] = VERSION | (self.seq.0 >> 62) as u8;
        bytes[7] = TAG;
        bytes[8..16].copy_from_slice(&(VARIANT | (self.seq.0 & SEQ_LOW_MASK)).to_be_bytes());
        Uuid::from_bytes(bytes)
    }

    /// Reads an id back; `None` for a UUID that this store cannot have given out.
    #[must_use]
    pub fn from_uuid(uuid: Uuid) -> Option<Self> {
        let b = uuid.as_bytes();
        let low = u64::from_be_bytes([b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]]);
        if b[6] & 0xFC != VERSION || b[7] != TAG || low & !SEQ_LOW_MASK != VARIANT {
            return None;
        }
        let queue = QueueId(u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
        let partition = PartitionId(u16::from_be_bytes([b[4], b[5]]));
        let seq = Seq((u64::from(b[6] & 0x03) << 62) | (low & SEQ_LOW_MASK));
        Some(Self::new(PartitionKey::new(queue, partition), seq))
    }
}

/// The text is no message's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMessageId;

impl fmt::Display for NoMessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no message id; ids are told when messages are sent and look like 00000001-0000-804c-8000-000000000001")
    }
}

impl std::error::Error for NoMessageId {}

impl FromStr for MessageId {
    type Err = NoMessageId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).ok().and_then(Self::from_uuid).ok_or(NoMessageId)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Uuid::encode_buffer();
        f.write_str(self.to_uuid().hyphenated().encode_lower(&mut buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_reads_back(queue: u32, partition: u16, seq: u64) {
            let id = MessageId::new(PartitionKey::new(QueueId(queue), PartitionId(partition)), Seq(seq));
            prop_assert_eq!(MessageId::from_uuid(id.to_uuid()), Some(id));
            prop_assert_eq!(id.to_uuid().get_version_num(), 8);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn a_strangers_uuid_is_refused() {
        assert_eq!(MessageId::from_uuid(Uuid::from_u128(0x1234)), None);
        for text in ["", "orders", "00000000-0000-0000-0000-000000001234"] {
            assert_eq!(text.parse::<MessageId>(), Err(NoMessageId), "{text:?}");
        }
    }
}
