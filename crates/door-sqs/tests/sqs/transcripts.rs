//! Recorded conversations with the door: one file per subject, every action in both protocols, checked word for word.
//!
//! ```text
//!   J CreateQueue {"QueueName":"jobs"}          AWS JSON, posted to /
//!   Q Action=CreateQueue&QueueName=jobs         Query, form-encoded, posted to /
//!   G /000000000000/jobs?Action=…               Query, GET; GJ: the same, accepting JSON
//!   + 30000                                     so many milliseconds pass
//!   = 200 {"QueueUrl":"…"}                      the answer: status, [query error], body
//! ```
//!
//! A line feed is written `⏎`. Receipt handles and task handles are written `{h1}`, `{h2}`… in the order of their first appearance, in answers and in requests. Request ids are
//! left out. AWS's limits hold, except in the recording `relaxed`. With `LONGSHORE_BLESS=1` the answers are written anew, to be read through before they are committed.

use crate::bench::{Bench, Response, json_request};
use door_sqs::limits::Profile;
use door_sqs::{Action, Code, SqsConfig};
use std::fmt::Write as _;
use std::path::PathBuf;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sqs/transcripts");

fn read(name: &str) -> (PathBuf, String) {
    let path = PathBuf::from(format!("{FOLDER}/{name}.txt"));
    #[expect(clippy::disallowed_methods, reason = "a test reads its recording")]
    let text = std::fs::read_to_string(&path).expect("the recording exists");
    (path, text)
}

fn check(name: &str) {
    check_with(name, Profile::Aws);
}

fn check_with(name: &str, limits: Profile) {
    let (path, recorded) = read(name);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let replayed = runtime.block_on(Replay::new(SqsConfig { limits, ..SqsConfig::default() }).run(&recorded));
    if std::env::var_os("LONGSHORE_BLESS").is_some() {
        #[expect(clippy::disallowed_methods, reason = "a test writes its recording when it is told to")]
        std::fs::write(&path, &replayed).expect("the recording can be written");
        return;
    }
    for (number, (was, is)) in recorded.lines().zip(replayed.lines()).enumerate() {
        assert_eq!(is, was, "{name}.txt, line {}", number + 1);
    }
    assert_eq!(replayed.lines().count(), recorded.lines().count(), "{name}.txt");
}

struct Replay {
    bench: Bench,
    handles: Vec<String>,
}

impl Replay {
    fn new(config: SqsConfig) -> Self {
        Self { bench: Bench::with(config), handles: Vec::new() }
    }

    async fn run(mut self, recorded: &str) -> String {
        let mut replayed = String::new();
        for line in recorded.lines().filter(|line| !line.starts_with("= ")) {
            writeln!(replayed, "{line}").expect("a string grows");
            let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
            let request = match kind {
                "J" => {
                    let (action, body) = rest.split_once(' ').expect("an action and a body");
                    json_request(action, &self.with_handles(body, false))
                }
                "Q" => form_request(&self.with_handles(rest, true)),
                "G" => get_request(&self.with_handles(rest, true), "*/*"),
                "GJ" => get_request(&self.with_handles(rest, true), "application/json"),
                "+" => {
                    self.bench.pass_ms(rest.parse().expect("milliseconds")).await;
                    continue;
                }
                _ => continue,
            };
            let response = self.bench.call(&request).await;
            writeln!(replayed, "{}", self.shown(&response)).expect("a string grows");
        }
        replayed
    }

    /// `{h1}` becomes the first handle, percent-encoded where the request is a form.
    fn with_handles(&self, text: &str, form: bool) -> String {
        let mut text = text.to_owned();
        for (index, handle) in self.handles.iter().enumerate() {
            let handle = if form { handle.replace('+', "%2B").replace('/', "%2F") } else { handle.clone() };
            text = text.replace(&format!("{{h{}}}", index + 1), &handle);
        }
        text
    }

    fn shown(&mut self, response: &Response) -> String {
        let mut body = response.body.clone();
        if let Some(id) = response.header("x-amzn-requestid") {
            body = body.replace(id, "ID");
        }
        for (before, after) in [
            ("<ReceiptHandle>", "<"),
            ("\"ReceiptHandle\":\"", "\""),
            ("<TaskHandle>", "<"),
            ("\"TaskHandle\":\"", "\""),
        ] {
            body = self.numbered(&body, before, after);
        }
        let error = response.header("x-amzn-query-error").map_or(String::new(), |error| format!(" [{error}]"));
        format!("= {}{error} {}", response.status, body.replace('\n', "⏎"))
    }

    fn numbered(&mut self, body: &str, before: &str, after: &str) -> String {
        let mut parts = body.split(before);
        let mut shown = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (handle, rest) = part.split_once(after).expect("a handle ends");
            let known = self.handles.iter().position(|known| known == handle);
            let index = known.unwrap_or_else(|| {
                self.handles.push(handle.to_owned());
                self.handles.len() - 1
            });
            write!(shown, "{before}{{h{}}}{after}{rest}", index + 1).expect("a string grows");
        }
        shown
    }
}

fn form_request(form: &str) -> Vec<u8> {
    format!(
        "POST / HTTP/1.1\r\nhost: localhost:9324\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
}

fn get_request(path: &str, accept: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost:9324\r\naccept: {accept}\r\n\r\n").into_bytes()
}

const RECORDINGS: [&str; 13] = [
    "queues",
    "attributes",
    "send",
    "send_batch",
    "receive",
    "delete",
    "visibility",
    "redrive",
    "move_tasks",
    "tags_and_permissions",
    "requests",
    "fifo",
    "waiting_rules",
];

macro_rules! recordings {
    ($($name:ident),+ $(,)?) => {$(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )+};
}

recordings!(
    queues,
    attributes,
    send,
    send_batch,
    receive,
    delete,
    visibility,
    redrive,
    move_tasks,
    tags_and_permissions,
    requests,
    fifo,
    waiting_rules
);

#[test]
fn relaxed() {
    check_with("relaxed", Profile::Relaxed);
}

#[test]
fn every_action_is_recorded_in_both_protocols() {
    let all: String = RECORDINGS.iter().map(|name| read(name).1).collect();
    for action in Action::ALL {
        let name = action.name();
        assert!(all.contains(&format!("J {name} ")), "no JSON for {name}");
        assert!(
            all.contains(&format!("Action={name}&")) || all.contains(&format!("Action={name}\n")),
            "no Query for {name}"
        );
        assert!(all.contains(&format!("<{name}Response")), "no success for {name}");
    }
}

/// Errors that no request of a readable length can bring about, and those of signatures, which no recording has. The tests of `http`, `access`
/// and of the error table have them.
const NOT_BY_REQUEST: [Code; 10] = [
    Code::AccessDenied,
    Code::BatchRequestTooLong,
    Code::InternalFailure,
    Code::RequestTooLarge,
    Code::ServiceUnavailable,
    Code::IncompleteSignature,
    Code::InvalidClientTokenId,
    Code::MissingAuthenticationToken,
    Code::RequestExpired,
    Code::SignatureDoesNotMatch,
];

#[test]
fn every_error_is_recorded_in_both_protocols() {
    let all: String = RECORDINGS.iter().map(|name| read(name).1).collect();
    for code in Code::ALL.iter().filter(|code| !NOT_BY_REQUEST.contains(code)) {
        let row = code.row();
        assert!(all.contains(&format!("\"__type\":\"{}{}\"", row.namespace, row.shape)), "no JSON for {code:?}");
        assert!(all.contains(&format!("<Code>{}</Code>", row.query)), "no Query for {code:?}");
    }
}
