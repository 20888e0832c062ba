//! What clients tried, and what the server promised them: written down before they go on.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by all clients, over all kills.
#[derive(Debug, Default)]
pub(crate) struct Promises {
    /// Answers so far, of all kinds.
    pub(crate) made: AtomicU64,
    next: AtomicU64,
    kept: Mutex<Kept>,
}

/// By number: each message has its own, which is its body.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Tried: `(queue, number)`.
    pub(crate) sent: BTreeSet<(&'static str, u64)>,
    /// Confirmed.
    pub(crate) confirmed: BTreeSet<(&'static str, u64)>,
    /// Delivered from `busy`.
    pub(crate) delivered: BTreeSet<u64>,
    /// Acknowledged there, and sure to be.
    pub(crate) acked: BTreeSet<u64>,
    /// Tasks whose transaction was begun.
    pub(crate) begun: BTreeSet<u64>,
    /// Tasks whose transaction was committed.
    pub(crate) committed: BTreeSet<u64>,
    /// Messages that came back because they went nowhere.
    pub(crate) returned: usize,
    /// What must not have happened and was seen at once.
    pub(crate) violations: Vec<String>,
}

impl Promises {
    /// A number for a message.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// Writes down what the server answered.
    pub(crate) fn made<T>(&self, note: impl FnOnce(&mut Kept) -> T) {
        note(&mut self.lock());
        self.made.fetch_add(1, Ordering::SeqCst);
    }

    /// Writes down what is about to be tried, or was seen.
    pub(crate) fn note<T>(&self, note: impl FnOnce(&mut Kept) -> T) {
        note(&mut self.lock());
    }

    /// Everything so far.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
