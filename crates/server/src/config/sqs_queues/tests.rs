//! Tables become declarations, and a wrong one is named.

use super::*;
use crate::config::{Config, ConfigError, Sources, load};

fn read(file: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.toml");
    #[expect(clippy::disallowed_methods, reason = "the test plays the operator")]
    std::fs::write(&path, file).expect("a file");
    load(&Sources { file: Some(path), environment: Vec::new(), flags: crate::cli::ServeArgs::default() })
}

fn check_refused(file: &str, parts: &[&str]) {
    let message = read(file).expect_err("a bad file").to_string();
    let parts = [&["my.toml: sqs_queues"], parts].concat();
    assert!(parts.iter().all(|part| message.contains(part)), "{message:?} lacks one of {parts:?}");
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_table_says_all_that_a_queue_has() {
    let file = r#"
        drain = 5

        [[sqs_queues]]
        name = "orders"
        VisibilityTimeout = 60
        DelaySeconds = "5"
        SqsManagedSseEnabled = true
        Policy = '{"Version":"2012-10-17"}'
        RedriveAllowPolicy = { redrivePermission = "denyAll" }
        dead_letter = { queue = "orders-dead", max_receive_count = 5 }
        tags.team = "shop"

        [[sqs_queues]]
        name = "orders-dead"
    "#;
    let config = read(file).expect("a good file");
    let orders = DeclaredQueue {
        name: "orders".to_owned(),
        attributes: vec![
            pair("DelaySeconds", "5"),
            pair("Policy", r#"{"Version":"2012-10-17"}"#),
            pair("RedriveAllowPolicy", r#"{"redrivePermission":"denyAll"}"#),
            pair("SqsManagedSseEnabled", "true"),
            pair("VisibilityTimeout", "60"),
        ],
        dead_letter: Some(DeadLetter { queue: "orders-dead".to_owned(), max_receive_count: 5 }),
        tags: vec![pair("team", "shop")],
    };
    let dead = DeclaredQueue { name: "orders-dead".to_owned(), ..DeclaredQueue::default() };
    assert_eq!((config.drain, config.sqs_queues), (5, vec![orders, dead]));
}

#[test]
fn a_wrong_table_is_named_with_its_key() {
    let named = |rest: &str| format!("[[sqs_queues]]\nname = \"a\"\n[[sqs_queues]]\nname = \"b\"\n{rest}");
    check_refused("[[sqs_queues]]\nDelaySeconds = 1", &["table 1", "name: every queue needs one"]);
    check_refused(&named("DelaySecond = 1"), &["table 2 (\"b\"): DelaySecond", "did you mean `DelaySeconds`?"]);
    check_refused(&named("QueueArn = \"x\""), &["table 2 (\"b\"): QueueArn", "no such key"]);
    check_refused(&named("dead_letter = \"a\""), &["table 2 (\"b\"): dead_letter", "max_receive_count"]);
    check_refused(&named("dead_letter = { queue = \"a\", max = 5 }"), &["table 2 (\"b\"): dead_letter", "NUMBER"]);
    check_refused(&named("tags = { a = 1 }"), &["table 2 (\"b\"): tags", "texts"]);
    check_refused(&named("[[sqs_queues]]\nname = \"a\""), &["table 3 (\"a\"): name", "another table"]);
    let both = "RedrivePolicy = \"{}\"\ndead_letter = { queue = \"a\", max_receive_count = 5 }";
    check_refused(&named(both), &["table 2 (\"b\"): dead_letter", "RedrivePolicy"]);
}

#[test]
fn something_else_than_tables_is_refused() {
    check_refused("sqs_queues = \"orders\"", &["[[sqs_queues]]"]);
    check_refused("[sqs_queues]\nname = \"a\"", &["[[sqs_queues]]"]);
    let variable = ("LONGSHORE_SQS_QUEUES".to_owned(), "orders".to_owned());
    let sources = Sources { file: None, environment: vec![variable], flags: crate::cli::ServeArgs::default() };
    let message = load(&sources).expect_err("a text").to_string();
    assert!(message.contains("LONGSHORE_SQS_QUEUES") && message.contains("[[sqs_queues]]"), "{message}");
}
