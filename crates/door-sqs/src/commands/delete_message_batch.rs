//! `DeleteMessageBatch`: up to ten messages are done, each on its own terms.

use super::Answer;
use super::delete_message::{Given, deleted};
use crate::batch::{self, Outcome};
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Names;
use broker::{QueueInfo, SettleError, Settlement};
use serde::Deserialize;
use std::sync::Arc;
use vocab::LeaseToken;

const SUCCESSFUL: Names = Names { json: "Successful", xml: "DeleteMessageBatchResultEntry", query_json: "Successful" };

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Entries", alias = "DeleteMessageBatchRequestEntry", default)]
    entries: Vec<Given<'a>>,
}

/// A request: its queue, what goes to the broker, and what becomes of each entry if that succeeds.
type Read = (Arc<QueueInfo>, Vec<Settlement>, Vec<Outcome<()>>);

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: Payload) -> Answer {
    let (queue, settlements, outcomes) = read(door, call, &payload)?;
    drop(payload);
    let tokens: Vec<_> = settlements.iter().map(|settlement| settlement.token).collect();
    let verdicts = match settlements.is_empty() {
        true => Vec::new(),
        false => door.broker.settle(settlements).await?,
    };
    let outcomes = judge(door, &queue, outcomes, tokens.into_iter().zip(verdicts));
    Ok(batch::answer((call.action, call.style, &call.id), &outcomes, SUCCESSFUL, |_, ()| {}))
}

fn read(door: &SqsDoor, call: &Call, payload: &Payload) -> Result<Read, SqsError> {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let ids = batch::check_ids(call.action, request.entries.iter().map(|entry| entry.id.as_ref()))?;
    let mut settlements = Vec::with_capacity(ids.len());
    let mut outcomes = Vec::with_capacity(ids.len());
    for (id, entry) in ids.iter().zip(&request.entries) {
        let outcome = entry.settlement(door, queue.id).map(|settlement| settlements.push(settlement));
        outcomes.push(((*id).to_owned(), outcome));
    }
    Ok((queue, settlements, outcomes))
}

/// The broker's verdicts, in order, to the entries that reached it.
fn judge(
    door: &SqsDoor,
    queue: &QueueInfo,
    mut outcomes: Vec<Outcome<()>>,
    mut verdicts: impl Iterator<Item = (LeaseToken, Result<(), SettleError>)>,
) -> Vec<Outcome<()>> {
    for (_, outcome) in &mut outcomes {
        if outcome.is_ok() {
            let (token, verdict) = verdicts.next().expect("the broker gives a verdict for each settlement");
            *outcome = deleted(door, queue, &token, verdict);
        }
        if let Err(error) = outcome {
            door.figures.entry_failed(error.code);
        }
    }
    outcomes
}
