//! Entry points for fuzzers: plain functions over any bytes that must return.
//!
//! [`recover`] also checks the promise that matters most: whatever is done to a segment, recovery never shows a message
//! that was not written.

mod folder;
mod runs;

pub use folder::{BytesFile, MemoryFolder};
pub use runs::{healthy_run, run};

use crate::manifest::Manifest;
use crate::{Config, Store, checkpoint, names, open};
use journal::{Fetch, Journal, PageChange, PageKey, Replay, ReplayError, ReplayRecord, SeqSet, Urgency};
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::clock::ManualClock;
use vocab::random::SeededRandom;
use vocab::{Message, PartitionId, PartitionKey, QueueId, Seq};

const KEY: PartitionKey = PartitionKey { queue: QueueId(1), partition: PartitionId(0) };
const COMMITS: u64 = 8;

/// A manifest: what parses, encodes to itself. The input is taken as a file, and as the body of one, which no checksum
/// guards.
pub fn manifest(input: &[u8]) {
    for file in [input, &Manifest::sealed(input)] {
        if let Ok(manifest) = Manifest::parse(file) {
            assert_eq!(Manifest::parse(&manifest.encode()), Ok(manifest));
        }
    }
}

/// A checkpoint's file: what reads, is written and reads back. The input is taken as a file, and as the pages of one, whose
/// checksums are made right.
pub fn checkpoint_file(input: &[u8]) {
    checkpoint::fuzz::file(input);
}

/// A healthy checkpoint's file with these pages, in the order of their keys.
#[must_use]
pub fn healthy_checkpoint(pages: &[PageChange]) -> Vec<u8> {
    checkpoint::fuzz::write(pages)
}

/// A store whose segment was changed: the input is taken as changes of 4 bytes each (place, place, operand, kind), the
/// rest is written over the segment from the place that the first two bytes name.
pub fn recover(input: &[u8]) {
    let folder = written_store();
    let segment = folder.bytes(&names::segment(1)).expect("the first segment is there");
    folder.put(&names::segment(1), changed(segment, input));
    let (mut strict, mut lenient) = (OnlyWhatWasWritten, OnlyWhatWasWritten);
    // Whatever it finds: it returns, and shows nothing that was not written.
    let _verified = crate::verify(&folder, "memory", &mut strict, &mut lenient, &mut |_| {});
    let mut shown = OnlyWhatWasWritten;
    let io = Arc::new(folder);
    if let Ok(store) = open_small(io, &mut shown) {
        for seq in 1..=COMMITS {
            if let Fetch::Read(read) = store.journal.fetch(KEY, Seq(seq))
                && let Ok(message) = read()
            {
                assert_eq!(*message, written_message(seq));
            }
        }
    }
}

fn changed(mut segment: Vec<u8>, input: &[u8]) -> Vec<u8> {
    let len = segment.len();
    let (changes, rest) = input.split_at(input.len().min(64) / 4 * 4);
    for change in changes.chunks_exact(4) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % len;
        match change[3] % 3 {
            0 => segment[at] ^= change[2],
            1 => segment[at] = change[2],
            _ => segment
                .copy_within(at / 4096 * 4096..at / 4096 * 4096 + 4096, usize::from(change[2]) % (len / 4096) * 4096),
        }
    }
    let at = changes.first_chunk::<2>().map_or(0, |place| usize::from(u16::from_le_bytes(*place)) % len);
    let over = rest.len().min(len - at);
    segment[at..at + over].copy_from_slice(&rest[..over]);
    segment
}

fn written_message(seq: u64) -> Message {
    Message::with_body(vec![
        u8::try_from(seq).expect("few messages");
        100 + usize::try_from(seq).expect("few messages")
    ])
}

/// A store with a few commits, ended by a crash.
fn written_store() -> MemoryFolder {
    let folder = MemoryFolder::default();
    let mut store = open_small(Arc::new(folder.clone()), &mut OnlyWhatWasWritten).expect("an empty folder opens");
    for seq in 1..=COMMITS {
        store.journal.append_messages(KEY, Seq(seq), &[Arc::new(written_message(seq))]);
        store.journal.submit(Urgency::Now);
        store.writer.step(0);
        store.journal.poll().expect("memory never fails");
    }
    folder
}

fn open_small(io: Arc<MemoryFolder>, replay: &mut dyn Replay) -> Result<Store, crate::OpenError> {
    let config = Config { segment_bytes_min: 64 * 1024, cache_bytes: 0, ..Config::default() };
    open(io, Arc::new(ManualClock::at(1)), Arc::new(SeededRandom::new(7)), config, replay, &mut |_| {})
}

struct OnlyWhatWasWritten;

impl Replay for OnlyWhatWasWritten {
    fn checkpoint(&mut self, _pages: &mut dyn Iterator<Item = (PageKey, &[u8])>) -> Result<(), ReplayError> {
        Ok(())
    }

    fn record(&mut self, record: ReplayRecord<'_>) -> Result<(), ReplayError> {
        if let ReplayRecord::Messages { key, first, messages } = record {
            assert_eq!(key, KEY);
            for (seq, message) in (first.0..).zip(messages) {
                assert_eq!(*message, written_message(seq));
            }
        }
        Ok(())
    }

    fn is_live(&self, _key: PartitionKey, _seq: Seq) -> bool {
        true
    }

    fn live(&self, _key: PartitionKey, seqs: RangeInclusive<Seq>) -> SeqSet {
        let mut live = SeqSet::new();
        live.insert_range(seqs.start().0..=seqs.end().0);
        live
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_entry_point_takes_any_bytes(input in prop::collection::vec(any::<u8>(), 0..200)) {
            super::manifest(&input);
            super::recover(&input);
            super::run(&input);
        }
    }
}
