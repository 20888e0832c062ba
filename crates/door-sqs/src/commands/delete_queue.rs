//! `DeleteQueue`: a queue and everything in it.

use super::{Answer, QueueOnly};
use crate::door::SqsDoor;
use crate::errors::no_such_queue_error;
use crate::frame::call::Call;
use crate::frame::payload::Payload;

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: QueueOnly<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    door.broker.delete_queue(queue.id).await.map_err(no_such_queue_error)?;
    door.waiting_rules.deleted(&queue.name);
    Ok(super::nothing(call))
}
