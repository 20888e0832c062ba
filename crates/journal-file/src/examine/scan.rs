//! One segment from its first block to its end: every frame, and every stretch that holds none.
//!
//! What it is not: a judgement of what a stretch means ([`super::log`]'s).
//! Invariant: stretches and frames follow each other without a gap, and no two stretches are neighbours.

use crate::envelope::EnvelopeError;
use crate::error::OpenError;
use crate::io::{BLOCK, File, Io, Mode};
use crate::names;
use crate::recovery::{Frame, FrameReader};
use crate::segment::{FRAMES_AT, SegmentHeader};
use journal::frame::{FrameError, FrameHeader, HEADER_BYTES};
use std::io;
use std::sync::Arc;

/// Opens the file of a segment.
///
/// # Errors
/// It is missing, or the disk refuses.
pub fn open_segment(io: &dyn Io, id: u32) -> Result<Arc<dyn File>, OpenError> {
    let name = names::segment(id);
    match io.open(&name, Mode::Read) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(OpenError::Missing { file: name }),
        opened => opened.map_err(OpenError::io(&name)),
    }
}

/// What comes next in a segment.
#[derive(Clone, Debug)]
pub enum Stretch {
    /// A whole frame.
    Frame(Frame),
    /// Blocks that hold no frame of this use of the file.
    Unreadable {
        /// Where they begin.
        at: u64,
        /// How long they are: up to the next frame, or the end of the file.
        bytes: u64,
        /// Why the first of them is no frame.
        why: FrameError,
        /// The header there, if that is undamaged and only the records are not.
        header: Option<FrameHeader>,
    },
}

/// A segment being read.
pub struct SegmentScan {
    reader: FrameReader,
    salt: Option<u64>,
    at: u64,
}

impl SegmentScan {
    /// Reads `file`, so many bytes at a time. Only frames with `salt` are taken for frames; without one, all.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn new(file: Arc<dyn File>, read_bytes: usize, salt: Option<u64>) -> io::Result<Self> {
        Ok(Self { reader: FrameReader::new(file, read_bytes)?, salt, at: FRAMES_AT })
    }

    /// The first block; `None` if it is damaged or of another version.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn header(&mut self) -> io::Result<Option<SegmentHeader>> {
        let block = self.reader.bytes(0, BLOCK as u64)?;
        let header = block.map_or(Err(EnvelopeError::Damaged), |block| SegmentHeader::parse(&block));
        Ok(header.ok())
    }

    /// Where the next frame or stretch begins.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The next frame or stretch; `None` at the end of the file.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn next_stretch(&mut self) -> io::Result<Option<Stretch>> {
        let start = self.at;
        let mut first_error = None;
        while self.at < self.reader.len() {
            let why = match self.reader.frame(self.at)? {
                Ok(frame) if self.salt.is_none_or(|salt| salt == frame.header.salt) => {
                    if first_error.is_some() {
                        break;
                    }
                    self.at += frame.header.framed_bytes();
                    return Ok(Some(Stretch::Frame(frame)));
                }
                Ok(_of_another_use) => FrameError::NotAFrame,
                Err(why) => why,
            };
            first_error.get_or_insert(why);
            self.at += BLOCK as u64;
        }
        let Some(why) = first_error else { return Ok(None) };
        let header = self.reader.header(start)?.ok().map(|(header, _)| header);
        let header = header.filter(|header| self.salt.is_none_or(|salt| salt == header.salt));
        Ok(Some(Stretch::Unreadable { at: start, bytes: self.at - start, why, header }))
    }
}

/// Where a frame begins in its segment.
pub(super) fn frame_at(frame: &Frame) -> u64 {
    frame.body_at - HEADER_BYTES as u64
}
