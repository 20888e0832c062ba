//! Checkpoints of many files: changes are folded into the rest, and whatever happens meanwhile, every page is as it was
//! when the checkpoint that counts was handed over.

use crate::harness::{KEY, Stepped};
use journal::conformance::{Harness, Recorder};
use journal::{Journal, PageChange, PageKey};
use journal_file::fuzz::MemoryFolder;
use journal_file::io::Io;
use journal_file::{Config, FileJournal, OpenError};
use std::collections::BTreeMap;
use vocab::{QueueId, Seq};

type Pages = BTreeMap<PageKey, Vec<u8>>;

const ROUNDS: usize = 14;

/// A fold takes several steps, and many folds happen.
fn tiny() -> Config {
    Config {
        segment_bytes_min: 24 * 1024,
        segment_bytes_max: 24 * 1024,
        write_bytes_max: 4096,
        checkpoint_files_max: 2,
        cache_bytes: 0,
        ..Config::default()
    }
}

/// What the checkpoint after note number `round` changes: three pages, and one that is gone.
fn changes(round: usize) -> Vec<PageChange> {
    let page = |number: usize| PageKey(number as u128 % 11);
    let content = |number: usize| vec![u8::try_from(round).expect("few rounds"); 700 * (number % 5)];
    let mut changes: Vec<_> = (0..3).map(|n| (page(round * 5 + n), Some(content(round + n)))).collect();
    changes.push((page(round * 5 + 4), None));
    changes
}

/// The pages after that checkpoint and all before it.
fn pages(rounds: usize) -> Pages {
    let mut pages = Pages::new();
    for (key, content) in (1..=rounds).flat_map(changes) {
        match content {
            Some(content) => pages.insert(key, content),
            None => pages.remove(&key),
        };
    }
    pages
}

fn notes(recorder: &Recorder) -> Vec<usize> {
    recorder.notes().iter().map(|note| note.parse().expect("a number")).collect()
}

/// Commits with a note, and after each a checkpoint; now and then two are handed over before they are written. What notes
/// changed that no checkpoint covers is part of the first.
fn run(store: &mut Stepped, from: usize) -> usize {
    let mut recorder = Recorder::default();
    let Ok((mut journal, _)) = store.try_open(&mut recorder) else { return from };
    let mut pending: BTreeMap<_, _> = notes(&recorder).into_iter().flat_map(changes).collect();
    for round in from + 1..=ROUNDS {
        journal.append(16, true, QueueId(1), round.to_string().as_bytes());
        if store.commit(&mut journal).is_err() {
            store.stop(journal);
            return round - 1;
        }
        pending.extend(changes(round));
        journal.checkpoint(std::mem::take(&mut pending).into_iter().collect());
        if round % 4 > 0 {
            store.run(&mut journal);
        }
    }
    store.run(&mut journal);
    store.stop(journal);
    ROUNDS
}

/// Opens what is there: the pages are those of the checkpoint that the notes go on from. Says how many notes there are.
fn check(store: &mut Stepped, what: &str) -> usize {
    let (journal, recorder) = store.open_recorded();
    store.stop(journal);
    let notes = notes(&recorder);
    let newest = recorder.checkpoint.as_ref().map_or(0, |found| {
        let known = (1..=ROUNDS).rev().find(|rounds| pages(*rounds) == *found);
        known.unwrap_or_else(|| panic!("{what}: the pages are no checkpoint's"))
    });
    assert_eq!(notes, (newest + 1..newest + 1 + notes.len()).collect::<Vec<_>>(), "{what}");
    newest + notes.len()
}

fn checkpoint_files(folder: &MemoryFolder) -> Vec<String> {
    let mut names = folder.list().expect("memory never fails");
    names.retain(|name| name.starts_with("checkpoint-"));
    names
}

#[test]
fn files_and_bytes_stay_few_however_many_checkpoints() {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, tiny());
    assert_eq!(run(&mut store, 0), ROUNDS);
    let files = checkpoint_files(&folder);
    assert!(files.len() <= 3, "{files:?}");
    let (_, recorder) = store.open_recorded();
    assert_eq!(recorder.checkpoint, Some(pages(ROUNDS)));
}

#[test]
fn changes_that_outweigh_the_rest_are_folded_before_they_lie_in_many_files() {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, Config { checkpoint_files_max: usize::MAX, ..tiny() });
    let (mut journal, _) = store.open_recorded();
    for round in 0..100_u8 {
        journal.append(16, true, QueueId(1), b"note");
        store.commit(&mut journal).expect("nothing failed");
        journal.checkpoint((0..3).map(|key| (PageKey(key), Some(vec![round; 10_000]))).collect());
        store.run(&mut journal);
    }
    let bytes: usize = checkpoint_files(&folder).iter().map(|name| folder.bytes(name).expect("listed").len()).sum();
    assert!(bytes < 200_000, "{bytes} bytes for 30,000");
    assert_eq!(journal.stats().checkpoints, 100);
    assert!(journal.stats().checkpoint_folds > 10);
}

