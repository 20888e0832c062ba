//! `GetQueueUrl`: the URL of a queue, at the address that the client used.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Writer;
use serde::Deserialize;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueName")]
    name: Option<Text<'a>>,
    #[serde(borrow, rename = "QueueOwnerAWSAccountId")]
    owner: Option<Text<'a>>,
}

pub(super) fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let name = &*request.name.filter(|name| !name.is_empty()).ok_or_else(|| SqsError::missing("QueueName"))?;
    let ours = request.owner.is_none_or(|owner| &*owner == door.names.account_id());
    let queue = door.broker.queue(name).filter(|_| ours && crate::names::is_valid(name));
    let queue = queue.ok_or_else(SqsError::no_queue)?;
    let mut writer = Writer::new(call.style, call.action, 128);
    writer.text("QueueUrl", door.url(&call.context, &queue.name).as_bytes());
    Ok(writer.finish(&call.id))
}
