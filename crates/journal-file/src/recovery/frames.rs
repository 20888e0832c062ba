//! Reading frames out of a segment, in large pieces.
//!
//! What it is not: any judgement of what an unreadable frame means. Invariants: a frame is returned only when its header
//! and its records are undamaged; memory is bounded by the segment's size whatever a header says.

use crate::io::File;
use bytes::Bytes;
use journal::frame::{FrameError, FrameHeader, HEADER_BYTES};
use std::io;
use std::sync::Arc;

/// A valid frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What it says of itself.
    pub header: FrameHeader,
    /// The header's checksum.
    pub crc: u32,
    /// The records.
    pub body: Bytes,
    /// Where the records start in the segment.
    pub body_at: u64,
}

/// Reads one file.
pub(crate) struct FrameReader {
    file: Arc<dyn File>,
    len: u64,
    read_bytes: usize,
    chunk: Bytes,
    chunk_at: u64,
}

impl FrameReader {
    pub(crate) fn new(file: Arc<dyn File>, read_bytes: usize) -> io::Result<Self> {
        let len = file.len()?;
        Ok(Self { file, len, read_bytes, chunk: Bytes::new(), chunk_at: 0 })
    }

    /// Bytes in the file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The frame at `at`, or why there is none.
    pub(crate) fn frame(&mut self, at: u64) -> io::Result<Result<Frame, FrameError>> {
        let (header, crc) = match self.header(at)? {
            Ok(header) => header,
            Err(error) => return Ok(Err(error)),
        };
        let body_at = at + HEADER_BYTES as u64;
        let Some(body) = self.bytes(body_at, u64::from(header.len))? else { return Ok(Err(FrameError::Short)) };
        Ok(header.check_body(&body).map(|()| Frame { header, crc, body, body_at }))
    }

    /// The header of the frame at `at`, and its checksum.
    pub(crate) fn header(&mut self, at: u64) -> io::Result<Result<(FrameHeader, u32), FrameError>> {
        Ok(match self.bytes(at, HEADER_BYTES as u64)? {
            Some(bytes) => FrameHeader::parse(&bytes),
            None => Err(FrameError::Short),
        })
    }

    /// Bytes of the file; `None` if it ends before.
    pub(crate) fn bytes(&mut self, at: u64, len: u64) -> io::Result<Option<Bytes>> {
        if at.checked_add(len).is_none_or(|end| end > self.len) {
            return Ok(None);
        }
        let within = at >= self.chunk_at && at + len <= self.chunk_at + self.chunk.len() as u64;
        if !within {
            self.read_chunk(at, len)?;
        }
        let (start, len) = (index(at - self.chunk_at), index(len));
        Ok((start + len <= self.chunk.len()).then(|| self.chunk.slice(start..start + len)))
    }

    fn read_chunk(&mut self, at: u64, len: u64) -> io::Result<()> {
        let wanted = (self.read_bytes as u64).max(len).min(self.len - at);
        let mut buffer = vec![0; index(wanted)];
        let filled = self.file.read_at(at, &mut buffer)?;
        buffer.truncate(filled);
        self.chunk = Bytes::from(buffer);
        self.chunk_at = at;
        Ok(())
    }
}

fn index(value: u64) -> usize {
    usize::try_from(value).expect("bounded by a segment's size, which fits memory")
}