#[test]
fn a_crash_at_any_operation_loses_no_page() {
    let mut store = Stepped::in_memory(&MemoryFolder::default(), tiny());
    assert_eq!(run(&mut store, 0), ROUNDS);
    let operations = store.faults.take_ops().len() as u64;
    assert!(operations > 200, "{operations}");
    for crash_at in 0..operations {
        let what = format!("a crash at operation {crash_at}");
        let mut store = Stepped::in_memory(&MemoryFolder::default(), tiny());
        store.faults.set_left(Some(crash_at));
        let durable = run(&mut store, 0);
        store.faults.set_left(None);
        let last = check(&mut store, &what);
        assert!(last == durable || last == durable + 1, "{what}: {last} notes are there, {durable} were acknowledged");
        assert_eq!(run(&mut store, last), ROUNDS, "{what}");
        assert_eq!(check(&mut store, &what), ROUNDS, "{what}");
    }
}

#[test]
fn a_full_disk_puts_folding_off_and_nothing_else() {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, tiny());
    let (mut journal, _) = store.open_recorded();
    let mut next = 0;
    let mut rounds = |store: &mut Stepped, journal: &mut FileJournal, count: usize| {
        for _ in 0..count {
            next += 1;
            journal.append(16, true, QueueId(1), next.to_string().as_bytes());
            store.commit(journal).expect("nothing failed");
            journal.checkpoint(changes(next));
            store.run(journal);
        }
    };
    rounds(&mut store, &mut journal, 3);
    store.faults.set_free_bytes(Some(30_000));
    rounds(&mut store, &mut journal, 4);
    assert_eq!(journal.stats().checkpoints, 7, "there is room for changes");
    assert!(checkpoint_files(&folder).len() > 3, "there is none for a fold");
    store.faults.set_free_bytes(None);
    store.clock.advance_ms(1000);
    store.run(&mut journal);
    assert_eq!(checkpoint_files(&folder).len(), 1);
    rounds(&mut store, &mut journal, 1);
    store.stop(journal);
    let (_, recorder) = store.open_recorded();
    assert_eq!(recorder.checkpoint, Some(pages(8)));
}

/// A base with two deltas.
fn chained() -> (MemoryFolder, Vec<String>) {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, tiny());
    let (mut journal, _) = store.open_recorded();
    for round in 1..=3 {
        store.publish(&mut journal, round as u64, 10);
        journal.checkpoint(changes(round));
        store.run(&mut journal);
    }
    store.stop(journal);
    let mut files = checkpoint_files(&folder);
    files.sort_unstable();
    assert_eq!(files.len(), 3);
    (folder, files)
}

fn refused(folder: &MemoryFolder) -> Option<OpenError> {
    Stepped::in_memory(folder, tiny()).try_open(&mut Recorder::default()).err()
}

#[test]
fn every_changed_bit_of_every_file_is_noticed() {
    let (folder, files) = chained();
    for name in files {
        let bytes = folder.bytes(&name).expect("listed");
        for bit in (0..bytes.len() * 8).step_by(41) {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let copy = folder.copy();
            copy.put(&name, changed);
            let error = refused(&copy);
            let named = matches!(&error, Some(OpenError::Damaged { file, .. } | OpenError::UnknownVersion { file, .. }) if *file == name);
            assert!(named, "bit {bit} of {name}: {error:?}");
        }
    }
}

#[test]
fn a_file_cut_short_lengthened_missing_or_in_anothers_place_is_noticed() {
    let (folder, files) = chained();
    for (at, name) in files.iter().enumerate() {
        let bytes = folder.bytes(name).expect("listed");
        let other = folder.bytes(&files[(at + 1) % 3]).expect("listed");
        for content in [bytes[..bytes.len() - 1].to_vec(), [&bytes[..], &[0]].concat(), Vec::new(), other] {
            let copy = folder.copy();
            copy.put(name, content);
            assert!(matches!(refused(&copy), Some(OpenError::Damaged { file, .. }) if file == *name));
        }
        let copy = folder.copy();
        copy.remove(name).expect("it is there");
        assert!(matches!(refused(&copy), Some(OpenError::Missing { file }) if file == *name));
    }
    assert!(refused(&folder).is_none());
}

#[test]
fn messages_that_a_chain_covers_are_not_replayed() {
    let (folder, _) = chained();
    let mut store = Stepped::in_memory(&folder, tiny());
    let (journal, recorder) = store.open_recorded();
    assert!(recorder.records.is_empty());
    assert_eq!(recorder.checkpoint, Some(pages(3)));
    assert!((1..=3).all(|seq| !matches!(journal.fetch(KEY, Seq(seq)), journal::Fetch::Gone)));
}
