//! `ListQueues`: the URLs of the caller's queues, by prefix, in pages. Queues with names that SQS cannot say are left out, and those that
//! the caller may do nothing with.

use super::{Answer, QUEUE_URLS};
use crate::door::SqsDoor;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::listing::{Bounds, Page};
use serde::Deserialize;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueNamePrefix")]
    prefix: Option<Text<'a>>,
    #[serde(borrow, rename = "NextToken")]
    token: Option<Text<'a>>,
    #[serde(rename = "MaxResults")]
    max: Option<i64>,
}

pub(super) fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let bounds = Bounds::read(request.token.as_ref(), request.max)?;
    let prefix = request.prefix.as_deref().unwrap_or_default();
    let caller = &call.context.caller;
    let prefix = door.names.stored(door.account_of(caller), prefix);
    let fetch = |after: Option<&str>, limit| door.broker.list_queues(&prefix, after, limit);
    let page = Page::gather(&bounds, fetch, |queue| {
        crate::names::is_valid(door.names.split(&queue.name).1) && door.may_see(caller, &queue.name)
    });
    Ok(page.write(door, call, QUEUE_URLS, false))
}
