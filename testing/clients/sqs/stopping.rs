//! Ending politely: polls end empty, nothing is lost, and a second server cannot take the same folder.

use crate::speak::{Protocol, say};
use clients::Server;
use clients::program::Program;
use clients::wait::{SOON, until};
use serde_json::json;
use std::process::Command;
use std::thread;

#[test]
fn a_term_signal_ends_long_polls_empty_and_the_server_cleanly() {
    let mut server = Server::start_with(&["--sqs-limits", "aws", "--amqp", "off", "--admin", "127.0.0.1:0"]);
    let (address, admin) = (server.sqs(), server.admin());
    let url = server.queue_url("jobs");
    say(address, Protocol::Json, "CreateQueue", &json!({"QueueName": "jobs"}));
    let poll = thread::spawn({
        let wish = json!({"QueueUrl": url, "WaitTimeSeconds": 20});
        move || say(address, Protocol::Json, "ReceiveMessage", &wish)
    });
    until("the poll to wait", SOON, || {
        let metrics = clients::http::request(admin, "GET", "/metrics", &[], b"").body;
        metrics.contains(r#"longshore_queue_waiters{queue="jobs"} 1"#).then_some(())
    });
    server.terminate();
    let polled = poll.join().expect("the poll is answered, not cut");
    assert_eq!(polled.status, 200, "{polled:?}");
    assert!(polled.json().get("Messages").is_none_or(|messages| messages == &json!([])), "{polled:?}");
    assert!(server.ended_within(SOON).success());
}

#[test]
fn what_was_there_before_a_polite_end_is_there_after_it() {
    let mut server = Server::start();
    say(server.sqs(), Protocol::Json, "CreateQueue", &json!({"QueueName": "jobs"}));
    let url = server.queue_url("jobs");
    say(server.sqs(), Protocol::Json, "SendMessage", &json!({"QueueUrl": url, "MessageBody": "still here"}));
    server.terminate();
    assert!(server.ended_within(SOON).success());
    server.restart();
    let wish = json!({"QueueUrl": server.queue_url("jobs"), "WaitTimeSeconds": 20});
    let received = say(server.sqs(), Protocol::Json, "ReceiveMessage", &wish);
    assert!(received.body.contains("still here"), "{received:?}");
}

#[test]
fn a_second_server_is_refused_the_same_folder() {
    let mut server = Server::start();
    let mut second = Command::new(clients::server::binary());
    second.arg("serve").arg("--data").arg(server.data()).args([
        "--sqs",
        "127.0.0.1:0",
        "--amqp",
        "off",
        "--admin",
        "off",
    ]);
    let mut second = Program::start(&mut second);
    let status = until("the second server to give up", SOON, || second.ended());
    assert!(!status.success(), "{}", second.said());
    assert!(server.is_running());
    assert_eq!(say(server.sqs(), Protocol::Json, "ListQueues", &json!({})).status, 200);
}

#[test]
fn a_listener_beyond_loopback_needs_a_word_from_the_operator() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut open = Command::new(clients::server::binary());
    open.current_dir(folder.path()).args(["serve", "--sqs", "0.0.0.0:0", "--amqp", "off", "--admin", "off"]);
    let mut open = Program::start(&mut open);
    let status = until("the server to refuse", SOON, || open.ended());
    assert!(!status.success(), "{}", open.said());
    until("the reason", SOON, || open.said().contains("--allow-anonymous").then_some(()));
}
