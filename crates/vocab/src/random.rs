//! The randomness seam: unguessable numbers for store ids and salts.
//!
//! What it is not: a generator for load or simulation; those are seeded and live with the tests.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of random 64-bit numbers.
pub trait Random: Send + Sync + 'static {
    /// The next number.
    fn next_u64(&self) -> u64;
}

/// Seeded from the operating system for each process (through the standard library's hash keys).
#[derive(Debug)]
pub struct SystemRandom {
    state: RandomState,
    calls: AtomicU64,
}

impl SystemRandom {
    /// A generator with fresh keys.
    #[must_use]
    pub fn new() -> Self {
        Self { state: RandomState::new(), calls: AtomicU64::new(0) }
    }
}

impl Default for SystemRandom {
    fn default() -> Self {
        Self::new()
    }
}

impl Random for SystemRandom {
    fn next_u64(&self) -> u64 {
        let mut hasher = self.state.build_hasher();
        hasher.write_u64(self.calls.fetch_add(1, Ordering::Relaxed));
        hasher.finish()
    }
}

/// A repeatable sequence (SplitMix64) for tests and the simulator.
#[derive(Debug)]
pub struct SeededRandom {
    state: AtomicU64,
}

impl SeededRandom {
    /// The sequence that `seed` names.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }
}

impl Random for SeededRandom {
    fn next_u64(&self) -> u64 {
        let step = 0x9E37_79B9_7F4A_7C15_u64;
        let mut z = self.state.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
