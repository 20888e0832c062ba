//! Checkpoint files: pages of the engine's state at a commit, all of them or those that changed.
//!
//! ```text
//!  envelope "LSC", whose body is:
//!  | store id u128 | covers u64 | kind u8 | follows u32 |
//!
//!  then page * n, with ascending keys, and an end:
//!  byte  0     4     8            24
//!        | crc | len | key u128   | content, len bytes |        a page
//!        | crc | len | key u128   |    len = 0xFFFF_FFFF        a page that is gone
//!        | crc | len | n u128     |    len = 0xFFFF_FFFE        the end
//!
//!  covers   with all files before it, the state is the one after this commit
//!  kind     0: a base, every page; 1: a delta, the pages that changed since the file before it
//!  follows  of a delta, the number of the file before it; of a base, that of the newest file it stands for; 0 for none
//!  crc      CRC-32C of what follows in the record, continuing that of the record before; of the first, the envelope's
//! ```
//!
//! What it is not: the decision when to write one (the engine's) and when it counts (the manifest's: not before every
//! commit it stands for is durable). What the pages hold is the engine's own.

mod chain;
mod fold;
pub(crate) mod fuzz;
mod reader;
mod writer;

pub(crate) use chain::read_chain;
pub(crate) use fold::{Fold, FoldError};
pub(crate) use reader::PageReader;
pub(crate) use writer::PageWriter;

use crate::envelope::{self, EnvelopeError};
use vocab::Position;

/// The version of checkpoint files; the pages have one of their own, which is the engine's.
pub(crate) const VERSION: u8 = 2;

const MAGIC: [u8; 3] = *b"LSC";

/// The body of the envelope.
const HEAD_BYTES: usize = 29;

/// The envelope.
const ENVELOPE_BYTES: usize = envelope::HEADER_BYTES + HEAD_BYTES;

/// A page's record, up to its content.
const RECORD_BYTES: usize = 24;

const LEN_GONE: u32 = u32::MAX;
const LEN_END: u32 = u32::MAX - 1;

/// Whether a file has every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Base,
    Delta,
}

/// What a file says of itself before its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) store_id: u128,
    pub(crate) covers: Position,
    pub(crate) kind: Kind,
    pub(crate) follows: u32,
}

impl Head {
    fn encode(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(HEAD_BYTES);
        body.extend_from_slice(&self.store_id.to_le_bytes());
        body.extend_from_slice(&self.covers.0.to_le_bytes());
        body.push(match self.kind {
            Kind::Base => 0,
            Kind::Delta => 1,
        });
        body.extend_from_slice(&self.follows.to_le_bytes());
        envelope::seal(MAGIC, VERSION, &body)
    }

    fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let body = envelope::open(MAGIC, VERSION, bytes)?;
        let body: &[u8; HEAD_BYTES] = body.try_into().map_err(|_| EnvelopeError::Damaged)?;
        let (id, rest) = body.split_first_chunk::<16>().ok_or(EnvelopeError::Damaged)?;
        let (covers, rest) = rest.split_first_chunk::<8>().ok_or(EnvelopeError::Damaged)?;
        let (kind, follows) = rest.split_first_chunk::<1>().ok_or(EnvelopeError::Damaged)?;
        let kind = match kind {
            [0] => Kind::Base,
            [1] => Kind::Delta,
            _ => return Err(EnvelopeError::Damaged),
        };
        Ok(Self {
            store_id: u128::from_le_bytes(*id),
            covers: Position(u64::from_le_bytes(*covers)),
            kind,
            follows: u32::from_le_bytes(follows.try_into().map_err(|_| EnvelopeError::Damaged)?),
        })
    }
}

/// The checksum that the first record continues.
fn first_crc(envelope: &[u8]) -> u32 {
    let crc = envelope.get(4..8).and_then(|bytes| bytes.try_into().ok());
    u32::from_le_bytes(crc.expect("an envelope is longer than its checksum"))
}

/// The checksum of a record: of its length, key and content.
fn next_crc(before: u32, len: u32, key: u128, content: &[u8]) -> u32 {
    let crc = crc32c::crc32c_append(before, &len.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(crc, &key.to_le_bytes()), content)
}
