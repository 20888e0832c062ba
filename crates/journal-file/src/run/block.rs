//! Blocks: messages of one partition behind each other, under one checksum.
//!
//! ```text
//!  byte 0     4     8       12          14      18          26
//!       | crc | len | queue | partition | count | first seq | message * count, len bytes |
//!
//!  message    | seq - first seq varint | entry |, in order of seq
//!  entry      as in the log (`journal::message_codec`), with a checksum of its own over its identity and content
//!  crc u32    CRC-32C of everything else, in order
//!  len u32, queue u32, partition u16, count u32, first seq u64
//! ```
//!
//! What it is not: where a block lies, which the footer says, nor the way through one (`walk`). Invariants: a block holds at
//! least one message, and seqs ascend strictly.

use journal::wire::{Malformed, Reader, Write};
use std::io;
use vocab::{PartitionId, PartitionKey, QueueId, Seq};

/// Bytes before the messages.
pub(super) const HEADER_BYTES: usize = 26;

/// Bytes that the checksum does not cover: its own.
const CRC_BYTES: usize = 4;

/// A block could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BlockError {
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What was read is not what was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
}

/// What is wrong with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Damage {
    /// It is not what the footer says lies there.
    #[error("the block at {at} {why}")]
    Mismatch { at: u64, why: Mismatch },
    /// Its messages cannot be told apart.
    #[error("a block has {0}")]
    Malformed(#[from] Malformed),
}

/// Why bytes are not the block wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mismatch {
    #[error("is cut short by the end of the file")]
    Short,
    #[error("has checksum {found:#010x}, {expected:#010x} expected")]
    Checksum { expected: u32, found: u32 },
    #[error("is another block")]
    Another,
}

/// A block being filled.
#[derive(Debug, Default)]
pub(super) struct BlockBuilder {
    bytes: Vec<u8>,
    key: PartitionKey,
    first: Seq,
    count: u32,
}

impl BlockBuilder {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Begins a block, for messages of `key` from `first` on.
    pub(super) fn begin(&mut self, key: PartitionKey, first: Seq) {
        assert!(self.is_empty(), "a block is begun when the one before is taken");
        self.bytes.resize(HEADER_BYTES, 0);
        self.key = key;
        self.first = first;
    }

    /// Appends a message: of the key that the block was begun with, and with a greater seq than the one before.
    pub(super) fn put(&mut self, seq: Seq, entry: &[u8]) {
        self.bytes.put_varint(seq.0 - self.first.0);
        self.bytes.extend_from_slice(entry);
        self.count += 1;
    }

    /// The finished block. To be followed by [`BlockBuilder::clear`].
    pub(super) fn finish(&mut self) -> &[u8] {
        let len = u32::try_from(self.bytes.len() - HEADER_BYTES)
            .expect("a block is a message or a few KiB, both far smaller than 4 GiB (vocab::limits)");
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.put_u32(0);
        header.put_u32(len);
        header.put_u32(self.key.queue.0);
        header.extend_from_slice(&self.key.partition.0.to_le_bytes());
        header.put_u32(self.count);
        header.put_u64(self.first.0);
        self.bytes[..HEADER_BYTES].copy_from_slice(&header);
        let crc = crc32c::crc32c(&self.bytes[CRC_BYTES..]);
        self.bytes[..CRC_BYTES].copy_from_slice(&crc.to_le_bytes());
        &self.bytes
    }

    /// Makes room for the next block; memory beyond `keep_bytes` is given back.
    pub(super) fn clear(&mut self, keep_bytes: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(keep_bytes);
        self.count = 0;
    }
}

/// Checks that `bytes` are exactly the block of `key` that begins with `first`.
pub(super) fn check(bytes: &[u8], key: PartitionKey, first: Seq) -> Result<(), Mismatch> {
    let (crc, covered) = bytes.split_first_chunk::<CRC_BYTES>().ok_or(Mismatch::Short)?;
    let (expected, found) = (u32::from_le_bytes(*crc), crc32c::crc32c(covered));
    if expected != found {
        return Err(Mismatch::Checksum { expected, found });
    }
    let header = Header::read(&mut Reader::new(bytes)).map_err(|_| Mismatch::Short)?;
    let whole = bytes.len() == HEADER_BYTES + header.len as usize;
    if whole && header.key == key && header.first == first { Ok(()) } else { Err(Mismatch::Another) }
}

/// What a block's header says, but for the checksum.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    len: u32,
    key: PartitionKey,
    pub(super) count: u32,
    pub(super) first: Seq,
}

impl Header {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let _crc = reader.u32("a block's checksum")?;
        let len = reader.u32("a block's length")?;
        let queue = QueueId(reader.u32("a queue")?);
        let partition = reader.take(2, "a partition")?;
        let partition = PartitionId(u16::from_le_bytes([partition[0], partition[1]]));
        let count = reader.u32("a count of messages")?;
        let first = Seq(reader.u64("a first seq")?);
        Ok(Self { len, key: PartitionKey::new(queue, partition), count, first })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use journal::message_codec::ENTRY_HEADER_BYTES;

    const KEY: PartitionKey = PartitionKey { queue: QueueId(1), partition: PartitionId(0) };

    /// An entry of so many bytes.
    fn entry(len: u8) -> Vec<u8> {
        let mut bytes = vec![0; ENTRY_HEADER_BYTES + usize::from(len)];
        bytes[0] = len;
        bytes
    }

    /// A block of messages with these distances from seq 7.
    pub(in crate::run) fn block(past_first: &[u64]) -> Vec<u8> {
        let mut builder = BlockBuilder::default();
        builder.begin(KEY, Seq(7));
        past_first.iter().for_each(|past_first| builder.put(Seq(7 + past_first), &entry(3)));
        builder.finish().to_vec()
    }

    #[test]
    fn a_block_is_the_one_asked_for_or_is_refused() {
        let healthy = block(&[0, 1]);
        assert_eq!(check(&healthy, KEY, Seq(7)), Ok(()));
        assert_eq!(check(&healthy, KEY, Seq(8)), Err(Mismatch::Another));
        assert_eq!(check(&healthy, PartitionKey { queue: QueueId(2), ..KEY }, Seq(7)), Err(Mismatch::Another));
        assert_eq!(check(&healthy[..3], KEY, Seq(7)), Err(Mismatch::Short));
        for bit in 0..healthy.len() * 8 {
            let mut flipped = healthy.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(check(&flipped, KEY, Seq(7)), Err(Mismatch::Checksum { .. })), "bit {bit}");
        }
    }
}
