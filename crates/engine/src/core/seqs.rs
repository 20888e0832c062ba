//! Lists of seqs as ranges: a batch of neighbours costs one pair, in memory and on disk.

use std::ops::RangeInclusive;
use vocab::Seq;

/// Seqs in the order they were added, neighbours joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeqRanges {
    ranges: Vec<(u64, u64)>,
}

impl SeqRanges {
    /// Just the seqs from `first` to `last`, both included; nothing when `first` is greater.
    #[must_use]
    pub fn span(first: Seq, last: Seq) -> Self {
        if first > last { Self::default() } else { Self { ranges: vec![(first.0, last.0)] } }
    }

    /// Adds one seq at the end.
    pub fn push(&mut self, seq: Seq) {
        match self.ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(seq.0) => *last = seq.0,
            _ => self.ranges.push((seq.0, seq.0)),
        }
    }

    /// Adds a range at the end; `first` must not be greater than `last`.
    pub fn push_span(&mut self, first: Seq, last: Seq) {
        debug_assert!(first <= last, "a span runs upwards");
        match self.ranges.last_mut() {
            Some((_, end)) if end.checked_add(1) == Some(first.0) => *end = last.0,
            _ => self.ranges.push((first.0, last.0)),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many seqs.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.ranges.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// The greatest seq.
    #[must_use]
    pub fn max(&self) -> Option<Seq> {
        self.ranges.iter().map(|(_, last)| Seq(*last)).max()
    }

    /// The ranges, in order.
    pub fn ranges(&self) -> impl Iterator<Item = RangeInclusive<u64>> + '_ {
        self.ranges.iter().map(|(first, last)| *first..=*last)
    }

    /// Every seq, in order.
    pub fn iter(&self) -> impl Iterator<Item = Seq> + '_ {
        self.ranges().flatten().map(Seq)
    }
}

impl FromIterator<Seq> for SeqRanges {
    fn from_iter<I: IntoIterator<Item = Seq>>(seqs: I) -> Self {
        let mut ranges = Self::default();
        for seq in seqs {
            ranges.push(seq);
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_and_content_are_kept(seqs in proptest::collection::vec(1_u64..50, 0..40)) {
            let ranges: SeqRanges = seqs.iter().copied().map(Seq).collect();
            prop_assert_eq!(ranges.iter().map(|seq| seq.0).collect::<Vec<_>>(), seqs.clone());
            prop_assert_eq!(ranges.count(), seqs.len() as u64);
        }
    }
}
