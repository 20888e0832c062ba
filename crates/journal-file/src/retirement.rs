//! Which segments are still needed, and why.
//!
//! A segment goes only when no message in it lives, as far as the log durably knows, and all of its records are covered by
//! a checkpoint that counts: an acknowledgement may be forgotten only when the state that includes it is durable.
//!
//! What it is not: the removal itself (the preparer's, manifest first). Invariant: the newest segment never goes.

use crate::segment::SegmentFile;
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::Position;
use vocab::mutant::{self, Mutant};

/// The segments of the log, by id.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    held: BTreeMap<u32, Held>,
    /// Messages in all of them that were not forgotten.
    live: u64,
    /// Something changed that may let a segment go.
    changed: bool,
}

#[derive(Debug)]
struct Held {
    file: Arc<SegmentFile>,
    /// Messages in it that were not forgotten.
    live: u64,
    /// The last commit in it, or before it if it has none.
    last: Position,
}

impl Held {
    /// Whether a checkpoint that covers commits up to `covered` has all of its records.
    fn is_covered(&self, covered: Position) -> bool {
        self.last <= covered || mutant::active(Mutant::RetireUncovered)
    }
}

impl Segments {
    /// Takes in a segment whose last commit is `last`, or goes on with one that is known.
    pub(crate) fn commit(&mut self, file: &Arc<SegmentFile>, last: Position) {
        self.changed |= !self.held.contains_key(&file.id);
        let held = self.held.entry(file.id).or_insert_with(|| Held { file: Arc::clone(file), live: 0, last });
        held.last = last;
    }

    /// So many more messages in `segment` live.
    pub(crate) fn add_live(&mut self, segment: u32, messages: u64) {
        self.held.get_mut(&segment).expect("a message lies in a segment of the log").live += messages;
        self.live += messages;
    }

    /// A message in `segment` lives no more.
    pub(crate) fn remove_live(&mut self, segment: u32) {
        let held = self.held.get_mut(&segment).expect("a segment outlives its messages");
        held.live -= 1;
        self.live -= 1;
        self.changed |= held.live == 0;
    }

    /// Whether a segment would go if a checkpoint covered all commits.
    pub(crate) fn awaits_checkpoint(&self, covered: Position) -> bool {
        self.held.values().rev().skip(1).any(|held| held.live == 0 && !held.is_covered(covered))
    }

    /// Messages that live in the log.
    pub(crate) fn live(&self) -> u64 {
        self.live
    }

    /// The oldest segment whose messages can move to a run: what it has beside them is covered, and it is not written to.
    pub(crate) fn oldest_movable(&self, covered: Position) -> Option<&Arc<SegmentFile>> {
        let (newest, _) = self.held.last_key_value()?;
        let (id, held) = self.held.iter().find(|(_, held)| held.live > 0)?;
        (id != newest && held.is_covered(covered)).then_some(&held.file)
    }

    /// Bytes of segments behind the newest that hold live messages.
    pub(crate) fn bytes_behind(&self) -> u64 {
        let behind = self.held.values().rev().skip(1).filter(|held| held.live > 0);
        behind.map(|held| held.file.bytes).sum()
    }

    /// The messages of a segment are in a run: it goes.
    pub(crate) fn take(&mut self, segment: u32) -> Option<Arc<SegmentFile>> {
        let held = self.held.remove(&segment)?;
        self.live -= held.live;
        Some(held.file)
    }

    /// Another checkpoint counts.
    pub(crate) fn covered_moved(&mut self) {
        self.changed = true;
    }

    pub(crate) fn file(&self, segment: u32) -> Option<&Arc<SegmentFile>> {
        self.held.get(&segment).map(|held| &held.file)
    }

    pub(crate) fn len(&self) -> u64 {
        self.held.len() as u64
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.held.values().map(|held| held.file.bytes).sum()
    }

    /// Takes out every segment that nothing needs, given that commits up to `covered` are.
    pub(crate) fn take_retired(&mut self, covered: Position) -> Vec<Arc<SegmentFile>> {
        if !std::mem::take(&mut self.changed) {
            return Vec::new();
        }
        let Some(newest) = self.held.last_key_value().map(|(id, _)| *id) else { return Vec::new() };
        let goes = |id: u32, held: &Held| id != newest && held.live == 0 && held.is_covered(covered);
        let going: Vec<u32> = self.held.iter().filter(|(id, held)| goes(**id, held)).map(|(id, _)| *id).collect();
        going.iter().filter_map(|id| self.held.remove(id)).map(|held| held.file).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::BytesFile;

    fn segment(id: u32) -> Arc<SegmentFile> {
        Arc::new(SegmentFile { id, bytes: 1, file: Arc::new(BytesFile::default()) })
    }

    fn check_retired(segments: &mut Segments, covered: u64, expected: &[u32]) {
        let retired: Vec<u32> = segments.take_retired(Position(covered)).iter().map(|file| file.id).collect();
        assert_eq!(retired, expected);
    }

    #[test]
    fn a_segment_goes_when_it_is_empty_and_covered_and_not_the_newest() {
        let mut segments = Segments::default();
        for (id, last) in [(1, 10), (2, 20), (3, 30)] {
            segments.commit(&segment(id), Position(last));
            segments.add_live(id, 1);
        }
        check_retired(&mut segments, 30, &[]);
        segments.remove_live(2);
        check_retired(&mut segments, 19, &[]);
        segments.covered_moved();
        check_retired(&mut segments, 20, &[2]);
        segments.remove_live(1);
        segments.remove_live(3);
        check_retired(&mut segments, 30, &[1]);
        segments.commit(&segment(4), Position(31));
        check_retired(&mut segments, 30, &[3]);
    }
}
