//! Where every message lies: partition → seq → segment, offset, length, in 24 bytes a message.
//!
//! What it is not: content (that is the cache's and the disk's) and no idea of durability: only durable messages are here.
//! Invariants: slots of a partition are sorted by seq, and thereby by segment; a slot of length 0 is a hole left by a forgotten message; holes at
//! the ends are dropped at once and those within when they outnumber the rest.

use std::collections::{BTreeMap, VecDeque};
use std::ops::{Range, RangeInclusive};
use vocab::{PartitionKey, Seq};

/// Holes that are not worth closing up.
const HOLES_MIN: usize = 64;

/// Where one message's entry lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) seq: Seq,
    /// The segment's id.
    pub(crate) segment: u32,
    /// From the start of the segment.
    pub(crate) offset: u32,
    /// With its header; 0 marks a hole.
    pub(crate) len: u32,
}

/// All partitions' slots.
#[derive(Debug, Default)]
pub(crate) struct Index {
    partitions: BTreeMap<PartitionKey, Partition>,
}

#[derive(Debug, Default)]
struct Partition {
    slots: VecDeque<Slot>,
    holes: usize,
}

impl Index {
    /// Adds a message. Its seq is usually greater than all before it in its partition; if it is known already, the
    /// later place counts.
    pub(crate) fn insert(&mut self, key: PartitionKey, slot: Slot) {
        self.partitions.entry(key).or_default().insert(slot);
    }

    /// Adds messages of one partition.
    pub(crate) fn extend(&mut self, key: PartitionKey, slots: impl Iterator<Item = Slot>) {
        let mut slots = slots.peekable();
        if slots.peek().is_some() {
            let partition = self.partitions.entry(key).or_default();
            slots.for_each(|slot| partition.insert(slot));
        }
    }

    pub(crate) fn get(&self, key: PartitionKey, seq: Seq) -> Option<Slot> {
        let partition = self.partitions.get(&key)?;
        let at = partition.find(seq).ok()?;
        Some(partition.slots[at]).filter(|slot| slot.len != 0)
    }

    /// How many messages of a partition are here.
    pub(crate) fn len(&self, key: PartitionKey) -> u64 {
        self.partitions.get(&key).map_or(0, |partition| partition.live() as u64)
    }

    /// The greatest seq of a partition that is here; 0 for none.
    pub(crate) fn last(&self, key: PartitionKey) -> Seq {
        let last = self.partitions.get(&key).and_then(|partition| partition.slots.back());
        last.map_or(Seq(0), |slot| slot.seq)
    }

    /// Forgets messages, and tells `gone` the segment of each.
    pub(crate) fn forget(&mut self, key: PartitionKey, seqs: RangeInclusive<Seq>, gone: impl FnMut(u32)) {
        let Some(partition) = self.partitions.get_mut(&key) else { return };
        partition.forget(&seqs, gone);
        if partition.slots.is_empty() {
            self.partitions.remove(&key);
        }
    }

    /// The messages in a segment, by partition and seq.
    pub(crate) fn of_segment(&self, segment: u32) -> Vec<(PartitionKey, Vec<Slot>)> {
        let living = |partition: &Partition| -> Vec<Slot> {
            let within = partition.of_segment(segment);
            partition.slots.range(within).filter(|slot| slot.len != 0).copied().collect()
        };
        let partitions = self.partitions.iter().map(|(key, partition)| (*key, living(partition)));
        partitions.filter(|(_, slots)| !slots.is_empty()).collect()
    }

    /// The messages in a segment moved elsewhere. Tells `moved` how many of each partition lived.
    pub(crate) fn leave_segment(&mut self, segment: u32, mut moved: impl FnMut(PartitionKey, u64)) {
        self.partitions.retain(|key, partition| {
            let mut living = 0;
            let within = partition.of_segment(segment);
            for slot in partition.slots.range_mut(within).filter(|slot| slot.len != 0) {
                slot.len = 0;
                living += 1;
            }
            if living > 0 {
                partition.holes += usize::try_from(living).expect("as many as slots");
                partition.drop_holes();
                moved(*key, living);
            }
            !partition.slots.is_empty()
        });
    }

    /// Keeps the slots for which `keep` says so; it may change their segment.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(PartitionKey, &mut Slot) -> bool) {
        self.partitions.retain(|key, partition| {
            partition.slots.retain_mut(|slot| slot.len != 0 && keep(*key, slot));
            partition.holes = 0;
            partition.slots.shrink_to_fit();
            !partition.slots.is_empty()
        });
    }
}

