//! `ListDeadLetterSourceQueues`: the queues that send their failures to this one.

use super::{Answer, QUEUE_URLS};
use crate::door::SqsDoor;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Names;
use crate::listing::{Bounds, Page};
use serde::Deserialize;

/// In JSON this one list is written in lower case.
const SOURCES: Names = Names { json: "queueUrls", ..QUEUE_URLS };

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "NextToken")]
    token: Option<Text<'a>>,
    #[serde(rename = "MaxResults")]
    max: Option<i64>,
}

pub(super) fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let target = door.queue(request.queue_url.as_ref(), &call.context)?;
    let bounds = Bounds::read(request.token.as_ref(), request.max)?;
    let page = Page::gather(
        &bounds,
        |after, limit| door.broker.list_queues("", after, limit),
        |queue| {
            crate::names::is_valid(door.names.split(&queue.name).1)
                && crate::redrive::sends_failures_to(queue, &target.name)
                && door.may_see(&call.context.caller, &queue.name)
        },
    );
    Ok(page.write(door, call, SOURCES, true))
}
