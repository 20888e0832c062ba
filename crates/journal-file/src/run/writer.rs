//! Writes a run, message by message, in one pass.
//!
//! What it is not: sorting, which its caller has done. Invariants: the file bears a temporary name until all of it is
//! durable; memory is a block, the bytes of one write, and what the footer will say; an error leaves a temporary file,
//! which the next attempt or the next start removes.

use super::block::BlockBuilder;
use super::footer::{self, TRAILER_BYTES, Trailer};
use super::header::RunHeader;
use super::section::{Block, Section};
use crate::aligned::AlignedBuf;
use crate::atomic_file;
use crate::config::Config;
use crate::io::{BLOCK, File, Io};
use crate::names;
use journal::SeqSet;
use journal::message_codec::ENTRY_HEADER_BYTES;
use std::fmt;
use std::io;
use std::sync::Arc;
use vocab::{PartitionKey, Seq};

/// Most bytes that a varint before an entry takes.
const VARINT_BYTES_MAX: usize = 10;

/// A run being written.
#[derive(Debug)]
pub(crate) struct RunWriter {
    number: u32,
    out: Out,
    block: BlockBuilder,
    /// A block is full once it would pass so many bytes.
    block_bytes: usize,
    /// The last one is still being filled.
    sections: Vec<(Section, SeqSet)>,
}

impl RunWriter {
    /// Begins the run that `header` describes, in place of one that an interrupted attempt may have left.
    pub(crate) fn create(io: &dyn Io, header: &RunHeader, config: &Config) -> io::Result<Self> {
        let name = names::temporary(&names::run(header.number));
        let file = atomic_file::create(io, &name, config.mode())?;
        let mut out = Out::new(file, config.write_bytes_max);
        out.put(&header.encode())?;
        out.pad()?;
        Ok(Self {
            number: header.number,
            out,
            block: BlockBuilder::default(),
            block_bytes: config.run_block_bytes,
            sections: Vec::new(),
        })
    }

    /// Appends a message. `entry` is one of [`journal::message_codec`], header included, and is copied as it is. Messages
    /// come in order of (key, seq).
    pub(crate) fn push(&mut self, key: PartitionKey, seq: Seq, entry: &[u8]) -> io::Result<()> {
        assert!(is_whole(entry), "an entry is as long as it says");
        let before = self.sections.last().map(|(section, _)| (section.key, section.last));
        assert!(before.is_none_or(|before| before < (key, seq)), "messages come in order, each once");
        let same_section = before.is_some_and(|(before, _)| before == key);
        let has_room = self.block.len() + VARINT_BYTES_MAX + entry.len() <= self.block_bytes;
        let goes_on = same_section && has_room;
        if !goes_on && !self.block.is_empty() {
            self.end_block()?;
        }
        if !same_section {
            self.begin_section(key, seq);
        }
        let (section, seqs) = self.sections.last_mut().expect("a section was begun");
        if self.block.is_empty() {
            self.block.begin(key, seq);
            section.blocks.push(Block { first: seq, at: self.out.at() });
        }
        self.block.put(seq, entry);
        section.count += 1;
        section.last = seq;
        seqs.insert(seq.0);
        Ok(())
    }

    /// Makes the run durable under its name. Returns what it holds, in order, and its size in bytes.
    pub(crate) fn finish(mut self, io: &dyn Io) -> io::Result<(Vec<Section>, u64)> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        self.end_section();
        let bytes = self.put_footer()?;
        self.out.file.sync_data()?;
        let name = names::run(self.number);
        io.rename(&names::temporary(&name), &name)?;
        names::sync(io)?;
        Ok((self.sections.into_iter().map(|(section, _)| section).collect(), bytes))
    }

    fn begin_section(&mut self, key: PartitionKey, first: Seq) {
        self.end_section();
        let section = Section { key, count: 0, first, last: first, blocks: Vec::new(), end_at: 0 };
        self.sections.push((section, SeqSet::new()));
    }

    /// Nothing is added to the last section any more, and many of them are kept for long.
    fn end_section(&mut self) {
        if let Some((section, seqs)) = self.sections.last_mut() {
            section.blocks.shrink_to_fit();
            seqs.optimize();
        }
    }

    fn end_block(&mut self) -> io::Result<()> {
        self.out.put(self.block.finish())?;
        self.block.clear(2 * self.block_bytes);
        let (section, _) = self.sections.last_mut().expect("a block belongs to a section");
        section.end_at = self.out.at();
        Ok(())
    }

    /// Writes footer and trailer; returns the size of the file.
    fn put_footer(&mut self) -> io::Result<u64> {
        let footer_at = self.out.at();
        let footer = footer::encode(&self.sections);
        let footer_bytes = u32::try_from(footer.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let trailer = Trailer { footer_at, footer_bytes, number: self.number };
        self.out.put(&footer)?;
        self.out.pad_before(TRAILER_BYTES)?;
        self.out.put(&trailer.encode())?;
        self.out.flush()?;
        Ok(self.out.at())
    }
}

fn is_whole(entry: &[u8]) -> bool {
    let len = entry.first_chunk::<4>().map(|len| u32::from_le_bytes(*len) as usize);
    len.is_some_and(|len| entry.len() == ENTRY_HEADER_BYTES + len)
}

/// A file that grows at its end, in writes of whole blocks.
struct Out {
    file: Arc<dyn File>,
    /// Never more than `write_bytes_max`.
    buffer: AlignedBuf,
    /// Bytes written before those in the buffer.
    written: u64,
    write_bytes_max: usize,
}

impl Out {
    fn new(file: Arc<dyn File>, write_bytes_max: usize) -> Self {
        let write_bytes_max = (write_bytes_max / BLOCK).max(1) * BLOCK;
        Self { file, buffer: AlignedBuf::default(), written: 0, write_bytes_max }
    }

    /// Where the next byte goes.
    fn at(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let room = self.write_bytes_max - self.buffer.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend(now);
            bytes = later;
            if self.buffer.len() == self.write_bytes_max {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Zeros up to the next block.
    fn pad(&mut self) -> io::Result<()> {
        self.pad_before(0)
    }

    /// Zeros, so that with `more` bytes behind them a block is full.
    fn pad_before(&mut self, more: usize) -> io::Result<()> {
        let used = self.buffer.len() + more;
        let zeros = used.next_multiple_of(BLOCK) - used;
        self.put(&[0; BLOCK][..zeros])
    }

    /// Writes what waits: whole blocks.
    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.len() > 0 {
            self.file.write_at(self.written, self.buffer.as_slice())?;
            self.written += self.buffer.len() as u64;
            self.buffer.clear(2 * self.write_bytes_max);
        }
        Ok(())
    }
}

impl fmt::Debug for Out {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Out").field("at", &self.at()).finish_non_exhaustive()
    }
}
