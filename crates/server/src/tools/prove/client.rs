//! The few calls of the SQS protocol that the load needs, over one connection each.
//!
//! What it is not: a client for anything else. Invariant: an answer is returned only when all of it was read.

use super::ledger::Name;
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The ordered queue that everything goes through.
const QUEUE: &str = "prove.fifo";

/// A message that is not deleted comes back after so many seconds, so that a killed server's deliveries do.
const LEASE_SECONDS: u64 = 2;

/// Longer than a server that works takes to answer, its long poll included.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A delivery.
pub(super) struct Received {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) handle: String,
}

/// Makes the queue.
pub(super) fn make_queue(address: SocketAddr) -> io::Result<()> {
    let attributes = json!({ "FifoQueue": "true", "VisibilityTimeout": LEASE_SECONDS.to_string() });
    let mut client = Client::connect(address)?;
    client.call("CreateQueue", &json!({ "QueueName": QUEUE, "Attributes": attributes })).map(|_| ())
}

/// One connection.
pub(super) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends a message to its group. One of the same group and number is stored once, however often it is sent.
    pub(super) fn send(&mut self, (group, number): Name, body: &str) -> io::Result<String> {
        let message = json!({
            "QueueUrl": QUEUE,
            "MessageBody": body,
            "MessageGroupId": group.to_string(),
            "MessageDeduplicationId": format!("{group}-{number}"),
        });
        Ok(text(&self.call("SendMessage", &message)?["MessageId"]))
    }

    pub(super) fn receive(&mut self) -> io::Result<Vec<Received>> {
        let wanted = json!({ "QueueUrl": QUEUE, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1 });
        let answer = self.call("ReceiveMessage", &wanted)?;
        let received = |message: &Value| Received {
            id: text(&message["MessageId"]),
            body: text(&message["Body"]),
            handle: text(&message["ReceiptHandle"]),
        };
        Ok(answer["Messages"].as_array().map(|messages| messages.iter().map(received).collect()).unwrap_or_default())
    }

    /// Says whether the delete was acknowledged; it is refused when the lease has ended.
    pub(super) fn delete(&mut self, handle: &str) -> io::Result<bool> {
        let (status, _) = self.exchange("DeleteMessage", &json!({ "QueueUrl": QUEUE, "ReceiptHandle": handle }))?;
        Ok(status == 200)
    }

    fn call(&mut self, action: &str, request: &Value) -> io::Result<Value> {
        let (status, body) = self.exchange(action, request)?;
        if status != 200 {
            return Err(io::Error::other(format!("{action}: {status} {}", String::from_utf8_lossy(&body))));
        }
        serde_json::from_slice(&body).map_err(io::Error::other)
    }

    fn exchange(&mut self, action: &str, request: &Value) -> io::Result<(u16, Vec<u8>)> {
        let body = request.to_string();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\n\
             x-amz-target: AmazonSQS.{action}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.stream.get_mut().write_all(format!("{head}{body}").as_bytes())?;
        let status = self.line()?;
        let mut length = 0;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        Ok((status.ok_or_else(|| io::Error::other("no HTTP answer"))?, body))
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        if line.ends_with('\n') { Ok(line.trim_end().to_owned()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
