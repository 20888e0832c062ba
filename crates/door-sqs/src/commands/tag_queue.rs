//! `TagQueue`: adds tags to a queue.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::{Pairs, Text};
use crate::tags;
use serde::Deserialize;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Tags", alias = "Tag", default)]
    tags: Option<Pairs<'a, Text<'a>>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let given = request.tags.filter(|tags| !tags.0.is_empty()).ok_or_else(|| SqsError::missing("Tags"))?;
    door.change(queue, |draft| tags::add(&mut draft.annotations, &given)).await?;
    Ok(super::nothing(call))
}
