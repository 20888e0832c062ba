//! How long something took, counted: the last minutes for people, everything since the start for monitoring.
//!
//! ```text
//!   step     0 1 2 3 4 5 6 7 |  8    9     10    11  | 12 …          131
//!   ms       0 1 2 3 4 5 6 7 | 8–9 10–11 12–13 14–15 | 16–19 …   7 · 2^31 and more
//! ```
//!
//! Four steps to each doubling: what is told of one step is its upper end, so at most a quarter too much and never too little.
//!
//! What it is not: exact, and stored. Invariants: it has one size (1.2 KB), whatever is counted; counting is two additions, takes no
//! lock, and may be done by several threads; nothing that was counted leaves the counts since the start.

use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Four steps for each of 32 doublings, and four for what is below: up to 100 days and more.
const STEPS: usize = 132;

/// The last minutes are this window and the one before: five to ten minutes.
const WINDOW_MS: u64 = 5 * 60 * 1000;

/// Upper ends of what is told to monitoring, in milliseconds: fourfold each, where steps end too. What is more is in the sum alone.
pub const BOUNDS_MS: [u64; 11] = [8, 32, 128, 512, 2_048, 8_192, 32_768, 131_072, 524_288, 2_097_152, 8_388_608];

/// Counts of times.
pub struct Meter {
    window: [AtomicU32; STEPS],
    before: [AtomicU32; STEPS],
    /// What was counted in earlier windows, by the first bound that is greater; the last place is for what is more.
    earlier: [AtomicU64; BOUNDS_MS.len() + 1],
    sum_ms: AtomicU64,
    /// When the window began, milliseconds.
    began_ms: AtomicU64,
}

/// Times of the last minutes; nothing where none was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many were counted.
    pub count: u64,
    /// Half of them took so long at most, in milliseconds.
    pub p50_ms: Option<u64>,
    /// 95 of a hundred.
    pub p95_ms: Option<u64>,
    /// 99 of a hundred.
    pub p99_ms: Option<u64>,
    /// All.
    pub max_ms: Option<u64>,
}

/// Everything that was counted since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// How many took less than each of [`BOUNDS_MS`] and not less than the one before, and how many took more than all.
    pub counts: [u64; BOUNDS_MS.len() + 1],
    /// All of them together, milliseconds.
    pub sum_ms: u64,
}

impl Meter {
    /// Nothing was counted.
    #[must_use]
    pub fn new() -> Self {
        Self {
            window: [const { AtomicU32::new(0) }; STEPS],
            before: [const { AtomicU32::new(0) }; STEPS],
            earlier: [const { AtomicU64::new(0) }; BOUNDS_MS.len() + 1],
            sum_ms: AtomicU64::new(0),
            began_ms: AtomicU64::new(0),
        }
    }

