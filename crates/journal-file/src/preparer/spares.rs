//! Spare segments: made ahead, taken over from retired segments, given back when they are too many.
//!
//! A spare is written full of zeros before it counts, so that writing the log changes no metadata and can meet no full
//! disk. What it is not: taking a spare into use (`rotation`).
//!
//! Invariants: a spare's name, size and zeros are durable before the writer can take it; while the log moves there are two
//! (one to go on with, one in reserve) or three, else one; a new spare takes at most a sixteenth of the free space. The second is
//! made only when the segment that is written to is nearly full: until then a retired one usually takes the place, and nothing
//! has to be filled with zeros.

use crate::aligned::AlignedBuf;
use crate::atomic_file::{self, PublishError};
use crate::error::is_full;
use crate::io::{BLOCK, File};
use crate::names;
use crate::segment::SegmentFile;
use crate::shared::{Shared, Spare, Step};
use std::sync::Arc;

/// Zeros are written in chunks of so many bytes, so that a step is short.
const FILL_BYTES: usize = 1024 * 1024;

/// A new spare takes at most this part of the free space.
const FREE_SPACE_PART: u64 = 16;

/// So many are made while the log moves.
const WANTED_MOVING: usize = 2;

/// So many retired segments are kept while the log moves: they do not come in time with those that are begun.
const KEPT_MOVING: usize = 3;

const WANTED_IDLE: usize = 1;

/// The pool of spares, and the one being made.
pub(super) struct Spares {
    shared: Arc<Shared>,
    next_number: u32,
    filling: Option<Filling>,
    zeros: AlignedBuf,
    rotations_seen: u32,
    /// When the log last changed segments, as far as seen here.
    moved_at_us: u64,
}

struct Filling {
    number: u32,
    bytes: u64,
    filled: u64,
    file: Arc<dyn File>,
}

impl Spares {
    pub(super) fn new(shared: Arc<Shared>, next_number: u32) -> Self {
        Self { shared, next_number, filling: None, zeros: AlignedBuf::default(), rotations_seen: 0, moved_at_us: 0 }
    }

    pub(super) fn step(&mut self, now_us: u64) -> Result<Step, PublishError> {
        if self.is_done() {
            return self.abandon();
        }
        if let Some(filling) = self.filling.take() {
            return self.fill(filling, now_us);
        }
        let (pool, wanted_bytes, rotations, pressed) = {
            let state = self.shared.state();
            (
                state.spares.len(),
                state.spare_bytes_wanted,
                state.rotations,
                state.nearly_full || state.spares_fail || state.space_tight,
            )
        };
        if rotations != self.rotations_seen {
            self.rotations_seen = rotations;
            self.moved_at_us = now_us;
        }
        let idle_at_us = self.moved_at_us + self.shared.config.spare_idle_ms * 1000;
        let moving = rotations > 0 && now_us < idle_at_us;
        let wanted = if moving { WANTED_MOVING } else { WANTED_IDLE };
        let made = if pressed { wanted } else { WANTED_IDLE };
        if pool < made || wanted_bytes > 0 {
            return self.begin(wanted_bytes, rotations, now_us);
        }
        if pool > if moving { KEPT_MOVING } else { WANTED_IDLE } {
            let given = self.give_one_back()?;
            return Ok(if given { Step::Worked } else { Step::Idle { wake_at_us: None } });
        }
        if pool >= wanted {
            self.set_failing(false);
        }
        Ok(Step::Idle { wake_at_us: moving.then_some(idle_at_us) })
    }

    /// A store that is closing needs no spare, unless the writer waits for one.
    fn is_done(&self) -> bool {
        let state = self.shared.state();
        state.closing && state.spare_bytes_wanted == 0
    }

    /// The spare being made goes.
    fn abandon(&mut self) -> Result<Step, PublishError> {
        if let Some(filling) = self.filling.take() {
            let name = names::temporary(&names::spare(filling.number));
            self.shared.io.remove(&name).map_err(PublishError::at(&name))?;
        }
        Ok(Step::Idle { wake_at_us: None })
    }

    /// Begins the next spare, unless the disk has no room for it.
    fn begin(&mut self, wanted_bytes: u64, rotations: u32, now_us: u64) -> Result<Step, PublishError> {
        let least = self.shared.config.segment_bytes(0);
        let usual = self.shared.config.segment_bytes(rotations + 1);
        let free = self.shared.io.space().map_or(0, |space| space.free_bytes);
        let bytes = if wanted_bytes > usual {
            wanted_bytes.next_multiple_of(BLOCK as u64)
        } else {
            let capped = usual.min(free / FREE_SPACE_PART / BLOCK as u64 * BLOCK as u64);
            capped.max(least).max(wanted_bytes.next_multiple_of(BLOCK as u64))
        };
        if free / FREE_SPACE_PART < least || free < 2 * bytes {
            return Ok(self.out_of_room(now_us));
        }
        let number = self.next_number;
        self.next_number += 1;
        let name = names::temporary(&names::spare(number));
        match atomic_file::create(&*self.shared.io, &name, self.shared.config.mode()) {
            Ok(file) => {
                self.filling = Some(Filling { number, bytes, filled: 0, file });
                Ok(Step::Worked)
            }
            Err(error) if is_full(&error) => Ok(self.out_of_room(now_us)),
            Err(error) => Err(PublishError::at(&name)(error)),
        }
    }