impl Partition {
    /// Where the slots of a segment are: the log goes on from segment to segment as seqs grow.
    fn of_segment(&self, segment: u32) -> Range<usize> {
        let start = self.slots.partition_point(|slot| slot.segment < segment);
        start..self.slots.partition_point(|slot| slot.segment <= segment)
    }

    fn live(&self) -> usize {
        self.slots.len() - self.holes
    }

    /// Seqs grow by one at a time almost always, so the place is guessed before it is searched.
    fn find(&self, seq: Seq) -> Result<usize, usize> {
        let (Some(first), Some(last)) = (self.slots.front(), self.slots.back()) else { return Err(0) };
        if seq < first.seq {
            return Err(0);
        }
        if seq > last.seq {
            return Err(self.slots.len());
        }
        let guess = usize::try_from(seq.0 - first.seq.0).unwrap_or(usize::MAX).min(self.slots.len() - 1);
        if self.slots[guess].seq == seq {
            return Ok(guess);
        }
        self.slots.binary_search_by_key(&seq, |slot| slot.seq)
    }

    fn insert(&mut self, slot: Slot) {
        match self.find(slot.seq) {
            Ok(at) => {
                self.holes -= usize::from(self.slots[at].len == 0);
                self.slots[at] = slot;
            }
            Err(at) if at == self.slots.len() => self.slots.push_back(slot),
            Err(at) => self.slots.insert(at, slot),
        }
    }

    fn forget(&mut self, seqs: &RangeInclusive<Seq>, mut gone: impl FnMut(u32)) {
        let start = self.find(*seqs.start()).unwrap_or_else(|at| at);
        for slot in self.slots.range_mut(start..) {
            if slot.seq > *seqs.end() {
                break;
            }
            if slot.len != 0 {
                gone(slot.segment);
                slot.len = 0;
                self.holes += 1;
            }
        }
        self.drop_holes();
    }

    fn drop_holes(&mut self) {
        while self.slots.front().is_some_and(|slot| slot.len == 0) {
            self.slots.pop_front();
            self.holes -= 1;
        }
        while self.slots.back().is_some_and(|slot| slot.len == 0) {
            self.slots.pop_back();
            self.holes -= 1;
        }
        if self.holes > HOLES_MIN + self.live() {
            self.slots.retain(|slot| slot.len != 0);
            self.holes = 0;
        }
        if self.slots.capacity() > 4 * (self.slots.len() + HOLES_MIN) {
            self.slots.shrink_to(2 * self.slots.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use vocab::{PartitionId, QueueId};

    const KEY: PartitionKey = PartitionKey { queue: QueueId(1), partition: PartitionId(0) };

    fn slot(seq: u64, offset: u32) -> Slot {
        Slot { seq: Seq(seq), segment: offset % 3, offset, len: 1 }
    }

    #[test]
    fn a_slot_takes_24_bytes() {
        assert_eq!(size_of::<Slot>(), 24);
    }

    #[test]
    fn a_queue_that_is_kept_up_with_stays_small() {
        let mut index = Index::default();
        index.insert(KEY, slot(1, 1));
        for seq in 2..100_000 {
            index.insert(KEY, slot(seq, 1));
            index.forget(KEY, Seq(seq)..=Seq(seq), |_| {});
        }
        assert!(index.partitions[&KEY].slots.len() <= 2);
        assert!(index.partitions[&KEY].slots.capacity() < 1000);
        assert_eq!(index.len(KEY), 1);
    }

    proptest! {
        #[test]
        fn it_behaves_as_a_map(steps in prop::collection::vec((0_u64..300, 0_u64..40, 0_u8..3), 1..300)) {
            let mut index = Index::default();
            let mut model = BTreeMap::new();
            for (number, (seq, width, action)) in steps.into_iter().enumerate() {
                let offset = u32::try_from(number).expect("few steps");
                if action > 0 {
                    index.insert(KEY, slot(seq, offset));
                    model.insert(seq, slot(seq, offset));
                } else {
                    let mut gone = Vec::new();
                    index.forget(KEY, Seq(seq)..=Seq(seq + width), |segment| gone.push(segment));
                    let expected: Vec<_> = model.range(seq..=seq + width).map(|(_, slot)| slot.segment).collect();
                    prop_assert_eq!(gone, expected);
                    model.retain(|known, _| !(seq..=seq + width).contains(known));
                }
                prop_assert_eq!(index.len(KEY), model.len() as u64);
                prop_assert_eq!(index.get(KEY, Seq(seq)), model.get(&seq).copied());
            }
            for seq in 0..350 {
                prop_assert_eq!(index.get(KEY, Seq(seq)), model.get(&seq).copied());
            }
        }
    }
}
