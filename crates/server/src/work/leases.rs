//! Keeps the leases of those at work: each is extended at a third of its length, those that are due together in one call.
//!
//! Invariant: whoever works on a message that is not ours any more is told to stop.

use super::crew::{Crew, Ticket};
use super::progress;
use super::settlement::Told;
use crate::ask::{Client, Path};
use crate::cli::Span;
use crate::operate::counted;
use serde_json::{Value, json};
use vocab::clock::Clock;

/// Until everything is over.
pub(super) fn keep(crew: &Crew, client: &Client, lease: Span) {
    let mut state = crew.state();
    while !state.is_over() {
        let now_us = crew.clock().mono_us();
        let mut due = Vec::new();
        for (ticket, running) in &mut state.running {
            if running.extend_us <= now_us && running.told != Some(Told::Lost) {
                running.extend_us = now_us + lease.ms * 1000 / 3;
                due.push((*ticket, running.token.clone()));
            }
        }
        if !due.is_empty() {
            drop(state);
            extend(crew, client, lease, &due);
            state = crew.state();
            continue;
        }
        let next_us = state.running.values().filter(|running| running.told != Some(Told::Lost));
        let next_us = next_us.map(|running| running.extend_us).min();
        state = crew.wait(state, next_us);
    }
}

fn extend(crew: &Crew, client: &Client, lease: Span, due: &[(Ticket, String)]) {
    let extensions: Vec<Value> = due.iter().map(|(_, token)| json!({ "token": token, "lease_ms": lease.ms })).collect();
    let answer: Result<Value, _> = client.post(&Path::new("/v1/extend"), &json!({ "extensions": extensions }));
    let now_us = crew.clock().mono_us();
    let mut state = crew.state();
    match answer {
        Ok(answer) => {
            let results = answer["results"].as_array().map(Vec::as_slice).unwrap_or_default();
            for ((ticket, _), result) in due.iter().zip(results) {
                if let (Some(running), true) = (state.running.get_mut(ticket), result["ok"] != true) {
                    let why = result["error"]["message"].as_str().unwrap_or_default();
                    progress::say(&format!("a message is not ours any more, its command is told to stop: {why}"));
                    running.tell(Told::Lost, now_us);
                }
            }
        }
        // Two thirds of the lease are left to reach the server.
        Err(error) => {
            progress::say(&format!("not extended, trying again: {}: {error}", counted(due.len() as u64, "lease")));
            for (ticket, _) in due {
                if let Some(running) = state.running.get_mut(ticket) {
                    running.extend_us = now_us + lease.ms * 1000 / 12;
                }
            }
        }
    }
}
