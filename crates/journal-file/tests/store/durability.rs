//! A sync stands between a commit and its being durable, and directory syncs stand where names matter.

use crate::harness::{Op, Stepped};
use journal::conformance::Harness;
use journal::{Journal, Urgency};
use journal_file::fuzz::MemoryFolder;
use journal_file::{Config, names};
use vocab::{Position, QueueId};

fn opened(config: Config) -> (Stepped, journal_file::FileJournal) {
    let mut store = Stepped::in_memory(&MemoryFolder::default(), config);
    let (mut journal, _) = store.open_recorded();
    store.run(&mut journal);
    store.faults.take_ops();
    (store, journal)
}

fn submit(store: &mut Stepped, journal: &mut journal_file::FileJournal, urgency: Urgency) -> Vec<Op> {
    journal.append(16, true, QueueId(1), b"note");
    journal.submit(urgency);
    store.step_all();
    store.faults.take_ops()
}

fn written_and_synced() -> [Op; 2] {
    [Op::Write(names::segment(1)), Op::Sync(names::segment(1))]
}

#[test]
fn an_urgent_commit_is_written_and_synced_before_it_is_durable() {
    let (mut store, mut journal) = opened(Config::default());
    for position in 1..5 {
        assert_eq!(submit(&mut store, &mut journal, Urgency::Now), written_and_synced());
        assert_eq!(journal.poll(), Ok(Position(position)));
    }
    assert_eq!((journal.stats().syncs, journal.stats().commits), (4, 4));
}

#[test]
fn a_patient_commit_is_written_at_once_and_synced_in_time() {
    let (mut store, mut journal) = opened(Config::default());
    assert_eq!(submit(&mut store, &mut journal, Urgency::WithinMs(50)), written_and_synced()[..1]);
    store.clock.advance_ms(49);
    store.step_all();
    assert_eq!(journal.poll(), Ok(Position(0)));
    store.clock.advance_ms(1);
    store.step_all();
    assert_eq!(store.faults.take_ops(), written_and_synced()[1..]);
    assert_eq!(journal.poll(), Ok(Position(1)));
}

#[test]
fn a_commit_for_whenever_waits_for_the_next_urgent_one() {
    let (mut store, mut journal) = opened(Config::default());
    assert_eq!(submit(&mut store, &mut journal, Urgency::Whenever), written_and_synced()[..1]);
    store.clock.advance_ms(3_600_000);
    store.step_all();
    assert_eq!(journal.poll(), Ok(Position(0)));
    assert_eq!(submit(&mut store, &mut journal, Urgency::Now), written_and_synced());
    assert_eq!(journal.poll(), Ok(Position(2)));
}

#[test]
fn a_commit_for_whenever_is_synced_when_its_segment_is_left() {
    let config = Config { segment_bytes_min: 32 * 1024, segment_bytes_max: 32 * 1024, ..Config::default() };
    let (mut store, mut journal) = opened(config);
    for _ in 0..12 {
        submit(&mut store, &mut journal, Urgency::Whenever);
        journal.poll().expect("nothing failed");
    }
    assert!(journal.poll().expect("nothing failed") > Position(0));
}

#[test]
fn one_sync_after_the_last_commit_states_that_it_was_synced() {
    let (mut store, mut journal) = opened(Config::default());
    submit(&mut store, &mut journal, Urgency::Now);
    for expected in [&written_and_synced()[..], &[]] {
        store.clock.advance_us(20_000);
        store.step_all();
        assert_eq!(store.faults.take_ops(), expected);
    }
}

#[test]
fn a_segment_is_named_by_a_synced_manifest_before_its_first_frame() {
    let config = Config { segment_bytes_min: 16 * 1024, segment_bytes_max: 16 * 1024, ..Config::default() };
    let (mut store, mut journal) = opened(config);
    let ops: Vec<Op> = (0..3).flat_map(|_| submit(&mut store, &mut journal, Urgency::Now)).collect();
    let second = names::segment(2);
    let at = |wanted: &dyn Fn(&Op) -> bool| ops.iter().position(wanted).expect("it happened");
    let renamed = at(&|op| matches!(op, Op::Rename(_, to) if *to == second));
    let named = at(&|op| matches!(op, Op::Rename(_, to) if names::MANIFESTS.contains(&to.as_str())));
    let written = at(&|op| *op == Op::Write(second.clone()));
    assert_eq!(ops[renamed + 1], Op::SyncDir);
    assert_eq!(ops[named + 1], Op::SyncDir);
    assert!(renamed < named && named < written, "{ops:?}");
}

#[cfg(feature = "mutants")]
#[test]
fn the_mutant_that_skips_directory_syncs_skips_them_all() {
    use vocab::mutant::{Mutant, with};
    let config = Config { segment_bytes_min: 16 * 1024, segment_bytes_max: 16 * 1024, ..Config::default() };
    let ops: Vec<Op> = with(Mutant::SkipDirectorySync, || {
        let (mut store, mut journal) = opened(config);
        (0..3).flat_map(|_| submit(&mut store, &mut journal, Urgency::Now)).collect()
    });
    assert!(ops.iter().any(|op| matches!(op, Op::Rename(..))));
    assert!(!ops.contains(&Op::SyncDir), "{ops:?}");
}