    /// Writes the next zeros; at the end the spare joins the pool.
    fn fill(&mut self, mut filling: Filling, now_us: u64) -> Result<Step, PublishError> {
        let name = names::temporary(&names::spare(filling.number));
        let left = usize::try_from(filling.bytes - filling.filled).unwrap_or(usize::MAX).min(FILL_BYTES);
        if self.zeros.len() < left {
            self.zeros = AlignedBuf::zeros(left);
        }
        let last = filling.filled + left as u64 == filling.bytes;
        let written = filling.file.write_at(filling.filled, &self.zeros.as_slice()[..left]);
        let written = written.and_then(|()| if last { filling.file.sync_data() } else { Ok(()) });
        match written {
            Ok(()) if last => self.finish(filling, &name),
            Ok(()) => {
                filling.filled += left as u64;
                self.filling = Some(filling);
                Ok(Step::Worked)
            }
            Err(error) if is_full(&error) => {
                self.shared.io.remove(&name).map_err(PublishError::at(&name))?;
                Ok(self.out_of_room(now_us))
            }
            Err(error) => Err(PublishError::at(&name)(error)),
        }
    }

    fn finish(&mut self, filling: Filling, temporary: &str) -> Result<Step, PublishError> {
        self.zeros = AlignedBuf::default();
        let name = names::spare(filling.number);
        let renamed = self.shared.io.rename(temporary, &name).and_then(|()| names::sync(&*self.shared.io));
        renamed.map_err(PublishError::at(&name))?;
        self.add(Spare { number: filling.number, bytes: filling.bytes, file: filling.file });
        Ok(Step::Worked)
    }

    fn add(&self, spare: Spare) {
        let mut state = self.shared.state();
        state.spare_bytes_wanted = if spare.bytes >= state.spare_bytes_wanted { 0 } else { state.spare_bytes_wanted };
        state.spares.push(spare);
        drop(state);
        self.shared.wake_writer();
        self.shared.progress();
    }

    /// A retired segment becomes a spare if one is wanted, its size is right, and nobody reads from it; else it goes.
    pub(super) fn take_in(&mut self, segment: Arc<SegmentFile>) -> Result<(), PublishError> {
        let name = names::segment(segment.id);
        let (fits, failing) = {
            let state = self.shared.state();
            let size = self.shared.config.segment_bytes(state.rotations + 1);
            let fits = state.spares.len() < KEPT_MOVING && segment.bytes == size;
            (fits && state.backups == 0, state.spares_fail && state.backups == 0)
        };
        // What a reader still holds open keeps its content when only its name goes.
        match Arc::try_unwrap(segment) {
            Ok(unread) if fits || failing => {
                let number = self.next_number;
                self.next_number += 1;
                self.shared.io.rename(&name, &names::spare(number)).map_err(PublishError::at(&name))?;
                names::sync(&*self.shared.io).map_err(PublishError::at(&name))?;
                self.add(Spare { number, bytes: unread.bytes, file: unread.file });
            }
            Ok(_) | Err(_) => self.shared.io.remove(&name).map_err(PublishError::at(&name))?,
        }
        Ok(())
    }

    /// Removes the smallest spare; says whether there was one.
    pub(super) fn give_one_back(&self) -> Result<bool, PublishError> {
        let spare = {
            let mut state = self.shared.state();
            let smallest = state.spares.iter().enumerate().min_by_key(|(_, spare)| (spare.bytes, spare.number));
            let Some(at) = smallest.map(|(at, _)| at) else { return Ok(false) };
            state.spares.swap_remove(at)
        };
        let name = names::spare(spare.number);
        self.shared.io.remove(&name).map_err(PublishError::at(&name))?;
        Ok(true)
    }

    fn out_of_room(&mut self, now_us: u64) -> Step {
        self.set_failing(true);
        Step::Idle { wake_at_us: Some(now_us + self.shared.config.retry_ms * 1000) }
    }

    fn set_failing(&self, failing: bool) {
        let changed = std::mem::replace(&mut self.shared.state().spares_fail, failing) != failing;
        if changed {
            self.shared.progress();
        }
    }
}
