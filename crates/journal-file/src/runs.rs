//! The runs of a store: which there are, where a message in them lies, and about how much of them lives.
//!
//! What it is not: the files ([`crate::run`]) and whether a message lives (the engine's). Invariants: of each partition,
//! sections do not overlap and are sorted by seq; a section's count of the living is never above the truth, because every
//! death is told at least once.

use crate::block_cache::RunPlace;
use crate::run::{RunFile, Section};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{PartitionKey, Seq};

/// The runs, by age of their messages.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    held: BTreeMap<u32, Run>,
    /// Their numbers, oldest messages first.
    order: Vec<u32>,
    partitions: BTreeMap<PartitionKey, Vec<Part>>,
    /// Something changed that may make a run worth rewriting.
    changed: bool,
    /// Room on the disk is worth more than the work of rewriting.
    pressed: bool,
}

/// One run, with what is needed to find and count its messages.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) file: Arc<RunFile>,
    pub(crate) sections: Arc<Vec<Section>>,
    /// Messages in it.
    pub(crate) count: u64,
    /// Those that live, or fewer.
    pub(crate) live: u64,
    /// Some of it cannot be read: it is not rewritten, only dropped once nothing in it lives.
    pub(crate) unreadable: bool,
}

/// A section, as its partition sees it.
#[derive(Clone, Copy, Debug)]
struct Part {
    first: Seq,
    last: Seq,
    /// Those that live, or fewer.
    live: u64,
    run: u32,
    section: u32,
}

impl Run {
    /// So little of it lives that it should be rewritten: less than half, or less than nine tenths where room is short (`pressed`).
    pub(crate) fn is_sparse(&self, pressed: bool) -> bool {
        if pressed { self.live * 10 < self.count * 9 } else { self.live * 2 < self.count }
    }
}

impl Runs {
    /// Adds a run whose messages are younger than all others'. `live` says how many of each section live.
    pub(crate) fn push(&mut self, file: Arc<RunFile>, sections: Vec<Section>, live: &[u64]) {
        let at = self.order.len();
        self.insert(at, file, sections, live);
    }

    /// Puts `run` in the place of neighbouring ones, or nothing.
    pub(crate) fn replace(&mut self, replaced: &[u32], run: Option<(Arc<RunFile>, Vec<Section>)>) {
        let Some(at) = self.order.iter().position(|number| replaced.contains(number)) else { return };
        let mut live = BTreeMap::<PartitionKey, u64>::new();
        for (key, parts) in &mut self.partitions {
            parts.retain(|part| {
                let goes = replaced.contains(&part.run);
                if goes {
                    *live.entry(*key).or_default() += part.live;
                }
                !goes
            });
        }
        self.partitions.retain(|_, parts| !parts.is_empty());
        self.held.retain(|number, _| !replaced.contains(number));
        self.order.retain(|number| !replaced.contains(number));
        self.changed = true;
        if let Some((file, sections)) = run {
            let live: Vec<u64> = sections
                .iter()
                .map(|section| live.get(&section.key).copied().unwrap_or(0).min(section.count))
                .collect();
            self.insert(at, file, sections, &live);
        }
    }

    fn insert(&mut self, at: usize, file: Arc<RunFile>, sections: Vec<Section>, live: &[u64]) {
        for ((number, section), live) in (0..).zip(&sections).zip(live) {
            let parts = self.partitions.entry(section.key).or_default();
            let part =
                Part { first: section.first, last: section.last, live: *live, run: file.number, section: number };
            let place = parts.partition_point(|other| other.first < part.first);
            parts.insert(place, part);
        }
        let count = sections.iter().map(|section| section.count).sum();
        let number = file.number;
        self.order.insert(at, number);
        self.held.insert(
            number,
            Run { file, sections: Arc::new(sections), count, live: live.iter().sum(), unreadable: false },
        );
        self.changed = true;
    }

    /// Some of a run cannot be read.
    pub(crate) fn set_unreadable(&mut self, number: u32) {
        if let Some(run) = self.held.get_mut(&number) {
            run.unreadable = true;
            self.changed = true;
        }
    }

    /// Where a message lies, if it is in a run.
    pub(crate) fn find(&self, key: PartitionKey, seq: Seq) -> Option<RunPlace> {
        let parts = self.partitions.get(&key)?;
        let part = parts.get(parts.partition_point(|part| part.last < seq))?;
        let Run { file, sections, .. } = self.held.get(&part.run).expect("a part's run is held");
        let section = part.section as usize;
        let block = sections[section].blocks.partition_point(|block| block.first <= seq).checked_sub(1)?;
        Some(RunPlace { file: Arc::clone(file), sections: Arc::clone(sections), section, block, key, seq })
    }

    /// Messages died; some of them may have been told before.
    pub(crate) fn forget(&mut self, key: PartitionKey, seqs: &RangeInclusive<Seq>) {
        let Some(parts) = self.partitions.get_mut(&key) else { return };
        let start = parts.partition_point(|part| part.last < *seqs.start());
        for part in parts[start..].iter_mut().take_while(|part| part.first <= *seqs.end()) {
            let overlap = part.last.0.min(seqs.end().0) - part.first.0.max(seqs.start().0) + 1;
            let died = part.live.min(overlap);
            part.live -= died;
            let run = self.held.get_mut(&part.run).expect("a part's run is held");
            let was_sparse = run.is_sparse(self.pressed);
            run.live -= died;
            self.changed |= run.is_sparse(self.pressed) && (!was_sparse || run.live == 0);
        }
    }

    /// Says whether room on the disk is short.
    pub(crate) fn set_pressed(&mut self, pressed: bool) {
        self.changed |= pressed && !self.pressed;
        self.pressed = pressed;
    }

    /// Whether so little of the run lives that it should be rewritten.
    pub(crate) fn is_sparse(&self, run: &Run) -> bool {
        run.is_sparse(self.pressed)
    }

    /// How many of a partition's messages live, or fewer.
    pub(crate) fn live_of(&self, key: PartitionKey) -> u64 {
        self.partitions.get(&key).map_or(0, |parts| parts.iter().map(|part| part.live).sum())
    }

    /// Corrects the count of the living of a run's sections.
    pub(crate) fn correct(&mut self, number: u32, live: &[u64]) {
        let Some(run) = self.held.get_mut(&number) else { return };
        // It may not be worth it after all, and then another one may be.
        self.changed = true;
        run.live = live.iter().sum();
        for (section, live) in run.sections.iter().zip(live) {
            let parts = self.partitions.get_mut(&section.key).expect("a section is a part of its partition");
            let part = parts.iter_mut().find(|part| part.run == number).expect("a run has one section of a partition");
            part.live = *live;
        }
    }

    /// The runs, oldest messages first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Run> {
        self.order.iter().filter_map(|number| self.held.get(number))
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Run> {
        self.held.get(&number)
    }

    /// Whether a run may have become worth rewriting since this was last asked.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    pub(crate) fn len(&self) -> u64 {
        self.held.len() as u64
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.held.values().map(|run| run.file.bytes).sum()
    }
}
