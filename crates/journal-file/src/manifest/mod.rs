//! The manifest: the one file that says what belongs to the store.
//!
//! ```text
//!  envelope "LSM", whose body is:
//!  | min reader u8 | id u64 | store id u128 | boot u32 | synced_upto u64 | log_ms u64 | next segment u32
//!  | next checkpoint u32 | count varint | checkpoint * count | count varint | segment * count |
//!  | next run u32 | count varint | run * count |
//!
//!  checkpoint   | number u32 | covers u64 | bytes u64 |, the base first, then what changed since, oldest first
//!  segment      | id u32 | salt u64 | first frame u64 | end frame u64 | first position u64 | bytes u64 |
//!  run          | number u32 | generation u8 | bytes u64 |, from the oldest messages to the newest
//!
//!  min reader   the oldest version of this format that may open the store
//!  id           grows by one with every manifest
//!  boot         how often the store was opened
//!  synced_upto  frames up to this one were durable when the manifest was written
//!  end frame    number of the first frame that lies in a later segment; 0 for the segment that is written to
//!  log_ms       greatest publishing time among durable messages, ms since the Unix epoch
//! ```
//!
//! Two files are written in turn, each whole (`atomic_file`), so one undamaged manifest always exists; the greater id
//! counts. What it is not: the engine's state, which is the checkpoint's.
//! Invariant: a file is named here before the store relies on it, and no longer named before it goes.

mod store;

pub(crate) use store::{ManifestStore, load};

use crate::envelope::{self, EnvelopeError};
use crate::segment::read_u128;
use journal::wire::{Malformed, Reader, Write};
use vocab::{BootEpoch, Position};

/// The version of the store's format.
pub(crate) const VERSION: u8 = 2;

/// The oldest version that can read what this one writes.
pub(crate) const MIN_READER: u8 = 2;

const MAGIC: [u8; 3] = *b"LSM";

/// What belongs to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Grows by one with every manifest.
    pub id: u64,
    /// Random, given when the store was made.
    pub store_id: u128,
    /// How often the store was opened.
    pub boot: BootEpoch,
    /// Frames up to this one were durable when the manifest was written.
    pub synced_upto: u64,
    /// Greatest publishing time among durable messages, ms since the Unix epoch.
    pub log_ms: u64,
    /// The id of the next segment.
    pub next_segment: u32,
    /// The number of the next checkpoint file.
    pub next_checkpoint: u32,
    /// The checkpoint that counts: its base, and what changed since, oldest first.
    pub checkpoints: Vec<CheckpointEntry>,
    /// The log's segments, in order.
    pub segments: Vec<SegmentEntry>,
    /// The number of the next run.
    pub next_run: u32,
    /// Of each partition, the messages in an earlier run have lower seqs than those in a later one.
    pub runs: Vec<RunEntry>,
}

/// One file of the checkpoint that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointEntry {
    /// The number in its name.
    pub number: u32,
    /// With all files up to this one, the state is the one after this commit.
    pub covers: Position,
    /// Its size.
    pub bytes: u64,
}

/// One segment of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentEntry {
    /// The number in its name.
    pub id: u32,
    /// Repeated by every frame in it.
    pub salt: u64,
    /// Number of the first frame written to it.
    pub first_frame: u64,
    /// Number of the first frame that lies in a later segment; 0 for the segment that is written to.
    pub end_frame: u64,
    /// The first commit written to it.
    pub first_position: Position,
    /// Its size.
    pub bytes: u64,
}

/// One file of sorted messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunEntry {
    /// The number in its name.
    pub number: u32,
    /// 0 for a run made from the log, one more than its sources for one made from runs.
    pub generation: u8,
    /// Its size.
    pub bytes: u64,
}

impl Manifest {
    /// Of a store that was never opened.
    pub(crate) fn fresh(store_id: u128) -> Self {
        Self {
            id: 0,
            store_id,
            boot: BootEpoch(0),
            synced_upto: 0,
            log_ms: 0,
            next_segment: 1,
            next_checkpoint: 1,
            checkpoints: Vec::new(),
            segments: Vec::new(),
            next_run: 1,
            runs: Vec::new(),
        }
    }

    /// The last commit that the checkpoint stands for.
    pub(crate) fn covered(&self) -> Position {
        self.checkpoints.last().map_or(Position::ZERO, |checkpoint| checkpoint.covers)
    }

    /// Adds the segment that is written to from here on; the one before it ends where this one begins.
    pub(crate) fn add_segment(&mut self, entry: SegmentEntry) {
        if let Some(before) = self.segments.last_mut().filter(|before| before.end_frame == 0) {
            before.end_frame = entry.first_frame;
        }
        self.next_segment = self.next_segment.max(entry.id + 1);
        self.segments.push(entry);
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(96 + 44 * self.segments.len());
        body.put_u8(MIN_READER);
        body.put_u64(self.id);
        body.extend_from_slice(&self.store_id.to_le_bytes());
        body.put_u32(self.boot.0);
        body.put_u64(self.synced_upto);
        body.put_u64(self.log_ms);
        body.put_u32(self.next_segment);
        body.put_u32(self.next_checkpoint);
        body.put_varint(self.checkpoints.len() as u64);
        for checkpoint in &self.checkpoints {
            body.put_u32(checkpoint.number);
            body.put_u64(checkpoint.covers.0);
            body.put_u64(checkpoint.bytes);
        }
        body.put_varint(self.segments.len() as u64);
        for segment in &self.segments {
            body.put_u32(segment.id);
            body.put_u64(segment.salt);
            body.put_u64(segment.first_frame);
            body.put_u64(segment.end_frame);
            body.put_u64(segment.first_position.0);
            body.put_u64(segment.bytes);
        }
        body.put_u32(self.next_run);
        body.put_varint(self.runs.len() as u64);
        for run in &self.runs {
            body.put_u32(run.number);
            body.put_u8(run.generation);
            body.put_u64(run.bytes);
        }
        Self::sealed(&body)
    }

