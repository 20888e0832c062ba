//! The folder's files at opening: the manifest that counts, spares that are left, names that nothing needs.
//!
//! Invariant: what the manifest names is never removed.

use crate::atomic_file::{self, PublishError};
use crate::config::Config;
use crate::error::{Lost, OpenError};
use crate::io::{BLOCK, Io, Mode};
use crate::manifest::{self, Manifest, ManifestStore, SegmentEntry};
use crate::names::{self, Named};
use crate::recovery::Verdict;
use crate::run::RunFile;
use crate::runs::Runs;
use crate::segment::SegmentHeader;
use crate::shared::Spare;
use journal::Replay;
use std::sync::Arc;
use vocab::random::Random;

/// What the folder is called in errors.
const FOLDER: &str = "the data folder";

/// The manifest that counts, and whether the other one is damaged. An empty folder gets its first.
pub(crate) fn manifest(io: &dyn Io, random: &dyn Random) -> Result<(ManifestStore, bool), OpenError> {
    let loaded = manifest::load(io)?;
    match loaded.manifest {
        Some(mut manifest) => {
            if loaded.damaged {
                roll_forward(io, &mut manifest)?;
            }
            Ok((ManifestStore::new(manifest), loaded.damaged))
        }
        None if names(io)?.iter().any(|name| matches!(names::parse(name), Named::Segment(_))) => {
            Err(OpenError::MissingManifest)
        }
        None => {
            let store_id = u128::from(random.next_u64()) << 64 | u128::from(random.next_u64());
            let mut store = ManifestStore::new(Manifest::fresh(store_id));
            store.publish(io, |_| {}).map_err(publish_failed)?;
            Ok((store, false))
        }
    }
}

/// The damaged manifest may have named segments that this one does not know yet: those of greater ids. If it had dropped
/// some that this one still names, they are missing, and recovery says so.
pub(crate) fn roll_forward(io: &dyn Io, manifest: &mut Manifest) -> Result<(), OpenError> {
    let mut later: Vec<u32> = Vec::new();
    for name in names(io)? {
        match names::parse(&name) {
            Named::Segment(id) if id >= manifest.next_segment => later.push(id),
            Named::Checkpoint(number) => manifest.next_checkpoint = manifest.next_checkpoint.max(number + 1),
            Named::Segment(_) | Named::Spare(_) | Named::Run(_) | Named::Temporary | Named::Other => {}
        }
    }
    later.sort_unstable();
    for id in later {
        let name = names::segment(id);
        let bytes = atomic_file::read(io, &name).map_err(OpenError::io(&name))?.unwrap_or_default();
        let header = bytes.get(..BLOCK).and_then(|block| SegmentHeader::parse(block).ok());
        if let Some(header) = header.filter(|header| header.store_id == manifest.store_id) {
            manifest.add_segment(SegmentEntry {
                id,
                salt: header.salt,
                first_frame: header.first_frame,
                end_frame: 0,
                first_position: header.first_position,
                bytes: bytes.len() as u64,
            });
        }
        manifest.next_segment = manifest.next_segment.max(id + 1);
    }
    Ok(())
}

/// All names of the folder, in order.
pub(crate) fn names(io: &dyn Io) -> Result<Vec<String>, OpenError> {
    let mut names = io.list().map_err(OpenError::io(FOLDER))?;
    names.sort_unstable();
    Ok(names)
}

/// The spares that the last boot left. What is too small to become a segment goes: a crash cut its making short.
pub(super) fn spares(io: &dyn Io, config: &Config) -> Result<Vec<Spare>, OpenError> {
    let mut spares = Vec::new();
    for name in names(io)? {
        if let Named::Spare(number) = names::parse(&name) {
            let file = io.open(&name, config.mode()).map_err(OpenError::io(&name))?;
            let bytes = file.len().map_err(OpenError::io(&name))?;
            if bytes < config.segment_bytes(0) {
                io.remove(&name).map_err(OpenError::io(&name))?;
            } else {
                spares.push(Spare { number, bytes, file });
            }
        }
    }
    Ok(spares)
}

/// Removes what the manifest does not name. Returns the first free number for a spare.
pub(super) fn clean_up(io: &dyn Io, manifest: &Manifest) -> Result<u32, OpenError> {
    let mut next_spare = 1;
    for name in names(io)? {
        let needed = match names::parse(&name) {
            Named::Segment(id) => manifest.segments.iter().any(|entry| entry.id == id),
            Named::Checkpoint(number) => manifest.checkpoints.iter().any(|entry| entry.number == number),
            Named::Temporary => false,
            Named::Spare(number) => {
                next_spare = next_spare.max(number + 1);
                true
            }
            Named::Run(number) => manifest.runs.iter().any(|entry| entry.number == number),
            Named::Other => true,
        };
        if !needed {
            io.remove(&name).map_err(OpenError::io(&name))?;
        }
    }
    Ok(next_spare)
}

/// The runs that the manifest names, with how much of each lives.
pub(super) fn runs(io: &dyn Io, manifest: &Manifest, replay: &dyn Replay) -> Result<Runs, OpenError> {
    let mut runs = Runs::default();
    for entry in &manifest.runs {
        let (file, sections) = RunFile::open(io, manifest.store_id, entry.number, Mode::Read)?;
        if (file.generation, file.bytes) != (entry.generation, entry.bytes) {
            let what = format!("it is not the run of {} bytes that the manifest names", entry.bytes);
            let file = names::run(entry.number);
            return Err(OpenError::Damaged { file, what, lost: Lost::default(), verdict: Verdict::Rot });
        }
        let mut live = Vec::with_capacity(sections.len());
        let mut known = Vec::with_capacity(sections.len());
        for (section, seqs) in sections {
            live.push(replay.live(section.key, section.first..=section.last).intersection_len(&seqs));
            known.push(section);
        }
        runs.push(Arc::new(file), known, &live);
    }
    Ok(runs)
}

pub(crate) fn publish_failed(error: PublishError) -> OpenError {
    match error {
        PublishError::Full { file } => OpenError::io(&file)(std::io::ErrorKind::StorageFull.into()),
        PublishError::Io { file, source } => OpenError::io(&file)(source),
    }
}
