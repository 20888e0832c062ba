//! As much of an HTTP server as the tests of clients need: one request after the other on each connection, whole bodies.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// A request, read whole.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a client of ours sends JSON")
    }
}

/// An answer.
pub(crate) struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Answer {
    /// A good one.
    pub(crate) fn json(body: &Value) -> Self {
        Self { status: 200, headers: String::new(), body: body.to_string() }
    }

    /// A refusal as the admin API writes it.
    pub(crate) fn refusal(status: u16, message: &str) -> Self {
        let body = json!({ "error": { "code": "not_found", "message": message } }).to_string();
        Self { status, headers: String::new(), body }
    }

    /// Any status, with what is said about it, and when to come again if that is not empty.
    pub(crate) fn said(status: u16, body: &str, retry_after: &str) -> Self {
        let headers = match retry_after {
            "" => String::new(),
            seconds => format!("retry-after: {seconds}\r\n"),
        };
        // A status without content has none.
        let body = if status == 204 { "" } else { body };
        Self { status, headers, body: body.to_owned() }
    }
}

/// Serves connections for as long as the test runs.
pub(crate) fn serve(listener: TcpListener, answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
    let answer = Arc::new(answer);
    spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = Arc::clone(&answer);
            spawn(move || serve_one(stream, &*answer));
        }
    });
}

#[expect(clippy::disallowed_methods, reason = "a test serves beside what it tests")]
fn spawn(work: impl FnOnce() + Send + 'static) {
    std::thread::spawn(work);
}

/// Until the client goes.
fn serve_one(stream: TcpStream, answer: &impl Fn(&Request) -> Answer) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream) {
        let Answer { status, headers, body } = answer(&request);
        let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n", body.len());
        if stream.get_mut().write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let first = line(stream)?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new() };
    request.body = vec![0; request.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}
