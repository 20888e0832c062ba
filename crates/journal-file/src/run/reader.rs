//! Reads runs: what one holds, and blocks of it.
//!
//! What it is not: any memory of what was read (the caller keeps blocks as long as it likes).
//! Invariants: opening reads no block; memory is bounded by the file's size whatever its bytes say; a block is returned
//! only if it is undamaged and the one that the footer says.

use super::block::{self, BlockError, Damage, Mismatch};
use super::footer::{self, TRAILER_BYTES, Trailer};
use super::header::{self, RunHeader};
use super::section::Section;
use crate::envelope::EnvelopeError;
use crate::error::{Lost, OpenError};
use crate::io::{BLOCK, File, Io, Mode};
use crate::names;
use crate::recovery::Verdict;
use bytes::Bytes;
use journal::SeqSet;
use std::fmt;
use std::io;
use std::sync::Arc;

/// A run that is open. Its name may go while somebody reads from it.
pub(crate) struct RunFile {
    pub(crate) number: u32,
    pub(crate) generation: u8,
    pub(crate) bytes: u64,
    pub(crate) file: Arc<dyn File>,
}

impl RunFile {
    /// Opens a run that the manifest names. Each section comes with exactly the seqs that it holds.
    pub(crate) fn open(
        io: &dyn Io,
        store_id: u128,
        number: u32,
        mode: Mode,
    ) -> Result<(Self, Vec<(Section, SeqSet)>), OpenError> {
        let name = names::run(number);
        let file = match io.open(&name, mode) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(OpenError::Missing { file: name }),
            Err(error) => return Err(OpenError::io(&name)(error)),
        };
        let bytes = file.len().map_err(OpenError::io(&name))?;
        let ends = Ends { name: &name, file: &*file, bytes };
        let header = ends.header()?;
        if header.store_id != store_id || header.number != number {
            return Err(damaged(&name, "it belongs to another store or is another run"));
        }
        let sections = ends.footer(number)?;
        Ok((Self { number, generation: header.generation, bytes, file }, sections))
    }

    /// Says that the blocks of a section from `from` on will be read soon, about `bytes` of them.
    pub(crate) fn will_need(&self, section: &Section, from: usize, bytes: u64) {
        if let Some(block) = section.blocks.get(from) {
            self.file.will_need(block.at, bytes.min(section.end_at - block.at));
        }
    }

    /// Reads `count` blocks of a section of this run, beginning with block `from`, in one go. Each is a slice of the same
    /// memory, which stays as long as any of them. The section must have so many blocks.
    pub(crate) fn read_blocks(&self, section: &Section, from: usize, count: usize) -> Result<Vec<Bytes>, BlockError> {
        let wanted = &section.blocks[from..from + count];
        let Some(start_at) = wanted.first().map(|block| block.at) else { return Ok(Vec::new()) };
        let end_at = section.block_end(from + count - 1);
        let mut rest = Bytes::from(read_at(&*self.file, start_at, end_at - start_at)?);
        let mut blocks = Vec::with_capacity(count);
        for (index, wanted) in (from..).zip(wanted) {
            let damaged = |why| Damage::Mismatch { at: wanted.at, why };
            let len = memory_len(section.block_end(index) - wanted.at);
            if rest.len() < len {
                return Err(damaged(Mismatch::Short).into());
            }
            let block = rest.split_to(len);
            block::check(&block, section.key, wanted.first).map_err(damaged)?;
            blocks.push(block);
        }
        Ok(blocks)
    }
}

impl fmt::Debug for RunFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("RunFile");
        debug.field("number", &self.number).field("generation", &self.generation).field("bytes", &self.bytes);
        debug.finish_non_exhaustive()
    }
}

/// The two ends of a file that should be a run.
struct Ends<'a> {
    name: &'a str,
    file: &'a dyn File,
    bytes: u64,
}

impl Ends<'_> {
    fn header(&self) -> Result<RunHeader, OpenError> {
        let block = self.read(0, (BLOCK as u64).min(self.bytes))?;
        RunHeader::parse(&block).map_err(|error| self.unreadable(error, "header", header::VERSION))
    }

    fn footer(&self, number: u32) -> Result<Vec<(Section, SeqSet)>, OpenError> {
        let at = self.bytes.checked_sub(TRAILER_BYTES as u64).ok_or_else(|| damaged(self.name, "it is too short"))?;
        let trailer = Trailer::parse(&self.read(at, TRAILER_BYTES as u64)?);
        let fits = |trailer: &Trailer| trailer.number == number && trailer.file_bytes() == Some(self.bytes);
        let trailer = trailer.filter(fits).ok_or_else(|| damaged(self.name, "its trailer does not match"))?;
        let footer = self.read(trailer.footer_at, u64::from(trailer.footer_bytes))?;
        let sections = footer::parse(&footer, trailer.footer_at);
        sections.map_err(|error| self.unreadable(error, "footer", footer::VERSION))
    }

    fn read(&self, at: u64, len: u64) -> Result<Vec<u8>, OpenError> {
        read_at(self.file, at, len).map_err(OpenError::io(self.name))
    }

    fn unreadable(&self, error: EnvelopeError, part: &str, knows: u8) -> OpenError {
        match error {
            EnvelopeError::Damaged => damaged(self.name, &format!("its {part} does not match")),
            EnvelopeError::Version(found) => OpenError::UnknownVersion {
                file: self.name.to_owned(),
                found: format!("a {part} of run format {found}"),
                knows: format!("{knows}"),
            },
        }
    }
}

/// So many bytes of a file that is at least so long; fewer only if it was cut meanwhile.
fn read_at(file: &dyn File, at: u64, len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; memory_len(len)];
    let filled = file.read_at(at, &mut bytes)?;
    bytes.truncate(filled);
    Ok(bytes)
}

fn memory_len(bytes: u64) -> usize {
    usize::try_from(bytes).expect("what is read at a time is a few blocks or a footer, which fit memory")
}

fn damaged(file: &str, what: &str) -> OpenError {
    OpenError::Damaged { file: file.to_owned(), what: what.to_owned(), lost: Lost::default(), verdict: Verdict::Rot }
}
