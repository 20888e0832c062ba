//! Log time (design rule 11): starts at the later of wall time and the log's own last time, runs with the monotonic
//! clock, and drifts toward the wall clock by at most 5 %.
//!
//! Invariant: it never decreases, not over a restart, whatever the wall clock does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use vocab::clock::Clock;

/// The greatest drift toward the wall clock: one part in so many.
const SLEW_PARTS: u64 = 20;

/// The log's clock.
pub struct LogTime {
    clock: Arc<dyn Clock>,
    log_us: u64,
    mono_us: u64,
    shown_ms: Arc<AtomicU64>,
}

impl LogTime {
    /// Log time that goes on from `last_ms`.
    #[must_use]
    pub fn start(clock: Arc<dyn Clock>, last_ms: u64) -> Self {
        let log_us = clock.wall_ms().max(last_ms) * 1000;
        let mono_us = clock.mono_us();
        Self { clock, log_us, mono_us, shown_ms: Arc::new(AtomicU64::new(log_us / 1000)) }
    }

    /// The time, milliseconds since the Unix epoch.
    pub fn now_ms(&mut self) -> u64 {
        let mono_us = self.clock.mono_us();
        let elapsed_us = mono_us.saturating_sub(self.mono_us);
        let wall_us = self.clock.wall_ms() * 1000;
        let free_us = self.log_us + elapsed_us;
        let slew_us = elapsed_us / SLEW_PARTS;
        self.log_us = if wall_us > free_us {
            free_us + slew_us.min(wall_us - free_us)
        } else {
            free_us - slew_us.min(free_us - wall_us)
        };
        self.mono_us = mono_us;
        let now_ms = self.log_us / 1000;
        self.shown_ms.store(now_ms, Ordering::Relaxed);
        now_ms
    }

    /// The time as it was when it was last asked for, readable by others.
    #[must_use]
    pub fn shown(&self) -> Arc<AtomicU64> {
        self.shown_ms.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::clock::ManualClock;

    #[test]
    fn a_wall_clock_set_back_slows_it_and_never_turns_it_back() {
        let clock = ManualClock::at(1_000_000);
        let mut time = LogTime::start(Arc::new(clock.clone()), 0);
        clock.set_wall_ms(500_000);
        clock.advance_ms(1000);
        assert_eq!(time.now_ms(), 1_000_950);
    }

    #[test]
    fn a_wall_clock_set_forward_is_approached_slowly() {
        let clock = ManualClock::at(1_000_000);
        let mut time = LogTime::start(Arc::new(clock.clone()), 0);
        clock.set_wall_ms(5_000_000);
        clock.advance_ms(1000);
        assert_eq!(time.now_ms(), 1_001_050);
    }

    #[test]
    fn a_small_difference_is_closed_and_not_overshot() {
        let clock = ManualClock::at(1_000_000);
        let mut time = LogTime::start(Arc::new(clock.clone()), 0);
        clock.set_wall_ms(1_000_010);
        clock.advance_ms(1000);
        assert_eq!(time.now_ms(), 1_001_010);
    }

    #[test]
    fn it_goes_on_from_the_log_when_the_wall_clock_is_behind() {
        let mut time = LogTime::start(Arc::new(ManualClock::at(1_000)), 9_000);
        assert_eq!(time.now_ms(), 9_000);
    }
}
