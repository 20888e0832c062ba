//! A partition's log as the engine sees it: which seqs exist, how old they are, which left unread.
//!
//! What it is not: content (the journal's) and progress (a subscription's).
//!
//! Invariants: `floor` is at most the lowest live seq; every seq below it is gone. `anchors` are ascending in seq and in
//! time: a message is at least as old as the last anchor at or below it says, and no older than the one before.

use crate::core::dedup::Dedup;
use crate::core::pages::Pages;
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, VecDeque};
use vocab::{BootEpoch, Seq};

/// How many steps of age a log tells apart over a long retention, and over a short one.
const STEPS_PER_RETENTION_MAX: u64 = 4096;
const STEPS_PER_RETENTION_MIN: u64 = 64;

/// The step of a log without a retention, milliseconds, and the longest one of a short retention.
const STEP_MS: u64 = 1000;

/// How far apart in time two messages are, at least, whose ages are told apart, milliseconds.
fn step_ms(retention_ms: Option<u64>) -> u64 {
    let Some(ms) = retention_ms else { return STEP_MS };
    (ms / STEPS_PER_RETENTION_MAX).max(STEP_MS.min(ms / STEPS_PER_RETENTION_MIN)).max(1)
}

/// One partition's log.
#[derive(Clone, Debug)]
pub struct Log {
    /// The seq that the next message gets.
    pub next: Seq,
    /// The first seq that no crash can have given out; see [`crate::core::event::Event::Reserved`].
    pub reserved: Seq,
    /// Everything below is gone.
    pub floor: Seq,
    /// Gone without an ack, at or above the floor: expired, purged, buried, or never used.
    pub removed: RoaringTreemap,
    /// Messages below are over the retention.
    pub over_below: Seq,
    /// When messages were published, in steps: (first seq, log time in milliseconds).
    pub anchors: VecDeque<(Seq, u64)>,
    /// When the newest message was published.
    pub newest_ms: u64,
    /// Messages with an expiry of their own: seq to log time in milliseconds.
    pub expiries: BTreeMap<u64, u64>,
    /// Which boot published which seqs: (first seq, boot), ascending.
    pub boots: Vec<(Seq, BootEpoch)>,
    /// When the retention timer is set for.
    pub retention_timer_ms: Option<u64>,
    /// Dedup ids within their window.
    pub dedup: Dedup,
    /// Which pages of `removed` and `expiries` a checkpoint has to store.
    pub pages: Pages,
}

impl Log {
    /// An empty log made in this boot.
    #[must_use]
    pub fn new(boot: BootEpoch) -> Self {
        Self {
            next: Seq(1),
            reserved: Seq(1 + vocab::limits::SEQ_RESERVATION),
            floor: Seq(1),
            removed: RoaringTreemap::new(),
            over_below: Seq(1),
            anchors: VecDeque::new(),
            newest_ms: 0,
            expiries: BTreeMap::new(),
            boots: vec![(Seq(1), boot)],
            retention_timer_ms: None,
            dedup: Dedup::default(),
            pages: Pages::default(),
        }
    }

    /// Whether the seq was given out and did not leave the log unread.
    #[must_use]
    pub fn holds(&self, seq: Seq) -> bool {
        seq >= self.floor && seq < self.next && !self.removed.contains(seq.0)
    }

    /// The first seq at or above `from` that was not removed. A crash leaves long runs of seqs that were never used:
    /// they are leapt over, not walked through.
    #[must_use]
    pub fn skip_removed(&self, from: Seq) -> Seq {
        if !self.removed.contains(from.0) {
            return from;
        }
        let removed_up_to = |last: u64| self.removed.range_cardinality(from.0..=last) == last - from.0 + 1;
        let mut beyond = 1;
        while removed_up_to(from.0 + beyond) {
            beyond *= 2;
        }
        let (mut removed, mut kept) = (from.0 + beyond / 2, from.0 + beyond);
        while removed + 1 < kept {
            let middle = removed.midpoint(kept);
            if removed_up_to(middle) { removed = middle } else { kept = middle }
        }
        Seq(kept)
    }

    /// The boot that published `seq`.
    #[must_use]
    pub fn boot_of(&self, seq: Seq) -> BootEpoch {
        let after = self.boots.partition_point(|(first, _)| *first <= seq);
        self.boots.get(after.saturating_sub(1)).map_or(BootEpoch(0), |(_, boot)| *boot)
    }

    /// Takes note of messages from `first` on, published at `at_ms`.
    pub fn note_published(&mut self, first: Seq, at_ms: u64, retention_ms: Option<u64>) {
        if self.anchors.back().is_none_or(|(_, ms)| at_ms >= ms + step_ms(retention_ms)) {
            if !self.anchors.is_empty() {
                // Closes the step before: all of its messages are at least as old as its newest.
                self.anchors.push_back((first, self.newest_ms));
            }
            self.anchors.push_back((first, at_ms));
        }
        self.newest_ms = self.newest_ms.max(at_ms);
    }

    /// The first seq that is younger than `retention_ms` at `now_ms`; all below are over it.
    #[must_use]
    pub fn over_retention(&self, now_ms: u64, retention_ms: u64) -> Seq {
        let Some(line_ms) = now_ms.checked_sub(retention_ms) else { return self.over_below };
        if self.newest_ms <= line_ms {
            return self.next;
        }
        let young = self.anchors.partition_point(|(_, ms)| *ms <= line_ms);
        // The messages between the last old anchor and the first young one are of unknown age: they stay.
        let first_kept = young.saturating_sub(1);
        self.anchors.get(first_kept).map_or(self.over_below, |(seq, _)| (*seq).max(self.over_below))
    }

