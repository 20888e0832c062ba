//! `ChangeMessageVisibilityBatch`: up to ten leases, each on its own terms.

use super::Answer;
use super::change_message_visibility::{Given, apply};
use crate::batch::{self, Outcome};
use crate::door::SqsDoor;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Names;
use serde::Deserialize;

const SUCCESSFUL: Names =
    Names { json: "Successful", xml: "ChangeMessageVisibilityBatchResultEntry", query_json: "Successful" };

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Entries", alias = "ChangeMessageVisibilityBatchRequestEntry", default)]
    entries: Vec<Given<'a>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let ids = batch::check_ids(call.action, request.entries.iter().map(|entry| entry.id.as_ref()))?;
    let mut changes = Vec::with_capacity(ids.len());
    let mut outcomes: Vec<Outcome<()>> = Vec::with_capacity(ids.len());
    for (id, entry) in ids.iter().zip(&request.entries) {
        let outcome = entry.change(door, queue.id).map(|change| changes.push(change));
        outcomes.push(((*id).to_owned(), outcome));
    }
    let mut applied = apply(door, changes).await?.into_iter();
    for (_, outcome) in &mut outcomes {
        if outcome.is_ok() {
            *outcome = applied.next().expect("there is an outcome for each change");
        }
        if let Err(error) = outcome {
            door.figures.entry_failed(error.code);
        }
    }
    Ok(batch::answer((call.action, call.style, &call.id), &outcomes, SUCCESSFUL, |_, ()| {}))
}
