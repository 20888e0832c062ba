//! `longshore tail`: the newest messages of a queue, and what is published from now on.
//!
//! What it is not: receiving. Nothing is leased, and a reader that is too slow is told how many it missed.

use super::DONE;
use super::answers::Seen;
use super::output::line;
use super::seen::plain;
use super::words::{bytes, number, time, visible};
use crate::ask::{Client, Event, Events, Path};
use crate::cli::TailArgs;
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use ureq::http::Method;

/// Messages of one answer at most: the contract's limit.
const PAGE: u64 = 200;

/// Messages that are shown of what is there, where nobody says and nothing is followed.
const LINES: u64 = 10;

/// Shows them.
pub(crate) fn run(arguments: &TailArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    // Begun before the past is looked at, so that nothing falls in between; what is in both is shown once.
    let follow = match arguments.follow {
        true => Some(client.stream(&Method::GET, &Path::queue(&arguments.queue).part("tail"))?),
        false => None,
    };
    let mut known = VecDeque::new();
    for message in past(&client, arguments)? {
        known.push_back(id(&message).to_owned());
        if show(&message, arguments.ask.json)? == ControlFlow::Break(()) {
            return Ok(DONE);
        }
    }
    for event in follow.map(Events::new).into_iter().flatten() {
        let event = event.map_err(ToolError::io(format!("following the server at {}", client.address())))?;
        if told(&event, &known, arguments.ask.json)? == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(DONE)
}

/// The last few of what is there. The whole queue is walked, because a queue is read from its front.
fn past(client: &Client, arguments: &TailArgs) -> Result<VecDeque<Value>, ToolError> {
    let lines = arguments.lines.unwrap_or(if arguments.follow { 0 } else { LINES });
    let mut last = VecDeque::new();
    let mut from = None;
    if lines == 0 {
        return Ok(last);
    }
    loop {
        let path =
            Path::queue(&arguments.queue).part("messages").with("limit", PAGE).with_some("from", from.as_deref());
        let mut page: Value = client.get(&path)?;
        for message in page["messages"].as_array_mut().map(std::mem::take).unwrap_or_default() {
            if last.len() as u64 == lines {
                last.pop_front();
            }
            last.push_back(message);
        }
        from = super::next_page(&page["next"]);
        if from.is_none() {
            break;
        }
    }
    Ok(last)
}

fn told(event: &Event, known: &VecDeque<String>, json: bool) -> Result<ControlFlow<()>, ToolError> {
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    match event.name.as_str() {
        "message" if known.iter().any(|known| known == id(&data)) => Ok(ControlFlow::Continue(())),
        "message" => show(&data, json),
        "skipped" if json => line(&data.to_string()),
        "skipped" => line(&format!("({} more were published meanwhile)", number(data["count"].as_u64().unwrap_or(0)))),
        _ => Ok(ControlFlow::Continue(())),
    }
}

fn id(message: &Value) -> &str {
    message["id"].as_str().unwrap_or_default()
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
