//! Manifests of a store in memory, a checkpoint, and changes that recovery must see through.
//!
//! An input of `recover` is up to 16 changes of 4 bytes (place, place, operand, kind: 0 flips, 1 sets, 2 copies a page
//! here from the page that the operand names) and then bytes that are written over the first change's place.

use super::Seed;
use journal::PageKey;
use journal_file::fuzz::{self, MemoryFolder};
use journal_file::{Config, names};
use std::sync::Arc;
use vocab::clock::ManualClock;
use vocab::random::SeededRandom;

const FLIP: u8 = 0;
const SET: u8 = 1;
const COPY_PAGE: u8 = 2;
const PAGE: u16 = 4096;

/// Bytes before the body of a manifest.
const ENVELOPE_BYTES: usize = 16;

/// Bytes before the first page of a checkpoint.
const CHECKPOINT_ENVELOPE_BYTES: usize = ENVELOPE_BYTES + 29;

pub(super) fn seeds() -> Vec<Seed> {
    let mut seeds = vec![
        Seed::new("recover", "untouched", []),
        Seed::new("recover", "header-of-the-segment", change(8, 0x01, FLIP)),
        Seed::new("recover", "body-of-a-frame", change(2 * PAGE + 100, 0x80, FLIP)),
        Seed::new("recover", "length-of-a-frame", change(3 * PAGE + 10, 0xFF, SET)),
        Seed::new("recover", "an-old-frame-again", change(8 * PAGE, 2, COPY_PAGE)),
        Seed::new("recover", "a-frame-lost", change(4 * PAGE, 15, COPY_PAGE)),
        Seed::new("recover", "the-tail-torn", [torn_tail(), vec![0xEE; 256]].concat()),
    ];
    let names = [("first-file", "first-body"), ("second-file", "second-body")];
    for ((file, body), bytes) in names.into_iter().zip(manifests()) {
        seeds.push(Seed::new("manifest", body, &bytes[ENVELOPE_BYTES..]));
        seeds.push(Seed::new("manifest", file, bytes));
    }
    let file = checkpoint();
    seeds.push(Seed::new("checkpoint_file", "pages", &file[CHECKPOINT_ENVELOPE_BYTES..]));
    seeds.push(Seed::new("checkpoint_file", "file", file));
    seeds
}

/// A page, an empty one, one that is gone, and one of the greatest key.
fn checkpoint() -> Vec<u8> {
    let pages = [(1, Some(vec![7; 40])), (2, Some(Vec::new())), (1 << 96, None), (u128::MAX, Some(b"last".to_vec()))];
    fuzz::healthy_checkpoint(&pages.map(|(key, content)| (PageKey(key), content)))
}

fn change(place: u16, operand: u8, kind: u8) -> Vec<u8> {
    let [low, high] = place.to_le_bytes();
    vec![low, high, operand, kind]
}

/// All sixteen changes are at the last frame: whatever follows is written over it.
fn torn_tail() -> Vec<u8> {
    change(8 * PAGE, 0, FLIP).repeat(16)
}

/// The manifests of a store that was opened twice.
fn manifests() -> Vec<Vec<u8>> {
    let folder = MemoryFolder::default();
    open_and_close(&folder, 7);
    open_and_close(&folder, 8);
    names::MANIFESTS.iter().filter_map(|name| folder.bytes(name)).collect()
}

fn open_and_close(folder: &MemoryFolder, seed: u64) {
    let config = Config { segment_bytes_min: 64 * 1024, cache_bytes: 0, ..Config::default() };
    let (io, clock) = (Arc::new(folder.clone()), Arc::new(ManualClock::at(1)));
    let random = Arc::new(SeededRandom::new(seed));
    let opened = journal_file::open(io, clock, random, config, &mut NothingToReplay, &mut |_| {});
    opened.expect("an undamaged folder opens");
}

struct NothingToReplay;

impl journal::Replay for NothingToReplay {
    fn checkpoint(
        &mut self,
        _pages: &mut dyn Iterator<Item = (journal::PageKey, &[u8])>,
    ) -> Result<(), journal::ReplayError> {
        Ok(())
    }

    fn record(&mut self, _record: journal::ReplayRecord<'_>) -> Result<(), journal::ReplayError> {
        Ok(())
    }

    fn is_live(&self, _key: vocab::PartitionKey, _seq: vocab::Seq) -> bool {
        false
    }

    fn live(&self, _key: vocab::PartitionKey, _seqs: std::ops::RangeInclusive<vocab::Seq>) -> journal::SeqSet {
        journal::SeqSet::new()
    }
}
