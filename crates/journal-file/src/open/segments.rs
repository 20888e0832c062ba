//! The segments of a new boot: those that stay, the last one written afresh if need be, and a new one to go on in.

use crate::aligned::AlignedBuf;
use crate::atomic_file;
use crate::config::Config;
use crate::error::OpenError;
use crate::io::Io;
use crate::manifest::{Manifest, SegmentEntry};
use crate::names;
use crate::recovery::Recovered;
use crate::repersist::{self, Copied};
use crate::rotation;
use crate::segment::{FRAMES_AT, SegmentFile, SegmentHeader};
use crate::shared::Spare;
use std::io;
use std::sync::Arc;
use vocab::random::Random;
use vocab::{BootEpoch, Position};

/// A boot being prepared.
pub(super) struct Boot<'a> {
    pub(super) io: &'a dyn Io,
    pub(super) config: &'a Config,
    pub(super) random: &'a dyn Random,
    pub(super) manifest: &'a Manifest,
    pub(super) boot: BootEpoch,
}

/// The segments that this boot begins with.
pub(super) struct Log {
    /// What the manifest will name before the new segment.
    pub(super) kept: Vec<SegmentEntry>,
    /// The new segment, as the manifest will name it.
    pub(super) added: SegmentEntry,
    /// Every segment, the new one last.
    pub(super) files: Vec<Kept>,
    /// The new segment.
    pub(super) open: Arc<SegmentFile>,
}

/// A segment that stays.
pub(super) struct Kept {
    pub(super) file: Arc<SegmentFile>,
    /// The id it had during recovery.
    pub(super) was: u32,
    /// The last commit in it.
    pub(super) last: Position,
}

/// The id of the segment that was `was` during recovery.
pub(super) fn renamed(files: &[Kept], was: u32) -> u32 {
    let at = files.binary_search_by_key(&was, |kept| kept.was).expect("the index points into segments that were read");
    files[at].file.id
}

impl Boot<'_> {
    /// Makes the files. Nothing of the store is changed yet.
    pub(super) fn prepare(&self, recovered: &mut Recovered, spares: &mut Vec<Spare>) -> Result<Log, OpenError> {
        let mut next_id = self.manifest.next_segment;
        let mut stays: Vec<(SegmentEntry, u32, Position)> = Vec::new();
        for (entry, last) in self.manifest.segments.iter().zip(&recovered.last_positions) {
            stays.push((*entry, entry.id, *last));
        }
        if !recovered.clean
            && let Some((old, was, last)) = stays.pop()
            && recovered.end_at > FRAMES_AT
        {
            let copied = self.write_afresh(&old, recovered, next_id, spares)?;
            recovered.end.crc = copied.last_crc;
            stays.push((copied.entry, was, last));
            next_id += 1;
        }
        let mut files = Vec::with_capacity(stays.len() + 1);
        for (entry, was, last) in &stays {
            let name = names::segment(entry.id);
            let file = self.io.open(&name, self.config.mode()).map_err(OpenError::io(&name))?;
            let file = Arc::new(SegmentFile { id: entry.id, bytes: entry.bytes, file });
            files.push(Kept { file, was: *was, last: *last });
        }
        if let Some(last) = files.last().filter(|_| recovered.clean && recovered.end_at > FRAMES_AT) {
            let renewed = repersist::renew_seal(&*last.file.file, recovered.end_at);
            renewed.map_err(OpenError::io(&names::segment(last.file.id)))?;
        }
        let kept = stays.into_iter().map(|(entry, _, _)| entry).collect();
        let (open, added) = self.first_segment(recovered, next_id, spares)?;
        files.push(Kept { file: Arc::clone(&open), was: open.id, last: recovered.end.position });
        Ok(Log { kept, added, files, open })
    }

    fn header(&self, id: u32) -> SegmentHeader {
        SegmentHeader {
            store_id: self.manifest.store_id,
            id,
            salt: self.random.next_u64(),
            epoch: self.boot,
            first_frame: 0,
            first_position: Position::ZERO,
            prev_crc: 0,
        }
    }

    /// The valid part of the last segment, as the segment `id`. On a full disk a spare takes it, if one is large enough.
    fn write_afresh(
        &self,
        old: &SegmentEntry,
        recovered: &Recovered,
        id: u32,
        spares: &mut Vec<Spare>,
    ) -> Result<Copied, OpenError> {
        let header = SegmentHeader {
            first_frame: old.first_frame,
            first_position: old.first_position,
            prev_crc: recovered.last_prev_crc,
            ..self.header(id)
        };
        let copy = |spare| repersist::repersist(self.io, self.config, old, recovered.end_at, &header, spare);
        match copy(None) {
            Err(error) if repersist::met_full_disk(&error) => match take_spare(spares, recovered.end_at) {
                Some(spare) => copy(Some(spare)),
                None => Err(error),
            },
            copied => copied,
        }
    }

    /// The segment that this boot writes into first: a spare, or a file made here.
    fn first_segment(
        &self,
        recovered: &Recovered,
        id: u32,
        spares: &mut Vec<Spare>,
    ) -> Result<(Arc<SegmentFile>, SegmentEntry), OpenError> {
        let header = SegmentHeader {
            first_frame: recovered.end.frame + 1,
            first_position: recovered.end.position.next(),
            prev_crc: recovered.end.crc,
            ..self.header(id)
        };
        let bytes = self.config.segment_bytes(0);
        let name = names::segment(id);
        let spare = match take_spare(spares, bytes) {
            Some(spare) => spare,
            None => {
                let number = spares.iter().map(|spare| spare.number + 1).max().unwrap_or(1);
                self.make_spare(number, bytes).map_err(OpenError::io(&name))?
            }
        };
        rotation::stage(self.io, spare, &header).map_err(OpenError::io(&name))
    }

    fn make_spare(&self, number: u32, bytes: u64) -> io::Result<Spare> {
        let name = names::spare(number);
        let file = atomic_file::create(self.io, &name, self.config.mode())?;
        let zeros = AlignedBuf::zeros(usize::try_from(bytes).expect("a first segment is small"));
        file.write_at(0, zeros.as_slice())?;
        Ok(Spare { number, bytes, file })
    }
}

/// The smallest spare of at least `bytes`.
fn take_spare(spares: &mut Vec<Spare>, bytes: u64) -> Option<Spare> {
    let fitting = spares.iter().enumerate().filter(|(_, spare)| spare.bytes >= bytes);
    let smallest = fitting.min_by_key(|(_, spare)| (spare.bytes, spare.number)).map(|(at, _)| at);
    smallest.map(|at| spares.swap_remove(at))
}
