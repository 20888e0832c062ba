//! Start, stop, start again.

use crate::program::Program;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use tempfile::tempdir;

#[test]
fn a_stop_seals_the_store_and_the_next_start_is_clean() {
    let folder = tempdir().expect("a folder");
    let first = Program::serve(folder.path(), &[]);
    first.stopped().check(0, &["boot=1", "SIGTERM", "stopped"]);
    let second = Program::serve(folder.path(), &[]);
    second.stopped().check(0, &["boot=2", "clean=true"]);
}

#[test]
fn after_kill_9_the_next_start_recovers() {
    let folder = tempdir().expect("a folder");
    let first = Program::serve(folder.path(), &[]);
    first.signal("KILL");
    assert_eq!(first.ended().status.code(), None);
    Program::serve(folder.path(), &[]).stopped().check(0, &["boot=2", "clean=false"]);
}

#[test]
fn ctrl_c_stops_it_too() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]);
    program.signal("INT");
    program.ended().check(0, &["SIGINT"]);
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempdir().expect("a folder");
    let first = Program::serve(folder.path(), &[]);
    let second = ["serve", "--data", "data", "--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "off"];
    Program::start(folder.path(), &second).ended().check(3, &["data", "in use by another process"]);
    first.stopped().check(0, &[]);
}

#[test]
fn a_stop_ends_an_idle_connection_to_every_door() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]);
    let mut idle = ["sqs", "admin"].map(|door| TcpStream::connect(program.address(door)).expect("it listens"));
    // A connection that was not accepted yet would be reset instead.
    wait_for_metric(&program, "longshore_connections_accepted_total{door=\"sqs\"} 1\n");
    program.signal("TERM");
    for stream in &mut idle {
        assert_eq!(stream.read(&mut [0]).expect("the end"), 0);
    }
    program.ended().check(0, &[]);
}

#[test]
fn a_request_that_never_ends_is_cut_when_the_time_to_drain_is_over() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &["--drain", "1"]);
    let mut half = TcpStream::connect(program.address("sqs")).expect("it listens");
    half.write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{").expect("it reads");
    program.stopped().check(0, &[]);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = tempdir().expect("a folder");
    let mut program = Program::serve(folder.path(), &["--drain", "600"]);
    let mut half = TcpStream::connect(program.address("sqs")).expect("it listens");
    half.write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{").expect("it reads");
    // A request on another connection is answered after the first one was begun, so the server has seen both.
    program.get("sqs", "/", "host: localhost\r\n");
    program.signal("TERM");
    program.wait_for_line("stopping");
    program.signal("TERM");
    program.ended().check(143, &["at once"]);
}

/// One SQS request in the JSON protocol, on a connection of its own; the connection, with the answer to come.
fn ask_sqs(program: &Program, action: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(program.address("sqs")).expect("it listens");
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\n\
         x-amz-target: AmazonSQS.{action}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("it reads");
    stream
}

/// Asks for the metrics, again and again, until this line is among them.
fn wait_for_metric(program: &Program, line: &str) {
    while !program.get("admin", "/metrics", "host: localhost\r\n").contains(line) {}
}

fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("text, then the end");
    text
}

#[test]
fn a_stop_ends_a_long_poll_empty_instead_of_waiting_for_it() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &["--drain", "600"]);
    let made = answer(ask_sqs(&program, "CreateQueue", r#"{"QueueName":"orders"}"#));
    assert!(made.starts_with("HTTP/1.1 200 "), "{made}");
    let poll = ask_sqs(&program, "ReceiveMessage", r#"{"QueueUrl":"orders","WaitTimeSeconds":20}"#);
    wait_for_metric(&program, "longshore_queue_waiters{queue=\"orders\"} 1\n");
    program.signal("TERM");
    let polled = answer(poll);
    assert!(polled.starts_with("HTTP/1.1 200 ") && !polled.contains("Body"), "{polled}");
    program.ended().check(0, &["the store is sealed"]);
}

#[test]
fn what_was_sent_before_kill_9_is_there_afterwards() {
    let folder = tempdir().expect("a folder");
    let first = Program::serve(folder.path(), &[]);
    answer(ask_sqs(&first, "CreateQueue", r#"{"QueueName":"orders"}"#));
    let sent = answer(ask_sqs(&first, "SendMessage", r#"{"QueueUrl":"orders","MessageBody":"two coffees"}"#));
    assert!(sent.starts_with("HTTP/1.1 200 "), "{sent}");
    first.signal("KILL");
    first.ended();
    let second = Program::serve(folder.path(), &[]);
    let received = answer(ask_sqs(&second, "ReceiveMessage", r#"{"QueueUrl":"orders"}"#));
    assert!(received.contains("two coffees"), "{received}");
}

#[test]
fn a_disk_that_refuses_a_write_ends_it_with_the_reason() {
    let folder = tempdir().expect("a folder");
    // Files may not grow past a limit between the first segment's size and the second's, and the signal that would say so is ignored.
    let script = format!(
        "trap '' XFSZ && ulimit -f 3000 && exec {} serve --sqs 127.0.0.1:0 --amqp off --admin off",
        env!("CARGO_BIN_EXE_longshore")
    );
    let program = Program::start_command(Command::new("/bin/sh").args(["-c", &script]).current_dir(folder.path()));
    program.ended().check(1, &["File too large", "the disk failed", "start again"]);
}