    /// A file with this body.
    pub(crate) fn sealed(body: &[u8]) -> Vec<u8> {
        envelope::seal(MAGIC, VERSION, body)
    }

    /// Reads a whole file. A later version that says this one may read it, is read.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let body = envelope::open(MAGIC, VERSION, bytes)?;
        if body.first().is_some_and(|min_reader| *min_reader > VERSION) {
            return Err(EnvelopeError::Version(body[0]));
        }
        let mut reader = Reader::new(body);
        let manifest = Self::read(&mut reader).map_err(|_| EnvelopeError::Damaged)?;
        if reader.is_empty() && bytes.len() == envelope::HEADER_BYTES + body.len() {
            Ok(manifest)
        } else {
            Err(EnvelopeError::Damaged)
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let _min_reader = reader.u8("a version")?;
        let mut manifest = Self {
            id: reader.u64("an id")?,
            store_id: read_u128(reader)?,
            boot: BootEpoch(reader.u32("a boot epoch")?),
            synced_upto: reader.u64("a frame")?,
            log_ms: reader.u64("a time")?,
            next_segment: reader.u32("a segment's id")?,
            next_checkpoint: reader.u32("a checkpoint's number")?,
            checkpoints: Vec::new(),
            segments: Vec::new(),
            next_run: 0,
            runs: Vec::new(),
        };
        let count = reader.varint("a count of checkpoints")?;
        for _ in 0..count {
            manifest.checkpoints.push(CheckpointEntry {
                number: reader.u32("a checkpoint's number")?,
                covers: Position(reader.u64("a position")?),
                bytes: reader.u64("a size")?,
            });
        }
        let count = reader.varint("a count of segments")?;
        for _ in 0..count {
            manifest.segments.push(SegmentEntry {
                id: reader.u32("a segment's id")?,
                salt: reader.u64("a salt")?,
                first_frame: reader.u64("a frame")?,
                end_frame: reader.u64("a frame")?,
                first_position: Position(reader.u64("a position")?),
                bytes: reader.u64("a size")?,
            });
        }
        manifest.next_run = reader.u32("a run's number")?;
        let count = reader.varint("a count of runs")?;
        for _ in 0..count {
            manifest.runs.push(RunEntry {
                number: reader.u32("a run's number")?,
                generation: reader.u8("a generation")?,
                bytes: reader.u64("a size")?,
            });
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment() -> impl Strategy<Value = SegmentEntry> {
        any::<(u32, u64, u64, u64, u64, u64)>().prop_map(|(id, salt, first_frame, end_frame, first_position, bytes)| {
            SegmentEntry { id, salt, first_frame, end_frame, first_position: Position(first_position), bytes }
        })
    }

    fn runs() -> impl Strategy<Value = Vec<RunEntry>> {
        let run = any::<(u32, u8, u64)>();
        prop::collection::vec(run.prop_map(|(number, generation, bytes)| RunEntry { number, generation, bytes }), 0..5)
    }

    fn checkpoints() -> impl Strategy<Value = Vec<CheckpointEntry>> {
        let entry = any::<(u32, u64, u64)>().prop_map(|(number, covers, bytes)| {
            let covers = Position(covers);
            CheckpointEntry { number, covers, bytes }
        });
        prop::collection::vec(entry, 0..5)
    }

    fn manifest() -> impl Strategy<Value = Manifest> {
        let numbers = any::<(u64, u128, u32, u64, u64, u32, u32, u32)>();
        (numbers, checkpoints(), prop::collection::vec(segment(), 0..5), runs()).prop_map(
            |(numbers, checkpoints, segments, runs)| {
                let (id, store_id, boot, synced_upto, log_ms, next_segment, next_checkpoint, next_run) = numbers;
                Manifest {
                    id,
                    store_id,
                    boot: BootEpoch(boot),
                    synced_upto,
                    log_ms,
                    next_segment,
                    next_checkpoint,
                    checkpoints,
                    segments,
                    next_run,
                    runs,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn a_manifest_reads_back(manifest in manifest()) {
            prop_assert_eq!(Manifest::parse(&manifest.encode()), Ok(manifest));
        }

        #[test]
        fn any_bytes_are_parsed_without_panic(bytes: Vec<u8>) {
            let _ = Manifest::parse(&bytes);
            let _ = Manifest::parse(&envelope::seal(MAGIC, VERSION, &bytes));
        }
    }

    #[test]
    fn a_manifest_that_needs_a_later_reader_says_so() {
        let mut bytes = Manifest::fresh(1).encode();
        let mut body = bytes.split_off(envelope::HEADER_BYTES);
        body[0] = VERSION + 1;
        let later = envelope::seal(MAGIC, VERSION, &body);
        assert_eq!(Manifest::parse(&later), Err(EnvelopeError::Version(VERSION + 1)));
    }
}
