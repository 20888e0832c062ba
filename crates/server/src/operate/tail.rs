//! `longshore tail`: the newest messages of a queue.
//!
//! What it is not: receiving. Nothing is leased.

use super::DONE;
use super::answers::Seen;
use super::output::line;
use super::seen::plain;
use super::words::{bytes, time, visible};
use crate::ask::{Client, Path};
use crate::cli::TailArgs;
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Messages of one answer at most: the contract's limit.
const PAGE: u64 = 200;

/// Shows them.
pub(crate) fn run(arguments: &TailArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    for message in newest(&client, arguments)? {
        if show(&message, arguments.ask.json)? == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(DONE)
}

/// The last few of what is there. The whole queue is walked, because a queue is read from its front.
fn newest(client: &Client, arguments: &TailArgs) -> Result<VecDeque<Value>, ToolError> {
    let (mut last, mut from) = (VecDeque::new(), None);
    loop {
        let path =
            Path::queue(&arguments.queue).part("messages").with("limit", PAGE).with_some("from", from.as_deref());
        let mut page: Value = client.get(&path)?;
        for message in page["messages"].as_array_mut().map(std::mem::take).unwrap_or_default() {
            last.push_back(message);
            if last.len() as u64 > arguments.lines {
                last.pop_front();
            }
        }
        from = super::next_page(&page["next"]);
        if from.is_none() {
            return Ok(last);
        }
    }
}

fn show(message: &Value, json: bool) -> Result<ControlFlow<()>, ToolError> {
    line(&if json { message.to_string() } else { in_line(&Seen::deserialize(message).unwrap_or_default()) })
}

/// `2026-11-22 14:02:10Z  ID  kind=lemons  the body`
fn in_line(message: &Seen) -> String {
    let lane = message.lane.as_ref().map(|lane| format!("  [{lane}]")).unwrap_or_default();
    let headers: String = message.headers.iter().map(|(name, value)| format!("  {name}={}", plain(value))).collect();
    let body = match &message.body {
        Some(text) => text.clone(),
        None => format!("({} of no text)", bytes(message.body_bytes)),
    };
    visible(&format!("{}  {}{lane}{headers}  {body}", time(message.published_ms), message.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_is_one_line() {
        let message = json!({ "id": "a", "published_ms": 0, "lane": "k", "headers": { "n": 1 }, "body": "two\nlines" });
        let seen = Seen::deserialize(&message).expect("the contract's shape");
        assert_eq!(in_line(&seen), "1970-01-01 00:00:00Z  a  [k]  n=1  two␊lines");
    }
}
