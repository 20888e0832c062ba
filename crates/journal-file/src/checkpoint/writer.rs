//! Writes a checkpoint file, page after page.
//!
//! Invariant: the file has its name only once it is whole and durable; a full disk leaves nothing behind.

use super::{Head, LEN_END, LEN_GONE, RECORD_BYTES, first_crc, next_crc};
use crate::atomic_file::{self, PublishError};
use crate::error::is_full;
use crate::io::{File, Io, Mode};
use crate::names;
use journal::PageKey;
use std::io;
use std::sync::Arc;

/// A checkpoint file being written.
pub(crate) struct PageWriter {
    number: u32,
    file: Arc<dyn File>,
    /// What is not handed to the disk yet, and where it goes.
    buffer: Vec<u8>,
    at: u64,
    write_bytes_max: usize,
    crc: u32,
    count: u64,
    last: Option<PageKey>,
}

impl PageWriter {
    /// Begins the file of this number, in place of one that an interrupted attempt may have left.
    pub(crate) fn create(io: &dyn Io, number: u32, head: &Head, write_bytes_max: usize) -> Result<Self, PublishError> {
        let temporary = names::temporary(&names::checkpoint(number));
        let file = atomic_file::create(io, &temporary, Mode::Buffered).map_err(|error| failed(io, number, error))?;
        let buffer = head.encode();
        let crc = first_crc(&buffer);
        Ok(Self { number, file, buffer, at: 0, write_bytes_max, crc, count: 0, last: None })
    }

    /// Adds a page; `None` says that it is gone. Keys ascend.
    pub(crate) fn push(&mut self, io: &dyn Io, key: PageKey, content: Option<&[u8]>) -> Result<(), PublishError> {
        assert!(self.last.replace(key) < Some(key), "pages are written with ascending keys");
        self.count += 1;
        let len = content.map_or(LEN_GONE, |content| u32::try_from(content.len()).expect("a page is far below 4 GiB"));
        self.record(len, key.0, content.unwrap_or_default());
        if self.buffer.len() >= self.write_bytes_max { self.write_out(io) } else { Ok(()) }
    }

    /// Bytes so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.at + self.buffer.len() as u64
    }

    /// Ends the file and gives it its name, durably. Says how many bytes it has.
    pub(crate) fn finish(mut self, io: &dyn Io) -> Result<u64, PublishError> {
        self.record(LEN_END, u128::from(self.count), &[]);
        self.write_out(io)?;
        self.file.sync_data().map_err(|error| failed(io, self.number, error))?;
        let name = names::checkpoint(self.number);
        let renamed = io.rename(&names::temporary(&name), &name).and_then(|()| names::sync(io));
        renamed.map_err(PublishError::at(&name))?;
        Ok(self.at)
    }

    fn record(&mut self, len: u32, key: u128, content: &[u8]) {
        self.crc = next_crc(self.crc, len, key, content);
        self.buffer.reserve(RECORD_BYTES + content.len());
        self.buffer.extend_from_slice(&self.crc.to_le_bytes());
        self.buffer.extend_from_slice(&len.to_le_bytes());
        self.buffer.extend_from_slice(&key.to_le_bytes());
        self.buffer.extend_from_slice(content);
    }

    fn write_out(&mut self, io: &dyn Io) -> Result<(), PublishError> {
        for chunk in self.buffer.chunks(self.write_bytes_max) {
            self.file.write_at(self.at, chunk).map_err(|error| failed(io, self.number, error))?;
            self.at += chunk.len() as u64;
        }
        self.buffer.clear();
        Ok(())
    }
}

/// A full disk gets back what the attempt took.
fn failed(io: &dyn Io, number: u32, error: io::Error) -> PublishError {
    let name = names::checkpoint(number);
    let temporary = names::temporary(&name);
    if is_full(&error) {
        // Best effort: a leftover is removed by the next attempt or the next start.
        let _ = io.remove(&temporary);
        PublishError::Full { file: name }
    } else {
        PublishError::at(&temporary)(error)
    }
}
