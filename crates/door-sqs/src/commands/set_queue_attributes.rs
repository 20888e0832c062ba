//! `SetQueueAttributes`: changes a queue; all of the attributes given, or none.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::{Pairs, Text};
use crate::queue_attributes::Setting;
use serde::Deserialize;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Attributes", alias = "Attribute", default)]
    attributes: Option<Pairs<'a, Text<'a>>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let attributes = request.attributes.filter(|attributes| !attributes.0.is_empty());
    let attributes = attributes.ok_or_else(|| SqsError::missing("Attributes"))?;
    let name = queue.name.clone();
    let setting = Setting { queue: &name, broker: &door.broker, names: &door.names, limits: door.config.limits };
    door.change(queue, |draft| draft.set_all(&attributes, setting)).await?;
    Ok(super::nothing(call))
}
