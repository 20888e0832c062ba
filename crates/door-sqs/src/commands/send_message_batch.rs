//! `SendMessageBatch`: up to ten messages. The valid ones are published together, or not at all; the others are reported.

use super::Answer;
use super::send_message::write_sent;
use crate::batch::{self, Outcome};
use crate::door::SqsDoor;
use crate::errors::{Code, SqsError, publish_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Names;
use crate::limits::MESSAGE_BYTES_MAX;
use crate::md5;
use crate::queue_attributes::is_fifo;
use crate::sending::{Digests, Given, Outgoing, Rules, Sender, fits, too_long};
use broker::QueueInfo;
use serde::Deserialize;
use std::sync::Arc;
use vocab::{Message, MessageId};

const SUCCESSFUL: Names = Names { json: "Successful", xml: "SendMessageBatchResultEntry", query_json: "Successful" };

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Entries", alias = "SendMessageBatchRequestEntry", default)]
    entries: Vec<Given<'a>>,
}

/// A batch, checked: what goes to the broker, and what becomes of each entry if that succeeds.
struct Checked {
    queue: Arc<QueueInfo>,
    messages: Vec<Message>,
    outcomes: Vec<Outcome<Digests>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: Payload) -> Answer {
    let Checked { queue, messages, outcomes } = check(door, call, &payload)?;
    drop(payload);
    let ids = match messages.is_empty() {
        true => Vec::new(),
        false => door.broker.publish(queue.id, messages).await.map_err(publish_error)?,
    };
    let fifo = is_fifo(&queue.settings);
    let outcomes = with_ids(outcomes, ids);
    Ok(batch::answer((call.action, call.style, &call.id), &outcomes, SUCCESSFUL, |writer, (id, digests)| {
        write_sent(writer, id, digests, fifo);
    }))
}

fn check(door: &SqsDoor, call: &Call, payload: &Payload) -> Result<Checked, SqsError> {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let ids = batch::check_ids(call.action, request.entries.iter().map(|entry| entry.id.as_ref()))?;
    let trace = call.context.trace.as_deref();
    let (now_ms, limits) = (door.broker.log_ms(), door.config.limits);
    let bytes_max = queue.settings.message_bytes_max;
    let sender = Sender { payload, trace, now_ms, rules: Rules::of(&queue), limits, bytes_max };
    let (mut messages, mut outcomes) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
    let mut total = 0;
    let bodies: Vec<&[u8]> = request.entries.iter().map(Given::body_bytes).collect();
    let body_md5s = md5::of_many(&bodies);
    for ((id, entry), body_md5) in ids.iter().zip(&request.entries).zip(body_md5s) {
        let outcome = sender.message(entry, body_md5).and_then(|Outgoing { mut message, digests, bytes }| {
            message.facts.sender = call.context.caller.name().map(str::to_owned);
            total += bytes;
            // AWS lets the sum speak first where one entry alone is larger than any batch.
            if !fits(&queue, bytes) && bytes <= MESSAGE_BYTES_MAX {
                return Err(too_long(&queue, "One or more parameters cannot be validated."));
            }
            messages.push(message);
            Ok(digests)
        });
        if let Err(error) = &outcome {
            door.figures.entry_failed(error.code);
        }
        outcomes.push(((*id).to_owned(), outcome));
    }
    if total > MESSAGE_BYTES_MAX {
        return Err(SqsError::new(
            Code::BatchRequestTooLong,
            format!("Batch requests cannot be longer than {MESSAGE_BYTES_MAX} bytes. You have sent {total} bytes."),
        ));
    }
    Ok(Checked { queue, messages, outcomes })
}

/// The ids, in order, to the entries that were published.
fn with_ids(outcomes: Vec<Outcome<Digests>>, ids: Vec<MessageId>) -> Vec<Outcome<(MessageId, Digests)>> {
    let mut ids = ids.into_iter();
    let mut next = || ids.next().expect("the broker gives an id for each message");
    outcomes.into_iter().map(|(entry, outcome)| (entry, outcome.map(|digests| (next(), digests)))).collect()
}
