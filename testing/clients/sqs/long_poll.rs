//! Long polls: a message wakes them, and one message wakes one of many.

use crate::speak::{Protocol, say};
use clients::Server;
use clients::http::Response;
use serde_json::{Value, json};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

const WAIT_SECONDS: u64 = 20;

#[test]
fn a_message_wakes_a_waiting_receive_at_once() {
    for protocol in [Protocol::Json, Protocol::Query] {
        let server = queue();
        thread::scope(|scope| {
            let poll = scope.spawn(|| receive(&server, protocol));
            knock(&server);
            let sent = Instant::now();
            send(&server, "wake up");
            let woken = poll.join().expect("the poll ends");
            assert!(woken.body.contains("wake up"), "{woken:?}");
            assert!(
                sent.elapsed() < Duration::from_secs(WAIT_SECONDS / 2),
                "it came by waking, not by the end of the wait"
            );
        });
    }
}

#[test]
fn each_message_wakes_one_of_many_waiting_receives() {
    let server = queue();
    let (woken, wakings) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..8 {
            let (woken, server) = (woken.clone(), &server);
            scope.spawn(move || woken.send(receive(server, Protocol::Json)).expect("somebody counts"));
        }
        knock(&server);
        let mut bodies = Vec::new();
        for number in 0..8 {
            send(&server, &number.to_string());
            let response = wakings.recv().expect("one more poll ends");
            let messages = response.json()["Messages"].as_array().cloned().unwrap_or_default();
            bodies.extend(messages.into_iter().map(|message| message["Body"].clone()));
        }
        bodies.sort_by_key(|body| body.as_str().map(str::to_owned));
        let expected: Vec<Value> = (0..8).map(|number| Value::from(number.to_string())).collect();
        assert_eq!(bodies, expected);
    });
}

/// Whether the server notices the hang-up before the message or after it, the message comes to the next one.
#[test]
fn a_message_is_not_lost_in_a_receive_that_was_given_up() {
    use std::io::Write;
    use std::net::TcpStream;
    let server = queue();
    let body = wish(&server).to_string();
    let mut gone = TcpStream::connect(server.sqs()).expect("the server listens");
    write!(
        gone,
        "POST / HTTP/1.1\r\nHost: {}\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\nContent-Type: application/x-amz-json-1.0\r\n\
         Content-Length: {}\r\n\r\n{body}",
        server.sqs(),
        body.len()
    )
    .expect("the request is small");
    knock(&server);
    drop(gone);
    knock(&server);
    send(&server, "for the living");
    let received = receive(&server, Protocol::Json);
    assert!(received.body.contains("for the living"), "{received:?}");
}

fn queue() -> Server {
    let server = Server::start();
    let made = say(server.sqs(), Protocol::Json, "CreateQueue", &json!({"QueueName": "jobs"}));
    assert_eq!(made.status, 200, "{made:?}");
    server
}

fn wish(server: &Server) -> Value {
    json!({"QueueUrl": server.queue_url("jobs"), "WaitTimeSeconds": WAIT_SECONDS, "VisibilityTimeout": 1})
}

fn receive(server: &Server, protocol: Protocol) -> Response {
    say(server.sqs(), protocol, "ReceiveMessage", &wish(server))
}

fn send(server: &Server, body: &str) {
    let sent = say(
        server.sqs(),
        Protocol::Json,
        "SendMessage",
        &json!({"QueueUrl": server.queue_url("jobs"), "MessageBody": body}),
    );
    assert_eq!(sent.status, 200, "{sent:?}");
}

/// Gives requests that are on their way the time to arrive: a few whole round trips on other connections.
/// Right answers do not depend on it; it only makes the case that is meant the likely one.
fn knock(server: &Server) {
    for _ in 0..20 {
        say(server.sqs(), Protocol::Json, "ListQueues", &json!({}));
    }
}
