//! Opening a store: from a folder's files to a journal that takes commits.
//!
//! ```text
//!  1  the manifest that counts is read; an empty folder gets one
//!  2  recovery reads checkpoint and log, and decides about the log's end
//!  3  after an unclean stop the last segment's valid part is written afresh
//!  4  a segment for this boot is made
//!  5  the manifest with all of that and the next boot epoch becomes durable
//!  6  files that the manifest does not name are removed
//! ```
//!
//! What it is not: any thread's work; [`Store::start_threads`] comes after, or somebody else steps the writer and the
//! preparer. Invariant: up to step 5 nothing that the store consists of is changed, so a crash or an error anywhere leaves
//! it to be opened again.

pub(crate) mod folder;
mod segments;

use crate::compactor::Compactor;
use crate::config::Config;
use crate::error::OpenError;
use crate::frame_writer::LogEnd;
use crate::front::{FileJournal, Found};
use crate::io::Io;
use crate::manifest::Manifest;
use crate::preparer::Preparer;
use crate::recovery::{self, Recovered, RecoveryProgress, RecoveryReport};
use crate::runner::Threads;
use crate::runs::Runs;
use crate::shared::{Shared, State};
use crate::writer::Writer;
use journal::{Opened, Replay};
use segments::Boot;
use std::io;
use std::sync::Arc;
use vocab::BootEpoch;
use vocab::clock::Clock;
use vocab::random::Random;

/// An open store: the engine's side, and the two that do its work.
pub struct Store {
    /// The engine's side.
    pub journal: FileJournal,
    /// Writes the log; to be stepped.
    pub writer: Writer,
    /// Works ahead and cleans up; to be stepped.
    pub preparer: Preparer,
    /// Sorts and rewrites; to be stepped.
    pub compactor: Compactor,
    /// What the engine wants to know.
    pub opened: Opened,
    /// What people want to know.
    pub report: RecoveryReport,
}

impl Store {
    /// Hands writer, preparer and compactor to threads of their own.
    ///
    /// # Errors
    /// The system gives no more threads.
    pub fn start_threads(self) -> io::Result<(FileJournal, Threads)> {
        let threads = Threads::start(self.writer, self.preparer, self.compactor)?;
        Ok((self.journal, threads))
    }
}

/// Opens the store in a folder, or makes one. Shows `replay` what was stored, and `progress` how far that has come.
///
/// # Errors
/// The store is damaged, of a later version, or in use; the disk or `replay` refuses. Nothing that the store consists of
/// is changed then.
pub fn open(
    io: Arc<dyn Io>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    config: Config,
    replay: &mut dyn Replay,
    progress: &mut dyn FnMut(RecoveryProgress),
) -> Result<Store, OpenError> {
    let (mut manifests, damaged) = folder::manifest(&*io, &*random)?;
    let mut recovered = recovery::recover(&*io, &config, manifests.current(), replay, progress)?;
    recovered.report.manifest_damaged = damaged;
    let runs = folder::runs(&*io, manifests.current(), replay)?;
    let mut spares = folder::spares(&*io, &config)?;
    let boot = next_boot(manifests.current(), &recovered, damaged);
    let log = Boot { io: &*io, config: &config, random: &*random, manifest: manifests.current(), boot }
        .prepare(&mut recovered, &mut spares)?;
    let log_ms = recovered.log_ms;
    manifests
        .publish(&*io, |manifest| {
            manifest.boot = boot;
            manifest.synced_upto = recovered.end.frame;
            manifest.log_ms = log_ms;
            manifest.segments.clone_from(&log.kept);
            manifest.add_segment(log.added);
        })
        .map_err(folder::publish_failed)?;
    let next_spare = folder::clean_up(&*io, manifests.current())?;
    let manifest = manifests.current();
    let opened = Opened { store_id: manifest.store_id, boot, clean: recovered.clean, log_ms };
    let state =
        State { durable: recovered.end.position, log_ms, covered: manifest.covered(), spares, ..State::default() };
    let end = LogEnd {
        segment: Arc::clone(&log.open),
        salt: log.added.salt,
        last_frame: recovered.end.frame,
        prev_crc: recovered.end.crc,
        position: recovered.end.position,
        epoch: boot,
    };
    let report = recovered.report.clone();
    let found = index_live(recovered, &log.files, runs, manifest, replay);
    let shared = Arc::new(Shared::new(io, config, manifests, state));
    Ok(Store {
        journal: FileJournal::new(Arc::clone(&shared), Arc::clone(&clock), found),
        preparer: Preparer::new(Arc::clone(&shared), next_spare),
        compactor: Compactor::new(Arc::clone(&shared), Arc::clone(&clock)),
        writer: Writer::new(shared, clock, random, end),
        opened,
        report,
    })
}

/// Greater than any epoch that may have been given out: a damaged manifest may have been one ahead of the other.
fn next_boot(manifest: &Manifest, recovered: &Recovered, damaged: bool) -> BootEpoch {
    BootEpoch(manifest.boot.max(recovered.epoch).0 + 1 + u32::from(damaged))
}

/// Keeps what lives of the recovered index, and counts it by segment.
fn index_live(
    recovered: Recovered,
    files: &[segments::Kept],
    runs: Runs,
    manifest: &Manifest,
    replay: &dyn Replay,
) -> Found {
    let mut index = recovered.index;
    let mut segments = crate::retirement::Segments::default();
    for kept in files {
        segments.commit(&kept.file, kept.last);
    }
    index.retain(|key, slot| {
        let lives = replay.is_live(key, slot.seq);
        if lives {
            slot.segment = segments::renamed(files, slot.segment);
            segments.add_live(slot.segment, 1);
        }
        lives
    });
    Found {
        last_position: recovered.end.position,
        covered: manifest.covered(),
        index,
        segments,
        runs,
        uncovered_bytes: recovered.uncovered_bytes,
    }
}
