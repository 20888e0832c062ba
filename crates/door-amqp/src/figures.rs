//! How often each reply code was told to clients, for the metrics.
//!
//! Invariant: the codes are a fixed set, so that no client can add a series.

use crate::wire::ReplyCode;
use std::sync::atomic::{AtomicU64, Ordering};

/// The counts.
#[derive(Debug)]
pub(crate) struct Figures {
    counts: Box<[AtomicU64]>,
}

impl Figures {
    /// Zero for each.
    pub(crate) fn new() -> Self {
        Self { counts: ReplyCode::ALL.iter().map(|_| AtomicU64::new(0)).collect() }
    }

    /// Adds one.
    pub(crate) fn count(&self, code: ReplyCode) {
        let index = ReplyCode::ALL.iter().position(|known| *known == code).expect("all of them are listed");
        self.counts[index].fetch_add(1, Ordering::Relaxed);
    }

    /// All counts.
    pub(crate) fn rows(&self) -> Vec<(&'static str, u64)> {
        let count = |(code, count): (&ReplyCode, &AtomicU64)| (code.name(), count.load(Ordering::Relaxed));
        ReplyCode::ALL.iter().zip(&self.counts).map(count).collect()
    }
}
