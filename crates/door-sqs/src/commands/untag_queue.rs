//! `UntagQueue`: takes tags away from a queue.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::tags;
use serde::Deserialize;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "TagKeys", alias = "TagKey", default)]
    keys: Option<Vec<Text<'a>>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let keys = request.keys.filter(|keys| !keys.is_empty()).ok_or_else(|| SqsError::missing("TagKeys"))?;
    door.change(queue, |draft| tags::remove(&mut draft.annotations, &keys)).await?;
    Ok(super::nothing(call))
}
