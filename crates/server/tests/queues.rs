//! Queues of the configuration: there when the server is ready, as declared, or the server says why not.

use crate::program::Program;
use std::path::Path;
use tempfile::tempdir;

const FILE: &str = r#"
[[sqs_queues]]
name = "orders"
VisibilityTimeout = 60
dead_letter = { queue = "orders-dead", max_receive_count = 5 }
tags = { team = "shop" }

[[sqs_queues]]
name = "orders-dead"
RedriveAllowPolicy = { redrivePermission = "byQueue", sourceQueueArns = ["arn:aws:sqs:us-east-1:000000000000:orders"] }
"#;

fn write(folder: &Path, file: &str) {
    #[expect(clippy::disallowed_methods, reason = "the test plays the operator")]
    std::fs::write(folder.join("longshore.toml"), file).expect("a file");
}

/// The server's answer to a Query request about a queue.
fn ask(program: &Program, queue: &str, action: &str) -> String {
    program.get("sqs", &format!("/000000000000/{queue}?Action={action}"), "host: localhost\r\n")
}

fn attributes(program: &Program, queue: &str) -> String {
    ask(program, queue, "GetQueueAttributes&AttributeName.1=All")
}

fn check_has(answer: &str, parts: &[&str]) {
    let answer = answer.replace("&quot;", "\"");
    assert!(parts.iter().all(|part| answer.contains(part)), "{answer} lacks one of {parts:?}");
}

fn attribute(name: &str, value: &str) -> String {
    format!("<Attribute><Name>{name}</Name><Value>{value}</Value></Attribute>")
}

#[test]
fn declared_queues_are_made_changed_and_left_alone() {
    let folder = tempdir().expect("a folder");
    write(folder.path(), FILE);
    let mut program = Program::serve(folder.path(), &[]);
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:orders-dead","maxReceiveCount":5}"#;
    let redrive = attribute("RedrivePolicy", policy);
    check_has(&attributes(&program, "orders"), &[&attribute("VisibilityTimeout", "60"), &redrive]);
    check_has(&ask(&program, "orders", "ListQueueTags"), &["<Key>team</Key><Value>shop</Value>"]);
    ask(&program, "orders", "SetQueueAttributes&Attribute.1.Name=DelaySeconds&Attribute.1.Value=7");
    ask(&program, "orders", "SetQueueAttributes&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=1");
    ask(&program, "orders", "TagQueue&Tag.1.Key=level&Tag.1.Value=gold");
    program.stopped().check(0, &["made=2 changed=0 same=0"]);

    program = Program::serve(folder.path(), &[]);
    let wins = attribute("VisibilityTimeout", "60");
    let stays = attribute("DelaySeconds", "7");
    check_has(&attributes(&program, "orders"), &[&wins, &stays, &redrive]);
    check_has(&ask(&program, "orders", "ListQueueTags"), &["<Key>level</Key>", "<Key>team</Key>"]);
    program.stopped().check(0, &["made=0 changed=1 same=1"]);

    Program::serve(folder.path(), &[]).stopped().check(0, &["made=0 changed=0 same=2"]);
}

#[test]
fn queues_are_made_also_where_the_door_is_closed() {
    let folder = tempdir().expect("a folder");
    write(folder.path(), "[[sqs_queues]]\nname = \"orders\"\n");
    let mut program =
        Program::start(folder.path(), &["serve", "--sqs", "off", "--amqp", "off", "--admin", "127.0.0.1:0"]);
    program.wait_for_line(" ready ");
    let metrics = program.get("admin", "/metrics", "host: localhost\r\n");
    assert!(metrics.contains(r#"longshore_queue_waiters{queue="orders"} 0"#), "{metrics}");
}

#[test]
fn a_queue_that_cannot_be_keeps_the_server_from_starting() {
    let check = |file: &str, parts: &[&str]| {
        let folder = tempdir().expect("a folder");
        write(folder.path(), &format!("[[sqs_queues]]\nname = \"fine\"\n[[sqs_queues]]\n{file}"));
        let usual = ["serve", "--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "off"];
        Program::start(folder.path(), &usual).ended().check(2, parts);
    };
    check("name = \"a b\"", &["table 2 (\"a b\"): name", "alphanumeric"]);
    check("name = \"b\"\nDelaySeconds = -1", &["table 2 (\"b\"): DelaySeconds", "Invalid value"]);
    check("name = \"b\"\ntags = { \"\" = \"x\" }", &["table 2 (\"b\"): tags", "Tag keys"]);
    let none = "dead_letter = { queue = \"none\", max_receive_count = 5 }";
    check(&format!("name = \"b\"\n{none}"), &["table 2 (\"b\"): dead_letter", "does not exist"]);
    check("name = \"b\"\nDelay = 1", &["longshore.toml", "table 2 (\"b\"): Delay", "did you mean"]);
}
