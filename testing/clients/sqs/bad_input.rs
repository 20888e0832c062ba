//! Bad input in raw bytes: every piece is answered in AWS's shape or the connection is closed; the
//! server never panics, never stops serving, never grows.

use crate::speak::{Protocol, say, told};
use clients::Server;
use clients::http::{exchange, parse, request};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

const MIB: u64 = 1024 * 1024;

/// A server with the queue `jobs`, which must be alive and small again when the test is over.
struct Victim {
    server: Server,
    memory_bytes: u64,
}

impl Victim {
    fn ready() -> Self {
        let server = Server::start();
        let made = say(server.sqs(), Protocol::Json, "CreateQueue", &json!({"QueueName": "jobs"}));
        assert_eq!(made.status, 200, "{made:?}");
        let memory_bytes = server.memory_bytes();
        Self { server, memory_bytes }
    }

    /// POSTs a body for an action of the JSON protocol.
    fn json(&self, action: &str, body: &[u8]) -> (u16, String) {
        let target = format!("AmazonSQS.{action}");
        let headers = [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", target.as_str())];
        let response = request(self.server.sqs(), "POST", "/", &headers, body);
        let told = told(Protocol::Json, &response);
        (told.status, told.code)
    }

    /// POSTs a form.
    fn form(&self, body: &[u8]) -> (u16, String) {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let response = request(self.server.sqs(), "POST", "/", &headers, body);
        let told = told(Protocol::Query, &response);
        (told.status, told.code)
    }

    /// Sends raw bytes; the connection ends, with an HTTP error or without a word.
    fn raw(&self, bytes: &[u8]) {
        let Ok(answer) = exchange(self.server.sqs(), bytes) else { return };
        if !answer.is_empty() {
            let response = parse(&answer).unwrap_or_else(|| panic!("no HTTP: {:?}", String::from_utf8_lossy(&answer)));
            assert!((400..=505).contains(&response.status), "{response:?}");
        }
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert!(self.server.is_running(), "it must live");
        let listed = say(self.server.sqs(), Protocol::Json, "ListQueues", &json!({}));
        assert_eq!(listed.status, 200, "{listed:?}");
        let log = self.server.log();
        assert!(!log.contains("panicked"), "{log}");
        let grown = self.server.memory_bytes().saturating_sub(self.memory_bytes);
        assert!(grown < 64 * MIB, "it grew by {} MiB", grown / MIB);
    }
}

#[test]
fn malformed_json_is_answered() {
    let victim = Victim::ready();
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    let broken: [&[u8]; 9] = [
        b"{",
        b"nonsense",
        b"[]",
        b"null",
        b"\"text\"",
        b"{\"QueueUrl\": }",
        b"{\"QueueUrl\": \"jobs\",}",
        b"{\"QueueUrl\": \"jobs\"} {}",
        &deep,
    ];
    // What an action does not read, it passes over; these ask for the URL.
    let unreadable: [&[u8]; 3] =
        [b"{\"QueueUrl\": \"\\ud800\"}", b"{\"QueueUrl\": \"\xff\xfe\"}", b"{\"QueueUrl\": \"a\0b\"}"];
    for action in ["SendMessage", "ReceiveMessage", "ListQueues"] {
        let unreadable = if action == "ListQueues" { [].as_slice() } else { &unreadable };
        for body in broken.iter().chain(unreadable) {
            let shown = String::from_utf8_lossy(&body[..body.len().min(99)]);
            assert_eq!(victim.json(action, body), (400, "MalformedInput".to_owned()), "{action} {shown}");
        }
    }
}

#[test]
fn wrong_types_are_answered() {
    let victim = Victim::ready();
    let url = victim.server.queue_url("jobs");
    let wrong: [(&str, Value); 12] = [
        ("SendMessage", json!({"QueueUrl": 5, "MessageBody": "x"})),
        ("SendMessage", json!({"QueueUrl": url, "MessageBody": {"a": 1}})),
        ("SendMessage", json!({"QueueUrl": url, "MessageBody": "x", "DelaySeconds": [1]})),
        ("SendMessage", json!({"QueueUrl": url, "MessageBody": "x", "DelaySeconds": "soon"})),
        ("SendMessage", json!({"QueueUrl": url, "MessageBody": "x", "DelaySeconds": 1e300})),
        ("SendMessage", json!({"QueueUrl": url, "MessageBody": "x", "MessageAttributes": []})),
        ("SendMessage", json!({"QueueUrl": url, "MessageBody": "x", "MessageAttributes": {"a": "b"}})),
        ("SendMessageBatch", json!({"QueueUrl": url, "Entries": {"Id": "a", "MessageBody": "x"}})),
        ("SendMessageBatch", json!({"QueueUrl": url, "Entries": ["a"]})),
        ("ReceiveMessage", json!({"QueueUrl": url, "MaxNumberOfMessages": true})),
        ("CreateQueue", json!({"QueueName": "x", "Attributes": "DelaySeconds"})),
        ("CreateQueue", json!({"QueueName": ["x"]})),
    ];
    for (action, body) in wrong {
        let (status, code) = victim.json(action, body.to_string().as_bytes());
        assert_eq!((status, code.as_str()), (400, "MalformedInput"), "{action} {body}");
    }
}

#[test]
fn binary_values_that_are_no_base64_are_answered() {
    let victim = Victim::ready();
    let attribute = json!({"a": {"DataType": "Binary", "BinaryValue": "%%%"}});
    let body = json!({"QueueUrl": victim.server.queue_url("jobs"), "MessageBody": "x", "MessageAttributes": attribute});
    let (status, _) = victim.json("SendMessage", body.to_string().as_bytes());
    assert_eq!(status, 400);
}

#[test]
fn missing_and_unknown_actions_are_answered() {
    let victim = Victim::ready();
    let check = |found: (u16, String), code: &str| assert_eq!((found.0, found.1.as_str()), (400, code));
    check(victim.json("PaintQueue", b"{}"), "InvalidAction");
    check(victim.json("", b"{}"), "InvalidAction");
    check(victim.json("sendMessage", b"{}"), "InvalidAction");
    check(victim.form(b"Action=PaintQueue&Version=2012-11-05"), "InvalidAction");
    // A form without an action, like a browser on a queue's URL, asks for nothing that there is.
    for nothing in [b"Version=2012-11-05".as_slice(), b""] {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        assert_eq!(request(victim.server.sqs(), "POST", "/", &headers, nothing).status, 404);
    }
}

#[test]
fn malformed_forms_are_answered() {
    let victim = Victim::ready();
    let many = format!("Action=ListQueues{}", "&a=b".repeat(50_000));
    let deep = format!("Action=SendMessage&{}=x", "a.1.".repeat(10_000));
    let forms: [&[u8]; 8] = [
        b"Action=SendMessage&QueueUrl=%",
        b"Action=SendMessage&QueueUrl=%zz&MessageBody=x",
        b"Action=SendMessage&QueueUrl=%ff%fe&MessageBody=x",
        b"Action=SendMessage&MessageAttribute.x.Name=a&QueueUrl=jobs",
        b"Action=SendMessageBatch&QueueUrl=jobs&SendMessageBatchRequestEntry.99999999999999999999.Id=a",
        b"Action=ReceiveMessage&QueueUrl=jobs&MaxNumberOfMessages=many",
        many.as_bytes(),
        deep.as_bytes(),
    ];
    for form in forms {
        let (status, code) = victim.form(form);
        assert!(
            (400..500).contains(&status),
            "{status} {code}: {:?}",
            String::from_utf8_lossy(&form[..form.len().min(99)])
        );
    }
}

#[test]
fn oversized_bodies_are_refused_without_being_kept() {
    let victim = Victim::ready();
    let body = json!({"QueueUrl": victim.server.queue_url("jobs"), "MessageBody": "x".repeat(64 * MIB as usize)});
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n\
         Content-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\r\n",
        body.to_string().len()
    );
    victim.raw(&[head.as_bytes(), body.to_string().as_bytes()].concat());
    let claimed = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n\
                   Content-Length: 18446744073709551615\r\n\r\n{";
    victim.raw(claimed.as_bytes());
    let chunk = format!("{:x}\r\n{}\r\n", MIB, "x".repeat(MIB as usize));
    let chunked = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSQS.SendMessage\r\nTransfer-Encoding: chunked\r\n\r\n";
    victim.raw(&[chunked.as_bytes(), chunk.repeat(32).as_bytes(), b"0\r\n\r\n"].concat());
}

#[test]
fn headers_without_end_are_cut_off() {
    let victim = Victim::ready();
    let header = format!("X-Padding: {}\r\n", "x".repeat(1000));
    let many = header.repeat(10 * MIB as usize / header.len());
    victim.raw(format!("POST / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n").as_bytes());
    let long = "x".repeat(10 * MIB as usize);
    victim.raw(format!("POST / HTTP/1.1\r\nHost: localhost\r\nX-Padding: {long}\r\n\r\n").as_bytes());
    victim.raw(format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
}

#[test]
fn what_is_no_http_is_cut_off() {
    let victim = Victim::ready();
    let noise: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let pieces: [&[u8]; 8] = [
        b"\r\n\r\n\r\n\r\nnonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: minus one\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS client",
        &noise,
    ];
    for piece in pieces {
        victim.raw(piece);
    }
}

#[test]
fn half_a_request_and_silence_costs_nobody_else_anything() {
    let victim = Victim::ready();
    let half = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"Que";
    let mut silent: Vec<TcpStream> = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(victim.server.sqs()).expect("the server listens");
        stream.write_all(half).expect("half a request is small");
        silent.push(stream);
    }
    let sent = json!({"QueueUrl": victim.server.queue_url("jobs"), "MessageBody": "x"});
    assert_eq!(say(victim.server.sqs(), Protocol::Json, "SendMessage", &sent).status, 200);
    for stream in &mut silent {
        stream.set_nonblocking(true).expect("a socket of ours");
        let mut byte = [0];
        let state = stream.read(&mut byte);
        assert!(state.is_err() || state.is_ok_and(|read| read == 0), "nothing was asked yet, so nothing is answered");
    }
}

#[test]
fn other_methods_and_paths_are_answered() {
    let victim = Victim::ready();
    for (method, path) in
        [("PUT", "/"), ("DELETE", "/000000000000/jobs"), ("GET", "/"), ("POST", "/a/b/c/d"), ("PATCH", "/x")]
    {
        let response = request(victim.server.sqs(), method, path, &[], b"");
        assert!((400..500).contains(&response.status), "{method} {path}: {response:?}");
    }
}

#[test]
fn bad_requests_by_the_thousand_do_not_fill_memory() {
    let victim = Victim::ready();
    let body = format!("{{\"QueueUrl\": \"{}\"", "x".repeat(10_000));
    for _ in 0..2_000 {
        victim.json("SendMessage", body.as_bytes());
    }
}
