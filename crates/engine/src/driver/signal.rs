//! One bell that wakes one thread.
//!
//! Invariant: a ring between a step's start and the following sleep is never lost: the sleeper looks at the bell
//! before it lies down.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

/// Wakes the thread that called [`Signal::wait`] first.
#[derive(Debug, Default)]
pub struct Signal {
    rung: AtomicBool,
    sleeper: OnceLock<Thread>,
}

impl Signal {
    /// Wakes the sleeper, or keeps it from lying down. Costs a system call only when it sleeps.
    pub fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel)
            && let Some(sleeper) = self.sleeper.get()
        {
            sleeper.unpark();
        }
    }

    /// Sleeps until somebody rings, or until `timeout` is over. Always the same thread calls this.
    pub fn wait(&self, timeout: Option<Duration>) {
        self.sleeper.get_or_init(thread::current);
        if !self.rung.load(Ordering::Acquire) {
            match timeout {
                Some(timeout) => thread::park_timeout(timeout),
                None => thread::park(),
            }
        }
        self.rung.store(false, Ordering::Release);
    }
}
