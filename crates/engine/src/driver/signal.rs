//! One bell that wakes one thread, and a softer knock that a dozing thread does not hear.
//!
//! Invariants: a ring between a step's start and the following sleep is never lost: the sleeper looks at the bell before it
//! lies down. A knock that a dozing sleeper did not hear is about something that it will find when it looks after the doze:
//! whoever knocks has put it there before.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

/// Wakes the thread that called [`Signal::wait`] first.
#[derive(Debug, Default)]
pub struct Signal {
    rung: AtomicBool,
    dozing: AtomicBool,
    /// Somebody knocked and was not heard.
    knocked: AtomicBool,
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

    /// As [`Signal::ring`], but a dozing sleeper is left alone.
    pub fn knock(&self) {
        // Sequentially consistent, as is the store that ends a doze: either this sees that the doze is over, or the sleeper,
        // looking after its doze, sees what was put there before this knock.
        if self.dozing.load(Ordering::SeqCst) {
            self.knocked.store(true, Ordering::Release);
        } else {
            self.ring();
        }
    }

    /// Wakes a dozing sleeper if somebody has knocked since it lay down.
    pub fn ring_if_knocked(&self) {
        if self.knocked.swap(false, Ordering::AcqRel) {
            self.ring();
        }
    }

    /// Sleeps until somebody rings, or until `timeout` is over, and does not hear knocks.
    pub fn doze(&self, timeout: Duration) {
        self.dozing.store(true, Ordering::SeqCst);
        self.wait(Some(timeout));
        self.dozing.store(false, Ordering::SeqCst);
        self.knocked.store(false, Ordering::Relaxed);
    }

    /// Sleeps until somebody rings or knocks, or until `timeout` is over. Always the same thread calls this.
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
