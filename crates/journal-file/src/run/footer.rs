//! The end of a run: what it holds, and where that lies.
//!
//! ```text
//!  body of the envelope "LSI":
//!  | count varint | section * count |
//!
//!  trailer, the last bytes of the file:
//!  byte 0           8              12       16    20      24
//!       | footer at | footer bytes | number | crc | magic |
//!
//!  footer at u64      where the footer's envelope starts: behind the last block
//!  footer bytes u32   of the envelope
//!  number u32         the run's
//!  crc u32            CRC-32C of bytes 0..16
//!  magic              "LSRT"
//! ```
//!
//! Sections are drawn in [`super::section`]. What it is not: the blocks. Invariants: sections ascend by partition, and
//! their blocks fill the file from the header to the footer without gaps.

use super::header::BLOCKS_AT;
use super::section::Section;
use crate::envelope::{self, EnvelopeError};
use crate::io::BLOCK;
use journal::SeqSet;
use journal::wire::{Malformed, Reader, Write};

/// The version of the footer.
pub(super) const VERSION: u8 = 1;

/// Bytes of the trailer.
pub(super) const TRAILER_BYTES: usize = 24;

const MAGIC: [u8; 3] = *b"LSI";

const TRAILER_MAGIC: [u8; 4] = *b"LSRT";

/// The footer of a run with these sections.
pub(super) fn encode(sections: &[(Section, SeqSet)]) -> Vec<u8> {
    let mut body = Vec::new();
    body.put_varint(sections.len() as u64);
    for (section, seqs) in sections {
        section.put(&mut body, seqs);
    }
    sealed(&body)
}

/// A footer with this body.
pub(super) fn sealed(body: &[u8]) -> Vec<u8> {
    envelope::seal(MAGIC, VERSION, body)
}

/// Reads a footer that starts at `footer_at` of its file.
pub(super) fn parse(bytes: &[u8], footer_at: u64) -> Result<Vec<(Section, SeqSet)>, EnvelopeError> {
    let body = envelope::open(MAGIC, VERSION, bytes)?;
    let mut reader = Reader::new(body);
    let sections = read(&mut reader, footer_at).map_err(|_| EnvelopeError::Damaged)?;
    let whole = reader.is_empty() && bytes.len() == envelope::HEADER_BYTES + body.len();
    if whole { Ok(sections) } else { Err(EnvelopeError::Damaged) }
}

fn read(reader: &mut Reader<'_>, footer_at: u64) -> Result<Vec<(Section, SeqSet)>, Malformed> {
    let count = reader.varint("a count of sections")?;
    let mut sections: Vec<(Section, SeqSet)> = Vec::new();
    let mut ends_at = BLOCKS_AT;
    for _ in 0..count {
        let (section, seqs) = Section::read(reader)?;
        let ascends = sections.last().is_none_or(|(before, _)| before.key < section.key);
        if !ascends || section.start_at() != ends_at {
            return Err(Malformed { offset: reader.offset(), expected: "the next section" });
        }
        ends_at = section.end_at;
        sections.push((section, seqs));
    }
    let filled = ends_at == footer_at;
    filled.then_some(sections).ok_or(Malformed { offset: reader.offset(), expected: "sections up to the footer" })
}

/// What the last bytes of a run say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trailer {
    pub(super) footer_at: u64,
    pub(super) footer_bytes: u32,
    pub(super) number: u32,
}

