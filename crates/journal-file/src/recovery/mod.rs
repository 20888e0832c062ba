//! Recovery: reads the log from its first segment to its end, shows the engine what it needs, and decides about the end.
//!
//! ```text
//!  manifest -> checkpoint -> segment, segment, .. last segment -> end -> table -> go on, cut, or stop
//! ```
//!
//! What it is not: any change to the store; cutting is done by [`crate::repersist`] when this has succeeded.
//! Invariants: frames are applied only as long as the chain is unbroken, whole commits at a time; nothing is applied that
//! lies behind a damaged frame.

mod apply;
mod end;
mod frames;
mod scan;
mod table;
#[cfg(test)]
mod tests;

pub use frames::Frame;
pub use table::Verdict;

pub(crate) use frames::FrameReader;

use crate::checkpoint;
use crate::config::Config;
use crate::error::OpenError;
use crate::index::Index;
use crate::io::Io;
use crate::manifest::Manifest;
use apply::Applied;
use journal::Replay;
use scan::Scan;
use std::collections::BTreeMap;
use vocab::{BootEpoch, Position};

/// How far a recovery has come, for people who wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecoveryProgress {
    /// Segments read.
    pub segments_done: u64,
    /// Segments in all.
    pub segments: u64,
    /// Bytes of the log read.
    pub bytes_done: u64,
    /// Bytes of all segments; the last one is usually not full.
    pub bytes: u64,
    /// Messages seen.
    pub messages: u64,
}

/// What a recovery found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// Which row of the table decided about the log's end; `None` for a log without segments.
    pub verdict: Option<Verdict>,
    /// How often each row was taken; more than one only if a manifest was damaged too.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Segments read.
    pub segments: u64,
    /// Valid frames read.
    pub frames: u64,
    /// Commits read.
    pub commits: u64,
    /// Messages seen, living or not.
    pub messages: u64,
    /// Bytes behind the cut that held frames or parts of frames; 0 when nothing was cut.
    pub cut_bytes: u64,
    /// One of the two manifests was damaged and the other one did.
    pub manifest_damaged: bool,
}

/// Where the valid log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Number of the last frame.
    pub(crate) frame: u64,
    /// Its header's checksum.
    pub(crate) crc: u32,
    /// The last commit.
    pub(crate) position: Position,
}

/// The outcome of a recovery that may go on.
pub(crate) struct Recovered {
    pub(crate) index: Index,
    pub(crate) end: Cursor,
    /// Where the valid frames of the last segment end, in bytes.
    pub(crate) end_at: u64,
    /// The header checksum of the frame before the last segment's first.
    pub(crate) last_prev_crc: u32,
    /// The log ended with a seal, or never began.
    pub(crate) clean: bool,
    /// The last commit of every segment, in the manifest's order.
    pub(crate) last_positions: Vec<Position>,
    pub(crate) log_ms: u64,
    /// The greatest boot epoch in any frame.
    pub(crate) epoch: BootEpoch,
    pub(crate) uncovered_bytes: u64,
    pub(crate) report: RecoveryReport,
}

/// Reads the whole store.
pub(crate) fn recover(
    io: &dyn Io,
    config: &Config,
    manifest: &Manifest,
    replay: &mut dyn Replay,
    progress: &mut dyn FnMut(RecoveryProgress),
) -> Result<Recovered, OpenError> {
    if let Some(pages) = checkpoint::read_chain(io, &manifest.checkpoints, manifest.store_id)? {
        replay.checkpoint(&mut pages.iter().map(|(key, content)| (*key, &content[..])))?;
    }
    let applied = Applied { replay, index: Index::default(), log_ms: manifest.log_ms, uncovered_bytes: 0, messages: 0 };
    let mut scan = Scan::new(io, config, manifest, applied, progress);
    for at in 0..manifest.segments.len() {
        scan.segment(at)?;
    }
    Ok(scan.finish())
}
