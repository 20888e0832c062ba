//! The bound holds, and files can be read without those before them.

use crate::store::{STORE_ID, Store, id, steps};
use history::memory::MemoryFolder;
use history::{Ending, EnteredConsumer, History, What};
use std::sync::Arc;
use vocab::{ConsumerId, DoorCode};

const BYTES: u64 = 64 * 1024;

fn fill(store: &mut Store, seqs: std::ops::Range<u64>) {
    for seq in seqs {
        store.publish(seq, 1, seq, 1);
        if seq % 50 == 0 {
            store.history.write_out();
            assert!(store.folder.total_bytes() as u64 <= BYTES, "{} bytes", store.folder.total_bytes());
        }
    }
    store.history.write_out();
}

#[test]
fn the_oldest_goes_and_the_bound_holds() {
    let mut store = Store::new(BYTES);
    fill(&mut store, 1..20_000);
    assert!(store.folder.total_bytes() as u64 > BYTES / 2, "it keeps what it may");
    assert_eq!(store.folder.total_bytes() as u64, store.history.figures().bytes);
    let from_ms = store.history.figures().from_ms.expect("something is known");
    assert!(from_ms > 10_000);
    assert_eq!(store.life(1, from_ms - 1).known_from_ms, Some(from_ms));
    assert_eq!(steps(&store.life(1, from_ms - 1)), []);
    assert_eq!(steps(&store.life(1, from_ms)), [(from_ms, What::Published)]);
    assert_eq!(steps(&store.life(1, 19_999)), [(19_999, What::Published)]);
}

#[test]
fn a_smaller_bound_holds_from_the_start_on() {
    let mut store = Store::new(BYTES);
    fill(&mut store, 1..5000);
    let folder = store.folder.clone();
    let history = History::open(Arc::new(folder.clone()), STORE_ID, BYTES / 4).expect("memory refuses nothing");
    assert!(folder.total_bytes() as u64 <= BYTES / 4);
    assert_eq!(history.figures().bytes, folder.total_bytes() as u64);
    assert_eq!(steps(&history.life(id(1, 4999))), [(4999, What::Published)]);
}

#[test]
fn names_outlive_the_file_they_were_first_written_to() {
    let mut store = Store::new(BYTES);
    store.history.enter_door(DoorCode(1), "front");
    let consumer = EnteredConsumer { id: ConsumerId(3), door: DoorCode(1), name: "w", peer: "", user: "" };
    store.history.enter_consumer(consumer);
    fill(&mut store, 1..20_000);
    assert!(!store.folder.names().contains(&"history-00000001.lsh".to_owned()));
    store.deliver(20_000, 1, 19_999, 3);
    let life = store.life(1, 19_999);
    assert_eq!(life.moments[0].door.as_deref(), Some("front"));
    let holder = life.moments[1].consumer.as_ref().expect("number 3");
    assert_eq!((&*holder.name, &*holder.door), ("w", "front"));
    store.history.leave_consumer(ConsumerId(3));
    fill(&mut store, 20_001..40_000);
    store.deliver(40_000, 1, 39_999, 3);
    assert_eq!(&*store.life(1, 39_999).moments[1].consumer.as_ref().expect("a number").name, "");
}

#[test]
fn a_full_disk_costs_entries_and_gives_space_back_but_ends_nothing() {
    let mut store = Store::new(BYTES);
    fill(&mut store, 1..2000);
    let before = store.folder.total_bytes();
    store.folder.limit(Some(100));
    for seq in 2000..2100 {
        store.publish(seq, 1, seq, 1);
    }
    store.history.write_out();
    assert_eq!(store.history.figures().dropped, 100);
    assert!(store.folder.total_bytes() < before, "the oldest file went");
    store.folder.limit(None);
    store.end(3000, 1, 1999, Ending::Acked, "");
    let life = store.life(1, 1999);
    assert_eq!(steps(&life), [(1999, What::Published), (3000, What::Acked)]);
    assert_eq!(life.gaps.iter().map(|gap| gap.entries).collect::<Vec<_>>(), [Some(100)]);
}

#[test]
fn a_block_beyond_the_bound_is_lost_and_counted() {
    let mut store = Store::new(4096);
    for seq in 1..2000 {
        store.publish(seq, 1, seq, 1);
    }
    store.history.write_out();
    assert_eq!(store.history.figures().dropped, 2000);
    assert!(store.folder.total_bytes() <= 4096);
}

#[test]
fn files_of_another_store_and_strangers_are_left_out() {
    let mut store = Store::new(BYTES);
    fill(&mut store, 1..100);
    let folder: MemoryFolder = store.folder.clone();
    folder.put("notes.txt", b"mine".to_vec());
    let other = History::open(Arc::new(folder.clone()), STORE_ID + 1, BYTES).expect("memory refuses nothing");
    assert_eq!(steps(&other.life(id(1, 50))), []);
    assert_eq!(folder.names(), ["notes.txt"]);
}

#[test]
fn removing_a_history_leaves_what_is_not_its_own() {
    let mut store = Store::new(BYTES);
    fill(&mut store, 1..100);
    store.folder.put("notes.txt", b"mine".to_vec());
    history::remove(&store.folder).expect("memory refuses nothing");
    assert_eq!(store.folder.names(), ["notes.txt"]);
}
