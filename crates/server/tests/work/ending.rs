//! How a worker ends, and how it keeps and loses leases on the way.

use super::desk::{Desk, Ledger};
use super::start;
use std::path::Path;
use tempfile::tempdir;

fn are_leased(ledger: &Ledger) -> bool {
    ledger.messages.iter().all(|message| message.deliveries == 1)
}

fn check_all_given_back(desk: &Desk) {
    for message in &desk.ledger().messages {
        assert_eq!((message.hows(), message.failures), (vec!["release"], 0), "{message:?}");
    }
}

/// Runs until it is told to end, and says first that it runs.
const UNTIL_TOLD: &str = "echo runs >&2; exec sleep 1000";

#[test]
fn a_signal_gives_back_what_is_not_done_and_that_is_no_failure() {
    for signal in ["TERM", "INT"] {
        let folder = tempdir().expect("a folder");
        let desk = Desk::open(["a".to_owned(), "b".to_owned()]);
        let mut worker = start(folder.path(), &desk, &["--min", "2", "--max", "2", "--", "sh", "-c", UNTIL_TOLD]);
        worker.wait_for_line("runs");
        worker.wait_for_line("runs");
        worker.signal(signal);
        worker.ended().check(0, &["nothing more is taken", "0 done, 0 failed, 0 set aside, 2 given back"]);
        check_all_given_back(&desk);
    }
}

#[test]
fn what_gets_done_within_the_grace_is_done() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open(["a".to_owned(), "b".to_owned()]);
    let command = "trap 'exit 0' TERM; echo runs >&2; while :; do sleep 0.05; done";
    let mut worker = start(folder.path(), &desk, &["--", "sh", "-c", command]);
    worker.wait_for_line("runs");
    worker.stopped().check(0, &["1 done, 0 failed, 0 set aside, 0 given back"]);
    assert_eq!(desk.ledger().messages[1].deliveries, 0, "the second one was not begun");
}

/// Hears no SIGTERM.
const DEAF: &str = "trap '' TERM; echo runs >&2; while :; do sleep 0.05; done";

#[test]
fn after_the_grace_or_a_second_signal_it_is_killed() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open(["a".to_owned()]);
    let mut worker = start(folder.path(), &desk, &["--grace", "200ms", "--", "sh", "-c", DEAF]);
    worker.wait_for_line("runs");
    worker.stopped().check(0, &["1 given back"]);
    check_all_given_back(&desk);

    let desk = Desk::open(["a".to_owned()]);
    let mut worker = start(folder.path(), &desk, &["--grace", "1h", "--", "sh", "-c", DEAF]);
    worker.wait_for_line("runs");
    worker.signal("TERM");
    worker.wait_for_line("nothing more is taken");
    worker.signal("TERM");
    worker.ended().check(128 + 15, &["SIGTERM again", "1 given back"]);
    check_all_given_back(&desk);
}

#[expect(clippy::disallowed_methods, reason = "the test tells its own command to end")]
fn touch(path: &Path) {
    std::fs::write(path, "").expect("a file");
}

#[test]
fn a_lease_is_kept_for_as_long_as_its_command_runs() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open(["a".to_owned()]);
    let command = "until [ -e done ]; do sleep 0.05; done";
    let worker = start(folder.path(), &desk, &["--lease", "300ms", "--until-empty", "--", "sh", "-c", command]);
    desk.wait_until("it is extended again and again", |ledger| ledger.messages[0].extensions >= 4);
    touch(&folder.path().join("done"));
    worker.ended().check(0, &["1 done"]);
    assert!(are_leased(&desk.ledger()), "it was delivered once");
}

#[test]
fn who_works_on_a_lost_message_is_told_to_stop_and_settles_nothing() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open(["a".to_owned()]);
    desk.ledger().messages[0].is_lost = true;
    let mut worker = start(folder.path(), &desk, &["--lease", "300ms", "--", "sh", "-c", UNTIL_TOLD]);
    worker.wait_for_line("not ours any more");
    worker.stopped().check(0, &["0 done, 0 failed, 0 set aside, 0 given back, 1 lost to others"]);
    assert!(desk.ledger().messages[0].settlements.is_empty());
}

#[test]
fn a_server_that_is_not_there_is_told_with_how_to_start_one() {
    let folder = tempdir().expect("a folder");
    let arguments = ["work", "orders", "--server", "127.0.0.1:1", "--", "true"];
    crate::program::Program::start(folder.path(), &arguments)
        .ended()
        .check(2, &["no server answers", "longshore serve"]);
}
