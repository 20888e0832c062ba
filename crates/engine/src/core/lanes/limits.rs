//! How much of a queue's lanes is looked at, and for how long it is kept in mind.
//!
//! What it is not: a setting. The figures are these everywhere but in tests, which make them small enough to be met.

use vocab::limits::LANES_KNOWN_MAX;

/// The figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneLimits {
    /// Messages whose lane is held in memory; at least 1.
    pub known_max: usize,
    /// Messages read at a time, at least 1: enough for reading ahead on disk, few enough that the first of a deep queue
    /// come soon.
    pub read_count: usize,
    /// More are read while fewer lanes than this can be handed out.
    pub heads_min: usize,
    /// Lanes that nobody received from for this long are dropped, milliseconds.
    pub idle_ms: u64,
}

impl Default for LaneLimits {
    fn default() -> Self {
        Self { known_max: LANES_KNOWN_MAX, read_count: 512, heads_min: 256, idle_ms: 60_000 }
    }
}
