//! The end of the log: turns commits into frames and writes them behind each other into the open segment.
//!
//! What it is not: the decision when to sync or to change segments (the writer's).
//! Invariants: frames are numbered without gaps and chained; a frame's blocks are written once; `synced` never passes
//! `written`.

use crate::aligned::AlignedBuf;
use crate::io::BLOCK;
use crate::segment::{FRAMES_AT, RESERVED_BYTES, SegmentFile};
use crate::shared::{KEPT_BUFFER_BYTES, PlacedPiece};
use journal::commit::CommitBytes;
use journal::frame::{Flags, FrameHeader, HEADER_BYTES, Piece, Pieces, framed_bytes};
use std::io;
use std::sync::Arc;
use vocab::{BootEpoch, Position};

/// Room for a few small commits: where segments are tiny, a part of one may be less than that.
const SMALL_COMMITS_BYTES: u64 = 4 * BLOCK as u64;

/// Where the log ends and how it goes on.
#[derive(Debug)]
pub(crate) struct FrameWriter {
    segment: Arc<SegmentFile>,
    salt: u64,
    /// Where the next frame goes.
    at: u64,
    /// Number of the last frame written.
    written: u64,
    /// Number of the last frame synced.
    synced: u64,
    /// The `synced_upto` of the last frame written.
    stated: u64,
    /// Header checksum of the last frame written.
    prev_crc: u32,
    /// The last commit written.
    position: Position,
    epoch: BootEpoch,
    frame_bytes_max: usize,
    write_bytes_max: usize,
    buffer: AlignedBuf,
}

/// A segment that nothing was written to yet, and where the log stands before it.
#[derive(Debug)]
pub(crate) struct LogEnd {
    pub(crate) segment: Arc<SegmentFile>,
    pub(crate) salt: u64,
    /// The last frame of the log; all are synced.
    pub(crate) last_frame: u64,
    pub(crate) prev_crc: u32,
    pub(crate) position: Position,
    pub(crate) epoch: BootEpoch,
}

impl FrameWriter {
    pub(crate) fn new(end: LogEnd, frame_bytes_max: usize, write_bytes_max: usize) -> Self {
        Self {
            segment: end.segment,
            salt: end.salt,
            at: FRAMES_AT,
            written: end.last_frame,
            synced: end.last_frame,
            stated: end.last_frame,
            prev_crc: end.prev_crc,
            position: end.position,
            epoch: end.epoch,
            frame_bytes_max,
            write_bytes_max: (write_bytes_max / BLOCK).max(1) * BLOCK,
            buffer: AlignedBuf::default(),
        }
    }

    pub(crate) fn segment(&self) -> &Arc<SegmentFile> {
        &self.segment
    }

    /// The number and header checksum of the last frame, and the last commit: where a new segment begins.
    pub(crate) fn end(&self) -> (u64, u32, Position) {
        (self.written, self.prev_crc, self.position)
    }

    pub(crate) fn epoch(&self) -> BootEpoch {
        self.epoch
    }

    /// Number of the last frame known to be durable.
    pub(crate) fn synced(&self) -> u64 {
        self.synced
    }

    pub(crate) fn has_unsynced(&self) -> bool {
        self.synced < self.written
    }

    /// Whether the last commit is durable without any frame on disk saying so.
    pub(crate) fn is_sync_unstated(&self) -> bool {
        self.stated < self.synced
    }

    /// Bytes that a commit takes, framed.
    pub(crate) fn group_bytes(&self, commit: &CommitBytes) -> u64 {
        self.pieces(commit).map(|piece| framed_bytes(piece.end - piece.start)).sum()
    }

    /// Whether the open segment has room for a commit of so many bytes.
    pub(crate) fn has_room(&self, group_bytes: u64) -> bool {
        self.at + group_bytes + RESERVED_BYTES <= self.segment.bytes
    }

    /// Whether so little is left of the open segment that the next one will be needed soon.
    pub(crate) fn is_nearly_full(&self) -> bool {
        self.at + RESERVED_BYTES + SMALL_COMMITS_BYTES + self.segment.bytes / 16 >= self.segment.bytes
    }

    /// Goes on in another segment. Everything written before is synced.
    pub(crate) fn change_segment(&mut self, segment: Arc<SegmentFile>, salt: u64) {
        assert!(!self.has_unsynced(), "a segment is left only when all of it is durable");
        self.segment = segment;
        self.salt = salt;
        self.at = FRAMES_AT;
    }

    /// Writes a commit, and says where its records went and how many bytes it took.
    pub(crate) fn write_commit(&mut self, position: Position, commit: &CommitBytes) -> io::Result<Vec<PlacedPiece>> {
        assert_eq!(position, self.position.next(), "commits are written in order, without gaps");
        self.position = position;
        let mut placed = Vec::with_capacity(1);
        for piece in Pieces::new(&commit.record_ends, self.frame_bytes_max) {
            let (first, last) = (piece.start == 0, piece.end == commit.bytes.len());
            let records = &commit.bytes[piece.start..piece.end];
            placed
                .push(PlacedPiece { start: offset(piece.start as u64), offset: offset(self.at + HEADER_BYTES as u64) });
            self.write_frame(Flags::of_commit(first, last), piece.records, records)?;
        }
        Ok(placed)
    }

    /// Writes a frame without records, if the segment has room for it: a seal always finds some.
    pub(crate) fn write_marker(&mut self, flags: Flags) -> io::Result<bool> {
        let kept_free = if flags.has(Flags::SEAL) { 0 } else { BLOCK as u64 };
        let room = self.at + BLOCK as u64 + kept_free <= self.segment.bytes;
        if room {
            self.write_frame(flags, 0, &[])?;
        }
        Ok(room)
    }

    /// Makes everything written durable.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.segment.file.sync_data()?;
        self.synced = self.written;
        Ok(())
    }

    fn write_frame(&mut self, flags: Flags, records: u16, body: &[u8]) -> io::Result<()> {
        let header = FrameHeader {
            len: offset(body.len() as u64),
            flags,
            records,
            frame_seq: self.written + 1,
            epoch: u64::from(self.epoch.0),
            salt: self.salt,
            synced_upto: self.synced,
            position: self.position,
            prev_crc: self.prev_crc,
            body_crc: crc32c::crc32c(body),
        };
        let (bytes, crc) = header.encode();
        self.buffer.clear(KEPT_BUFFER_BYTES);
        self.buffer.extend(&bytes);
        self.buffer.extend(body);
        self.buffer.pad();
        write_chunks(&self.segment, self.at, self.buffer.as_slice(), self.write_bytes_max)?;
        self.at += self.buffer.len() as u64;
        self.written += 1;
        self.stated = self.synced;
        self.prev_crc = crc;
        Ok(())
    }

    fn pieces<'a>(&self, commit: &'a CommitBytes) -> impl Iterator<Item = Piece> + use<'a> {
        Pieces::new(&commit.record_ends, self.frame_bytes_max)
    }
}

fn write_chunks(segment: &SegmentFile, at: u64, bytes: &[u8], chunk_bytes: usize) -> io::Result<()> {
    let mut at = at;
    for chunk in bytes.chunks(chunk_bytes) {
        segment.file.write_at(at, chunk)?;
        at += chunk.len() as u64;
    }
    Ok(())
}

fn offset(value: u64) -> u32 {
    u32::try_from(value).expect("a segment is far smaller than 4 GiB (vocab::limits)")
}
