//! The real folder: its lock, its modes, and the threads of a running store.

use journal::conformance::{Recorder, save};
use journal::{Fetch, Journal, Urgency};
use journal_file::{Config, Disk, FileJournal, OpenError, Threads};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use vocab::clock::SystemClock;
use vocab::random::SystemRandom;
use vocab::{Message, PartitionId, PartitionKey, Position, QueueId, Seq};

const KEY: PartitionKey = PartitionKey { queue: QueueId(1), partition: PartitionId(0) };

fn start(folder: &Path) -> (FileJournal, Threads, Recorder) {
    let mut recorder = Recorder::default();
    let io = Disk::open(folder).expect("the folder opens");
    let (clock, random) = (Arc::new(SystemClock::new()), Arc::new(SystemRandom::new()));
    let store = journal_file::open(io, clock, random, Config::default(), &mut recorder, &mut |_| {});
    let (journal, threads) = store.expect("the store opens").start_threads().expect("threads start");
    let waiting = thread::current();
    journal.on_progress(Arc::new(move |_| waiting.unpark()));
    (journal, threads, recorder)
}

/// Parks until `done` says so; the store's progress wakes this thread.
fn wait_until(journal: &mut FileJournal, mut done: impl FnMut(&mut FileJournal) -> bool) {
    while !done(journal) {
        thread::park();
    }
}

#[test]
fn a_folder_belongs_to_one_process_at_a_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = Disk::open(folder.path()).expect("the folder opens");
    assert!(matches!(Disk::open(folder.path()), Err(OpenError::Locked { .. })));
    drop(first);
    assert!(Disk::open(folder.path()).is_ok());
}

#[test]
fn nobody_else_can_read_the_data() {
    let parent = tempfile::tempdir().expect("a temporary folder");
    let folder = parent.path().join("data");
    let (journal, threads, _) = start(&folder);
    drop(journal);
    threads.stop();
    let mode = |path: &Path| path.metadata().expect("it exists").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for name in ["lock", "manifest-a", "wal-00000001.seg"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_running_store_makes_commits_durable_and_has_them_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut journal, threads, _) = start(folder.path());
    for seq in 1..=200 {
        let message = Arc::new(Message::with_body(seq.to_string()));
        journal.append_messages(KEY, Seq(seq), &[message]);
        wait_until(&mut journal, |journal| journal.poll().is_ok() && journal.can_submit());
        journal.submit(Urgency::Now);
    }
    wait_until(&mut journal, |journal| journal.poll() == Ok(Position(200)));
    save(&mut journal, "state");
    wait_until(&mut journal, |journal| journal.stats().checkpoints == 1);
    journal.close();
    wait_until(&mut journal, |journal| journal.closed());
    threads.stop();
    drop(journal);
    let (journal, threads, recorder) = start(folder.path());
    assert_eq!(recorder.saved().as_deref(), Some("state"));
    assert!(recorder.records.is_empty());
    for seq in 1..=200 {
        let Fetch::Read(read) = journal.fetch(KEY, Seq(seq)) else { panic!("message {seq} is on disk") };
        assert_eq!(read().expect("undamaged").body, seq.to_string());
    }
    drop(threads);
}
