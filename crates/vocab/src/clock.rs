//! The clock seam: the only place in the product that asks the machine for the time.
//!
//! What it is not: log time. That is derived from this clock by the engine's driver (design rule 11).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A source of time. Two clocks in one: wall time can jump, monotonic time cannot.
pub trait Clock: Send + Sync + 'static {
    /// Wall time, milliseconds since the Unix epoch.
    fn wall_ms(&self) -> u64;
    /// Monotonic time, microseconds since an arbitrary start; never decreases.
    fn mono_us(&self) -> u64;
}

/// The machine's own clock.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts at this call.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds fit 64 bits for 500 million years")]
    fn wall_ms(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
    }

    #[expect(clippy::cast_possible_truncation, reason = "microseconds fit 64 bits for 500 thousand years")]
    fn mono_us(&self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }
}

/// A clock moved by hand, shared by its clones: the tests' and the simulator's.
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    wall_ms: Arc<AtomicU64>,
    mono_us: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that stands at `wall_ms`.
    #[must_use]
    pub fn at(wall_ms: u64) -> Self {
        let clock = Self::default();
        clock.wall_ms.store(wall_ms, Ordering::SeqCst);
        clock
    }

    /// Lets `us` microseconds pass, on both clocks.
    pub fn advance_us(&self, us: u64) {
        let before = self.mono_us.fetch_add(us, Ordering::SeqCst);
        let whole_ms = (before + us) / 1000 - before / 1000;
        self.wall_ms.fetch_add(whole_ms, Ordering::SeqCst);
    }

    /// Lets `ms` milliseconds pass, on both clocks.
    pub fn advance_ms(&self, ms: u64) {
        self.advance_us(ms * 1000);
    }

    /// Sets the wall clock, as an administrator or a time daemon would; monotonic time stays.
    pub fn set_wall_ms(&self, wall_ms: u64) {
        self.wall_ms.store(wall_ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn wall_ms(&self) -> u64 {
        self.wall_ms.load(Ordering::SeqCst)
    }

    fn mono_us(&self) -> u64 {
        self.mono_us.load(Ordering::SeqCst)
    }
}
