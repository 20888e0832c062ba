//! Sections: where the messages of one partition lie in a run.
//!
//! ```text
//!  | queue varint | partition varint | count varint | blocks varint | block * blocks | end at varint | seqs bytes |
//!
//!  block    | first seq varint | at varint |, both as differences to the block before; of the first block, to 0
//!  end at   where the last block ends
//!  seqs     the set of seqs in roaring's portable 64-bit format
//! ```
//!
//! What it is not: the set of seqs, which is read and given away: it may take far more memory than a section.
//! Invariants: what is parsed makes sense: blocks ascend in seq and place, and count, first and last are those of the set.

use super::block;
use journal::SeqSet;
use journal::wire::{Malformed, Reader, Write};
use vocab::{PartitionId, PartitionKey, QueueId, Seq};

/// One partition's part of a run. In memory for every section of every run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) key: PartitionKey,
    /// How many messages it holds.
    pub(crate) count: u64,
    /// The first message.
    pub(crate) first: Seq,
    /// The last message.
    pub(crate) last: Seq,
    /// At least one.
    pub(crate) blocks: Vec<Block>,
    /// Where the last block ends.
    pub(crate) end_at: u64,
}

/// A block's first message, and where it starts in the file. It ends where the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) first: Seq,
    pub(crate) at: u64,
}

impl Section {
    /// Where the block `index` ends.
    pub(super) fn block_end(&self, index: usize) -> u64 {
        self.blocks.get(index + 1).map_or(self.end_at, |next| next.at)
    }

    /// Where the first block starts.
    pub(super) fn start_at(&self) -> u64 {
        self.blocks[0].at
    }

    pub(super) fn put(&self, out: &mut Vec<u8>, seqs: &SeqSet) {
        out.put_varint(u64::from(self.key.queue.0));
        out.put_varint(u64::from(self.key.partition.0));
        out.put_varint(self.count);
        out.put_varint(self.blocks.len() as u64);
        let mut before = Block { first: Seq(0), at: 0 };
        for block in &self.blocks {
            out.put_varint(block.first.0 - before.first.0);
            out.put_varint(block.at - before.at);
            before = *block;
        }
        out.put_varint(self.end_at);
        out.put_varint(seqs.serialized_size() as u64);
        seqs.serialize_into(out).expect("memory takes any bytes");
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<(Self, SeqSet), Malformed> {
        let queue = QueueId(reader.number("a queue")?);
        let partition = PartitionId(reader.number("a partition")?);
        let count = reader.varint("a count of messages")?;
        let blocks = read_blocks(reader)?;
        let end_at = reader.varint("a section's end")?;
        let seqs = read_seqs(reader)?;
        let ends = seqs.min().zip(seqs.max()).map(|(first, last)| (Seq(first), Seq(last)));
        let (first, last) = ends.ok_or_else(|| malformed(reader, "a section that is not empty"))?;
        let section = Self { key: PartitionKey::new(queue, partition), count, first, last, blocks, end_at };
        if section.agrees_with(&seqs) { Ok((section, seqs)) } else { Err(malformed(reader, "blocks of these seqs")) }
    }

    fn agrees_with(&self, seqs: &SeqSet) -> bool {
        let ascend = self.blocks.is_sorted_by(|a, b| a.first < b.first && follows(a.at, b.at));
        let (Some(head), Some(tail)) = (self.blocks.first(), self.blocks.last()) else { return false };
        let held = self.blocks.iter().all(|block| seqs.contains(block.first.0));
        ascend && held && head.first == self.first && follows(tail.at, self.end_at) && seqs.len() == self.count
    }
}

/// Whether a block may lie between these places.
fn follows(at: u64, end_at: u64) -> bool {
    end_at.checked_sub(at).is_some_and(|bytes| bytes > block::HEADER_BYTES as u64)
}

fn read_blocks(reader: &mut Reader<'_>) -> Result<Vec<Block>, Malformed> {
    let count: usize = reader.number("a count of blocks")?;
    // A block has at least two bytes: whatever the count claims, no more is reserved than the input can hold.
    let mut blocks = Vec::with_capacity(count.min(reader.remaining() / 2));
    let mut before = Block { first: Seq(0), at: 0 };
    for _ in 0..count {
        let first = before.first.0.checked_add(reader.varint("a block's first seq")?);
        let at = before.at.checked_add(reader.varint("a block's place")?);
        let (first, at) = first.zip(at).ok_or_else(|| malformed(reader, "a place that fits 64 bits"))?;
        before = Block { first: Seq(first), at };
        blocks.push(before);
    }
    Ok(blocks)
}

fn read_seqs(reader: &mut Reader<'_>) -> Result<SeqSet, Malformed> {
    let mut bytes = reader.bytes("a set of seqs")?;
    let set = SeqSet::deserialize_from(&mut bytes).ok().filter(|_| bytes.is_empty());
    set.ok_or_else(|| malformed(reader, "a set in roaring's portable format"))
}

fn malformed(reader: &Reader<'_>, expected: &'static str) -> Malformed {
    Malformed { offset: reader.offset(), expected }
}
