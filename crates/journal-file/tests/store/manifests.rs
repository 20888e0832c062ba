//! Two manifests: what the one that counts is, and what happens when one is damaged or lost.

use crate::harness::{KEY, Stepped};
use journal::conformance::{Harness, Recorder};
use journal::{Fetch, Journal};
use journal_file::fuzz::MemoryFolder;
use journal_file::io::Io;
use journal_file::{Config, OpenError, names};
use vocab::Seq;

fn small() -> Config {
    Config { segment_bytes_min: 32 * 1024, segment_bytes_max: 32 * 1024, ..Config::default() }
}

/// A store that changed segments last, so that its manifests differ by one segment.
fn with_several_segments() -> (MemoryFolder, Stepped) {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, small());
    let (mut journal, _) = store.open_recorded();
    for seq in 1..=20 {
        store.publish(&mut journal, seq, 3000);
    }
    store.stop(journal);
    (folder, store)
}

fn check_all_there(store: &mut Stepped) {
    let (journal, recorder) = store.open_recorded();
    assert_eq!(recorder.messages().len(), 20);
    assert!((1..=20).all(|seq| !matches!(journal.fetch(KEY, Seq(seq)), Fetch::Gone)));
    store.stop(journal);
}

fn flip(folder: &MemoryFolder, name: &str) {
    let mut bytes = folder.bytes(name).expect("it is there");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    folder.put(name, bytes);
}

#[test]
fn with_either_manifest_damaged_the_other_one_and_the_segments_do() {
    for name in names::MANIFESTS {
        let (folder, mut store) = with_several_segments();
        flip(&folder, name);
        check_all_there(&mut store);
        assert!(store.report.manifest_damaged);
        check_all_there(&mut store);
    }
}

#[test]
fn with_both_manifests_damaged_the_store_is_refused() {
    let (folder, mut store) = with_several_segments();
    for name in names::MANIFESTS {
        flip(&folder, name);
    }
    let refused = store.try_open(&mut Recorder::default()).map(drop);
    assert!(matches!(refused, Err(OpenError::MissingManifest)), "{refused:?}");
}

#[test]
fn a_log_without_any_manifest_is_refused_and_not_taken_for_a_fresh_store() {
    let (folder, mut store) = with_several_segments();
    for name in names::MANIFESTS {
        folder.remove(name).expect("it was there");
    }
    let refused = store.try_open(&mut Recorder::default()).map(drop);
    assert!(matches!(refused, Err(OpenError::MissingManifest)), "{refused:?}");
}

#[test]
fn a_boot_epoch_is_never_given_twice_even_if_the_manifest_that_knew_it_is_lost() {
    let (folder, mut store) = with_several_segments();
    let mut last = 1;
    for round in 0..6 {
        let (journal, opened) = store.try_open(&mut Recorder::default()).expect("the store opens");
        assert!(opened.boot.0 > last);
        last = opened.boot.0;
        store.stop(journal);
        flip(&folder, names::MANIFESTS[round % 2]);
    }
}

#[test]
fn leftovers_of_a_crash_are_removed() {
    let (folder, mut store) = with_several_segments();
    let leftovers = ["manifest-a.tmp", "wal-00009999.seg", "checkpoint-00000077.lsc", "spare-00000050.seg.tmp"];
    for name in leftovers {
        folder.put(name, vec![1; 5000]);
    }
    folder.put("notes.txt", b"somebody else's".to_vec());
    check_all_there(&mut store);
    let names = folder.list().expect("memory never fails");
    assert!(leftovers.iter().all(|leftover| !names.iter().any(|name| name == leftover)), "{names:?}");
    assert!(names.iter().any(|name| name == "notes.txt"));
}
