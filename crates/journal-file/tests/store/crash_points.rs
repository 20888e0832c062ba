//! A crash at every operation of a run, and at every operation of the opening after it: everything acknowledged is there,
//! once, and nothing that was forgotten and covered comes back.
//!
//! What it is not: lost or torn writes; those are the simulator's.

use crate::harness::{KEY, Stepped};
use crate::runs::{fetched, moving};
use journal::Journal;
use journal::conformance::{Harness, Recorder, save};
use journal_file::fuzz::MemoryFolder;
use journal_file::{Config, FileJournal};
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{Message, Seq};

const MESSAGES: u64 = 24;

/// Far more than it takes: in each, one segment or one group of runs is seen to.
const ROUNDS: usize = 10;

fn tiny() -> Config {
    Config {
        segment_bytes_min: 24 * 1024,
        segment_bytes_max: 24 * 1024,
        write_bytes_max: 4096,
        cache_bytes: 0,
        ..Config::default()
    }
}

fn body(seq: u64) -> Vec<u8> {
    vec![u8::try_from(seq).expect("few messages"); 3000]
}

/// The seqs of the first messages are forgotten on the way, and checkpoints say so.
fn forgotten_at(seq: u64) -> u64 {
    if seq < MESSAGES / 2 { 0 } else { seq / 2 }
}

/// Publishes, forgets, checkpoints; stops at the first failure. Returns how many messages became durable.
fn run(store: &mut Stepped, from: u64) -> u64 {
    let mut recorder = Recorder::default();
    recorder.dead.extend((1..=forgotten_at(from)).map(|seq| (KEY, Seq(seq))));
    let Ok((mut journal, _)) = store.try_open(&mut recorder) else { return from };
    let mut durable = from;
    for seq in from + 1..=MESSAGES {
        journal.append_messages(KEY, Seq(seq), &[Arc::new(Message::with_body(body(seq)))]);
        if store.commit(&mut journal).is_err() {
            break;
        }
        durable = seq;
        if forgotten_at(seq) > 0 {
            journal.forget(KEY, Seq(1)..=Seq(forgotten_at(seq)));
        }
        if seq % 4 == 0 {
            save(&mut journal, &seq.to_string());
            settle(store, &mut journal, forgotten_at(seq));
        }
    }
    if durable == MESSAGES {
        journal.close();
        store.run(&mut journal);
    }
    store.stop(journal);
    durable
}

/// Goes on until nothing is left to do, saying that all above `dead` live.
fn settle(store: &mut Stepped, journal: &mut FileJournal, dead: u64) {
    for _ in 0..ROUNDS {
        store.run(journal);
        let _failed_or_not = journal.poll();
        if let Some(inquiry) = journal.inquiry() {
            let live = |seqs: &RangeInclusive<Seq>| (seqs.start().0.max(dead + 1)..=seqs.end().0).collect();
            journal.resolve(inquiry.ranges.iter().map(|(_, seqs)| live(seqs)).collect());
        }
    }
}

/// Opens what a crash left and checks it against what was acknowledged. Returns the last message's seq.
fn check(store: &mut Stepped, durable: u64) -> u64 {
    let (journal, recorder) = store.open_recorded();
    let covered = recorder.saved().map_or(0, |state| state.parse::<u64>().expect("the state is a number"));
    let last = journal.open_position().0 - 1;
    assert!(last == durable || last == durable + 1, "{last} commits are there, {durable} were acknowledged");
    let replayed: Vec<u64> = recorder.messages().iter().map(|(_, seq, _)| seq.0).collect();
    assert_eq!(replayed, (covered + 1..=last).collect::<Vec<_>>());
    for seq in forgotten_at(durable) + 1..=last {
        assert_eq!(fetched(&journal, KEY, seq), body(seq));
    }
    store.stop(journal);
    last
}

/// How many operations a whole run takes.
fn operations(config: Config) -> u64 {
    let mut store = Stepped::in_memory(&MemoryFolder::default(), config);
    assert_eq!(run(&mut store, 0), MESSAGES);
    store.faults.take_ops().len() as u64
}

fn check_crashes(config: &Config) {
    let operations = operations(config.clone());
    assert!(operations > 100, "{operations}");
    for crash_at in 0..operations {
        let mut store = Stepped::in_memory(&MemoryFolder::default(), config.clone());
        store.faults.set_left(Some(crash_at));
        let durable = run(&mut store, 0);
        store.faults.set_left(None);
        let last = check(&mut store, durable);
        assert_eq!(run(&mut store, last), MESSAGES, "the store goes on after a crash at operation {crash_at}");
        check(&mut store, MESSAGES);
    }
}

fn check_double_crashes(config: &Config) {
    let operations = operations(config.clone());
    for crash_at in (0..operations).step_by(7) {
        let folder = MemoryFolder::default();
        let mut store = Stepped::in_memory(&folder, config.clone());
        store.faults.set_left(Some(crash_at));
        let durable = run(&mut store, 0);
        for again_at in 0.. {
            let mut copy = Stepped::in_memory(&folder.copy(), config.clone());
            copy.faults.set_left(Some(again_at));
            let opened = copy.try_open(&mut Recorder::default()).map(drop).is_ok();
            copy.faults.set_left(None);
            check(&mut copy, durable);
            if opened {
                break;
            }
        }
    }
}

#[test]
fn a_crash_at_any_operation_loses_nothing_acknowledged() {
    check_crashes(&tiny());
}

#[test]
fn a_crash_at_any_operation_of_the_opening_after_a_crash_loses_nothing_either() {
    check_double_crashes(&tiny());
}

#[test]
fn nor_does_one_while_messages_move_to_runs_and_runs_are_rewritten() {
    check_crashes(&moving());
}

#[test]
fn nor_one_of_the_opening_after_that() {
    check_double_crashes(&moving());
}
