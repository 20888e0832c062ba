//! Users: who is let in, and how the file is read again while the server runs.

use crate::program::Program;
use std::path::Path;
use tempfile::tempdir;

fn write(folder: &Path, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "the test plays the operator")]
    std::fs::write(folder.join("longshore.toml"), text).expect("a file");
}

const SHOP: &str = "[[users]]\nname = \"shop\"\nkeys = [{ id = \"a\", secret = \"hush-hush\" }]\n";

fn lists_queues(program: &Program) -> String {
    program.get("sqs", "/?Action=ListQueues", "host: localhost\r\n")
}

#[test]
fn users_are_read_again_at_sighup_and_stay_where_the_file_is_wrong() {
    let folder = tempdir().expect("a folder");
    write(folder.path(), SHOP);
    let mut program = Program::serve(folder.path(), &[]);
    assert!(lists_queues(&program).contains("<Code>MissingAuthenticationToken</Code>"));
    write(folder.path(), &SHOP.replace("\"hush-hush\"", "\"hush-hush"));
    program.signal("HUP");
    program.wait_for_line("users stay as they were");
    write(folder.path(), "");
    program.signal("HUP");
    program.wait_for_line("no users any more");
    write(folder.path(), &SHOP.repeat(2).replacen("shop", "audit", 1).replacen("\"a\"", "\"b\"", 1));
    program.signal("HUP");
    assert!(program.wait_for_line("users were read again").contains("keys=2"));
    assert!(lists_queues(&program).contains("<Code>MissingAuthenticationToken</Code>"));
    let ended = program.stopped();
    ended.check(0, &[]);
    assert!(!ended.log.contains("hush"), "{}", ended.log);
}

#[test]
fn a_server_without_users_asks_nobody_and_outlives_sighup() {
    let folder = tempdir().expect("a folder");
    let mut program = Program::serve(folder.path(), &[]);
    program.signal("HUP");
    program.wait_for_line("users were read again");
    assert!(lists_queues(&program).contains("<ListQueuesResult"));
    program.stopped().check(0, &[]);
}

#[test]
fn anonymous_ones_are_let_in_beside_users_where_the_operator_says_so() {
    let folder = tempdir().expect("a folder");
    write(folder.path(), SHOP);
    let program = Program::serve(folder.path(), &["--allow-anonymous"]);
    assert!(lists_queues(&program).contains("<ListQueuesResult"));
    program.stopped().check(0, &[]);
}

#[test]
fn a_user_that_cannot_prove_anything_keeps_it_from_starting() {
    let folder = tempdir().expect("a folder");
    write(folder.path(), "[[users]]\nname = \"shop\"\nkeys = []\n");
    Program::start(folder.path(), &["serve"]).ended().check(2, &["the user \"shop\" has no key"]);
}

#[test]
fn beyond_loopback_users_are_enough() {
    let folder = tempdir().expect("a folder");
    write(folder.path(), SHOP);
    let arguments = ["serve", "--data", "data", "--sqs", "0.0.0.0:0", "--amqp", "off", "--admin", "off"];
    let mut program = Program::start(folder.path(), &arguments);
    assert!(program.wait_for_line(" ready ").contains("sqs=0.0.0.0:"));
    program.stopped().check(0, &[]);
}
