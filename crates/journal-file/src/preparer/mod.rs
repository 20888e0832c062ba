//! The preparer: everything that takes time and that nobody waits for.
//!
//! In this order: write a checkpoint, let it count, give retired segments back, make spare segments, give spares back
//! when the log stands still. Thread-free like the writer: [`Preparer::step`] does one piece of it.
//!
//! Invariants: a checkpoint counts only once every commit it stands for is durable; a segment's file goes or is reused
//! only after a manifest without it is durable, and is reused only if nobody reads from it; a full disk delays and is
//! reported as [`journal::Room::Full`]; any other failure poisons.

mod spares;

use crate::atomic_file::PublishError;
use crate::checkpoint;
use crate::manifest::CheckpointEntry;
use crate::names;
use crate::shared::{CheckpointJob, Shared, Step};
use spares::Spares;
use std::sync::Arc;
use vocab::Position;

/// Works ahead of the writer and cleans up behind it.
pub struct Preparer {
    shared: Arc<Shared>,
    spares: Spares,
    /// Asked for, and not written yet.
    job: Option<CheckpointJob>,
    /// Written, and not counting yet.
    written: Option<CheckpointEntry>,
    /// A full disk was met; nothing is tried again before.
    retry_at_us: Option<u64>,
}

impl Preparer {
    pub(crate) fn new(shared: Arc<Shared>, next_spare: u32) -> Self {
        let spares = Spares::new(Arc::clone(&shared), next_spare);
        Self { shared, spares, job: None, written: None, retry_at_us: None }
    }

    /// Does the next thing that is due at `now_us` (the clock's monotonic time).
    pub fn step(&mut self, now_us: u64) -> Step {
        if self.shared.poisoned().is_some() {
            return Step::Idle { wake_at_us: None };
        }
        self.try_step(now_us).unwrap_or_else(|error| {
            self.shared.poison(&error.to_string());
            Step::Worked
        })
    }

    fn try_step(&mut self, now_us: u64) -> Result<Step, PublishError> {
        if self.retry_at_us.is_none_or(|at_us| at_us <= now_us) {
            self.retry_at_us = None;
            if self.settle_checkpoint(now_us)? || self.settle_retired(now_us)? {
                return Ok(Step::Worked);
            }
        }
        Ok(match (self.spares.step(now_us)?, self.retry_at_us) {
            (Step::Idle { wake_at_us: Some(spares_us) }, Some(retry_us)) => {
                Step::Idle { wake_at_us: Some(spares_us.min(retry_us)) }
            }
            (Step::Idle { wake_at_us: None }, retry_at_us) => Step::Idle { wake_at_us: retry_at_us },
            (step, _) => step,
        })
    }

    /// A full disk only puts it off: the checkpoint before still counts.
    fn settle_checkpoint(&mut self, now_us: u64) -> Result<bool, PublishError> {
        let worked = self.write_checkpoint().and_then(|worked| Ok(worked || self.let_checkpoint_count()?));
        match worked {
            Err(PublishError::Full { .. }) => {
                self.set_failing(true);
                self.retry_later(now_us);
                Ok(false)
            }
            Ok(worked) => {
                self.set_failing(false);
                Ok(worked)
            }
            failed => failed,
        }
    }

    fn set_failing(&self, failing: bool) {
        let changed = std::mem::replace(&mut self.shared.state().checkpoints_fail, failing) != failing;
        if changed {
            self.shared.progress();
        }
    }

    /// Giving back needs a little room itself, for the manifest: on a full disk a spare makes it.
    fn settle_retired(&mut self, now_us: u64) -> Result<bool, PublishError> {
        match self.give_back_retired() {
            Err(PublishError::Full { .. }) => {
                let given = self.spares.give_one_back()?;
                if !given {
                    self.retry_later(now_us);
                }
                Ok(given)
            }
            worked => worked,
        }
    }

    fn retry_later(&mut self, now_us: u64) {
        self.retry_at_us = Some(now_us + self.shared.config.retry_ms * 1000);
    }

    fn write_checkpoint(&mut self) -> Result<bool, PublishError> {
        if let Some(newer) = self.shared.state().checkpoint.take() {
            self.job = Some(newer);
        }
        let Some(job) = &self.job else { return Ok(false) };
        let (store_id, next) = self.shared.manifest(|manifest| (manifest.store_id, manifest.next_checkpoint));
        let number = self.written.map_or(next, |abandoned| abandoned.number + 1);
        let entry = CheckpointEntry { number, covers: job.covers };
        checkpoint::write(&*self.shared.io, entry, store_id, &job.state, self.shared.config.write_bytes_max)?;
        if let Some(abandoned) = self.written.replace(entry) {
            self.remove(&names::checkpoint(abandoned.number))?;
        }
        self.job = None;
        Ok(true)
    }

    fn let_checkpoint_count(&mut self) -> Result<bool, PublishError> {
        let Some(entry) = self.written else { return Ok(false) };
        let (durable, log_ms) = {
            let state = self.shared.state();
            (state.durable, state.log_ms)
        };
        if durable < entry.covers {
            return Ok(false);
        }
        let before = self.shared.manifest(|manifest| manifest.checkpoint);
        self.shared.publish(|manifest| {
            manifest.checkpoint = Some(entry);
            manifest.next_checkpoint = entry.number + 1;
            manifest.log_ms = manifest.log_ms.max(log_ms);
        })?;
        self.written = None;
        if let Some(before) = before {
            self.remove(&names::checkpoint(before.number))?;
        }
        self.report_checkpoint(entry.covers);
        Ok(true)
    }

    fn report_checkpoint(&self, covered: Position) {
        let mut state = self.shared.state();
        state.covered = covered;
        state.checkpoint_busy = state.checkpoint.is_some();
        state.figures.checkpoints += 1;
        drop(state);
        self.shared.progress();
    }

    fn give_back_retired(&mut self) -> Result<bool, PublishError> {
        let retired = std::mem::take(&mut self.shared.state().retired);
        if retired.is_empty() {
            return Ok(false);
        }
        let published = self.shared.publish(|manifest| {
            manifest.segments.retain(|entry| retired.iter().all(|segment| segment.id != entry.id));
        });
        if let Err(error) = published {
            self.shared.state().retired.extend(retired);
            return Err(error);
        }
        for segment in retired {
            self.spares.take_in(segment)?;
        }
        names::sync(&*self.shared.io).map_err(PublishError::at("the data folder"))?;
        Ok(true)
    }

    fn remove(&self, name: &str) -> Result<(), PublishError> {
        self.shared.io.remove(name).map_err(PublishError::at(name))
    }
}
