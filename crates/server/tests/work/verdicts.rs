//! What each end of a command means for its message, and what the command is told.

use super::desk::{Desk, Place};
use super::start;
use serde_json::json;
use tempfile::tempdir;

/// Runs a command for one message, up to its first settlement.
fn first_settlement(command: &str, arguments: &[&str]) -> serde_json::Value {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open(["body".to_owned()]);
    let worker = start(folder.path(), &desk, &[arguments, &["--", "sh", "-c", command]].concat());
    desk.wait_until("the message is settled", |ledger| !ledger.messages[0].settlements.is_empty());
    worker.stopped().check(0, &[]);
    let mut settlement = desk.ledger().messages[0].settlements[0].clone();
    settlement.as_object_mut().expect("an object").remove("token");
    settlement
}

#[test]
fn the_body_and_the_facts_reach_the_command() {
    let command = r#"[ "$(cat)" = body ] && [ "$LONGSHORE_MESSAGE_ID/$LONGSHORE_QUEUE/$LONGSHORE_DELIVERIES" = m0/orders/1 ] &&
        [ "$LONGSHORE_HEADER_KIND" = test ]"#;
    assert_eq!(first_settlement(command, &[]), json!({ "how": "ack" }));
}

#[test]
fn a_failure_comes_back_after_its_backoff_with_its_last_words() {
    let settlement = first_settlement("echo one >&2; echo two >&2; exit 75", &[]);
    assert_eq!((&settlement["how"], &settlement["reason"]), (&json!("fail"), &json!("exit code 75: one\ntwo")));
    let delay_ms = settlement["delay_ms"].as_u64().expect("a delay");
    assert!((5..=10).contains(&delay_ms), "{settlement}");
}

#[test]
fn what_is_refused_is_set_aside_and_what_is_unavailable_goes_back() {
    assert_eq!(first_settlement("exit 65", &[]), json!({ "how": "bury", "reason": "exit code 65" }));
    assert_eq!(first_settlement("exit 69", &[])["how"], "release");
    assert_eq!(first_settlement("exit 1", &["--retries", "0"]), json!({ "how": "bury", "reason": "exit code 1" }));
    assert_eq!(first_settlement("kill -9 $$", &[])["reason"], "killed by signal 9");
}

#[test]
fn what_takes_too_long_is_stopped_and_has_failed() {
    let settlement = first_settlement("exec sleep 1000", &["--timeout", "100ms"]);
    assert_eq!((&settlement["how"], &settlement["reason"]), (&json!("fail"), &json!("it took too long")));
    let settlement =
        first_settlement("trap '' TERM; while :; do sleep 0.1; done", &["--timeout", "100ms", "--grace", "100ms"]);
    assert_eq!(settlement["reason"], "it took too long");
}

#[test]
fn a_body_that_nobody_reads_and_words_without_end_block_nobody() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open(["x".repeat(1 << 20), "y".repeat(1 << 20)]);
    let command = r#"[ "$LONGSHORE_MESSAGE_ID" = m0 ] || cat >&2"#;
    start(folder.path(), &desk, &["--until-empty", "--", "sh", "-c", command]).ended().check(0, &["2 done"]);
}

#[test]
fn what_a_command_leaves_behind_does_not_hold_its_message() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open(["a".to_owned()]);
    // In a session of its own nobody tells it to end, and it holds the pipes open; here the shell's own group ends with it.
    let command = "sleep 1000 & exit 0";
    start(folder.path(), &desk, &["--until-empty", "--", "sh", "-c", command]).ended().check(0, &["1 done"]);
}

#[test]
fn a_command_that_is_not_there_ends_the_worker_and_costs_no_message() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open(["a".to_owned()]);
    let worker = start(folder.path(), &desk, &["--", "./no-such-command"]);
    worker.ended().check(2, &["no-such-command cannot be run", "1 given back"]);
    let ledger = desk.ledger();
    assert_eq!((ledger.messages[0].hows(), ledger.messages[0].failures), (vec!["release"], 0));
    assert!(!matches!(ledger.messages[0].place, Place::Buried { .. }));
}
