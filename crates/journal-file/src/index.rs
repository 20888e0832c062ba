//! Where every message of the log lies: partition → segment → seq → offset, length, in 12 bytes a message.
//!
//! ```text
//!  partition   | chunk of segment 7 | chunk of segment 8 | ..        segments and seqs grow together
//!  chunk       segment, first seq, | after first u32 | offset u32 | len u32 | * n
//! ```
//!
//! What it is not: content (that is the cache's and the disk's) and no idea of durability: only durable messages are here.
//! Invariants: places of a chunk are sorted by seq; a place of length 0 is a hole left by a forgotten message; holes at
//! the ends are dropped at once and those within when they outnumber the rest; no chunk is empty.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
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
    /// With its header.
    pub(crate) len: u32,
}

/// All partitions' messages.
#[derive(Debug, Default)]
pub(crate) struct Index {
    partitions: BTreeMap<PartitionKey, Partition>,
}

#[derive(Debug, Default)]
struct Partition {
    chunks: VecDeque<Chunk>,
}

/// The living messages of a partition in a segment, copied out.
#[derive(Debug)]
pub(crate) struct Portion {
    pub(crate) key: PartitionKey,
    segment: u32,
    first: Seq,
    places: Box<[Place]>,
}

/// One partition's messages in one segment.
#[derive(Debug)]
struct Chunk {
    segment: u32,
    first: Seq,
    places: VecDeque<Place>,
    holes: usize,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    after_first: u32,
    offset: u32,
    /// 0 marks a hole.
    len: u32,
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
        let chunk = &partition.chunks[partition.find(seq)?];
        let at = chunk.find(seq).ok()?;
        Some(chunk.slot(chunk.places[at])).filter(|slot| slot.len != 0)
    }

    /// How many messages of a partition are here.
    pub(crate) fn len(&self, key: PartitionKey) -> u64 {
        self.partitions.get(&key).map_or(0, |partition| partition.chunks.iter().map(Chunk::live).sum())
    }

    /// The greatest seq of a partition that is here; 0 for none.
    pub(crate) fn last(&self, key: PartitionKey) -> Seq {
        let last = self.partitions.get(&key).and_then(|partition| partition.chunks.back());
        last.map_or(Seq(0), Chunk::last)
    }

    /// Forgets messages, and tells `gone` the segment of each.
    pub(crate) fn forget(&mut self, key: PartitionKey, seqs: RangeInclusive<Seq>, mut gone: impl FnMut(u32)) {
        let Some(partition) = self.partitions.get_mut(&key) else { return };
        let start = partition.chunks.partition_point(|chunk| chunk.last() < *seqs.start());
        let mut emptied = false;
        for chunk in partition.chunks.range_mut(start..).take_while(|chunk| chunk.first <= *seqs.end()) {
            chunk.forget(&seqs, &mut gone);
            emptied |= chunk.places.is_empty();
        }
        if emptied {
            partition.chunks.retain(|chunk| !chunk.places.is_empty());
        }
        if partition.chunks.is_empty() {
            self.partitions.remove(&key);
        }
    }

    /// The messages in a segment, by partition and seq.
    pub(crate) fn of_segment(&self, segment: u32) -> Vec<Portion> {
        let mut found = Vec::new();
        for (key, partition) in &self.partitions {
            let chunks = partition.chunks.iter().skip_while(|chunk| chunk.segment < segment);
            let chunks = chunks.take_while(|chunk| chunk.segment == segment && chunk.live() > 0);
            found.extend(chunks.map(|chunk| chunk.living(*key)));
        }
        found
    }

    /// The messages in a segment moved elsewhere. Tells `moved` how many of each partition lived.
    pub(crate) fn leave_segment(&mut self, segment: u32, mut moved: impl FnMut(PartitionKey, u64)) {
        self.partitions.retain(|key, partition| {
            let live: u64 = partition.chunks.iter().filter(|chunk| chunk.segment == segment).map(Chunk::live).sum();
            if live > 0 {
                partition.chunks.retain(|chunk| chunk.segment != segment);
                moved(*key, live);
            }
            !partition.chunks.is_empty()
        });
    }

    /// Keeps the messages for which `keep` says so; it may change their segment, alike for all of one.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(PartitionKey, &mut Slot) -> bool) {
        self.partitions.retain(|key, partition| {
            for chunk in &mut partition.chunks {
                let Chunk { segment, first, places, holes } = chunk;
                let was = *segment;
                places.retain(|place| {
                    let mut slot = place.slot(was, *first);
                    let kept = place.len != 0 && keep(*key, &mut slot);
                    *segment = if kept { slot.segment } else { *segment };
                    kept
                });
                *holes = 0;
                places.shrink_to_fit();
            }
            partition.chunks.retain(|chunk| !chunk.places.is_empty());
            !partition.chunks.is_empty()
        });
    }
}

impl Partition {
    /// The chunk that holds a seq if any does.
    fn find(&self, seq: Seq) -> Option<usize> {
        self.chunks.partition_point(|chunk| chunk.first <= seq).checked_sub(1)
    }

    fn insert(&mut self, slot: Slot) {
        if let Some(known) = self.find(slot.seq).filter(|at| self.chunks[*at].find(slot.seq).is_ok()) {
            self.chunks[known].take_out(slot.seq);
            if self.chunks[known].places.is_empty() {
                self.chunks.remove(known);
            }
        }
        match self.chunks.back_mut() {
            Some(chunk) if chunk.takes(&slot) => chunk.push(&slot),
            _ => self.insert_apart(slot),
        }
    }

