//! Counts a door's requests by operation and outcome, for the metrics.
//!
//! Invariant: the operations are fixed when the tally is made, so that no request can add a series.

use std::sync::atomic::{AtomicU64, Ordering};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused, through the caller's fault.
    Refused,
    /// It failed, through no fault of the caller's.
    Failed,
}

impl Outcome {
    /// Every outcome, in the order of the columns.
    pub const ALL: [Self; 3] = [Self::Done, Self::Refused, Self::Failed];

    /// Its name in the metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// One door's counts.
#[derive(Debug)]
pub struct Tally {
    operations: &'static [&'static str],
    counts: Box<[[AtomicU64; Outcome::ALL.len()]]>,
}

/// One count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The operation's name in the door's protocol.
    pub operation: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// How often.
    pub count: u64,
}

impl Tally {
    /// Zero for each of these operations.
    #[must_use]
    pub fn new(operations: &'static [&'static str]) -> Self {
        let counts = operations.iter().map(|_name| Default::default()).collect();
        Self { operations, counts }
    }

    /// Adds one.
    ///
    /// # Panics
    /// If `operation` is not an index into the operations that the tally was made with.
    pub fn count(&self, operation: usize, outcome: Outcome) {
        self.counts[operation][outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// All counts, also those at zero.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.operations.iter().zip(&self.counts).flat_map(|(&operation, counts)| {
            Outcome::ALL.into_iter().zip(counts).map(move |(outcome, count)| {
                let count = count.load(Ordering::Relaxed);
                Row { operation, outcome, count }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_outcome_has_its_own_count() {
        let tally = Tally::new(&["send", "receive"]);
        tally.count(1, Outcome::Refused);
        tally.count(1, Outcome::Refused);
        tally.count(0, Outcome::Done);
        let count = |operation, outcome| {
            tally.rows().find(|row| row.operation == operation && row.outcome == outcome).map(|row| row.count)
        };
        assert_eq!(count("receive", Outcome::Refused), Some(2));
        assert_eq!(count("send", Outcome::Done), Some(1));
        assert_eq!(count("send", Outcome::Failed), Some(0));
        assert_eq!(tally.rows().count(), 6);
    }
}
