//! Wall time to the microsecond, from a clock whose wall time has milliseconds.
//!
//! Invariant: between two adjustments of the machine's clock it never runs backwards, and it is within two milliseconds of the wall.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use vocab::clock::Clock;

/// Reads both of a clock's times as one.
pub(super) struct Watch {
    clock: Arc<dyn Clock>,
    /// Wall time at monotonic time 0, in microseconds.
    anchor_us: AtomicU64,
}

/// A step between the two times that is more than rounding.
const STEP_US: u64 = 2_000;

impl Watch {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let anchor_us = (clock.wall_ms() * 1000).saturating_sub(clock.mono_us());
        Self { clock, anchor_us: AtomicU64::new(anchor_us) }
    }

    /// Wall time, microseconds since the Unix epoch.
    pub(super) fn now_us(&self) -> u64 {
        let (mono_us, wall_us) = (self.clock.mono_us(), self.clock.wall_ms() * 1000);
        let now_us = self.anchor_us.load(Ordering::Relaxed) + mono_us;
        if now_us.abs_diff(wall_us) < STEP_US {
            return now_us;
        }
        self.anchor_us.store(wall_us.saturating_sub(mono_us), Ordering::Relaxed);
        wall_us
    }

    /// Monotonic time, in microseconds; never 0.
    pub(super) fn mono_us(&self) -> u64 {
        self.clock.mono_us().max(1)
    }

    /// Wall time at a monotonic time that is over; 0 stands for now.
    pub(super) fn wall_us(&self, mono_us: u64) -> u64 {
        let now_us = self.now_us();
        if mono_us == 0 { now_us } else { now_us.saturating_sub(self.clock.mono_us().saturating_sub(mono_us)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::clock::ManualClock;

    #[test]
    fn it_counts_microseconds_and_follows_the_wall_when_that_is_set() {
        let clock = ManualClock::at(1_000);
        let watch = Watch::new(Arc::new(clock.clone()));
        assert_eq!(watch.now_us(), 1_000_000);
        clock.advance_us(1_300);
        assert_eq!(watch.now_us(), 1_001_300);
        clock.set_wall_ms(500);
        assert_eq!(watch.now_us(), 500_000);
        clock.advance_us(250);
        assert_eq!(watch.now_us(), 500_250);
        clock.set_wall_ms(9_000);
        assert_eq!((watch.now_us(), watch.now_us()), (9_000_000, 9_000_000));
    }

    #[test]
    fn a_time_that_is_over_is_told_by_the_wall() {
        let clock = ManualClock::at(1_000);
        let watch = Watch::new(Arc::new(clock.clone()));
        clock.advance_us(700);
        let then = watch.mono_us();
        clock.advance_us(50);
        assert_eq!((watch.wall_us(then), watch.wall_us(0)), (1_000_700, 1_000_750));
    }
}
