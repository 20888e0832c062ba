//! `longshore tail`: the newest messages of a queue, and those that come.
//!
//! What it is not: receiving. Invariants: nothing is leased; whoever is too slow is told how many were missed, and an end that nobody
//! asked for is an error.

use super::DONE;
use super::answers::Seen;
use super::output::{line, print};
use super::seen::plain;
use super::words::{bytes, number, time, visible};
use crate::ask::{Address, Client, Event, Events, Path};
use crate::cli::TailArgs;
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::io;
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
    let stream = match arguments.follow {
        true => Some(client.stream(&Method::GET, &Path::queue(&arguments.queue).part("tail"))?),
        false => None,
    };
    let mut known = Vec::new();
    for message in past(&client, arguments)? {
        known.push(id(&message).to_owned());
        if show(&message, arguments.ask.json)? == ControlFlow::Break(()) {
            return Ok(DONE);
        }
    }
    match stream {
        Some(stream) => follow(Events::new(stream), &known, arguments, client.address()),
        None => Ok(DONE),
    }
}

/// Shows what comes, until nobody reads any more or the queue is gone.
fn follow(
    events: impl Iterator<Item = io::Result<Event>>,
    known: &[String],
    arguments: &TailArgs,
    server: &Address,
) -> Result<u8, ToolError> {
    let what = format!("following {} at {server}", visible(&arguments.queue));
    for event in events {
        let event = event.map_err(ToolError::io(what.clone()))?;
        if event.name == "gone" {
            let name = visible(&arguments.queue);
            print(&if arguments.ask.json { event.data } else { format!("(the queue {name} was removed)") })?;
            return Ok(DONE);
        }
        if told(&event, known, arguments.ask.json)? == ControlFlow::Break(()) {
            return Ok(DONE);
        }
    }
    Err(ToolError::Wrong { what, why: "the server ended it: it stops, or takes no more of these".to_owned() })
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

fn told(event: &Event, known: &[String], json: bool) -> Result<ControlFlow<()>, ToolError> {
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    match event.name.as_str() {
        "message" if known.iter().any(|known| known == id(&data)) => Ok(ControlFlow::Continue(())),
        "message" => show(&data, json),
        "skipped" if json => line(&data.to_string()),
        "skipped" => line(&format!("({} more came and went)", number(data["count"].as_u64().unwrap_or(0)))),
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
    use crate::cli::{Cli, Command};
    use clap::Parser;
    use serde_json::json;

    #[test]
    fn a_message_is_one_line() {
        let message = json!({ "id": "a", "published_ms": 0, "lane": "k", "headers": { "n": 1 }, "body": "two\nlines" });
        let seen = Seen::deserialize(&message).expect("the contract's shape");
        assert_eq!(in_line(&seen), "1970-01-01 00:00:00Z  a  [k]  n=1  two␊lines");
    }

    #[test]
    fn what_comes_is_shown_until_the_queue_is_gone() {
        let cli = Cli::try_parse_from(["longshore", "tail", "orders", "-f"]).expect("a command line");
        let Some(Command::Tail(arguments)) = cli.command else { panic!("`tail` was asked for") };
        let server: Address = "9325".parse().expect("an address");
        let event = |name: &str, data: Value| Ok(Event { name: name.to_owned(), data: data.to_string() });
        let gone = event("gone", json!({ "name": "orders" }));
        let followed = |events: Vec<io::Result<Event>>| follow(events.into_iter(), &[], &arguments, &server);
        assert_eq!(
            followed(vec![event("skipped", json!({ "count": 2 })), gone]).expect("an end as it should be"),
            DONE
        );
        let error = followed(Vec::new()).expect_err("the queue is still there");
        assert!(error.to_string().contains("the server ended it"), "{error}");
    }
}
