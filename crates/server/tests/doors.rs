//! Where it listens, and when it refuses to.

use crate::program::Program;
use std::net::TcpListener;
use tempfile::tempdir;

#[test]
fn a_named_port_that_is_taken_keeps_it_from_starting() {
    let folder = tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has one").to_string();
    let program = Program::start(folder.path(), &["serve", "--sqs", &address, "--amqp", "off", "--admin", "off"]);
    program.ended().check(4, &[&address, "in use", "--sqs"]);
    assert!(!folder.path().join("data").exists(), "the store was made before the doors were sure");
}

#[test]
fn beyond_loopback_it_wants_the_operators_word() {
    let folder = tempdir().expect("a folder");
    let refused = Program::start(folder.path(), &["serve", "--sqs", "0.0.0.0:0", "--amqp", "off", "--admin", "off"]);
    refused.ended().check(4, &["0.0.0.0", "there are no users", "--allow-anonymous"]);
    let mut allowed = Program::start(
        folder.path(),
        &["serve", "--sqs", "0.0.0.0:0", "--amqp", "off", "--admin", "off", "--allow-anonymous"],
    );
    assert!(allowed.wait_for_line(" ready ").contains("admin=off"));
    allowed.stopped().check(0, &[]);
}

#[test]
fn with_every_door_off_there_is_nothing_to_do() {
    let folder = tempdir().expect("a folder");
    let program = Program::start(folder.path(), &["serve", "--sqs", "off", "--amqp", "off", "--admin", "off"]);
    program.ended().check(4, &["no door is left"]);
}

#[test]
fn the_ready_line_of_a_log_collector_is_json() {
    let folder = tempdir().expect("a folder");
    let arguments = ["serve", "--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "off", "--log", "json"];
    let line = Program::start(folder.path(), &arguments).wait_for_line("\"message\":\"ready\"");
    assert!(line.starts_with('{') && line.contains("\"sqs\":\"127.0.0.1:") && line.contains("\"boot\":1"), "{line}");
}
