//! A run's first block: which store and which run this is.
//!
//! ```text
//!  body of the envelope "LSR", little-endian:
//!  | store id u128 | number u32 | generation u8 |
//!
//!  generation   0 for a run made from the log, one more than its sources for one made from runs
//! ```
//!
//! What it is not: the messages. Invariant: it agrees with the file's name.

use crate::envelope::{self, EnvelopeError};
use crate::io::BLOCK;
use crate::segment::read_u128;
use journal::wire::{Malformed, Reader, Write};

/// The version of a run's header, and with it of the blocks.
pub(super) const VERSION: u8 = 1;

/// Where the first block starts.
pub(super) const BLOCKS_AT: u64 = BLOCK as u64;

const MAGIC: [u8; 3] = *b"LSR";

/// What a run's first block says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunHeader {
    pub(crate) store_id: u128,
    pub(crate) number: u32,
    pub(crate) generation: u8,
}

impl RunHeader {
    /// The header's block, without the padding.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(21);
        body.extend_from_slice(&self.store_id.to_le_bytes());
        body.put_u32(self.number);
        body.put_u8(self.generation);
        envelope::seal(MAGIC, VERSION, &body)
    }

    pub(crate) fn parse(block: &[u8]) -> Result<Self, EnvelopeError> {
        let body = envelope::open(MAGIC, VERSION, block)?;
        Self::read(&mut Reader::new(body)).map_err(|_| EnvelopeError::Damaged)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            store_id: read_u128(reader)?,
            number: reader.u32("a run's number")?,
            generation: reader.u8("a generation")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back() {
        let header = RunHeader { store_id: u128::MAX - 1, number: 2, generation: 3 };
        assert_eq!(RunHeader::parse(&header.encode()), Ok(header));
        assert!(header.encode().len() <= BLOCK);
    }
}
