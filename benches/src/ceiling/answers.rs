//! What the ceilings answer: bodies as long as Longshore's, made once.
//!
//! What they are not: true. Ids and checksums are zeros, since computing them is the work that the ceilings leave out.

use bytes::Bytes;
use std::fmt::Write;

/// Messages in a batch of the load, and so in its answer.
pub const BATCH: usize = 10;

/// Bytes of a receipt handle as the server makes it.
const HANDLE_BYTES: usize = 44;

const MESSAGE_ID: &str = "00000000-0000-0000-0000-000000000000";
const MD5: &str = "00000000000000000000000000000000";

/// What a request asks for, as far as the ceilings care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// One message comes in.
    Send,
    /// Ten messages come in.
    SendBatch,
    /// Ten messages go out; or none, after a wait.
    Receive,
    /// Ten messages are done.
    DeleteBatch,
    /// Anything else that prepares a measurement.
    Other,
}

impl Action {
    /// The action that the target header names.
    pub fn of(target: &[u8]) -> Self {
        match target {
            b"AmazonSQS.SendMessage" => Self::Send,
            b"AmazonSQS.SendMessageBatch" => Self::SendBatch,
            b"AmazonSQS.ReceiveMessage" => Self::Receive,
            b"AmazonSQS.DeleteMessageBatch" => Self::DeleteBatch,
            _ => Self::Other,
        }
    }

    /// Whether its answer must wait for the disk.
    pub fn changes_something(self) -> bool {
        match self {
            Self::Send | Self::SendBatch | Self::DeleteBatch => true,
            Self::Receive | Self::Other => false,
        }
    }
}

/// The answers, ready to be sent.
pub struct Answers {
    send: Bytes,
    send_batch: Bytes,
    receive: Bytes,
    delete_batch: Bytes,
    other: Bytes,
}

impl Answers {
    /// Renders them; `body` is what every received message carries.
    pub fn new(body: &str) -> Self {
        Self {
            send: format!(r#"{{"MD5OfMessageBody":"{MD5}","MessageId":"{MESSAGE_ID}"}}"#).into(),
            send_batch: batch("Successful", |entry, out| {
                write!(out, r#"{{"Id":"{entry}","MD5OfMessageBody":"{MD5}","MessageId":"{MESSAGE_ID}"}}"#)
            }),
            receive: batch("Messages", |_, out| {
                let handle = "0".repeat(HANDLE_BYTES);
                write!(
                    out,
                    r#"{{"Body":"{body}","MD5OfBody":"{MD5}","MessageId":"{MESSAGE_ID}","ReceiptHandle":"{handle}"}}"#
                )
            }),
            delete_batch: batch("Successful", |entry, out| write!(out, r#"{{"Id":"{entry}"}}"#)),
            other: r#"{"QueueUrl":"http://127.0.0.1/000000000000/ceiling"}"#.into(),
        }
    }

    /// The answer to `action`.
    pub fn to(&self, action: Action) -> Bytes {
        match action {
            Action::Send => self.send.clone(),
            Action::SendBatch => self.send_batch.clone(),
            Action::Receive => self.receive.clone(),
            Action::DeleteBatch => self.delete_batch.clone(),
            Action::Other => self.other.clone(),
        }
    }
}

fn batch(list: &str, entry: impl Fn(usize, &mut String) -> std::fmt::Result) -> Bytes {
    let mut out = format!(r#"{{"{list}":["#);
    for number in 0..BATCH {
        if number > 0 {
            out.push(',');
        }
        entry(number, &mut out).expect("writing to a string cannot fail");
    }
    out.push_str("]}");
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_json_with_as_many_entries_as_the_load_sends() {
        let answers = Answers::new("text");
        let check = |action: Action, list: &str| {
            let json: serde_json::Value = serde_json::from_slice(&answers.to(action)).expect("an answer is JSON");
            assert_eq!(json[list].as_array().map_or(0, Vec::len), BATCH, "{action:?}");
        };
        check(Action::SendBatch, "Successful");
        check(Action::Receive, "Messages");
        check(Action::DeleteBatch, "Successful");
    }
}
