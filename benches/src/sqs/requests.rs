//! The requests of the load, rendered once, with the headers that a current boto3 sends.

use super::signer::{self, Signed};
use bytes::Bytes;
use memchr::memmem::{self, Finder};
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

/// Bytes of a message's body.
pub const MESSAGE_BYTES: usize = 1024;

/// Messages in a batch.
pub const BATCH: usize = crate::ceiling::BATCH;

const WAIT: &str = r#""WaitTimeSeconds":"#;

/// Before each handle in the answer to a receive.
static HANDLE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""ReceiptHandle":""#));

/// Renders requests to one server.
#[derive(Clone)]
pub struct Renderer {
    server: SocketAddr,
    signing: bool,
}

/// The text that every message carries: plain characters, so that no JSON needs to be escaped.
pub fn message_text() -> String {
    (0..MESSAGE_BYTES).map(|at| char::from(b'a' + (at % 26) as u8)).collect()
}

/// How long a rendered receive wants to wait.
pub fn wait_asked_for(body: &[u8]) -> Option<Duration> {
    let after = &body[memmem::find(body, WAIT.as_bytes())? + WAIT.len()..];
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let seconds = std::str::from_utf8(&after[..digits]).ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|wait| !wait.is_zero())
}

/// The receipt handles in the answer to a receive, in order, found without a JSON parser.
pub fn receipt_handles(answer: &[u8]) -> impl Iterator<Item = &[u8]> {
    HANDLE.find_iter(answer).filter_map(|at| {
        let handle = &answer[at + HANDLE.needle().len()..];
        Some(&handle[..memchr::memchr(b'"', handle)?])
    })
}

impl Renderer {
    /// For this server.
    pub fn new(server: SocketAddr) -> Self {
        Self { server, signing: false }
    }

    /// For this server, each request with a signature that holds.
    pub fn signing(server: SocketAddr) -> Self {
        Self { server, signing: true }
    }

