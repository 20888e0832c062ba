//! The writer: takes commits one at a time, writes and syncs them, and says when they are durable.
//!
//! Thread-free: [`Writer::step`] does one thing and returns; [`crate::runner`] calls it from a thread, the simulator from
//! its own loop. What it is not: the frames' layout ([`crate::frame_writer`]).
//!
//! Invariants: commits become durable in order and only after a sync that began after they were written; a commit never
//! lies in two segments; a failed write or sync poisons the store and is never tried again.

use crate::frame_writer::{FrameWriter, LogEnd};
use crate::rotation::{Rotation, Turn};
use crate::shared::{KEPT_BUFFER_BYTES, Shared, Step, Submitted, Written};
use journal::Urgency;
use journal::frame::Flags;
use std::io;
use std::sync::Arc;
use vocab::clock::Clock;
use vocab::random::Random;

/// Writes the log.
pub struct Writer {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    frames: FrameWriter,
    rotation: Rotation,
    /// Taken, and not written yet for want of a segment.
    pending: Option<Submitted>,
    /// Written, and not synced yet.
    unsynced: Vec<Written>,
    sync_at_us: Option<u64>,
    idle_seal_at_us: Option<u64>,
    sealed: bool,
}

/// A write or sync that failed.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {source}")]
pub(crate) struct WriteError {
    pub(crate) file: String,
    pub(crate) source: io::Error,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, clock: Arc<dyn Clock>, random: Arc<dyn Random>, end: LogEnd) -> Self {
        let frames = FrameWriter::new(end, shared.config.frame_bytes_max, shared.config.write_bytes_max);
        Self {
            rotation: Rotation::new(Arc::clone(&shared), random),
            shared,
            clock,
            frames,
            pending: None,
            unsynced: Vec::new(),
            sync_at_us: None,
            idle_seal_at_us: None,
            sealed: false,
        }
    }

    /// What the threads need to know of the store.
    pub(crate) fn shared_parts(&self) -> (Arc<Shared>, Arc<dyn Clock>) {
        (Arc::clone(&self.shared), Arc::clone(&self.clock))
    }

    /// Does the next thing that is due at `now_us` (the clock's monotonic time).
    pub fn step(&mut self, now_us: u64) -> Step {
        if self.sealed || self.shared.poisoned().is_some() {
            return Step::Idle { wake_at_us: None };
        }
        match self.try_step(now_us) {
            Ok(step) => step,
            Err(error) => {
                self.shared.poison(&error.to_string());
                Step::Worked
            }
        }
    }

    fn try_step(&mut self, now_us: u64) -> Result<Step, WriteError> {
        if self.pending.is_none() {
            self.pending = self.shared.take_submitted();
        }
        if let Some(commit) = self.pending.take() {
            return self.write(commit, now_us);
        }
        if std::mem::take(&mut self.shared.state().hastened) || is_due(self.sync_at_us, now_us) {
            self.sync()?;
            return Ok(Step::Worked);
        }
        if self.shared.state().closing {
            self.seal()?;
            return Ok(Step::Worked);
        }
        if is_due(self.idle_seal_at_us, now_us) {
            self.state_sync()?;
            return Ok(Step::Worked);
        }
        Ok(Step::Idle { wake_at_us: earlier(self.sync_at_us, self.idle_seal_at_us) })
    }

    fn write(&mut self, commit: Submitted, now_us: u64) -> Result<Step, WriteError> {
        let bytes = self.frames.group_bytes(&commit.encoded);
        if !self.frames.has_room(bytes) {
            self.sync()?;
            match self.rotation.turn(&mut self.frames, bytes, now_us)? {
                Turn::Done => {}
                Turn::Wait { until_us } => {
                    self.pending = Some(commit);
                    return Ok(Step::Idle { wake_at_us: until_us });
                }
            }
        }
        let written = self.frames.write_commit(commit.position, &commit.encoded);
        let pieces = written.map_err(|source| self.failed(source))?;
        self.count(bytes);
        let segment = Arc::clone(self.frames.segment());
        self.unsynced.push(Written { position: commit.position, segment, pieces, encoded: commit.encoded });
        self.idle_seal_at_us = None;
        match commit.urgency {
            Urgency::Now => self.sync()?,
            Urgency::WithinMs(ms) => self.sync_within(ms, now_us),
            Urgency::Whenever => {}
        }
        Ok(Step::Worked)
    }

    fn count(&self, bytes: u64) {
        let mut state = self.shared.state();
        state.figures.bytes_written += bytes;
        let nearly_full = self.frames.is_nearly_full();
        if std::mem::replace(&mut state.nearly_full, nearly_full) != nearly_full {
            drop(state);
            self.shared.wake_preparer();
        }
    }

    fn sync_within(&mut self, ms: u64, now_us: u64) {
        let at_us = now_us.saturating_add(ms.saturating_mul(1000));
        self.sync_at_us = earlier(self.sync_at_us, Some(at_us));
    }

    /// Makes everything written durable, and says so.
    fn sync(&mut self) -> Result<(), WriteError> {
        self.sync_at_us = None;
        if !self.frames.has_unsynced() {
            return Ok(());
        }
        let start_us = self.clock.mono_us();
        self.frames.sync().map_err(|source| self.failed(source))?;
        let end_us = self.clock.mono_us();
        if !self.unsynced.is_empty() {
            self.idle_seal_at_us = Some(end_us + self.shared.config.idle_seal_us);
        }
        self.report(end_us.saturating_sub(start_us));
        Ok(())
    }

    /// Hands the durable commits back to the front.
    fn report(&mut self, sync_us: u64) {
        let mut state = self.shared.state();
        state.figures.syncs += 1;
        state.figures.sync_us += sync_us;
        state.figures.commits += self.unsynced.len() as u64;
        for mut commit in self.unsynced.drain(..) {
            state.durable = commit.position;
            state.log_ms = state.log_ms.max(commit.encoded.log_ms);
            commit.encoded.clear(KEPT_BUFFER_BYTES);
            state.done.push_back(commit);
        }
        let checkpoint_waits = state.checkpoint_busy;
        drop(state);
        self.shared.progress();
        if checkpoint_waits {
            self.shared.wake_preparer();
        }
    }

    /// Leaves a mark on disk that the last commit was synced, so that a later loss of it is not taken for a torn end.
    fn state_sync(&mut self) -> Result<(), WriteError> {
        self.idle_seal_at_us = None;
        if self.frames.is_sync_unstated() && self.write_marker(Flags::EMPTY)? {
            self.sync()?;
        }
        Ok(())
    }

    fn seal(&mut self) -> Result<(), WriteError> {
        self.sync()?;
        assert!(self.write_marker(Flags::SEAL)?, "every segment keeps a block free for the seal");
        self.sync()?;
        self.sealed = true;
        self.shared.state().closed = true;
        self.shared.progress();
        Ok(())
    }

    fn write_marker(&mut self, flags: Flags) -> Result<bool, WriteError> {
        let written = self.frames.write_marker(flags).map_err(|source| self.failed(source))?;
        self.shared.state().figures.bytes_written += if written { crate::io::BLOCK as u64 } else { 0 };
        Ok(written)
    }

    fn failed(&self, source: io::Error) -> WriteError {
        WriteError { file: crate::names::segment(self.frames.segment().id), source }
    }
}

fn is_due(at_us: Option<u64>, now_us: u64) -> bool {
    at_us.is_some_and(|at_us| at_us <= now_us)
}

fn earlier(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}
