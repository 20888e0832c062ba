//! Folding: a base and its deltas become a new base, a piece at a time.
//!
//! What it is not: a change of what counts; the manifest names the new file when it is whole.

use super::chain::open_chain;
use super::reader::PageReader;
use super::{Head, Kind, PageWriter};
use crate::atomic_file::PublishError;
use crate::error::OpenError;
use crate::io::Io;
use crate::manifest::CheckpointEntry;
use journal::PageChange;

/// Why a fold does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FoldError {
    #[error(transparent)]
    Write(#[from] PublishError),
    /// What counts cannot be read back.
    #[error(transparent)]
    Read(#[from] OpenError),
}

/// A fold under way.
pub(crate) struct Fold {
    /// The files, oldest first, each with its next page.
    sources: Vec<(PageReader, Option<PageChange>)>,
    writer: PageWriter,
    entry: CheckpointEntry,
    count: usize,
}

impl Fold {
    /// Begins to fold `chain`, which counts and is not empty, into a base of this number.
    pub(crate) fn begin(
        io: &dyn Io,
        chain: &[CheckpointEntry],
        store_id: u128,
        number: u32,
        write_bytes_max: usize,
    ) -> Result<Self, FoldError> {
        let newest = chain.last().expect("there is something to fold");
        let mut sources = Vec::with_capacity(chain.len());
        for mut reader in open_chain(io, chain, store_id)? {
            let page = reader.next()?;
            sources.push((reader, page));
        }
        let head = Head { store_id, covers: newest.covers, kind: Kind::Base, follows: newest.number };
        let writer = PageWriter::create(io, number, &head, write_bytes_max)?;
        let entry = CheckpointEntry { number, covers: newest.covers, bytes: 0 };
        Ok(Self { sources, writer, entry, count: chain.len() })
    }

    /// Copies pages until about `bytes` were written or all are. Says whether there are more.
    pub(crate) fn step(&mut self, io: &dyn Io, bytes: u64) -> Result<bool, FoldError> {
        let until = self.writer.bytes() + bytes;
        while self.writer.bytes() < until {
            let Some((key, content)) = self.next()? else { return Ok(false) };
            if let Some(content) = content {
                self.writer.push(io, key, Some(&content))?;
            }
        }
        Ok(true)
    }

    /// Ends the new base. Gives its entry, and how many files it stands for.
    pub(crate) fn finish(self, io: &dyn Io) -> Result<(CheckpointEntry, usize), PublishError> {
        let bytes = self.writer.finish(io)?;
        Ok((CheckpointEntry { bytes, ..self.entry }, self.count))
    }

    /// The page of the lowest key, as the newest file has it.
    fn next(&mut self) -> Result<Option<PageChange>, OpenError> {
        let keys = self.sources.iter().filter_map(|(_, page)| page.as_ref().map(|(key, _)| *key));
        let Some(lowest) = keys.min() else { return Ok(None) };
        let mut newest = None;
        for (reader, page) in &mut self.sources {
            if page.as_ref().is_some_and(|(key, _)| *key == lowest) {
                newest = std::mem::replace(page, reader.next()?);
            }
        }
        Ok(newest)
    }
}
