//! A queue of dedup ids in chunks, so that it grows without being copied: millions of ids would otherwise take three times
//! their size for a moment.
//!
//! Invariants: seqs ascend. Every chunk but the last is full; of the first, the entries before `gone` are no more.

use super::Entry;
use std::collections::VecDeque;

/// Entries of a chunk: 96 KiB.
const CHUNK: usize = 4096;

/// The entries of one log.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    chunks: VecDeque<Vec<Entry>>,
    gone: usize,
    len: usize,
}

impl Entries {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, entry: Entry) {
        match self.chunks.back_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(chunk) => chunk.push(entry),
            None => {
                // A log with few ids takes little.
                let mut chunk = Vec::with_capacity(if self.chunks.is_empty() { 4 } else { CHUNK });
                chunk.push(entry);
                self.chunks.push_back(chunk);
            }
        }
        self.len += 1;
    }

    /// Takes the first one out if its seq is below `kept`.
    pub(super) fn pop_below(&mut self, kept: u64) -> Option<Entry> {
        let first = self.first().filter(|entry| entry.seq < kept)?;
        self.gone += 1;
        self.len -= 1;
        if self.gone == CHUNK || self.len == 0 {
            self.chunks.pop_front();
            self.gone = 0;
        }
        Some(first)
    }

    /// The one at this place, counted from the first.
    pub(super) fn at(&self, place: usize) -> Entry {
        let place = place + self.gone;
        self.chunks[place / CHUNK][place % CHUNK]
    }

    pub(super) fn first(&self) -> Option<Entry> {
        (self.len > 0).then(|| self.at(0))
    }

    pub(super) fn last(&self) -> Option<Entry> {
        Some(self.at(self.len.checked_sub(1)?))
    }

    /// Those from seq `first` on, in order.
    pub(super) fn from(&self, first: u64) -> impl Iterator<Item = Entry> + '_ {
        let chunk = self.chunks.partition_point(|chunk| chunk.last().is_some_and(|last| last.seq < first));
        let within = self.chunks.get(chunk).map_or(0, |chunk| chunk.partition_point(|entry| entry.seq < first));
        let begin = (chunk * CHUNK + within).saturating_sub(self.gone);
        (begin..self.len).map(|place| self.at(place))
    }
}

#[cfg(test)]
mod tests {
    use super::super::DedupKey;
    use super::*;

    fn entry(seq: u64) -> Entry {
        Entry { key: DedupKey([0; 16]), seq }
    }

    #[test]
    fn chunks_come_and_go_and_places_count_from_the_first() {
        let mut entries = Entries::default();
        for seq in 0..3 * CHUNK as u64 {
            entries.push(entry(2 * seq));
        }
        assert_eq!((entries.len(), entries.chunks.len()), (3 * CHUNK, 3));
        let kept = 2 * (CHUNK as u64 + 10);
        let popped = std::iter::from_fn(|| entries.pop_below(kept)).count();
        assert_eq!((popped, entries.len(), entries.chunks.len()), (CHUNK + 10, 2 * CHUNK - 10, 2));
        assert_eq!((entries.first(), entries.at(1)), (Some(entry(kept)), entry(kept + 2)));
        let found: Vec<_> = entries.from(kept + 3).take(2).map(|entry| entry.seq).collect();
        assert_eq!(found, [kept + 4, kept + 6]);
        assert_eq!(entries.from(0).count(), entries.len());
        while entries.pop_below(u64::MAX).is_some() {}
        assert_eq!((entries.first(), entries.last(), entries.chunks.len()), (None, None, 0));
        entries.push(entry(9));
        assert_eq!(entries.last(), Some(entry(9)));
    }
}
