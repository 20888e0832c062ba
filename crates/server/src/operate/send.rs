//! `longshore send`: one message, a file, or each line of standard input.
//!
//! Invariant: a line counts as sent once the server has acknowledged it, and what was sent before an error is told with it.

use super::DONE;
use super::output::print;
use super::words::counted;
use crate::ask::{Client, Path};
use crate::cli::SendArgs;
use crate::tools::{Progress, ToolError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::io::{self, BufRead};

/// Messages of one request at most.
const BATCH: usize = 100;

/// Bytes of bodies after which a request is sent anyway.
const BATCH_BYTES: usize = 1024 * 1024;

/// Sends.
pub(crate) fn run(arguments: &SendArgs) -> Result<u8, ToolError> {
    let facts = facts(arguments)?;
    let client = Client::new(&arguments.ask.server)?;
    let path = Path::queue(&arguments.queue).part("messages");
    let body = match (&arguments.file, arguments.body.as_deref()) {
        (Some(file), _) =>
        {
            #[expect(clippy::disallowed_methods, reason = "the person's own file, no part of a store")]
            std::fs::read(file).map_err(ToolError::io(file.display().to_string()))?
        }
        (None, Some("-")) => return lines(&client, &path, &facts, arguments.ask.json),
        (None, body) => body.unwrap_or_default().as_bytes().to_vec(),
    };
    let answer: Value = client.post(&path, &message(&facts, &body))?;
    print(&if arguments.ask.json {
        answer.to_string()
    } else {
        answer["ids"][0].as_str().unwrap_or_default().to_owned()
    })?;
    Ok(DONE)
}

/// Everything but the body.
fn facts(arguments: &SendArgs) -> Result<Map<String, Value>, ToolError> {
    let mut facts = Map::new();
    let mut headers = Map::new();
    for header in &arguments.header {
        let Some((name, value)) = header.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            let why = "expected NAME=VALUE".to_owned();
            return Err(ToolError::Wrong { what: format!("--header {header}"), why });
        };
        headers.insert(name.to_owned(), Value::from(value));
    }
    if !headers.is_empty() {
        facts.insert("headers".to_owned(), Value::Object(headers));
    }
    let mut add = |name: &str, value: Option<Value>| value.map(|value| facts.insert(name.to_owned(), value));
    add("lane", arguments.lane.as_deref().map(Value::from));
    add("dedup", arguments.dedup.as_deref().map(Value::from));
    add("priority", arguments.priority.map(Value::from));
    add("delay_ms", arguments.delay.map(|span| Value::from(span.ms)));
    add("expires_in_ms", arguments.expires.map(|span| Value::from(span.ms)));
    Ok(facts)
}

/// A body is text where it is UTF-8.
fn message(facts: &Map<String, Value>, body: &[u8]) -> Value {
    let mut message = facts.clone();
    match std::str::from_utf8(body) {
        Ok(text) => message.insert("body".to_owned(), Value::from(text)),
        Err(_) => message.insert("body_base64".to_owned(), Value::from(STANDARD.encode(body))),
    };
    Value::Object(message)
}

/// Sends each line of standard input.
fn lines(client: &Client, path: &Path, facts: &Map<String, Value>, json: bool) -> Result<u8, ToolError> {
    let bar = Progress::of_messages("sending");
    let mut sent = 0;
    let sending = each_batch(&mut io::stdin().lock(), |bodies| {
        let messages: Vec<Value> = bodies.iter().map(|body| message(facts, body)).collect();
        let answer: Value = client.post(path, &json!({ "messages": messages }))?;
        sent += bodies.len() as u64;
        bar.show(sent, sent);
        if json {
            print(&answer.to_string())?;
        }
        Ok(())
    });
    drop(bar);
    if let Err(error) = sending {
        let what = format!("with {} sent", counted(sent, "message"));
        return Err(ToolError::Wrong { what, why: error.to_string() });
    }
    if !json {
        print(&format!("{} sent", counted(sent, "message")))?;
    }
    Ok(DONE)
}

/// Cuts a stream into lines and those into batches.
fn each_batch(
    from: &mut impl BufRead,
    mut send: impl FnMut(&[Vec<u8>]) -> Result<(), ToolError>,
) -> Result<(), ToolError> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    loop {
        let mut body = Vec::new();
        let read = from.read_until(b'\n', &mut body).map_err(ToolError::io("standard input"))?;
        if body.ends_with(b"\n") {
            body.pop();
        }
        if read > 0 {
            bytes += body.len();
            batch.push(body);
        }
        if batch.len() == BATCH || bytes >= BATCH_BYTES || (read == 0 && !batch.is_empty()) {
            send(&batch)?;
            (batch, bytes) = (Vec::new(), 0);
        }
        if read == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches(text: &str) -> Vec<Vec<String>> {
        let mut batches = Vec::new();
        let kept = each_batch(&mut text.as_bytes(), |batch| {
            batches.push(batch.iter().map(|body| String::from_utf8_lossy(body).into_owned()).collect());
            Ok(())
        });
        kept.expect("nothing refuses");
        batches
    }

    #[test]
    fn every_line_is_in_one_batch() {
        assert!(batches("").is_empty());
        assert_eq!(batches("a\n\nb"), [["a", "", "b"]]);
        let many: String = (0..250).map(|n| format!("{n}\n")).collect();
        let sizes: Vec<usize> = batches(&many).iter().map(Vec::len).collect();
        assert_eq!(sizes, [100, 100, 50]);
        let long = "x".repeat(BATCH_BYTES);
        assert_eq!(batches(&format!("{long}\ny\n")).iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn what_is_no_text_is_sent_all_the_same() {
        assert_eq!(message(&Map::new(), b"hello"), json!({ "body": "hello" }));
        assert_eq!(message(&Map::new(), &[0xff]), json!({ "body_base64": "/w==" }));
    }
}
