//! Checkpoints: written, made to count, and folded together when the changes outweigh what they change.
//!
//! Invariants: a checkpoint counts only once every commit it stands for is durable; one is written only when the one before
//! counts, and until then what is handed over is gathered, so that no page is lost; files go only after a manifest without
//! them is durable; a full disk only puts things off.

use crate::atomic_file::PublishError;
use crate::checkpoint::{Fold, FoldError, Head, Kind, PageWriter};
use crate::manifest::CheckpointEntry;
use crate::names;
use crate::shared::{CheckpointJob, Shared};
use std::sync::Arc;
use vocab::Position;

/// Changes below so many bytes are not worth folding, unless they lie in too many files.
const FOLD_BYTES_MIN: u64 = 64 * 1024;

/// What the preparer knows of checkpoints.
pub(super) struct Checkpoints {
    shared: Arc<Shared>,
    /// The number of the next file.
    next: u32,
    /// Asked for, and not written yet.
    job: Option<CheckpointJob>,
    /// Written, and not counting yet.
    written: Option<CheckpointEntry>,
    fold: Option<Fold>,
    /// Folded and not counting yet: the new base, and how many files it stands for.
    folded: Option<(CheckpointEntry, usize)>,
    /// There was no room for a fold; none is tried before.
    fold_at_us: u64,
}

impl Checkpoints {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let next = shared.manifest(|manifest| manifest.next_checkpoint);
        Self { shared, next, job: None, written: None, fold: None, folded: None, fold_at_us: 0 }
    }

    /// Writes what was asked for, or lets what was written count. Says whether there was anything to do.
    pub(super) fn step(&mut self) -> Result<bool, PublishError> {
        match self.written {
            Some(entry) => self.let_count(entry),
            None => self.write(),
        }
    }

    fn write(&mut self) -> Result<bool, PublishError> {
        if let Some(newer) = self.shared.state().checkpoint.take() {
            self.job = Some(match self.job.take() {
                Some(job) => job.followed_by(newer),
                None => newer,
            });
        }
        let Some(job) = &self.job else { return Ok(false) };
        let (store_id, before) =
            self.shared.manifest(|manifest| (manifest.store_id, manifest.checkpoints.last().map(|entry| entry.number)));
        let kind = if before.is_some() { Kind::Delta } else { Kind::Base };
        let head = Head { store_id, covers: job.covers, kind, follows: before.unwrap_or(0) };
        let io = &*self.shared.io;
        let mut writer = PageWriter::create(io, self.next, &head, self.shared.config.write_bytes_max)?;
        for (key, content) in &job.pages {
            if kind == Kind::Delta || content.is_some() {
                writer.push(io, *key, content.as_deref())?;
            }
        }
        self.written = Some(CheckpointEntry { number: self.next, covers: job.covers, bytes: writer.finish(io)? });
        self.next += 1;
        self.job = None;
        Ok(true)
    }

    fn let_count(&mut self, entry: CheckpointEntry) -> Result<bool, PublishError> {
        let (durable, log_ms) = {
            let state = self.shared.state();
            (state.durable, state.log_ms)
        };
        if durable < entry.covers {
            return Ok(false);
        }
        let next = self.next;
        self.shared.publish(|manifest| {
            manifest.checkpoints.push(entry);
            manifest.next_checkpoint = next;
            manifest.log_ms = manifest.log_ms.max(log_ms);
        })?;
        self.written = None;
        self.report(entry.covers);
        Ok(true)
    }

    fn report(&self, covered: Position) {
        let mut state = self.shared.state();
        state.covered = covered;
        state.checkpoint_busy = state.checkpoint.is_some();
        state.figures.checkpoints += 1;
        drop(state);
        self.shared.progress();
    }

    /// Folds a piece further, if that is worth it and there is room. Says whether there was anything to do.
    pub(super) fn step_fold(&mut self, now_us: u64) -> Result<bool, FoldError> {
        match self.try_fold(now_us) {
            Err(FoldError::Write(PublishError::Full { .. })) => {
                self.fold = None;
                self.fold_at_us = now_us + self.shared.config.retry_ms * 1000;
                Ok(false)
            }
            folded => folded,
        }
    }

    /// When a fold that found no room is tried again.
    pub(super) fn retry_fold_at_us(&self, now_us: u64) -> Option<u64> {
        (self.fold_at_us > now_us).then_some(self.fold_at_us)
    }

    fn try_fold(&mut self, now_us: u64) -> Result<bool, FoldError> {
        if now_us < self.fold_at_us {
            return Ok(false);
        }
        if let Some((entry, count)) = self.folded {
            self.let_folded_count(entry, count)?;
            return Ok(true);
        }
        let shared = Arc::clone(&self.shared);
        let write_bytes_max = shared.config.write_bytes_max;
        let Some(mut fold) = self.fold.take() else {
            let (store_id, chain) = shared.manifest(|manifest| (manifest.store_id, manifest.checkpoints.clone()));
            if !is_worth_folding(&chain, shared.config.checkpoint_files_max) {
                return Ok(false);
            }
            self.check_room(&chain)?;
            self.fold = Some(Fold::begin(&*shared.io, &chain, store_id, self.next, write_bytes_max)?);
            self.next += 1;
            return Ok(true);
        };
        if fold.step(&*shared.io, write_bytes_max as u64)? {
            self.fold = Some(fold);
        } else {
            self.folded = Some(fold.finish(&*shared.io)?);
        }
        Ok(true)
    }

    /// A fold that would fill the disk would take the room of what cannot wait.
    fn check_room(&self, chain: &[CheckpointEntry]) -> Result<(), PublishError> {
        let free = self.shared.io.space().map_err(PublishError::at("the data folder"))?.free_bytes;
        let needed: u64 = chain.iter().map(|entry| entry.bytes).sum();
        if free < 2 * needed { Err(PublishError::Full { file: names::checkpoint(self.next) }) } else { Ok(()) }
    }

    fn let_folded_count(&mut self, base: CheckpointEntry, count: usize) -> Result<(), PublishError> {
        let replaced = self.shared.manifest(|manifest| manifest.checkpoints[..count].to_vec());
        let next = self.next;
        self.shared.publish(|manifest| {
            manifest.checkpoints.splice(..count, [base]);
            manifest.next_checkpoint = next;
        })?;
        self.folded = None;
        self.shared.state().figures.checkpoint_folds += 1;
        for entry in replaced {
            let name = names::checkpoint(entry.number);
            self.shared.io.remove(&name).map_err(PublishError::at(&name))?;
        }
        Ok(())
    }
}

/// Whether the changes are more than what they change, or lie in too many files.
fn is_worth_folding(chain: &[CheckpointEntry], files_max: usize) -> bool {
    let Some((base, deltas)) = chain.split_first() else { return false };
    let changes: u64 = deltas.iter().map(|entry| entry.bytes).sum();
    changes > base.bytes.max(FOLD_BYTES_MIN) || deltas.len() > files_max.max(1)
}
