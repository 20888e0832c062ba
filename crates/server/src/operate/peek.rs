//! `longshore peek`: messages of a queue, looked at and left alone.
//!
//! A server looks at a bounded number of messages for one answer; this asks on until it has enough, or there are no more.

use super::DONE;
use super::answers::Seen;
use super::output::{line, print};
use super::seen;
use super::words::{not_read, number};
use crate::ask::{Client, Path};
use crate::cli::PeekArgs;
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::Value;
use std::ops::ControlFlow;
use vocab::clock::{Clock, SystemClock};

/// Messages of one answer at most: the contract's limit.
const PAGE: u64 = 200;

/// Looks.
pub(crate) fn run(arguments: &PeekArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let mut from = arguments.from.clone();
    let (mut shown, mut scanned, mut unreadable, mut found) = (0, 0, 0, Vec::new());
    while shown < arguments.limit {
        let page: Value = client.get(&question(arguments, from.as_deref(), arguments.limit - shown))?;
        scanned += page["scanned"].as_u64().unwrap_or(0);
        unreadable += page["unreadable"].as_u64().unwrap_or(0);
        for message in page["messages"].as_array().into_iter().flatten() {
            shown += 1;
            if !arguments.ask.json {
                found.push(Seen::deserialize(message).unwrap_or_default());
            } else if line(&message.to_string())? == ControlFlow::Break(()) {
                return Ok(DONE);
            }
        }
        from = super::next_page(&page["next"]);
        if from.is_none() {
            break;
        }
    }
    if !arguments.ask.json {
        print(&(told(&found, scanned, from.as_deref()) + &not_read(unreadable)))?;
    }
    Ok(DONE)
}

fn question(arguments: &PeekArgs, from: Option<&str>, left: u64) -> Path {
    Path::queue(&arguments.queue)
        .part("messages")
        .with("limit", left.min(PAGE))
        .with("state", arguments.state.word())
        .with_some("from", from)
        .with_some("older_than_ms", arguments.older_than.map(|span| span.ms))
        .with_some("lane", arguments.lane.as_deref())
        .with_some("id", arguments.id.as_deref())
        .with_some("header", arguments.header.as_deref())
        .with_some("text", arguments.text.as_deref())
}

fn told(messages: &[Seen], scanned: u64, next: Option<&str>) -> String {
    let rest = next.map(|next| format!("\nthere are more: --from {next}")).unwrap_or_default();
    if messages.is_empty() {
        return format!("no such message among {} looked at{rest}", number(scanned));
    }
    seen::table(messages, SystemClock::new().wall_ms()) + &rest
}
