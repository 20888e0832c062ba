//! The preparer: everything that takes time and that nobody waits for.
//!
//! In this order: look at the disk, write a checkpoint, let it count, give retired segments back, make spare segments, give spares back
//! when the log stands still, fold checkpoints. Thread-free like the writer: [`Preparer::step`] does one piece of it.
//!
//! Invariants: a segment's file goes or is reused only after a manifest without it is durable, and is reused only if nobody
//! reads from it; a full disk delays and is reported as [`journal::Room::Full`]; any other failure poisons.

mod checkpoints;
mod levels;
mod spares;

use crate::atomic_file::PublishError;
use crate::checkpoint::FoldError;
use crate::names;
use crate::shared::{Shared, Step};
use checkpoints::Checkpoints;
use levels::Levels;
use spares::Spares;
use std::sync::Arc;

/// Works ahead of the writer and cleans up behind it.
pub struct Preparer {
    shared: Arc<Shared>,
    spares: Spares,
    checkpoints: Checkpoints,
    levels: Levels,
    /// A full disk was met; nothing is tried again before.
    retry_at_us: Option<u64>,
}

impl Preparer {
    pub(crate) fn new(shared: Arc<Shared>, next_spare: u32) -> Self {
        let spares = Spares::new(Arc::clone(&shared), next_spare);
        let checkpoints = Checkpoints::new(Arc::clone(&shared));
        let levels = Levels::new(Arc::clone(&shared));
        Self { shared, spares, checkpoints, levels, retry_at_us: None }
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

    fn try_step(&mut self, now_us: u64) -> Result<Step, FoldError> {
        self.levels.look();
        if self.retry_at_us.is_none_or(|at_us| at_us <= now_us) {
            self.retry_at_us = None;
            if self.settle_checkpoint(now_us)? || self.settle_retired(now_us)? {
                return Ok(Step::Worked);
            }
        }
        let Step::Idle { wake_at_us } = self.spares.step(now_us)? else { return Ok(Step::Worked) };
        if self.checkpoints.step_fold(now_us)? {
            return Ok(Step::Worked);
        }
        let wakes = [wake_at_us, self.retry_at_us, self.checkpoints.retry_fold_at_us(now_us)];
        let wakes = wakes.into_iter().chain([self.levels.look_again_at_us(now_us)]);
        Ok(Step::Idle { wake_at_us: wakes.flatten().min() })
    }

    /// A full disk only puts it off: the checkpoint before still counts.
    fn settle_checkpoint(&mut self, now_us: u64) -> Result<bool, PublishError> {
        match self.checkpoints.step() {
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
}
