//! On a real disk: private files, and what a process leaves behind is there for the next.

use crate::store::{id, key, steps};
use history::{DiskFolder, History, What};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use vocab::{DoorCode, Position, Seq};

#[test]
fn what_was_written_out_outlives_the_process_in_private_files() {
    let folder = tempfile::tempdir().expect("a place for the test");
    let path = folder.path().join("history");
    let open = || {
        let folder: Arc<DiskFolder> = DiskFolder::open(&path).expect("a fresh folder");
        History::open(folder, 1, 1 << 20).expect("nothing refuses")
    };
    let history = open();
    history.record(Position(1), 10).published(key(1), Seq(1), 1, DoorCode(0));
    history.advance(Position(1));
    history.write_out();
    // Without an end: as after a kill.
    std::mem::forget(history);
    assert_eq!(steps(&open().life(id(1, 1))), [(10, What::Published)]);
    let mode = |path: &std::path::Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&path.join("history-00000001.lsh"))), (0o700, 0o600));
}

#[test]
fn a_keeping_thread_writes_out_and_ends_when_asked() {
    let folder = tempfile::tempdir().expect("a place for the test");
    let history = History::open(DiskFolder::open(folder.path()).expect("it exists"), 1, 1 << 20).expect("room");
    std::thread::scope(|scope| {
        scope.spawn(|| history.keep());
        history.record(Position(1), 10).published(key(1), Seq(1), 1, DoorCode(0));
        history.advance(Position(1));
        history.close();
    });
    assert!(history.figures().bytes > 0, "what was there at the end was written out");
}
