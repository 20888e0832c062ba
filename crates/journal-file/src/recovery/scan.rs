//! Going through the segments, frame by frame, along the chain.
//!
//! What it is not: the verdict about where the chain ends ([`super::end`]).
//! Invariant: `cursor` stands behind the last frame of the last whole commit; `reached` behind the last valid frame.

use super::apply::{Applied, Source};
use super::frames::{Frame, FrameReader};
use super::{Cursor, Recovered, RecoveryProgress, RecoveryReport};
use crate::config::Config;
use crate::envelope::EnvelopeError;
use crate::error::{Lost, OpenError};
use crate::io::{BLOCK, Io, Mode};
use crate::manifest::{Manifest, SegmentEntry};
use crate::names;
use crate::recovery::Verdict;
use crate::segment::{self, FRAMES_AT, SegmentHeader};
use journal::frame::{Flags, FrameError, FrameHeader};
use std::io;
use vocab::mutant::{self, Mutant};
use vocab::{BootEpoch, Position};

/// Progress is reported every so many bytes.
const PROGRESS_BYTES: u64 = 16 * 1024 * 1024;

/// A recovery under way.
pub(super) struct Scan<'a> {
    pub(super) io: &'a dyn Io,
    pub(super) config: &'a Config,
    pub(super) manifest: &'a Manifest,
    pub(super) applied: Applied<'a>,
    progress: &'a mut dyn FnMut(RecoveryProgress),
    so_far: RecoveryProgress,
    pub(super) report: RecoveryReport,
    /// Behind the last whole commit.
    pub(super) cursor: Cursor,
    /// Where the next frame goes, in the segment at hand, behind the last whole commit.
    pub(super) cursor_at: u64,
    /// Behind the last valid frame.
    pub(super) reached: Cursor,
    /// The frames of a commit that was begun.
    pub(super) begun: Vec<Frame>,
    /// Greatest `synced_upto` stated.
    pub(super) synced_upto: u64,
    pub(super) sealed: bool,
    epoch: BootEpoch,
    last_positions: Vec<Position>,
    /// The header checksum of the frame before the first of the segment at hand.
    segment_prev_crc: u32,
}

impl<'a> Scan<'a> {
    pub(super) fn new(
        io: &'a dyn Io,
        config: &'a Config,
        manifest: &'a Manifest,
        applied: Applied<'a>,
        progress: &'a mut dyn FnMut(RecoveryProgress),
    ) -> Self {
        let segments = manifest.segments.len() as u64;
        let bytes = manifest.segments.iter().map(|entry| entry.bytes).sum();
        let start = Cursor { frame: manifest.synced_upto, crc: 0, position: manifest.covered() };
        Self {
            io,
            config,
            manifest,
            applied,
            progress,
            so_far: RecoveryProgress { segments, bytes, ..RecoveryProgress::default() },
            report: RecoveryReport { segments, ..RecoveryReport::default() },
            cursor: start,
            cursor_at: FRAMES_AT,
            reached: start,
            begun: Vec::new(),
            synced_upto: manifest.synced_upto,
            sealed: manifest.segments.is_empty(),
            epoch: manifest.boot,
            last_positions: Vec::new(),
            segment_prev_crc: 0,
        }
    }

    /// Reads the segment that the manifest names at `at`, and decides about its end.
    pub(super) fn segment(&mut self, at: usize) -> Result<(), OpenError> {
        let entry = self.manifest.segments[at];
        let file = names::segment(entry.id);
        let mut reader = self.open_segment(at, &entry, &file)?;
        self.sealed = false;
        self.cursor_at = FRAMES_AT;
        let before = self.so_far.bytes_done;
        let mut read_at = FRAMES_AT;
        let end = loop {
            match self.next_frame(&mut reader, read_at, &entry).map_err(OpenError::io(&file))? {
                Ok(frame) => read_at = self.take(frame, &entry, &file)?,
                Err(why) => break why,
            }
            self.show_progress(before + read_at);
            if self.sealed {
                break FrameError::NotAFrame;
            }
        };
        self.so_far.bytes_done = before + read_at;
        self.so_far.segments_done += 1;
        (self.progress)(self.so_far);
        self.last_positions.push(self.cursor.position);
        let is_last = at + 1 == self.manifest.segments.len();
        if !is_last && self.begun.is_empty() && entry.end_frame == self.cursor.frame + 1 {
            return Ok(());
        }
        self.decide_end(&mut reader, &entry, read_at, end, is_last)
    }

    pub(super) fn finish(self) -> Recovered {
        Recovered {
            index: self.applied.index,
            end: self.cursor,
            end_at: self.cursor_at,
            last_prev_crc: self.segment_prev_crc,
            clean: self.sealed,
            last_positions: self.last_positions,
            log_ms: self.applied.log_ms,
            epoch: self.epoch,
            uncovered_bytes: self.applied.uncovered_bytes,
            report: RecoveryReport { messages: self.applied.messages, ..self.report },
        }
    }