impl Trailer {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(TRAILER_BYTES);
        bytes.put_u64(self.footer_at);
        bytes.put_u32(self.footer_bytes);
        bytes.put_u32(self.number);
        bytes.put_u32(crc32c::crc32c(&bytes));
        bytes.extend_from_slice(&TRAILER_MAGIC);
        bytes
    }

    /// Reads exactly the bytes of a trailer; `None` if they are damaged.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (covered, rest) = bytes.split_at_checked(TRAILER_BYTES - 8)?;
        let (crc, magic) = rest.split_first_chunk::<4>()?;
        let sound = u32::from_le_bytes(*crc) == crc32c::crc32c(covered) && magic == TRAILER_MAGIC;
        if sound { Self::read(&mut Reader::new(covered)).ok() } else { None }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            footer_at: reader.u64("a footer's place")?,
            footer_bytes: reader.u32("a footer's length")?,
            number: reader.u32("a run's number")?,
        })
    }

    /// The size of the file that this trailer ends; `None` if no file is so large.
    pub(super) fn file_bytes(&self) -> Option<u64> {
        let trailer_at = self.footer_at.checked_add(u64::from(self.footer_bytes))?;
        trailer_at.checked_add(TRAILER_BYTES as u64)?.checked_next_multiple_of(BLOCK as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Block;
    use vocab::{PartitionId, PartitionKey, QueueId, Seq};

    /// Two sections of two blocks each.
    fn sections() -> Vec<(Section, SeqSet)> {
        let section = |queue: u32, at: u64| {
            let blocks = vec![Block { first: Seq(5), at }, Block { first: Seq(7), at: at + 100 }];
            let key = PartitionKey::new(QueueId(queue), PartitionId(0));
            let section = Section { key, count: 3, first: Seq(5), last: Seq(9), blocks, end_at: at + 200 };
            (section, SeqSet::from_iter([5, 7, 9]))
        };
        vec![section(1, BLOCKS_AT), section(2, BLOCKS_AT + 200)]
    }

    #[test]
    fn a_footer_reads_back() {
        assert_eq!(parse(&encode(&sections()), BLOCKS_AT + 400), Ok(sections()));
        assert_eq!(parse(&encode(&[]), BLOCKS_AT), Ok(Vec::new()));
    }

    fn check_refused(what: &str, change: impl FnOnce(&mut Vec<(Section, SeqSet)>)) {
        let mut changed = sections();
        change(&mut changed);
        assert_eq!(parse(&encode(&changed), BLOCKS_AT + 400), Err(EnvelopeError::Damaged), "{what}");
    }

    #[test]
    fn a_footer_that_makes_no_sense_is_refused_though_its_checksum_is_right() {
        check_refused("a section is missing", |sections| drop(sections.pop()));
        check_refused("a partition comes twice", |sections| sections[1].0.key = sections[0].0.key);
        check_refused("blocks are missing", |sections| sections[0].0.blocks.clear());
        check_refused("a gap before a block", |sections| sections[1].0.blocks[0].at += 1);
        check_refused("a gap behind a section", |sections| sections[0].0.end_at -= 1);
        check_refused("a block without messages", |sections| sections[0].0.blocks[1].at = BLOCKS_AT + 10);
        check_refused("a block begins with a seq that is not there", |sections| sections[0].0.blocks[1].first = Seq(8));
        check_refused("two blocks begin alike", |sections| sections[0].0.blocks[1].first = Seq(5));
        check_refused("a count is wrong", |sections| sections[0].0.count = 4);
        check_refused("the first block begins late", |sections| {
            sections[0].1.insert(4);
        });
        check_refused("no seq", |sections| sections[0].1.clear());
    }

    #[test]
    fn a_trailer_reads_back_and_knows_the_size_of_its_file() {
        let trailer = Trailer { footer_at: 5000, footer_bytes: 100, number: 7 };
        assert_eq!(trailer.encode().len(), TRAILER_BYTES);
        assert_eq!(Trailer::parse(&trailer.encode()), Some(trailer));
        assert_eq!(trailer.file_bytes(), Some(8192));
        assert_eq!(Trailer { footer_at: 8192 - 124, ..trailer }.file_bytes(), Some(8192));
        assert_eq!(Trailer { footer_at: 8192 - 123, ..trailer }.file_bytes(), Some(12288));
        assert_eq!(Trailer { footer_at: u64::MAX - 200, ..trailer }.file_bytes(), None);
    }
}