    /// Makes a queue whose leases outlast any measurement.
    pub fn create_queue(&self, name: &str) -> Bytes {
        self.request("CreateQueue", &format!(r#"{{"QueueName":"{name}","Attributes":{{"VisibilityTimeout":"3600"}}}}"#))
    }

    /// Makes a FIFO queue whose leases outlast any measurement.
    pub fn create_fifo_queue(&self, name: &str) -> Bytes {
        let attributes = r#"{"VisibilityTimeout":"3600","FifoQueue":"true"}"#;
        self.request("CreateQueue", &format!(r#"{{"QueueName":"{name}","Attributes":{attributes}}}"#))
    }

    /// Empties a queue.
    pub fn purge(&self, url: &str) -> Bytes {
        self.request("PurgeQueue", &format!(r#"{{"QueueUrl":"{url}"}}"#))
    }

    /// Sends one message.
    pub fn send(&self, url: &str) -> Bytes {
        self.request("SendMessage", &format!(r#"{{"QueueUrl":"{url}","MessageBody":"{}"}}"#, message_text()))
    }

    /// Sends a batch of messages.
    pub fn send_batch(&self, url: &str) -> Bytes {
        let text = message_text();
        let entries = list((0..BATCH).map(|id| format!(r#"{{"Id":"{id}","MessageBody":"{text}"}}"#)));
        self.request("SendMessageBatch", &format!(r#"{{"QueueUrl":"{url}","Entries":[{entries}]}}"#))
    }

    /// Receives up to a batch, without waiting.
    pub fn receive(&self, url: &str) -> Bytes {
        self.request("ReceiveMessage", &format!(r#"{{"QueueUrl":"{url}","MaxNumberOfMessages":{BATCH}}}"#))
    }

    /// Receives one message, waiting as long as the protocol allows.
    pub fn long_poll(&self, url: &str) -> Bytes {
        self.request("ReceiveMessage", &format!(r#"{{"QueueUrl":"{url}","MaxNumberOfMessages":1,{WAIT}20}}"#))
    }

    /// Deletes what a receive's answer holds; `None` if it holds nothing. Says how many.
    pub fn delete_received(&self, url: &str, answer: &[u8]) -> Option<(Bytes, usize)> {
        let mut count = 0;
        let entries = list(receipt_handles(answer).enumerate().map(|(id, handle)| {
            count += 1;
            format!(r#"{{"Id":"{id}","ReceiptHandle":"{}"}}"#, String::from_utf8_lossy(handle))
        }));
        let request = self.request("DeleteMessageBatch", &format!(r#"{{"QueueUrl":"{url}","Entries":[{entries}]}}"#));
        (count > 0).then_some((request, count))
    }

    fn request(&self, action: &str, body: &str) -> Bytes {
        let Signed { date, authorization } =
            if self.signing { signer::sign(self.server, action, body) } else { unsigned() };
        let mut text = String::with_capacity(body.len() + 1024);
        write!(
            text,
            "POST / HTTP/1.1\r\n\
             Host: {}\r\n\
             Accept-Encoding: identity\r\n\
             X-Amz-Target: AmazonSQS.{action}\r\n\
             Content-Type: application/x-amz-json-1.0\r\n\
             User-Agent: Boto3/1.42 md/Botocore#1.42 ua/2.1 os/linux md/arch#x86_64 lang/python#3.13 cfg/retry-mode#legacy\r\n\
             X-Amz-Date: {date}\r\n\
             Authorization: {authorization}\r\n\
             amz-sdk-invocation-id: 00000000-0000-0000-0000-000000000000\r\n\
             amz-sdk-request: attempt=1\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.server,
            body.len()
        )
        .expect("writing to a string cannot fail");
        text.into()
    }
}

/// As long as a signature, for servers that ask for none.
fn unsigned() -> Signed {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/sqs/aws4_request, \
                         SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
                         Signature=0000000000000000000000000000000000000000000000000000000000000000";
    Signed { date: "20260101T000000Z".to_owned(), authorization: authorization.to_owned() }
}

/// Batches to a FIFO queue: every message has another deduplication id, and the groups take turns. A batch is a copy of the
/// first one with other digits in it, so that the generator stays lean.
pub struct FifoBatches {
    template: Vec<u8>,
    /// Where the digits of each message's group and id begin.
    places: Vec<(usize, usize)>,
    groups: u64,
    sent: u64,
}

const GROUP: &[u8] = b"group-0000";
const ID: &[u8] = b"id-0000000000000000";

impl FifoBatches {
    /// To the queue at `url`, over so many groups, at most 10,000.
    pub fn new(renderer: &Renderer, url: &str, groups: u64) -> Self {
        let (text, group, id) = (message_text(), String::from_utf8_lossy(GROUP), String::from_utf8_lossy(ID));
        let facts = format!(r#""MessageGroupId":"{group}","MessageDeduplicationId":"{id}""#);
        let entries = list((0..BATCH).map(|id| format!(r#"{{"Id":"{id}","MessageBody":"{text}",{facts}}}"#)));
        let body = format!(r#"{{"QueueUrl":"{url}","Entries":[{entries}]}}"#);
        let template = renderer.request("SendMessageBatch", &body).to_vec();
        let places = memmem::find_iter(&template, GROUP).zip(memmem::find_iter(&template, ID)).collect();
        Self { template, places, groups, sent: 0 }
    }

    /// The next one.
    pub fn next_batch(&mut self) -> Bytes {
        let mut batch = self.template.clone();
        for (group, id) in &self.places {
            put_digits(&mut batch[*group..group + GROUP.len()], self.sent % self.groups);
            put_digits(&mut batch[*id..id + ID.len()], self.sent);
            self.sent += 1;
        }
        batch.into()
    }
}

/// Writes `number` over the digits at the end of `text`.
fn put_digits(text: &mut [u8], mut number: u64) {
    for digit in text.iter_mut().rev().take_while(|byte| byte.is_ascii_digit()) {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn list(entries: impl Iterator<Item = String>) -> String {
    entries.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_found_in_order_and_nothing_else_is() {
        let check = |answer: &str, expected: &[&str]| {
            let found: Vec<_> = receipt_handles(answer.as_bytes()).map(String::from_utf8_lossy).collect();
            assert_eq!(found, expected, "{answer}");
        };
        check(
            r#"{"Messages":[{"ReceiptHandle":"one","Body":"x"},{"Body":"y","ReceiptHandle":"two"}]}"#,
            &["one", "two"],
        );
        check("{}", &[]);
        check(r#"{"ReceiptHandle":"cut"#, &[]);
    }

    #[test]
    fn fifo_batches_differ_in_their_groups_and_ids_alone() {
        let renderer = Renderer::new("127.0.0.1:1".parse().expect("an address"));
        let mut batches = FifoBatches::new(&renderer, "url", 15);
        let (first, second) = (batches.next_batch(), batches.next_batch());
        for (batch, expected) in [
            (&first, ["group-0000", "id-0000000000000000", "group-0009", "id-0000000000000009"]),
            (&second, ["group-0010", "id-0000000000000010", "group-0004", "id-0000000000000019"]),
        ] {
            let text = String::from_utf8_lossy(batch);
            assert!(expected.iter().all(|part| text.contains(part)), "{expected:?}");
        }
        assert_eq!(first.len(), second.len());
    }

    #[test]
    fn a_wait_is_read_from_a_long_poll_and_from_nothing_else() {
        let renderer = Renderer::new("127.0.0.1:1".parse().expect("an address"));
        assert_eq!(wait_asked_for(&renderer.long_poll("url")), Some(Duration::from_secs(20)));
        assert_eq!(wait_asked_for(&renderer.receive("url")), None);
    }

    #[test]
    fn a_request_says_its_own_length() {
        let renderer = Renderer::new("127.0.0.1:1".parse().expect("an address"));
        let request = renderer.send_batch("url");
        let head = memmem::find(&request, b"\r\n\r\n").expect("a request has a head") + 4;
        let said = format!("Content-Length: {}\r\n", request.len() - head);
        assert!(memmem::find(&request[..head], said.as_bytes()).is_some());
    }
}
