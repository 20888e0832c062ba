//! How full the disk is: when publishes stop, so that what frees space never has to.
//!
//! ```text
//!   free space   0 ......... reserve ......... 2 * reserve ......... all
//!                | publishes refused | sparser runs are rewritten |
//! ```
//!
//! The reserve is a part of the disk, and at most a fixed size: on a large disk a part would be far more than the store can need to
//! settle what it holds. It is for acknowledgements, checkpoints and compaction, which go on in it.
//!
//! What it is not: the answer to a disk that refuses a write, which comes without being looked for ([`super::spares`]).
//! Invariants: the disk is asked before anything that takes room is made, and from time to time while there is too little; publishes
//! are taken again only with an eighth more than the reserve, so that they do not stop and go.

use crate::io::Space;
use crate::shared::Shared;
use std::sync::Arc;

/// The reserve is this part of the disk (storage.md 5.11: publishes stop at 92 %), unless the configuration says less.
const RESERVE_PART: u64 = 12;

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Enough,
    Low,
    Tight,
}

/// What is known of the disk.
pub(super) struct Levels {
    shared: Arc<Shared>,
    level: Level,
}

impl Levels {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, level: Level::Enough }
    }

    /// Says when to look again although nothing moves: as long as there is too little.
    pub(super) fn look_again_at_us(&self, now_us: u64) -> Option<u64> {
        (self.level != Level::Enough).then_some(now_us + self.shared.config.retry_ms * 1000)
    }

    /// Looks at the disk.
    pub(super) fn look(&mut self) {
        // A disk that cannot say it will say so at the next write.
        let Ok(space) = self.shared.io.space() else { return };
        let reserve = reserve_bytes(space, self.shared.config.reserve_bytes_max);
        let level = level_of(space.free_bytes, reserve, self.level);
        let before = std::mem::replace(&mut self.level, level);
        if level == before {
            return;
        }
        if level > before {
            let (free_mib, refused_below_mib) = (space.free_bytes >> 20, reserve >> 20);
            tracing::warn!(free_mib, refused_below_mib, "the disk is nearly full: make room, or drain what waits");
        }
        let mut state = self.shared.state();
        state.space_low = level >= Level::Low;
        state.space_tight = level == Level::Tight;
        drop(state);
        self.shared.progress();
    }
}

fn reserve_bytes(space: Space, max: u64) -> u64 {
    (space.total_bytes / RESERVE_PART).min(max)
}

fn level_of(free: u64, reserve: u64, before: Level) -> Level {
    let raised = |bytes: u64, level| if before >= level { bytes + bytes / 8 } else { bytes };
    if free < raised(reserve, Level::Tight) {
        Level::Tight
    } else if free < raised(2 * reserve, Level::Low) {
        Level::Low
    } else {
        Level::Enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_a_part_of_a_small_disk_and_a_fixed_size_of_a_large_one() {
        let of = |total_bytes| reserve_bytes(Space { free_bytes: 0, total_bytes }, 2048);
        assert_eq!([of(0), of(1200), of(1_000_000)], [0, 100, 2048]);
    }

    #[test]
    fn a_level_ends_only_with_an_eighth_more_than_it_began_with() {
        let check = |free, before, expected| assert_eq!(level_of(free, 80, before), expected, "{free} {before:?}");
        check(160, Level::Enough, Level::Enough);
        check(159, Level::Enough, Level::Low);
        check(179, Level::Low, Level::Low);
        check(180, Level::Low, Level::Enough);
        check(80, Level::Low, Level::Low);
        check(79, Level::Low, Level::Tight);
        check(89, Level::Tight, Level::Tight);
        check(90, Level::Tight, Level::Low);
        check(500, Level::Tight, Level::Enough);
        check(0, Level::Enough, Level::Tight);
    }

    #[test]
    fn without_a_reserve_there_is_always_enough() {
        assert_eq!(level_of(0, 0, Level::Enough), Level::Enough);
    }
}
