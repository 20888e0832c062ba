//! A segment: one file of the log. Its first block says which, the frames follow.
//!
//! ```text
//!  byte 0                      4096                                                    size
//!       | envelope "LSS" | 0.. | frame | frame | .. | SEAL or nothing | room, zeros or stale |
//!
//!  body of the envelope, little-endian:
//!  | store id u128 | id u32 | salt u64 | epoch u32 | first frame u64 | first position u64 | prev crc u32 |
//!
//!  salt            random; every frame of the segment repeats it
//!  first frame     number of the first frame written here, whether or not there is one yet
//!  first position  likewise of the first commit
//!  prev crc        header checksum of the frame before the first
//! ```
//!
//! What it is not: reading or writing of frames. Invariant: the header is durable, under the segment's final name, before
//! the manifest names the segment, and that before its first frame is written.

use crate::envelope::{self, EnvelopeError};
use crate::io::{BLOCK, File};
use journal::wire::{Malformed, Reader, Write};
use std::fmt;
use std::sync::Arc;
use vocab::{BootEpoch, Position};

/// The version of the segment's header.
pub(crate) const VERSION: u8 = 1;

/// Where the first frame starts.
pub(crate) const FRAMES_AT: u64 = BLOCK as u64;

/// Blocks at the end that commits leave free: one for an empty frame, one for the seal.
pub(crate) const RESERVED_BYTES: u64 = 2 * BLOCK as u64;

const MAGIC: [u8; 3] = *b"LSS";

/// What a segment's first block says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    /// The store it belongs to.
    pub store_id: u128,
    /// The number in its name.
    pub id: u32,
    /// Repeated by every frame in it.
    pub salt: u64,
    /// The boot that began it.
    pub epoch: BootEpoch,
    /// Number of the first frame written here, whether or not there is one yet.
    pub first_frame: u64,
    /// Likewise of the first commit.
    pub first_position: Position,
    /// Header checksum of the frame before the first.
    pub prev_crc: u32,
}

impl SegmentHeader {
    /// The header's block, without the padding.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(64);
        body.extend_from_slice(&self.store_id.to_le_bytes());
        body.put_u32(self.id);
        body.put_u64(self.salt);
        body.put_u32(self.epoch.0);
        body.put_u64(self.first_frame);
        body.put_u64(self.first_position.0);
        body.put_u32(self.prev_crc);
        envelope::seal(MAGIC, VERSION, &body)
    }

    pub(crate) fn parse(block: &[u8]) -> Result<Self, EnvelopeError> {
        let body = envelope::open(MAGIC, VERSION, block)?;
        Self::read(&mut Reader::new(body)).map_err(|_| EnvelopeError::Damaged)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            store_id: read_u128(reader)?,
            id: reader.u32("a segment's id")?,
            salt: reader.u64("a salt")?,
            epoch: BootEpoch(reader.u32("an epoch")?),
            first_frame: reader.u64("a first frame")?,
            first_position: Position(reader.u64("a first position")?),
            prev_crc: reader.u32("a checksum")?,
        })
    }
}

pub(crate) fn read_u128(reader: &mut Reader<'_>) -> Result<u128, Malformed> {
    let low = reader.u64("a store id")?;
    let high = reader.u64("a store id")?;
    Ok(u128::from(high) << 64 | u128::from(low))
}

/// A segment that is open. Whoever reads from it holds one of these, so it is never reused under a reader.
pub(crate) struct SegmentFile {
    pub(crate) id: u32,
    pub(crate) bytes: u64,
    pub(crate) file: Arc<dyn File>,
}

impl fmt::Debug for SegmentFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentFile").field("id", &self.id).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back() {
        let header = SegmentHeader {
            store_id: u128::MAX - 1,
            id: 2,
            salt: 3,
            epoch: BootEpoch(4),
            first_frame: 5,
            first_position: Position(6),
            prev_crc: 7,
        };
        assert_eq!(SegmentHeader::parse(&header.encode()), Ok(header));
        assert!(header.encode().len() <= BLOCK);
    }
}
