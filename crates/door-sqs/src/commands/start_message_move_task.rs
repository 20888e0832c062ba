//! `StartMessageMoveTask`: the messages of a dead-letter queue go back, or to another queue.

use super::Answer;
use crate::action::Action;
use crate::door::SqsDoor;
use crate::errors::{SqsError, start_redrive_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Writer;
use crate::limits::MOVE_RATE;
use crate::move_tasks::{queue_of, source_of, write_handle};
use crate::names::FIFO_SUFFIX;
use broker::StartRedrive;
use serde::Deserialize;
use std::num::NonZeroU32;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "SourceArn")]
    source: Option<Text<'a>>,
    #[serde(borrow, rename = "DestinationArn")]
    destination: Option<Text<'a>>,
    #[serde(rename = "MaxNumberOfMessagesPerSecond")]
    rate: Option<i64>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let source = source_of(door, &call.context.caller, request.source.as_ref())?;
    if !takes_failures(door, &source.name) {
        return Err(SqsError::invalid("Source queue must be configured as a Dead Letter Queue."));
    }
    let per_second = request.rate.map(rate).transpose()?;
    let target = match &request.destination {
        Some(arn) => {
            // Whoever moves messages there sends them there.
            let sender = call.context.caller.doing(Action::SendMessage);
            Some(queue_of(door, &sender, arn, "DestinationArn")?)
        }
        None => None,
    };
    let is_fifo = |name: &str| name.ends_with(FIFO_SUFFIX);
    if target.as_ref().is_some_and(|target| is_fifo(&target.name) != is_fifo(&source.name)) {
        return Err(SqsError::invalid("The source queue and destination queue must be of the same queue type."));
    }
    let start = StartRedrive { source: source.id, target: target.map(|target| target.id), per_second };
    let started = door.broker.start_redrive(start).await.map_err(start_redrive_error)?;
    let handle = write_handle(door.broker.store_id(), started.id, &door.names.arn(&source.name));
    let mut writer = Writer::new(call.style, call.action, 256);
    writer.plain("TaskHandle", handle.as_bytes());
    Ok(writer.finish(&call.id))
}

fn rate(wanted: i64) -> Result<NonZeroU32, SqsError> {
    let rate = u32::try_from(wanted).ok().filter(|_| MOVE_RATE.contains(&wanted)).and_then(NonZeroU32::new);
    rate.ok_or_else(|| {
        let (least, most) = (MOVE_RATE.start(), MOVE_RATE.end());
        SqsError::invalid(format!(
            "Value for parameter MaxNumberOfMessagesPerSecond is invalid. \
             Reason: You must enter a number that's between {least} and {most}."
        ))
    })
}

/// Queues looked at in one go.
const CHUNK: usize = 1_000;

/// Whether some queue sends its failures to the queue of this name.
fn takes_failures(door: &SqsDoor, name: &str) -> bool {
    let mut after = None;
    loop {
        let queues = door.broker.list_queues("", after.as_deref(), CHUNK);
        let Some(last) = queues.last() else { return false };
        if queues.iter().any(|queue| crate::redrive::sends_failures_to(queue, name)) {
            return true;
        }
        after = Some(last.name.clone());
    }
}
