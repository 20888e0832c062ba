//! One message from its delivery to its end: worked on, settled, counted.

use super::backoff;
use super::crew::{Crew, Ticket};
use super::delivery::Delivery;
use super::job::{CannotRun, Work};
use super::progress;
use super::reason::LastWords;
use super::settlement::{self, Ending, Settlement, Tries};
use crate::ask::{Client, Path};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use vocab::clock::Clock;
use vocab::random::SystemRandom;

/// Between two tries to settle.
const AGAIN_MS: u64 = 500;

/// How long a worker that is to stop tries to settle. What it could not settle comes back when its lease ends.
const LAST_TRIES_MS: u64 = 5_000;

/// Attends to a message.
pub(super) fn attend(crew: &Crew, client: &Client, work: &Work, delivery: &Delivery, ticket: Ticket) {
    let (ending, words) = match work.work_on(delivery, crew, ticket) {
        Ok(ended) => ended,
        Err(CannotRun(why)) => {
            crew.break_off(why);
            (Ending::Broken(String::new()), LastWords::default())
        }
    };
    let tries = Tries {
        failures: delivery.failures,
        retries_max: work.retries_max,
        backoff_ms: backoff::delay_ms(work.backoff, delivery.failures, &SystemRandom::new()),
    };
    let settlement = settlement::of(&ending, crew.told(ticket), tries, |happened| words.reason(happened));
    let settled = settlement.filter(|settlement| settle(crew, client, work, delivery, settlement));
    let counts = &crew.counts;
    let count = match &settled {
        Some(Settlement::Ack) => &counts.done,
        Some(Settlement::Release { .. }) => &counts.released,
        Some(Settlement::Fail { .. }) => &counts.failed,
        Some(Settlement::Bury { .. }) => &counts.buried,
        None => &counts.lost,
    };
    count.fetch_add(1, Ordering::Relaxed);
    match settled {
        Some(Settlement::Fail { delay_ms, reason }) => {
            progress::say(&format!("{} failed, comes back in {delay_ms} ms: {}", delivery.id, first_line(&reason)));
        }
        Some(Settlement::Bury { reason }) => {
            progress::say(&format!("{} is set aside: {}", delivery.id, first_line(&reason)));
        }
        Some(Settlement::Ack | Settlement::Release { .. }) | None => {}
    }
    crew.leave(ticket);
}

/// Tells the server, for as long as the message can be ours. Says whether it was told.
fn settle(crew: &Crew, client: &Client, work: &Work, delivery: &Delivery, settlement: &Settlement) -> bool {
    let began_us = crew.clock().mono_us();
    let wanted = json!({ "settlements": [settlement.to_json(&delivery.token)] });
    loop {
        let error = match client.post::<Value>(&Path::new("/v1/settle"), &wanted) {
            Ok(answer) if answer["results"][0]["ok"] == true => return true,
            Ok(answer) => {
                let why = answer["results"][0]["error"]["message"].as_str().unwrap_or_default();
                progress::say(&format!("{} could not be settled, it is delivered again: {why}", delivery.id));
                return false;
            }
            Err(error) => error,
        };
        let patience_ms = if crew.stop().is_some() { LAST_TRIES_MS.min(work.lease.ms) } else { work.lease.ms };
        if !error.may_pass() || crew.clock().mono_us() - began_us > patience_ms * 1000 {
            progress::say(&format!("{} could not be settled, it is delivered again: {error}", delivery.id));
            return false;
        }
        crew.rest(AGAIN_MS);
    }
}

fn first_line(reason: &str) -> String {
    crate::operate::visible(reason.lines().next().unwrap_or_default())
}
