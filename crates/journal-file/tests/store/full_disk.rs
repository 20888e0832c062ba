//! A full disk: publishes are refused, settling goes on, and everything recovers by itself when space returns.

use crate::harness::{KEY, Stepped};
use journal::conformance::{Harness, save};
use journal::{Journal, Room};
use journal_file::fuzz::MemoryFolder;
use journal_file::{Config, FileJournal};
use vocab::{QueueId, Seq};

fn small() -> Config {
    Config {
        segment_bytes_min: 64 * 1024,
        segment_bytes_max: 64 * 1024,
        checkpoint_bytes: 1024 * 1024,
        cache_bytes: 0,
        reserve_bytes_max: 0,
        ..Config::default()
    }
}

/// Publishes until there is no room, each message twice a block.
fn fill(store: &mut Stepped, journal: &mut FileJournal) -> u64 {
    for seq in 1..10_000 {
        if journal.room() == Room::Full {
            return seq - 1;
        }
        store.publish(journal, seq, 5000);
    }
    panic!("the disk never filled up");
}

const MIB: u64 = 1024 * 1024;

/// What is kept for settling.
const RESERVE: u64 = 4 * MIB;

/// With a reserve, on a disk so large that it was never near the end of its spares.
fn reserved() -> (Stepped, FileJournal, u64) {
    let config = Config { reserve_bytes_max: RESERVE, ..small() };
    let mut store = Stepped::in_memory(&MemoryFolder::default(), config);
    store.faults.set_free_bytes(Some(64 * MIB));
    let (mut journal, _) = store.open_recorded();
    let last = fill(&mut store, &mut journal);
    (store, journal, last)
}

#[test]
fn publishes_stop_at_the_reserve_and_settling_does_not() {
    let (mut store, mut journal, _) = reserved();
    let free = store.faults.free_bytes().expect("the test set it");
    assert!(free <= RESERVE && free > RESERVE / 2, "{free} bytes are left");
    for _ in 0..100 {
        journal.append(16, true, QueueId(1), b"an acknowledgement");
        store.commit(&mut journal).expect("there is a reserve for it");
    }
    save(&mut journal, "state");
    store.run(&mut journal);
    journal.poll().expect("nothing failed");
    assert_eq!((journal.room(), journal.stats().checkpoints), (Room::Full, 1));
}

#[test]
fn room_that_somebody_else_makes_is_seen_although_nothing_moves() {
    let (mut store, mut journal, last) = reserved();
    store.faults.set_free_bytes(Some(RESERVE + RESERVE / 16));
    store.clock.advance_ms(5000);
    store.run(&mut journal);
    assert_eq!(journal.room(), Room::Full, "an eighth more than the reserve is asked for");
    store.faults.set_free_bytes(Some(2 * RESERVE));
    store.clock.advance_ms(5000);
    store.run(&mut journal);
    assert_eq!(journal.room(), Room::Enough);
    store.publish(&mut journal, last + 1, 5000);
}

fn filled() -> (Stepped, FileJournal, u64) {
    let mut store = Stepped::in_memory(&MemoryFolder::default(), small());
    store.faults.set_free_bytes(Some(4 * 1024 * 1024));
    let (mut journal, _) = store.open_recorded();
    let last = fill(&mut store, &mut journal);
    (store, journal, last)
}

#[test]
fn room_runs_out_before_the_disk_does_and_settling_goes_on() {
    let (mut store, mut journal, last) = filled();
    assert!(last > 20);
    for _ in 0..10 {
        journal.append(16, true, QueueId(1), b"an acknowledgement");
        store.commit(&mut journal).expect("there is a reserve for it");
    }
    assert_eq!(journal.room(), Room::Full);
}

#[test]
fn settling_gives_the_space_back() {
    let (mut store, mut journal, last) = filled();
    journal.append(16, true, QueueId(1), b"acknowledgements");
    store.commit(&mut journal).expect("there is a reserve for it");
    journal.forget(KEY, Seq(1)..=Seq(last));
    store.clock.advance_ms(1000);
    assert!(journal.checkpoint_due(), "on a full disk a checkpoint is due soon, for the space it frees");
    save(&mut journal, "state");
    store.run(&mut journal);
    journal.poll().expect("nothing failed");
    store.clock.advance_ms(1000);
    store.run(&mut journal);
    assert_eq!(journal.room(), Room::Enough);
    store.publish(&mut journal, last + 1, 5000);
}

#[test]
fn a_full_store_opens_again() {
    let (mut store, journal, last) = filled();
    store.stop(journal);
    let (mut journal, recorder) = store.open_recorded();
    assert_eq!(recorder.messages().len() as u64, last);
    journal.append(16, true, QueueId(1), b"an acknowledgement");
    store.commit(&mut journal).expect("there is a reserve for it");
}

#[test]
fn nothing_fails_when_there_is_no_byte_left_and_all_goes_on_when_there_is() {
    let (mut store, mut journal, last) = filled();
    store.faults.set_free_bytes(Some(0));
    journal.append(16, true, QueueId(1), b"an acknowledgement");
    store.commit(&mut journal).expect("there is a reserve for it");
    save(&mut journal, "state");
    store.run(&mut journal);
    journal.poll().expect("a full disk poisons nothing");
    assert_eq!(journal.room(), Room::Full);
    store.faults.set_free_bytes(Some(1024 * 1024 * 1024));
    store.clock.advance_ms(5000);
    store.run(&mut journal);
    assert_eq!(journal.room(), Room::Enough);
    assert_eq!(journal.stats().checkpoints, 1);
    store.publish(&mut journal, last + 1, 5000);
}
