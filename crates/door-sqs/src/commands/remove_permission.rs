//! `RemovePermission`: takes a statement out of a queue's policy.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::policy::Policy;
use crate::queue_attributes::Attribute;
use serde::Deserialize;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Label")]
    label: Option<Text<'a>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let label = request.label.ok_or_else(|| SqsError::missing("Label"))?;
    let queue_arn = door.names.arn(&queue.name);
    door.change(queue, |draft| {
        let mut policy = Policy::read(draft.view().annotation(Attribute::Policy), &queue_arn);
        policy.remove(&label)?;
        draft.annotate(Attribute::Policy, &policy.write());
        Ok(())
    })
    .await?;
    Ok(super::nothing(call))
}