    fn open_segment(&mut self, at: usize, entry: &SegmentEntry, file: &str) -> Result<FrameReader, OpenError> {
        let opened = match self.io.open(file, Mode::Read) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(OpenError::Missing { file: file.to_owned() });
            }
            opened => opened.map_err(OpenError::io(file))?,
        };
        let mut reader = FrameReader::new(opened, self.config.read_bytes).map_err(OpenError::io(file))?;
        let header = self.read_header(&mut reader, entry, file)?;
        let start = Cursor {
            frame: entry.first_frame.saturating_sub(1),
            crc: header.prev_crc,
            position: Position(entry.first_position.0.saturating_sub(1)),
        };
        if self.follows(&start, at == 0) {
            (self.cursor, self.reached) = (start, start);
            self.segment_prev_crc = header.prev_crc;
            Ok(reader)
        } else {
            Err(damaged(file, "it does not follow the segment before it"))
        }
    }

    /// Whether a segment may begin at `start`: where the one before ended, or later if everything between is covered and
    /// so may have been retired.
    fn follows(&self, start: &Cursor, is_first: bool) -> bool {
        let retired_between = start.frame > self.cursor.frame && start.position <= self.manifest.covered();
        if is_first { start.position <= self.manifest.covered() } else { *start == self.cursor || retired_between }
    }

    fn read_header(
        &self,
        reader: &mut FrameReader,
        entry: &SegmentEntry,
        file: &str,
    ) -> Result<SegmentHeader, OpenError> {
        let block = reader.bytes(0, BLOCK as u64).map_err(OpenError::io(file))?;
        let header = block.map_or(Err(EnvelopeError::Damaged), |block| SegmentHeader::parse(&block));
        match header {
            Ok(header) if self.belongs(&header, entry) => Ok(header),
            Ok(_) => Err(damaged(file, "its first block is not the one that the manifest describes")),
            Err(EnvelopeError::Damaged) => Err(damaged(file, "its first block is damaged")),
            Err(EnvelopeError::Version(found)) => Err(OpenError::UnknownVersion {
                file: file.to_owned(),
                found: format!("segment format {found}"),
                knows: format!("{}", segment::VERSION),
            }),
        }
    }

    fn belongs(&self, header: &SegmentHeader, entry: &SegmentEntry) -> bool {
        header.store_id == self.manifest.store_id
            && header.id == entry.id
            && header.salt == entry.salt
            && header.first_frame == entry.first_frame
            && header.first_position == entry.first_position
    }

    /// The frame at `at` if it is valid and the next of the chain.
    fn next_frame(
        &self,
        reader: &mut FrameReader,
        at: u64,
        entry: &SegmentEntry,
    ) -> io::Result<Result<Frame, FrameError>> {
        let frame = reader.frame(at)?;
        Ok(frame
            .and_then(|frame| if self.is_next(&frame.header, entry) { Ok(frame) } else { Err(FrameError::NotAFrame) }))
    }

    fn is_next(&self, header: &FrameHeader, entry: &SegmentEntry) -> bool {
        let begins = header.flags.has(Flags::FIRST);
        let marks = header.flags.has(Flags::SEAL) || header.flags.has(Flags::EMPTY);
        let position = if begins { self.cursor.position.next() } else { self.reached.position };
        has_salt(header, entry)
            && header.frame_seq == self.reached.frame + 1
            && header.prev_crc == self.reached.crc
            && header.position == position
            && (begins || marks) == self.begun.is_empty()
    }

    /// Takes in a valid frame; returns where the next one goes.
    fn take(&mut self, frame: Frame, entry: &SegmentEntry, file: &str) -> Result<u64, OpenError> {
        let header = frame.header;
        let next_at = frame.body_at - journal::frame::HEADER_BYTES as u64 + header.framed_bytes();
        self.report.frames += 1;
        self.synced_upto = self.synced_upto.max(header.synced_upto);
        self.epoch = self.epoch.max(BootEpoch(u32::try_from(header.epoch).unwrap_or(u32::MAX)));
        self.reached = Cursor { frame: header.frame_seq, crc: frame.crc, position: header.position };
        if header.flags.has(Flags::SEAL) || header.flags.has(Flags::EMPTY) {
            self.sealed = header.flags.has(Flags::SEAL);
        } else {
            self.begun.push(frame);
            if !header.flags.has(Flags::LAST) {
                return Ok(next_at);
            }
            let covered = header.position <= self.manifest.covered();
            self.applied.commit(&self.begun, &Source { segment: entry.id, file, covered })?;
            self.begun.clear();
            self.report.commits += 1;
        }
        self.cursor = self.reached;
        self.cursor_at = next_at;
        Ok(next_at)
    }

    fn show_progress(&mut self, bytes_done: u64) {
        self.so_far.messages = self.applied.messages;
        if bytes_done >= self.so_far.bytes_done + PROGRESS_BYTES {
            self.so_far.bytes_done = bytes_done;
            (self.progress)(self.so_far);
        }
    }
}

/// Whether a frame was written in this use of the file.
pub(super) fn has_salt(header: &FrameHeader, entry: &SegmentEntry) -> bool {
    header.salt == entry.salt || mutant::active(Mutant::ForgetSalt)
}

pub(super) fn damaged(file: &str, what: &str) -> OpenError {
    OpenError::Damaged { file: file.to_owned(), what: what.to_owned(), lost: Lost::default(), verdict: Verdict::Rot }
}
