//! Takes messages for those who are free, and hands each to a thread of its own.
//!
//! Invariant: no more are taken than are free, so that none waits here while another consumer could have it.

use super::attend;
use super::crew::Crew;
use super::delivery::Delivery;
use super::job::Work;
use super::progress;
use crate::ask::{AskError, Client, Path};
use crate::cli::WorkArgs;
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::{Value, json};
use std::process;
use std::thread::Scope;

/// How long a receive waits. Short, because a worker that is told to stop waits for its answer: a message that is on its way would
/// be gone for a lease otherwise.
const WAIT_MS: u64 = 1_000;

/// Messages of one answer at most.
const BATCH: u32 = 100;

/// How long a server that does not answer is left alone: at first, and at most.
const PAUSE_MS: (u64, u64) = (500, 10_000);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Depth {
    ready: u64,
    delayed: u64,
    leased: u64,
}

/// Until the worker is to stop, or the queue is empty where that is the end.
pub(super) fn run<'scope>(
    threads: &'scope Scope<'scope, '_>,
    crew: &'scope Crew,
    client: &'scope Client,
    work: &'scope Work,
    arguments: &WorkArgs,
) -> Result<(), ToolError> {
    let consumer = consumer();
    let mut pause_ms = PAUSE_MS.0;
    while let Some(free) = crew.wait_for_free() {
        let wanted = json!({
            "max": free.min(BATCH), "wait_ms": WAIT_MS, "lease_ms": work.lease.ms, "consumer": consumer,
        });
        match receive(client, &work.queue, &wanted) {
            Ok(deliveries) => {
                pause_ms = PAUSE_MS.0;
                if deliveries.is_empty() && arguments.until_empty && is_empty(crew, client, &work.queue)? {
                    break;
                }
                for delivery in deliveries {
                    let ticket = crew.enter(&delivery.token, work.is_request(), work.lease);
                    threads.spawn(move || attend::attend(crew, client, work, &delivery, ticket));
                }
            }
            Err(error) if error.may_pass() => {
                if pause_ms == PAUSE_MS.0 {
                    progress::say(&format!("trying again until it answers: {error}"));
                }
                crew.rest_unless_stopped(pause_ms);
                pause_ms = (pause_ms * 2).min(PAUSE_MS.1);
            }
            Err(error) => {
                crew.break_off(error.to_string());
                return Err(error.into());
            }
        }
    }
    match crew.broken() {
        Some(why) => Err(ToolError::Wrong { what: "the worker cannot go on".to_owned(), why }),
        None => Ok(()),
    }
}

fn receive(client: &Client, queue: &str, wanted: &Value) -> Result<Vec<Delivery>, AskError> {
    let answer: Value = client.post(&Path::queue(queue).part("receive"), wanted)?;
    Ok(Vec::deserialize(&answer["deliveries"]).unwrap_or_default())
}

/// Whether nothing is left: nobody works, and the queue holds nothing, not even what waits for its time or is another's.
fn is_empty(crew: &Crew, client: &Client, queue: &str) -> Result<bool, ToolError> {
    if crew.figures().0 > 0 {
        return Ok(false);
    }
    match client.get::<Depth>(&Path::queue(queue)) {
        Ok(depth) => Ok(depth.ready + depth.delayed + depth.leased == 0),
        Err(error) if error.may_pass() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// What others see who look at who receives: `work@host:1234`.
fn consumer() -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("work@{host}:{}", process::id())
}
