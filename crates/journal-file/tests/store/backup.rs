//! A backup is the store at one moment, whatever the store does before its files are read.

use crate::harness::{KEY, Stepped};
use crate::runs::moving;
use journal::conformance::{Harness, Recorder, save};
use journal::{Fetch, Journal};
use journal_file::fuzz::MemoryFolder;
use journal_file::io::Io;
use journal_file::{Backup, Config, renew_identity};
use vocab::Seq;
use vocab::random::SeededRandom;

/// What is read from the backup, as a folder.
fn copied(backup: &Backup) -> MemoryFolder {
    let folder = MemoryFolder::default();
    for file in &backup.files {
        let mut bytes = vec![0; usize::try_from(file.bytes).expect("small")];
        assert_eq!(file.read_at(0, &mut bytes).expect("it can be read"), bytes.len());
        folder.put(&file.name, bytes);
    }
    folder
}

fn body(seq: u64) -> usize {
    500 + usize::try_from(seq % 7).expect("small")
}

/// Every message up to `last` is in the folder, and none behind it.
fn check_holds(folder: &MemoryFolder, config: &Config, last: u64) {
    let (mut strict, mut lenient) = (Recorder::default(), Recorder::default());
    let verified = journal_file::verify(folder, "memory", &mut strict, &mut lenient, &mut |_| {}).expect("a store");
    assert_eq!((verified.findings, verified.torn, verified.left_over), (Vec::new(), None, Vec::new()));
    let mut store = Stepped::in_memory(folder, config.clone());
    let (journal, _) = store.open_recorded();
    for seq in 1..=last {
        let message = match journal.fetch(KEY, Seq(seq)) {
            Fetch::Ready(message) => message,
            Fetch::Read(read) => read().expect("undamaged"),
            Fetch::Gone => panic!("message {seq} of {last} is gone"),
        };
        assert_eq!(message.body, vec![7; body(seq)]);
    }
    assert!(matches!(journal.fetch(KEY, Seq(last + 1)), Fetch::Gone));
}

/// Publishes, takes a backup after each few messages, and lets the store retire, reuse and rewrite everything before the
/// backup's files are read.
fn check_backups(config: &Config) {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, config.clone());
    let (mut journal, _) = store.open_recorded();
    let mut taken = Vec::new();
    for seq in 1..=120 {
        store.publish(&mut journal, seq, body(seq));
        if seq % 15 == 0 {
            taken.push((seq, journal.backups().take().expect("it can be read")));
        }
        if seq % 20 == 0 {
            save(&mut journal, "some");
            store.step_all();
            journal.poll().expect("nothing failed");
        }
    }
    journal.forget(KEY, Seq(1)..=Seq(120));
    for seq in 121..=400 {
        store.publish(&mut journal, seq, body(seq));
        journal.forget(KEY, Seq(seq)..=Seq(seq));
        if seq % 20 == 0 {
            save(&mut journal, "more");
            store.step_all();
            journal.poll().expect("nothing failed");
        }
    }
    for (last, backup) in taken {
        check_holds(&copied(&backup), config, last);
    }
}

#[test]
fn a_backup_holds_what_was_durable_when_it_was_taken_whatever_happens_to_the_log() {
    let segments = 24 * 1024;
    check_backups(&Config { segment_bytes_min: segments, segment_bytes_max: segments, ..Config::default() });
}

#[test]
fn so_it_does_while_messages_move_to_runs() {
    check_backups(&moving());
}

#[test]
fn a_stopped_store_is_copied_with_its_seal() {
    for clean in [true, false] {
        let folder = MemoryFolder::default();
        let mut store = Stepped::in_memory(&folder, moving());
        let (mut journal, _) = store.open_recorded();
        (1..=60).for_each(|seq| store.publish(&mut journal, seq, body(seq)));
        if clean {
            store.close(journal);
        } else {
            store.stop(journal);
        }
        let backup = Backup::of_folder(&folder, "memory").expect("it can be read");
        check_holds(&copied(&backup), &moving(), 60);
    }
}

#[test]
fn a_damaged_store_gives_no_backup() {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, moving());
    let (mut journal, _) = store.open_recorded();
    (1..=60).for_each(|seq| store.publish(&mut journal, seq, body(seq)));
    let segment = folder.list().expect("memory").into_iter().filter(|name| name.starts_with("wal-")).max();
    let segment = segment.expect("a log has segments");
    let mut bytes = folder.bytes(&segment).expect("it was listed");
    bytes[4096 + 100] ^= 1;
    folder.put(&segment, bytes);
    let refused = journal.backups().take().expect_err("a frame cannot be read");
    assert!(refused.to_string().contains(&segment), "{refused}");
}

#[test]
fn a_renewed_copy_holds_the_same_under_another_id_and_a_later_boot() {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, moving());
    let (mut journal, opened) = store.try_open(&mut Recorder::default()).expect("it opens");
    for seq in 1..=60 {
        store.publish(&mut journal, seq, body(seq));
        if seq % 20 == 0 {
            save(&mut journal, "some");
            store.step_all();
            journal.poll().expect("nothing failed");
        }
    }
    let copy = copied(&journal.backups().take().expect("it can be read"));
    renew_identity(&copy, &SeededRandom::new(5)).expect("it is whole");
    check_holds(&copy, &moving(), 60);
    let mut restored = Stepped::in_memory(&copy, moving());
    let (_journal, renewed) = restored.try_open(&mut Recorder::default()).expect("it opens");
    assert_ne!(renewed.store_id, opened.store_id);
    assert!(renewed.boot.0 > opened.boot.0 + journal_file::BOOTS_AHEAD);
}
