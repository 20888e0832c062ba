//! What the admin door answers while the server runs.

use crate::program::Program;
use std::net::TcpStream;
use std::process::Command;
use tempfile::tempdir;

const LOCAL: &str = "host: localhost\r\n";

#[test]
fn a_running_server_is_healthy_ready_and_tells_its_figures() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]);
    for path in ["/healthz", "/readyz"] {
        let answer = program.get("admin", path, LOCAL);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let metrics = program.get("admin", "/metrics", LOCAL);
    for line in ["longshore_ready 1\n", "longshore_journal_commits_total ", "longshore_connections{door=\"sqs\"} 0\n"] {
        assert!(metrics.contains(line), "{line:?} is not in\n{metrics}");
    }
    program.stopped().check(0, &[]);
}

#[test]
fn a_web_page_of_another_site_gets_nothing() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]);
    for door in ["admin", "sqs"] {
        let answer = program.get(door, "/metrics", "host: evil.example\r\n");
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }
}

#[test]
fn errors_are_counted_by_the_code_that_the_client_was_told() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]);
    let answer = program.get("sqs", "/?Action=GetQueueUrl&QueueName=nowhere", LOCAL);
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let metrics = program.get("admin", "/metrics", LOCAL);
    let line = "longshore_errors_total{door=\"sqs\",code=\"AWS.SimpleQueueService.NonExistentQueue\"} 1\n";
    assert!(metrics.contains(line), "{line:?} is not in\n{metrics}");
}

#[test]
fn what_happens_in_a_queue_is_counted_under_its_name_or_with_the_others() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &["--metrics-queues-max", "1"]);
    for request in [
        "?Action=CreateQueue&QueueName=a",
        "?Action=CreateQueue&QueueName=b",
        "000000000000/a?Action=ReceiveMessage",
        "000000000000/b?Action=ReceiveMessage",
        "000000000000/b?Action=SendMessage&MessageBody=hello",
        "000000000000/b?Action=ReceiveMessage",
        "000000000000/b?Action=ReceiveMessage",
    ] {
        let answer = program.get("sqs", &format!("/{request}"), LOCAL);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{request}: {answer}");
    }
    let metrics = program.get("admin", "/metrics", LOCAL);
    for line in [
        "longshore_queues_listed 1\n",
        "longshore_queue_empty_receives_total{queue=\"a\"} 1\n",
        "longshore_queue_empty_receives_total{queue=\"(others)\"} 2\n",
        "longshore_queue_messages{queue=\"(others)\",state=\"leased\"} 1\n",
        "longshore_queue_published_bytes_total{queue=\"(others)\"} 5\n",
    ] {
        assert!(metrics.contains(line), "{line:?} is not in\n{metrics}");
    }
}

#[test]
fn a_crowd_of_connections_leaves_the_store_its_descriptors() {
    let folder = tempdir().expect("a folder");
    let script = format!(
        "ulimit -n 64 && exec {} serve --sqs 127.0.0.1:0 --amqp off --admin 127.0.0.1:0",
        env!("CARGO_BIN_EXE_longshore")
    );
    let mut program = Program::start_command(Command::new("/bin/sh").args(["-c", &script]).current_dir(folder.path()));
    program.wait_for_line(" ready ");
    let crowd: Vec<_> = (0..100).map(|_| TcpStream::connect(program.address("sqs")).expect("it listens")).collect();
    let told = |line: &str| program.get("admin", "/metrics", LOCAL).contains(line);
    while !told("longshore_connections{door=\"sqs\"} 16\n") {}
    assert!(told("longshore_ready 1\n"));
    drop(crowd);
    while !told("longshore_connections{door=\"sqs\"} 0\n") {}
    program.stopped().check(0, &["connections_max=16", "the store is sealed"]);
}
