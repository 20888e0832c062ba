//! Space comes back, and never too early.

use crate::harness::{KEY, Stepped};
use journal::conformance::{Harness, Recorder, save};
use journal::{Fetch, Journal};
use journal_file::fuzz::MemoryFolder;
use journal_file::io::Io;
use journal_file::{Config, FileJournal};
use std::sync::Arc;
use vocab::{Message, Seq};

const SEGMENT_BYTES: u64 = 64 * 1024;

fn small() -> Config {
    Config {
        segment_bytes_min: SEGMENT_BYTES,
        segment_bytes_max: SEGMENT_BYTES,
        checkpoint_bytes: 256 * 1024,
        cache_bytes: 0,
        ..Config::default()
    }
}

fn opened() -> (MemoryFolder, Stepped, FileJournal) {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, small());
    let (journal, _) = store.open_recorded();
    (folder, store, journal)
}

fn bytes_of(folder: &MemoryFolder) -> usize {
    let names = folder.list().expect("memory never fails");
    names.iter().map(|name| folder.bytes(name).expect("it was listed").len()).sum()
}

fn checkpoint(store: &mut Stepped, journal: &mut FileJournal) {
    save(journal, "state");
    store.run(journal);
    journal.poll().expect("nothing failed");
    store.run(journal);
}

#[test]
fn a_queue_that_is_kept_up_with_does_not_grow_on_disk() {
    let (folder, mut store, mut journal) = opened();
    for seq in 1..=2000 {
        store.publish(&mut journal, seq, 5000);
        journal.forget(KEY, Seq(seq)..=Seq(seq));
        if journal.checkpoint_due() {
            checkpoint(&mut store, &mut journal);
        }
    }
    let bytes = bytes_of(&folder);
    assert!(bytes < 1024 * 1024, "{bytes} bytes for 10 MB that were acknowledged");
    assert!(journal.stats().checkpoints > 10);
}

#[test]
fn one_live_message_keeps_its_segment_and_no_other() {
    let (_, mut store, mut journal) = opened();
    for seq in 1..=100 {
        store.publish(&mut journal, seq, 5000);
    }
    let before = journal.stats().segments;
    journal.forget(KEY, Seq(1)..=Seq(4));
    journal.forget(KEY, Seq(6)..=Seq(100));
    checkpoint(&mut store, &mut journal);
    assert!(before > 8, "{before}");
    assert_eq!(journal.stats().segments, 2);
    assert!(matches!(journal.fetch(KEY, Seq(5)), Fetch::Read(_)));
    let (journal, _) = {
        store.stop(journal);
        store.open_recorded()
    };
    assert!(matches!(journal.fetch(KEY, Seq(5)), Fetch::Read(_)));
}

#[test]
fn nothing_goes_before_a_checkpoint_covers_it() {
    let (_, mut store, mut journal) = opened();
    for seq in 1..=50 {
        store.publish(&mut journal, seq, 5000);
    }
    let before = journal.stats().segments;
    journal.forget(KEY, Seq(1)..=Seq(50));
    journal.poll().expect("nothing failed");
    store.run(&mut journal);
    assert_eq!(journal.stats().segments, before);
    store.stop(journal);
    let (_, recorder) = store.open_recorded();
    assert_eq!(
        recorder.messages().len(),
        50,
        "acknowledgements that no checkpoint has are replayed with their messages"
    );
}

#[test]
fn a_read_that_was_begun_finishes_although_its_segment_goes() {
    let (_, mut store, mut journal) = opened();
    store.publish(&mut journal, 1, 5000);
    let Fetch::Read(read) = journal.fetch(KEY, Seq(1)) else { panic!("it is on disk") };
    journal.forget(KEY, Seq(1)..=Seq(1));
    for seq in 2..=200 {
        store.publish(&mut journal, seq, 5000);
        journal.forget(KEY, Seq(seq)..=Seq(seq));
        if journal.checkpoint_due() {
            checkpoint(&mut store, &mut journal);
        }
    }
    assert_eq!(read().expect("the file is still there for who holds it").body, vec![7; 5000]);
}

#[test]
fn a_segment_that_nothing_lives_in_after_a_start_goes_too() {
    let (_, mut store, mut journal) = opened();
    for seq in 1..=50 {
        store.publish(&mut journal, seq, 5000);
    }
    checkpoint(&mut store, &mut journal);
    store.stop(journal);
    let mut recorder = Recorder::default();
    recorder.dead.extend((1..=50).map(|seq| (KEY, Seq(seq))));
    let (mut journal, _) = store.try_open(&mut recorder).expect("the store opens");
    journal.poll().expect("nothing failed");
    store.run(&mut journal);
    assert_eq!(journal.stats().segments, 1);
}

#[test]
fn starting_again_and_again_leaves_nothing_behind() {
    let (folder, mut store, mut journal) = opened();
    for round in 0..20 {
        store.publish(&mut journal, round + 1, 100);
        checkpoint(&mut store, &mut journal);
        store.close(journal);
        let mut recorder = Recorder::default();
        recorder.dead.extend((0..=round).map(|seq| (KEY, Seq(seq + 1))));
        (journal, _) = store.try_open(&mut recorder).expect("the store opens");
        journal.poll().expect("nothing failed");
        store.run(&mut journal);
    }
    assert_eq!(journal.stats().segments, 1);
    assert!(bytes_of(&folder) < 512 * 1024);
}

#[test]
fn a_commit_larger_than_a_segment_gets_one_of_its_size() {
    let (_, mut store, mut journal) = opened();
    let message = Arc::new(Message::with_body(vec![9; 1_000_000]));
    journal.append_messages(KEY, Seq(1), &[Arc::clone(&message)]);
    store.commit(&mut journal).expect("nothing failed");
    store.publish(&mut journal, 2, 10);
    let Fetch::Read(read) = journal.fetch(KEY, Seq(1)) else { panic!("it is on disk") };
    assert_eq!(read().expect("undamaged"), message);
    store.stop(journal);
    let (_, recorder) = store.open_recorded();
    assert_eq!(recorder.messages().len(), 2);
}

#[test]
fn spares_are_given_back_when_the_log_stands_still() {
    let (folder, mut store, mut journal) = opened();
    let spares = |folder: &MemoryFolder| {
        folder.list().expect("memory never fails").iter().filter(|name| name.starts_with("spare")).count()
    };
    let mut seqs = 1..=40;
    while spares(&folder) < 2 {
        let seq = seqs.next().expect("before a segment is full there are two spares");
        store.publish(&mut journal, seq, 5000);
    }
    store.clock.advance_ms(61_000);
    store.run(&mut journal);
    assert_eq!(spares(&folder), 1);
}