    /// When the oldest step of messages reaches the retention.
    #[must_use]
    pub fn retention_due_ms(&self, retention_ms: u64) -> Option<u64> {
        if self.over_below >= self.next || self.floor >= self.next {
            return None;
        }
        let upper_ms = self
            .anchors
            .iter()
            .find(|(seq, _)| *seq > self.over_below.max(self.floor))
            .map_or(self.newest_ms, |(_, ms)| *ms);
        Some(upper_ms.saturating_add(retention_ms))
    }

    /// When the message at the floor was published, to the step.
    #[must_use]
    pub fn oldest_ms(&self) -> Option<u64> {
        if self.floor >= self.next {
            return None;
        }
        let after = self.anchors.partition_point(|(seq, _)| *seq <= self.floor);
        self.anchors.get(after.saturating_sub(1)).map(|(_, ms)| *ms)
    }

    /// Raises the floor and forgets what lies below.
    pub fn raise_floor(&mut self, floor: Seq) {
        debug_assert!(floor >= self.floor && floor <= self.next, "the floor only rises, up to the next seq");
        if floor == self.floor {
            return;
        }
        self.floor = floor;
        if self.removed.min().is_some_and(|lowest| lowest < floor.0) {
            self.removed.remove_range(..floor.0);
        }
        while self.anchors.len() > 1 && self.anchors[1].0 <= floor {
            self.anchors.pop_front();
        }
        while self.boots.len() > 1 && self.boots[1].0 <= floor {
            self.boots.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_with(publishes: &[(u64, u64)]) -> Log {
        log_retaining(64_000, publishes)
    }

    fn log_retaining(retention_ms: u64, publishes: &[(u64, u64)]) -> Log {
        let mut log = Log::new(BootEpoch(1));
        for (seq, at_ms) in publishes {
            log.note_published(Seq(*seq), *at_ms, Some(retention_ms));
            log.next = Seq(seq + 1);
        }
        log
    }

    #[test]
    fn nothing_is_over_retention_before_its_time_and_everything_is_after() {
        let log = log_with(&[(1, 10_000), (2, 10_500), (3, 12_000), (4, 20_000)]);
        assert_eq!(log.over_retention(69_999, 60_000), Seq(1), "the oldest is not over yet");
        assert_eq!(log.over_retention(70_500, 60_000), Seq(3), "the step before 12,000 is over");
        assert_eq!(log.over_retention(80_000, 60_000), Seq(5), "all are over");
    }

    #[test]
    fn the_retention_timer_is_set_for_the_end_of_the_oldest_step() {
        let log = log_with(&[(1, 10_000), (2, 10_500), (3, 12_000)]);
        assert_eq!(log.retention_due_ms(60_000), Some(70_500));
        assert_eq!(log_with(&[(1, 10_000)]).retention_due_ms(60_000), Some(70_000));
        assert_eq!(log_with(&[]).retention_due_ms(60_000), None);
    }

    #[test]
    fn steps_are_fine_where_the_retention_is_short_and_few_where_it_is_long() {
        let check = |retention_ms, expected| assert_eq!(step_ms(retention_ms), expected, "{retention_ms:?}");
        check(None, 1000);
        check(Some(0), 1);
        check(Some(1), 1);
        check(Some(200), 3);
        check(Some(64_000), 1000);
        check(Some(1_000_000), 1000);
        check(Some(8_192_000), 2000);
        for retention_ms in [1, 200, 30_000, 345_600_000] {
            let every_step: Vec<_> = (1..10_000_u64).map(|seq| (seq, seq * step_ms(Some(retention_ms)))).collect();
            let log = log_retaining(retention_ms, &every_step);
            let kept = log.anchors.iter().filter(|(_, ms)| ms + retention_ms >= log.newest_ms).count() as u64;
            assert!(kept <= 2 * (STEPS_PER_RETENTION_MAX + 2), "{kept} steps of {retention_ms} ms");
        }
    }

    #[test]
    fn a_short_retention_is_kept_to_a_sixty_fourth() {
        let log = log_retaining(200, &[(1, 1000), (2, 1001), (3, 1003), (4, 1050)]);
        assert_eq!(log.over_retention(1199, 200), Seq(1));
        assert_eq!(log.over_retention(1201, 200), Seq(3), "the step before 1,003 is over");
        assert_eq!(log.retention_due_ms(200), Some(1201));
        assert_eq!(log.over_retention(1250, 200), Seq(5));
    }

    #[test]
    fn removed_seqs_are_leapt_over_wherever_the_leap_begins() {
        let mut log = log_with(&[(1, 10_000)]);
        log.removed.insert_range(2..=1000);
        log.removed.insert(1002);
        let check = |from, expected| assert_eq!(log.skip_removed(Seq(from)), Seq(expected), "from {from}");
        check(1, 1);
        check(2, 1001);
        check(999, 1001);
        check(1000, 1001);
        check(1002, 1003);
        check(5000, 5000);
    }

    #[test]
    fn raising_the_floor_forgets_what_lies_below() {
        let mut log = log_with(&[(1, 10_000), (2, 12_000), (3, 14_000)]);
        log.removed.insert(1);
        log.raise_floor(Seq(3));
        assert!(log.removed.is_empty());
        assert_eq!(log.oldest_ms(), Some(14_000));
    }
}
