//! Flushing: the living messages of a segment, sorted by partition and seq, become a run.
//!
//! The segment is gone through in portions of the sorted order: of each, the messages are gathered from where they lie,
//! nearby ones with one read, and put in order. So memory stays small however many queues share the segment.
//!
//! Invariant: every message is checked before it is copied; damage is not carried on.

use super::{Failure, NewRun, abandon, finish};
use crate::index::{Portion, Slot};
use crate::names;
use crate::run::{RunHeader, RunWriter};
use crate::segment::SegmentFile;
use crate::shared::Shared;
use journal::message_codec;
use std::sync::Arc;
use vocab::PartitionKey;

/// Two messages that are no further apart are read at once.
const GAP_BYTES_MAX: u64 = 16 * 1024;

/// Most bytes of one read, unless one message alone is larger.
const READ_BYTES_MAX: u64 = 1024 * 1024;

/// A segment, and what lives in it, sorted.
#[derive(Debug)]
pub(crate) struct FlushJob {
    pub(crate) segment: Arc<SegmentFile>,
    pub(crate) messages: Vec<Portion>,
}

/// A flush under way.
pub(super) struct Flush {
    job: FlushJob,
    writer: Option<RunWriter>,
    /// The next message: of which partition, which of its own.
    next: (usize, usize),
    /// The portion at hand, sorted; kept for its memory.
    sorted: Vec<u8>,
    /// What was read at once; likewise.
    buffer: Vec<u8>,
}

/// A message of the portion at hand.
struct Piece {
    key: PartitionKey,
    slot: Slot,
    /// Where it goes in the portion.
    at: usize,
}

impl Flush {
    pub(super) fn new(job: FlushJob) -> Self {
        Self { job, writer: None, next: (0, 0), sorted: Vec::new(), buffer: Vec::new() }
    }

    /// The same from the beginning.
    pub(super) fn again(self) -> Self {
        Self::new(self.job)
    }

    /// Copies the next portion; at the end gives the segment's id and the run.
    pub(super) fn step(&mut self, shared: &Shared, header: &RunHeader) -> Result<Option<(u32, NewRun)>, Failure> {
        let stepped = self.try_step(shared, header);
        if matches!(stepped, Err(Failure::Full)) {
            self.writer = None;
            abandon(shared, header);
        }
        stepped
    }

    fn try_step(&mut self, shared: &Shared, header: &RunHeader) -> Result<Option<(u32, NewRun)>, Failure> {
        let name = names::run(header.number);
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => RunWriter::create(&*shared.io, header, &shared.config).map_err(Failure::io(&name))?,
        };
        let portion = self.take_portion(shared.config.sort_bytes);
        if portion.is_empty() {
            return Ok(Some((self.job.segment.id, finish(shared, header, writer)?)));
        }
        gather(&self.job.segment, &portion, &mut self.sorted, &mut self.buffer)?;
        for piece in &portion {
            let entry = &self.sorted[piece.at..piece.at + piece.slot.len as usize];
            let checked = message_codec::check_entry(entry, piece.key, piece.slot.seq);
            checked.map_err(|error| damaged(&self.job.segment, piece, &error))?;
            writer.push(piece.key, piece.slot.seq, entry).map_err(Failure::io(&name))?;
        }
        self.writer = Some(writer);
        Ok(None)
    }

    /// The next messages in sorted order, about `bytes` of them; at least one if one is left.
    fn take_portion(&mut self, bytes: usize) -> Vec<Piece> {
        let mut portion = Vec::new();
        let mut at = 0;
        while let Some(messages) = self.job.messages.get(self.next.0) {
            let Some(slot) = messages.get(self.next.1) else {
                self.next = (self.next.0 + 1, 0);
                continue;
            };
            if at > 0 && at + slot.len as usize > bytes {
                break;
            }
            portion.push(Piece { key: messages.key, slot, at });
            at += slot.len as usize;
            self.next.1 += 1;
        }
        portion
    }
}

/// Reads the pieces from where they lie, and puts them where they go.
fn gather(segment: &SegmentFile, portion: &[Piece], sorted: &mut Vec<u8>, buffer: &mut Vec<u8>) -> Result<(), Failure> {
    let total = portion.last().map_or(0, |last| last.at + last.slot.len as usize);
    sorted.resize(total, 0);
    let mut by_place: Vec<&Piece> = portion.iter().collect();
    by_place.sort_unstable_by_key(|piece| piece.slot.offset);
    let mut rest = &by_place[..];
    while let Some(first) = rest.first() {
        let start = u64::from(first.slot.offset);
        let mut end = start + u64::from(first.slot.len);
        let near = |piece: &&&Piece| {
            let (at, until) = (u64::from(piece.slot.offset), u64::from(piece.slot.offset) + u64::from(piece.slot.len));
            let near = at <= end + GAP_BYTES_MAX && until - start <= READ_BYTES_MAX;
            end = if near { end.max(until) } else { end };
            near
        };
        let count = 1 + rest[1..].iter().take_while(near).count();
        let (together, later) = rest.split_at(count);
        read(segment, start, end, buffer)?;
        for piece in together {
            let at = usize::try_from(u64::from(piece.slot.offset) - start).expect("a read is small");
            let len = piece.slot.len as usize;
            sorted[piece.at..piece.at + len].copy_from_slice(&buffer[at..at + len]);
        }
        rest = later;
    }
    Ok(())
}

fn read(segment: &SegmentFile, start: u64, end: u64, buffer: &mut Vec<u8>) -> Result<(), Failure> {
    let name = names::segment(segment.id);
    let len = usize::try_from(end - start).expect("a read is small");
    buffer.resize(len, 0);
    let filled = segment.file.read_at(start, buffer).map_err(Failure::io(&name))?;
    if filled < len {
        Err(Failure::Failed(format!("{name} ends at {}, within a message", start + filled as u64)))
    } else {
        Ok(())
    }
}

fn damaged(segment: &SegmentFile, piece: &Piece, error: &message_codec::DecodeError) -> Failure {
    let Piece { key, slot, .. } = piece;
    let name = names::segment(segment.id);
    Failure::Failed(format!("{name}: message {key:?}/{} at {} is damaged: {error}", slot.seq, slot.offset))
}
