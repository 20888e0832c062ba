//! What came of a seed.

use crate::coverage::Coverage;
use crate::history::History;
use std::fmt;

/// A seed that went well.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// Commands that clients gave, audits not counted.
    pub commands: usize,
    /// Times that the power went or the broker was killed.
    pub crashes: u64,
    /// The sum of all turns: equal for equal seeds.
    pub trace: u64,
    /// What was met.
    pub coverage: Coverage,
    /// Everything that clients saw.
    pub history: History,
}

/// A seed that showed a defect.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What is wrong.
    pub what: String,
    /// The events that show it; empty where there are none in particular.
    pub evidence: String,
    /// Everything that clients saw until then.
    pub history: History,
}

/// How much of a failed history is printed.
const TAIL_EVENTS: usize = 60;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} failed: {}", self.seed, self.what)?;
        writeln!(f, "reproduce it with: cargo xtask sim {}", self.seed)?;
        if !self.evidence.is_empty() {
            writeln!(f, "the evidence:\n{}", self.evidence)?;
        }
        let events = &self.history.events;
        let tail = &events[events.len().saturating_sub(TAIL_EVENTS)..];
        writeln!(f, "the last {} of {} events:", tail.len(), events.len())?;
        tail.iter().try_for_each(|event| writeln!(f, "{event}"))
    }
}