    /// Counts something that ended at `now_ms` and took `ms`.
    pub fn count(&self, now_ms: u64, ms: u64) {
        let began_ms = self.began_ms.load(Ordering::Relaxed);
        if now_ms >= began_ms + WINDOW_MS {
            self.turn(began_ms, now_ms);
        }
        self.window[step(ms)].fetch_add(1, Ordering::Relaxed);
        self.sum_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// What was counted in the last five to ten minutes before `now_ms`.
    #[must_use]
    pub fn lately(&self, now_ms: u64) -> Spread {
        let age_ms = now_ms.saturating_sub(self.began_ms.load(Ordering::Relaxed));
        let read = |counts: &[AtomicU32; STEPS], is_recent: bool| {
            counts.each_ref().map(|count| if is_recent { u64::from(count.load(Ordering::Relaxed)) } else { 0 })
        };
        let (window, before) = (read(&self.window, age_ms < 2 * WINDOW_MS), read(&self.before, age_ms < WINDOW_MS));
        let counts: [u64; STEPS] = std::array::from_fn(|step| window[step] + before[step]);
        let count: u64 = counts.iter().sum();
        let quantile = |percent: u64| {
            let rank = (count * percent).div_ceil(100);
            let mut passed = 0;
            let reached = counts.iter().position(|count| {
                passed += count;
                passed >= rank
            });
            reached.filter(|_| count > 0).map(end_ms)
        };
        Spread { count, p50_ms: quantile(50), p95_ms: quantile(95), p99_ms: quantile(99), max_ms: quantile(100) }
    }

    /// Everything that was counted.
    #[must_use]
    pub fn since_start(&self) -> Since {
        let mut counts = self.earlier.each_ref().map(|count| count.load(Ordering::Relaxed));
        for counted in [&self.window, &self.before] {
            for (step, count) in counted.iter().enumerate() {
                counts[bound(step)] += u64::from(count.load(Ordering::Relaxed));
            }
        }
        Since { counts, sum_ms: self.sum_ms.load(Ordering::Relaxed) }
    }

    /// Begins another window; of those who want to, one does.
    #[cold]
    fn turn(&self, began_ms: u64, now_ms: u64) {
        let won = self.began_ms.compare_exchange(began_ms, now_ms, Ordering::Relaxed, Ordering::Relaxed);
        if won.is_err() {
            return;
        }
        let is_gap = now_ms >= began_ms + 2 * WINDOW_MS;
        for (step, (window, before)) in self.window.iter().zip(&self.before).enumerate() {
            let newest = window.swap(0, Ordering::Relaxed);
            let kept = if is_gap { 0 } else { newest };
            let gone = before.swap(kept, Ordering::Relaxed) + (newest - kept);
            self.earlier[bound(step)].fetch_add(u64::from(gone), Ordering::Relaxed);
        }
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}

/// By what was counted since the start.
impl PartialEq for Meter {
    fn eq(&self, other: &Self) -> bool {
        self.since_start() == other.since_start()
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Meter").field(&self.since_start()).finish()
    }
}

impl Since {
    /// How many were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        self.sum_ms += other.sum_ms;
        self
    }
}

/// The step that a time belongs to.
fn step(ms: u64) -> usize {
    let doubling = u64::from(ms.max(1).ilog2());
    let step = if ms < 4 { ms } else { (doubling - 1) * 4 + ((ms >> (doubling - 2)) & 3) };
    usize::try_from(step).map_or(STEPS - 1, |step| step.min(STEPS - 1))
}

/// The longest time of a step, in milliseconds.
fn end_ms(step: usize) -> u64 {
    if step < 4 {
        return step as u64;
    }
    let (shift, quarter) = (step / 4 - 1, step as u64 % 4);
    ((5 + quarter) << shift) - 1
}

/// The first of the bounds that is greater than every time of a step.
fn bound(step: usize) -> usize {
    BOUNDS_MS.partition_point(|bound_ms| *bound_ms <= end_ms(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_ends_where_the_next_begins_and_is_at_most_a_quarter_wide() {
        for at in 0..STEPS - 1 {
            let end = end_ms(at);
            assert_eq!((step(end), step(end + 1)), (at, at + 1), "{end}");
        }
        for ms in [1, 9, 100, 999, 12_345, 86_400_000] {
            assert!(end_ms(step(ms)) >= ms && end_ms(step(ms)) <= ms + ms / 4, "{ms}");
        }
        assert_eq!(step(u64::MAX), STEPS - 1);
    }

    #[test]
    fn bounds_lie_between_steps() {
        for bound_ms in BOUNDS_MS {
            assert_eq!(end_ms(step(bound_ms - 1)), bound_ms - 1);
        }
    }

    #[test]
    fn the_last_minutes_are_told_by_how_many_took_how_long() {
        let meter = Meter::new();
        assert_eq!(meter.lately(1_000), Spread::default());
        (0..98).for_each(|_| meter.count(1_000_000, 5));
        meter.count(1_000_000, 1_000);
        meter.count(1_000_000, 60_000);
        let spread = meter.lately(1_000_001);
        assert_eq!((spread.count, spread.p50_ms, spread.p95_ms), (100, Some(5), Some(5)));
        assert_eq!((spread.p99_ms, spread.max_ms), (Some(1_023), Some(65_535)));
    }

    #[test]
    fn what_is_older_than_two_windows_is_told_no_more_and_still_counts() {
        let meter = Meter::new();
        let mut now_ms = 1_000_000;
        meter.count(now_ms, 3);
        now_ms += WINDOW_MS;
        meter.count(now_ms, 3);
        assert_eq!(meter.lately(now_ms).count, 2);
        now_ms += WINDOW_MS;
        assert_eq!(meter.lately(now_ms).count, 1, "the window before it is too old, turned or not");
        meter.count(now_ms, 3);
        assert_eq!(meter.lately(now_ms).count, 2);
        now_ms += 10 * WINDOW_MS;
        assert_eq!(meter.lately(now_ms).count, 0);
        meter.count(now_ms, 300);
        assert_eq!(meter.lately(now_ms).count, 1);
        let since = meter.since_start();
        assert_eq!((since.count(), since.sum_ms, since.counts[0], since.counts[3]), (4, 309, 3, 1));
    }
}
