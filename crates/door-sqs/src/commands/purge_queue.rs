//! `PurgeQueue`: every message of a queue, those in flight too, at once.

use super::{Answer, QueueOnly};
use crate::door::SqsDoor;
use crate::errors::no_such_queue_error;
use crate::frame::call::Call;
use crate::frame::payload::Payload;

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: QueueOnly<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    door.waiting_rules.purge(queue.id, &queue.name)?;
    door.broker.purge(queue.id, broker::Purge::All).await.map_err(no_such_queue_error)?;
    Ok(super::nothing(call))
}
