//! Whatever fails, wherever: the journal says so for ever, and the next start has everything durable.

use crate::harness::{KEY, Stepped};
use journal::conformance::{Harness, save};
use journal::{Fetch, Journal};
use journal_file::Config;
use journal_file::fuzz::MemoryFolder;
use vocab::{Position, QueueId, Seq};

fn small() -> Config {
    Config { segment_bytes_min: 32 * 1024, segment_bytes_max: 32 * 1024, ..Config::default() }
}

#[test]
fn a_checkpoint_that_cannot_be_written_poisons() {
    let mut store = Stepped::in_memory(&MemoryFolder::default(), small());
    let (mut journal, _) = store.open_recorded();
    store.publish(&mut journal, 1, 10);
    store.faults.set_failing(true);
    save(&mut journal, "state");
    store.run(&mut journal);
    let poisoned = journal.poll().expect_err("the failure is told");
    assert!(poisoned.reason.contains("checkpoint"), "{poisoned}");
    assert!(!journal.closed());
}

#[test]
fn after_a_failure_nothing_touches_the_disk_any_more() {
    let mut store = Stepped::in_memory(&MemoryFolder::default(), small());
    let (mut journal, _) = store.open_recorded();
    store.publish(&mut journal, 1, 10);
    store.faults.set_failing(true);
    journal.append(16, true, QueueId(1), b"note");
    assert!(store.commit(&mut journal).is_err());
    store.faults.set_failing(false);
    store.faults.take_ops();
    save(&mut journal, "state");
    journal.close();
    store.clock.advance_ms(3_600_000);
    store.run(&mut journal);
    assert_eq!(store.faults.take_ops(), []);
    assert!(journal.poll().is_err());
}

#[test]
fn a_failure_while_opening_leaves_the_store_as_it_was() {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, small());
    let (mut journal, _) = store.open_recorded();
    for seq in 1..=20 {
        store.publish(&mut journal, seq, 1000);
    }
    store.stop(journal);
    store.faults.set_failing(true);
    for _ in 0..3 {
        assert!(store.try_open(&mut journal::conformance::Recorder::default()).is_err());
    }
    store.faults.set_failing(false);
    let (journal, recorder) = store.open_recorded();
    assert_eq!(recorder.messages().len(), 20);
    assert_eq!(journal.open_position(), Position(21));
    assert!((1..=20).all(|seq| !matches!(journal.fetch(KEY, Seq(seq)), Fetch::Gone)));
}
