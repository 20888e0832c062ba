//! `ListQueueTags`: a queue's tags, in order of key.

use super::{Answer, QueueOnly};
use crate::door::SqsDoor;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::writer::{Names, Writer};
use crate::tags;

const TAGS: Names = Names { json: "Tags", xml: "Tag", query_json: "Tags" };

pub(super) fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: QueueOnly<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let mut writer = Writer::new(call.style, call.action, 256);
    if tags::of(&queue.annotations).next().is_some() {
        writer.map(TAGS, "Key", tags::of(&queue.annotations));
    }
    Ok(writer.finish(&call.id))
}
