//! The journal kept in memory: for tests of everything above, and for programs that need no disk.
//!
//! [`MemoryStore`] is the "disk" and the switchboard: it outlives the journals opened on it and lets a test
//! hold back durability, fail, or fill up. [`MemoryJournal`] is what the engine holds.
//!
//! Invariants: what is not durable when a store is opened again is gone, whole commits at a time; a
//! journal that is no longer the newest opened on its store is poisoned.

mod journal;
mod state;
#[cfg(test)]
mod tests;

pub use journal::MemoryJournal;

use crate::contract::{Opened, Replay, ReplayError, Room};
use state::State;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What would be on disk. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the store, after showing `replay` what it holds. Commits that were not durable are dropped.
    ///
    /// # Errors
    /// `replay` refused something; the store is as it was.
    pub fn open(&self, replay: &mut dyn Replay) -> Result<(MemoryJournal, Opened), ReplayError> {
        let mut state = self.state();
        state.drop_undurable();
        state.replay(replay)?;
        let opened = state.begin_boot();
        let generation = state.boot;
        let open_position = state.last_position().next();
        drop(state);
        Ok((MemoryJournal::new(self.clone(), generation, open_position), opened))
    }

    /// From here on nothing becomes durable until [`MemoryStore::release`].
    pub fn hold(&self) {
        self.state().held = true;
    }

    /// Lets everything submitted become durable at the next poll again.
    pub fn release(&self) {
        self.state().held = false;
    }

    /// Fails as a disk would at the next sync: nothing becomes durable any more until the store is opened again.
    pub fn poison(&self, reason: &str) {
        self.state().poisoned = Some(reason.into());
    }

    /// What [`crate::Journal::room`] answers.
    pub fn set_room(&self, room: Room) {
        self.state().room = Some(room);
    }

    /// Whether durable messages are answered with [`crate::Fetch::Read`], as a disk would.
    pub fn set_reads(&self, reads: bool) {
        self.state().reads = reads;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
