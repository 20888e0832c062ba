//! Cutting a commit into frames, at the edges of its records.
//!
//! Invariants: every record lies in exactly one piece; a piece holds at most the wanted bytes unless one record alone is
//! larger; an empty commit has no pieces.

use super::{ALIGNMENT, HEADER_BYTES, RECORDS_MAX};

/// Bytes that a frame with so many bytes of records takes, header and padding included.
#[must_use]
pub fn framed_bytes(records_bytes: usize) -> u64 {
    (HEADER_BYTES + records_bytes).next_multiple_of(ALIGNMENT) as u64
}

/// A run of records that goes into one frame: bytes `start..end` of the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where its first record starts.
    pub start: usize,
    /// Where its last record ends.
    pub end: usize,
    /// How many records it has.
    pub records: u16,
}

/// The pieces of one commit, in order.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    record_ends: &'a [u32],
    bytes_max: usize,
    start: usize,
}

impl<'a> Pieces<'a> {
    /// Cuts a commit whose records end at `record_ends` into pieces of at most `bytes_max` bytes.
    #[must_use]
    pub fn new(record_ends: &'a [u32], bytes_max: usize) -> Self {
        Self { record_ends, bytes_max, start: 0 }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let limit = self.start.saturating_add(self.bytes_max);
        let fitting = self.record_ends.partition_point(|end| *end as usize <= limit);
        let records = fitting.clamp(usize::from(!self.record_ends.is_empty()), RECORDS_MAX);
        let end = *self.record_ends.get(records.checked_sub(1)?)? as usize;
        let piece = Piece {
            start: self.start,
            end,
            records: u16::try_from(records).expect("clamped to RECORDS_MAX, which is u16::MAX"),
        };
        self.record_ends = &self.record_ends[records..];
        self.start = end;
        Some(piece)
    }
}
