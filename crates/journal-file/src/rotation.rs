//! Changing segments: a spare becomes the next segment of the log.
//!
//! ```text
//!  1  everything in the old segment is synced (the writer did that)
//!  2  the spare's first block is written and synced, the file gets its segment name, the name is synced
//!  3  the manifest names the segment, and that all frames before it are synced
//!  4  the first frame is written
//! ```
//!
//! What it is not: the making of spares (the preparer's). Invariant: a full disk at step 3 only delays; any other failure
//! of a step poisons.

use crate::aligned::AlignedBuf;
use crate::atomic_file::PublishError;
use crate::frame_writer::FrameWriter;
use crate::io::Io;
use crate::manifest::SegmentEntry;
use crate::names;
use crate::segment::{FRAMES_AT, RESERVED_BYTES, SegmentFile, SegmentHeader};
use crate::shared::{Shared, Spare};
use crate::writer::WriteError;
use std::io;
use std::sync::Arc;
use vocab::random::Random;

/// Turns spares into segments.
pub(crate) struct Rotation {
    shared: Arc<Shared>,
    random: Arc<dyn Random>,
    /// Steps 1 and 2 are done for it.
    staged: Option<(Arc<SegmentFile>, SegmentEntry)>,
}

/// How far a change of segments came.
pub(crate) enum Turn {
    /// The log goes on in the new segment.
    Done,
    /// It has to be tried again: at a time, or when the preparer has a spare.
    Wait { until_us: Option<u64> },
}

impl Rotation {
    pub(crate) fn new(shared: Arc<Shared>, random: Arc<dyn Random>) -> Self {
        Self { shared, random, staged: None }
    }

    /// Goes on to a segment with room for a commit of `group_bytes`.
    pub(crate) fn turn(&mut self, frames: &mut FrameWriter, group_bytes: u64, now_us: u64) -> Result<Turn, WriteError> {
        let bytes = FRAMES_AT + group_bytes + RESERVED_BYTES;
        if self.staged.as_ref().is_none_or(|(segment, _)| segment.bytes < bytes) {
            let Some(spare) = take_spare(&self.shared, bytes) else { return Ok(Turn::Wait { until_us: None }) };
            self.staged = Some(self.stage(frames, spare)?);
        }
        let (segment, entry) = self.staged.take().expect("it was staged above");
        let log_ms = self.shared.state().log_ms;
        let synced_upto = frames.synced();
        let published = self.shared.publish(|manifest| {
            manifest.synced_upto = synced_upto;
            manifest.log_ms = log_ms;
            manifest.add_segment(entry);
        });
        match published {
            Ok(()) => {
                frames.change_segment(segment, entry.salt);
                Ok(Turn::Done)
            }
            Err(PublishError::Full { .. }) => {
                self.staged = Some((segment, entry));
                Ok(Turn::Wait { until_us: Some(now_us + self.shared.config.retry_ms * 1000) })
            }
            Err(PublishError::Io { file, source }) => Err(WriteError { file, source }),
        }
    }

    fn stage(&self, frames: &FrameWriter, spare: Spare) -> Result<(Arc<SegmentFile>, SegmentEntry), WriteError> {
        let (last_frame, prev_crc, position) = frames.end();
        let (store_id, next_segment) = self.shared.manifest(|manifest| (manifest.store_id, manifest.next_segment));
        let abandoned = self.staged.as_ref().map_or(0, |(segment, _)| segment.id + 1);
        let header = SegmentHeader {
            store_id,
            id: next_segment.max(abandoned),
            salt: self.random.next_u64(),
            epoch: frames.epoch(),
            first_frame: last_frame + 1,
            first_position: position.next(),
            prev_crc,
        };
        stage(&*self.shared.io, spare, &header).map_err(|source| WriteError { file: names::segment(header.id), source })
    }
}

/// Step 2: makes `spare` the segment that `header` describes.
pub(crate) fn stage(io: &dyn Io, spare: Spare, header: &SegmentHeader) -> io::Result<(Arc<SegmentFile>, SegmentEntry)> {
    let mut block = AlignedBuf::default();
    block.extend(&header.encode());
    block.pad();
    spare.file.write_at(0, block.as_slice())?;
    spare.file.sync_data()?;
    io.rename(&names::spare(spare.number), &names::segment(header.id))?;
    names::sync(io)?;
    let entry = SegmentEntry {
        id: header.id,
        salt: header.salt,
        first_frame: header.first_frame,
        end_frame: 0,
        first_position: header.first_position,
        bytes: spare.bytes,
    };
    Ok((Arc::new(SegmentFile { id: header.id, bytes: spare.bytes, file: spare.file }), entry))
}

/// The smallest spare of at least `bytes`; if there is none, the preparer is asked for one.
fn take_spare(shared: &Shared, bytes: u64) -> Option<Spare> {
    let mut state = shared.state();
    let fitting = state.spares.iter().enumerate().filter(|(_, spare)| spare.bytes >= bytes);
    let smallest = fitting.min_by_key(|(_, spare)| (spare.bytes, spare.number)).map(|(at, _)| at);
    let taken = smallest.map(|at| state.spares.swap_remove(at));
    if taken.is_some() {
        state.rotations += 1;
        state.spare_bytes_wanted = 0;
    } else {
        state.spare_bytes_wanted = bytes;
    }
    drop(state);
    shared.wake_preparer();
    taken
}
