//! Which priority level a message of a subscription is filed under, and what of each level is ready.
//!
//! Level 0 is not here: it is by place alone, and everything not filed is of it. Levels are those of the queue's settings when the
//! message was published; they stay with it when the settings change.
//!
//! What it is not: aware of leases, times or order among levels' other homes: [`crate::core::subscription`] says when a message is
//! ready and when it is away.
//!
//! Invariants: a filed message is ready in exactly one level, or away (leased, or waiting for its time), and goes with
//! [`Levels::forget`]. A ready one costs about a byte where levels are mixed and far less where they are not; `away` grows with
//! leases and delays, which cost a hundred bytes anyway. No level is kept empty.

use crate::core::pages::Pages;
use roaring::RoaringTreemap;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use vocab::Seq;

/// The levels above 0 of one subscription over one partition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Levels {
    /// What is ready, by level.
    pub ready: BTreeMap<u8, RoaringTreemap>,
    /// The levels of messages that are not ready.
    pub away: BTreeMap<u64, u8>,
    /// Which pages a checkpoint has to store.
    pub pages: Pages,
}

impl Levels {
    /// Whether nothing is filed.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.away.is_empty()
    }

    /// Whether the message is ready in one of the levels.
    #[must_use]
    pub fn is_ready(&self, seq: Seq) -> bool {
        self.level_of_ready(seq).is_some()
    }

    /// Files a message as ready.
    pub fn file(&mut self, seq: Seq, level: u8) {
        debug_assert!(level > 0, "level 0 is not filed");
        self.pages.mark(seq);
        self.ready.entry(level).or_default().insert(seq.0);
    }

    /// Files a message that waits for its time.
    pub fn file_away(&mut self, seq: Seq, level: u8) {
        debug_assert!(level > 0, "level 0 is not filed");
        self.pages.mark(seq);
        self.away.insert(seq.0, level);
    }

    /// The message is not ready any more. Says whether it was, here.
    pub fn take(&mut self, seq: Seq) -> bool {
        let Some(level) = self.level_of_ready(seq) else { return false };
        let set = self.ready.get_mut(&level).expect("the level was just found");
        set.remove(seq.0);
        if set.is_empty() {
            self.ready.remove(&level);
        }
        self.pages.mark(seq);
        self.away.insert(seq.0, level);
        true
    }

    /// The message is ready again, if it is filed. Says whether it is.
    pub fn put_back(&mut self, seq: Seq) -> bool {
        let Some(level) = self.away.remove(&seq.0) else { return false };
        self.file(seq, level);
        true
    }

    /// The message, which is not ready, is gone.
    #[inline]
    pub fn forget(&mut self, seq: Seq) {
        if !self.away.is_empty() && self.away.remove(&seq.0).is_some() {
            self.pages.mark(seq);
        }
    }

    /// All messages in the range are gone.
    pub fn forget_range(&mut self, seqs: RangeInclusive<u64>) {
        if self.is_empty() {
            return;
        }
        for set in self.ready.values_mut() {
            set.remove_range(seqs.clone());
        }
        self.ready.retain(|_, set| !set.is_empty());
        for seq in self.away.range(seqs.clone()).map(|(seq, _)| *seq).collect::<Vec<_>>() {
            self.away.remove(&seq);
        }
        self.pages.mark_span(*seqs.start(), *seqs.end());
    }

    /// What is ready: the highest level first, each by place.
    pub fn highest_first(&self) -> impl Iterator<Item = Seq> + '_ {
        self.ready.values().rev().flat_map(|set| set.iter()).map(Seq)
    }

    /// What is ready: the lowest level first, each by place.
    pub fn lowest_first(&self) -> impl Iterator<Item = Seq> + '_ {
        self.ready.values().flat_map(|set| set.iter()).map(Seq)
    }

    /// The highest first: most of what is looked for was picked from there.
    fn level_of_ready(&self, seq: Seq) -> Option<u8> {
        self.ready.iter().rev().find(|(_, set)| set.contains(seq.0)).map(|(level, _)| *level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_level_while_it_is_away() {
        let mut levels = Levels::default();
        for (seq, level) in [(1, 2), (2, 9), (3, 2), (4, 9)] {
            levels.file(Seq(seq), level);
        }
        let order = |levels: &Levels| levels.highest_first().map(|seq| seq.0).collect::<Vec<_>>();
        assert_eq!(order(&levels), [2, 4, 1, 3]);
        assert_eq!(levels.lowest_first().map(|seq| seq.0).collect::<Vec<_>>(), [1, 3, 2, 4]);
        assert!(levels.take(Seq(2)) && !levels.take(Seq(2)), "it is ready once");
        assert!(!levels.take(Seq(7)), "it is not filed");
        assert_eq!(order(&levels), [4, 1, 3]);
        assert!(levels.put_back(Seq(2)) && !levels.put_back(Seq(2)), "it was away once");
        assert_eq!(order(&levels), [2, 4, 1, 3]);
    }

    #[test]
    fn what_is_gone_leaves_nothing() {
        let mut levels = Levels::default();
        (1..=5).for_each(|seq| levels.file(Seq(seq), 1));
        levels.take(Seq(1));
        levels.take(Seq(3));
        levels.forget(Seq(1));
        levels.forget_range(2..=5);
        assert!(levels.is_empty(), "{levels:?}");
    }
}
