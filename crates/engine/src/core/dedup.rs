//! Which dedup ids a log was given within its window: (scope, id) → the first message's seq.
//!
//! ```text
//!   entries   | key 16 | seq 8 |  ascending in seq, so ascending in time
//!   times     (first seq, log time in milliseconds), one for each time at which there were any
//!   places    hash table of the entries' numbers, counted from the first entry there ever was
//! ```
//!
//! What it is not: content. An id outlives its message: it holds after that was acknowledged, until the window ends.
//! Invariants: no two entries within the window have one key. Of two with one key the newer counts: the older one's window
//! is over, and it only waits to be dropped. About 32 bytes an id.

mod entries;
mod key;

pub use key::DedupKey;

use crate::core::pages::Pages;
use entries::Entries;
use hashbrown::HashTable;
use std::collections::VecDeque;
use vocab::Seq;

/// The dedup ids of one log.
#[derive(Clone, Debug, Default)]
pub struct Dedup {
    entries: Entries,
    times: VecDeque<(u64, u64)>,
    places: HashTable<u32>,
    /// The number of the first entry, modulo 2³².
    base: u32,
    /// When the timer that drops old entries is set for.
    pub timer_ms: Option<u64>,
    /// Which pages of it a checkpoint has to store.
    pub pages: Pages,
}

/// One id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Scope and id.
    pub key: DedupKey,
    /// The first message that had it.
    pub seq: u64,
}

impl Dedup {
    /// The message that was published under this key at or after `since_ms`.
    #[must_use]
    pub fn find(&self, key: DedupKey, since_ms: u64) -> Option<Seq> {
        let place = self.places.find(key.hash(), |place| self.at(*place).key == key)?;
        let seq = self.at(*place).seq;
        (self.time_of(seq) >= since_ms).then_some(Seq(seq))
    }

    /// Notes a key. An older entry that has it counts no more: a checkpoint may bring one back whose window was over.
    pub fn insert(&mut self, key: DedupKey, seq: Seq, at_ms: u64) {
        debug_assert!(self.entries.last().is_none_or(|last| last.seq < seq.0), "seqs ascend");
        if self.times.back().is_none_or(|(_, ms)| *ms < at_ms) {
            self.times.push_back((seq.0, at_ms));
        }
        let count = u32::try_from(self.entries.len()).expect("2³² ids of 32 bytes do not fit any memory");
        let place = self.base.wrapping_add(count);
        self.entries.push(Entry { key, seq: seq.0 });
        let (entries, base) = (&self.entries, self.base);
        let key_at = |place: &u32| entries.at(place.wrapping_sub(base) as usize).key;
        let found = self.places.entry(key.hash(), |place| key_at(place) == key, |place| key_at(place).hash());
        found.insert(place);
        self.pages.mark(seq);
    }

    /// Drops what is older than `since_ms`.
    pub fn drop_before(&mut self, since_ms: u64) {
        while self.times.front().is_some_and(|(_, ms)| *ms < since_ms) {
            self.times.pop_front();
            let kept = self.times.front().map_or(u64::MAX, |(first, _)| *first);
            while let Some(entry) = self.entries.pop_below(kept) {
                let base = self.base;
                if let Ok(place) = self.places.find_entry(entry.key.hash(), |place| *place == base) {
                    place.remove();
                }
                self.base = self.base.wrapping_add(1);
            }
        }
        if self.entries.len() == 0 && self.places.capacity() > 0 {
            (self.entries, self.times, self.places) = (Entries::default(), VecDeque::new(), HashTable::new());
        }
    }

    /// When the oldest was noted.
    #[must_use]
    pub fn oldest_ms(&self) -> Option<u64> {
        self.times.front().map(|(_, ms)| *ms)
    }

    /// Below this seq there are none.
    #[must_use]
    pub fn floor(&self) -> Seq {
        self.entries.first().map_or(Seq(u64::MAX), |entry| Seq(entry.seq))
    }

    /// At this seq there is the last of them.
    #[must_use]
    pub fn last(&self) -> Seq {
        self.entries.last().map_or(Seq(0), |entry| Seq(entry.seq))
    }

    /// The entries from seq `first` to `last` with their times, in order.
    pub fn range(&self, first: u64, last: u64) -> impl Iterator<Item = (Entry, u64)> + '_ {
        let range = self.entries.from(first).take_while(move |entry| entry.seq <= last);
        range.map(|entry| (entry, self.time_of(entry.seq)))
    }

    fn at(&self, place: u32) -> Entry {
        self.entries.at(place.wrapping_sub(self.base) as usize)
    }

    fn time_of(&self, seq: u64) -> u64 {
        let after = self.times.partition_point(|(first, _)| *first <= seq);
        self.times.get(after.wrapping_sub(1)).map_or(0, |(_, ms)| *ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(id: u8) -> DedupKey {
        DedupKey::new(None, &id.to_string())
    }

    proptest! {
        /// Against a plain list of (id, seq, time) that is searched from its end.
        #[test]
        fn an_id_is_found_exactly_within_the_window(steps in proptest::collection::vec((0_u8..12, 0_u64..40), 1..200)) {
            const WINDOW_MS: u64 = 100;
            let (mut dedup, mut list, mut now_ms) = (Dedup::default(), Vec::<(u8, u64, u64)>::new(), 1_000);
            for (seq, (id, pass_ms)) in (1_u64..).zip(steps) {
                now_ms += pass_ms;
                let since_ms = now_ms - WINDOW_MS + 1;
                let first = list.iter().rev().find(|(of, _, ms)| *of == id && *ms >= since_ms).map(|(_, seq, _)| Seq(*seq));
                prop_assert_eq!(dedup.find(key(id), since_ms), first, "id {} at {}", id, now_ms);
                dedup.drop_before(since_ms);
                if first.is_none() {
                    dedup.insert(key(id), Seq(seq), now_ms);
                    list.push((id, seq, now_ms));
                }
            }
        }
    }

    #[test]
    fn the_newer_of_two_entries_with_one_key_counts() {
        let mut dedup = Dedup::default();
        dedup.insert(key(1), Seq(1), 100);
        dedup.insert(key(2), Seq(2), 200);
        dedup.insert(key(1), Seq(70_000), 300);
        assert_eq!(dedup.find(key(1), 250), Some(Seq(70_000)));
        dedup.drop_before(250);
        assert_eq!((dedup.find(key(1), 250), dedup.floor()), (Some(Seq(70_000)), Seq(70_000)));
    }

    #[test]
    fn what_is_dropped_costs_nothing() {
        let mut dedup = Dedup::default();
        for seq in 1..=100_u8 {
            dedup.insert(key(seq), Seq(u64::from(seq)), u64::from(seq) * 10);
        }
        dedup.drop_before(500);
        assert_eq!((dedup.floor(), dedup.oldest_ms()), (Seq(50), Some(500)));
        assert_eq!(dedup.range(0, 60).map(|(entry, ms)| (entry.seq, ms)).last(), Some((60, 600)));
        dedup.drop_before(1_001);
        assert_eq!((dedup.floor(), dedup.oldest_ms(), dedup.places.capacity()), (Seq(u64::MAX), None, 0));
    }
}
