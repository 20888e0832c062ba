//! The memory journal passes the suite; its switches do what they say.

use super::*;
use crate::contract::{Fetch, Journal, PageKey, ReplayRecord, SeqSet, Urgency};
use std::ops::RangeInclusive;
use vocab::{PartitionId, PartitionKey, Position, QueueId, Seq};

struct NothingLives;

impl Replay for NothingLives {
    fn checkpoint(&mut self, _pages: &mut dyn Iterator<Item = (PageKey, &[u8])>) -> Result<(), ReplayError> {
        Ok(())
    }

    fn record(&mut self, _record: ReplayRecord<'_>) -> Result<(), ReplayError> {
        Ok(())
    }

    fn is_live(&self, _key: PartitionKey, _seq: Seq) -> bool {
        false
    }

    fn live(&self, _key: PartitionKey, _seqs: RangeInclusive<Seq>) -> SeqSet {
        SeqSet::new()
    }
}

fn fresh() -> (MemoryStore, MemoryJournal) {
    let store = MemoryStore::new();
    let (journal, _) = store.open(&mut NothingLives).expect("an empty store opens");
    (store, journal)
}

#[test]
fn room_is_what_the_test_says() {
    let (store, journal) = fresh();
    assert_eq!(journal.room(), Room::Enough);
    store.set_room(Room::Full);
    assert_eq!(journal.room(), Room::Full);
}

#[test]
fn a_store_opened_again_poisons_the_journal_before() {
    let (store, mut journal) = fresh();
    let (_newer, _) = store.open(&mut NothingLives).expect("the store opens");
    assert!(journal.poll().is_err());
}

#[test]
fn reads_can_be_made_to_look_like_a_disks() {
    let (store, mut journal) = fresh();
    let key = PartitionKey::new(QueueId(1), PartitionId(0));
    journal.append_messages(key, Seq(1), &[Arc::new(vocab::Message::with_body("body"))]);
    journal.submit(Urgency::Now);
    assert_eq!(journal.poll(), Ok(Position(1)));
    store.set_reads(true);
    let Fetch::Read(read) = journal.fetch(key, Seq(1)) else { panic!("a read was asked for") };
    assert_eq!(read().expect("memory never fails").body, "body");
}

mod suite {
    use super::*;
    use crate::conformance::Harness;

    #[derive(Default)]
    struct InMemory {
        store: MemoryStore,
    }

    impl Harness for InMemory {
        type Journal = MemoryJournal;

        fn open(&mut self, replay: &mut dyn Replay) -> Result<(MemoryJournal, Opened), ReplayError> {
            self.store.open(replay)
        }

        fn run(&mut self, _journal: &mut MemoryJournal) {}

        fn hold(&mut self) {
            self.store.hold();
        }

        fn release(&mut self) {
            self.store.release();
        }

        fn fail(&mut self) {
            self.store.poison("the test failed it");
        }

        fn stop(&mut self, journal: MemoryJournal) {
            drop(journal);
            self.store.release();
        }
    }

    crate::conformance_tests!(InMemory::default());
}