    /// Where the last chunk does not take it: usually a new one behind it.
    fn insert_apart(&mut self, slot: Slot) {
        let fresh = Chunk { segment: slot.segment, first: slot.seq, places: VecDeque::new(), holes: 0 };
        let at = match self.find(slot.seq) {
            None => 0,
            Some(before) => {
                let behind = self.chunks[before].split_behind(slot.seq);
                let mut at = before + 1;
                if self.chunks[before].places.is_empty() {
                    self.chunks.remove(before);
                    at = before;
                }
                if let Some(behind) = behind {
                    self.chunks.insert(at, behind);
                }
                at
            }
        };
        self.chunks.insert(at, fresh);
        self.chunks[at].push(&slot);
    }
}

impl Portion {
    pub(crate) fn get(&self, at: usize) -> Option<Slot> {
        self.places.get(at).map(|place| place.slot(self.segment, self.first))
    }
}

impl Place {
    fn slot(self, segment: u32, first: Seq) -> Slot {
        Slot { seq: Seq(first.0 + u64::from(self.after_first)), segment, offset: self.offset, len: self.len }
    }
}

impl Chunk {
    fn live(&self) -> u64 {
        (self.places.len() - self.holes) as u64
    }

    fn slot(&self, place: Place) -> Slot {
        place.slot(self.segment, self.first)
    }

    fn living(&self, key: PartitionKey) -> Portion {
        let mut places = Vec::with_capacity(self.places.len() - self.holes);
        places.extend(self.places.iter().filter(|place| place.len != 0));
        Portion { key, segment: self.segment, first: self.first, places: places.into() }
    }

    fn last(&self) -> Seq {
        self.places.back().map_or(self.first, |place| Seq(self.first.0 + u64::from(place.after_first)))
    }

    /// Whether a message goes behind those that are here.
    fn takes(&self, slot: &Slot) -> bool {
        let fits = slot.seq.0.checked_sub(self.first.0).is_some_and(|after| u32::try_from(after).is_ok());
        slot.segment == self.segment && slot.seq > self.last() && fits
    }

    fn push(&mut self, slot: &Slot) {
        let after_first = u32::try_from(slot.seq.0 - self.first.0).expect("the chunk takes it");
        self.places.push_back(Place { after_first, offset: slot.offset, len: slot.len });
    }

    /// Seqs grow by one at a time almost always, so the place is guessed before it is searched.
    fn find(&self, seq: Seq) -> Result<usize, usize> {
        let Some(front) = self.places.front() else { return Err(0) };
        let Some(after_first) = seq.0.checked_sub(self.first.0) else { return Err(0) };
        let Ok(after_first) = u32::try_from(after_first) else { return Err(self.places.len()) };
        let guess = after_first.saturating_sub(front.after_first) as usize;
        if self.places.get(guess).is_some_and(|place| place.after_first == after_first) {
            return Ok(guess);
        }
        self.places.binary_search_by_key(&after_first, |place| place.after_first)
    }

    fn forget(&mut self, seqs: &RangeInclusive<Seq>, gone: &mut impl FnMut(u32)) {
        let start = self.find(*seqs.start()).unwrap_or_else(|at| at);
        let first = self.first;
        for place in self.places.range_mut(start..) {
            if first.0 + u64::from(place.after_first) > seqs.end().0 {
                break;
            }
            if place.len != 0 {
                gone(self.segment);
                place.len = 0;
                self.holes += 1;
            }
        }
        self.drop_holes();
    }

    /// Makes a message that is here a hole.
    fn take_out(&mut self, seq: Seq) {
        if let Ok(at) = self.find(seq) {
            self.holes += usize::from(self.places[at].len != 0);
            self.places[at].len = 0;
            self.drop_holes();
        }
    }

    /// Takes out what lies behind `seq`, as a chunk of its own.
    fn split_behind(&mut self, seq: Seq) -> Option<Chunk> {
        let at = self.find(seq).map_or_else(|at| at, |at| at + 1);
        let places = self.places.split_off(at);
        let holes = places.iter().filter(|place| place.len == 0).count();
        self.holes -= holes;
        let behind = Chunk { segment: self.segment, first: self.first, places, holes };
        let first = behind.places.front().map(|place| behind.slot(*place).seq)?;
        let base = u32::try_from(first.0 - behind.first.0).expect("it was in the chunk");
        let rebased = behind.places.into_iter().map(|place| Place { after_first: place.after_first - base, ..place });
        Some(Chunk { segment: behind.segment, first, places: rebased.collect(), holes })
    }

    fn drop_holes(&mut self) {
        while self.places.front().is_some_and(|place| place.len == 0) {
            self.places.pop_front();
            self.holes -= 1;
        }
        while self.places.back().is_some_and(|place| place.len == 0) {
            self.places.pop_back();
            self.holes -= 1;
        }
        if self.holes > HOLES_MIN + self.places.len() - self.holes {
            self.places.retain(|place| place.len != 0);
            self.holes = 0;
        }
        if self.places.capacity() > 4 * (self.places.len() + HOLES_MIN) {
            self.places.shrink_to(2 * self.places.len());
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
    fn a_message_takes_12_bytes() {
        assert_eq!(size_of::<Place>(), 12);
    }

    #[test]
    fn a_queue_that_is_kept_up_with_stays_small() {
        let mut index = Index::default();
        index.insert(KEY, slot(1, 1));
        for seq in 2..100_000 {
            index.insert(KEY, slot(seq, 1));
            index.forget(KEY, Seq(seq)..=Seq(seq), |_| {});
        }
        let chunk = &index.partitions[&KEY].chunks[0];
        assert!(chunk.places.len() <= 2);
        assert!(chunk.places.capacity() < 1000);
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
