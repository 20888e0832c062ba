//! `GetQueueUrl`: the URL of a queue, at the address that the client used. A queue that the caller may not ask about is answered as one
//! that does not exist.

use super::Answer;
use crate::caller::Caller;
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Writer;
use crate::url::is_account;
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
    let caller = &call.context.caller;
    let account = request.owner.as_deref().unwrap_or_else(|| door.account_of(caller));
    // Anonymous callers know one account only, so that its URLs mean the same to them whatever account they hold.
    let known = match caller {
        Caller::Anyone => account == door.account_of(caller),
        Caller::Signed(_) => is_account(account),
    };
    let stored = door.names.stored(account, name);
    let queue = door.broker.queue(&stored).filter(|_| known && crate::names::is_valid(name));
    let queue = match (queue, caller) {
        (Some(queue), _) if door.permit(caller, &queue).is_ok() => queue,
        (None, _) if door.may_see(caller, &stored) => return Err(SqsError::no_queue()),
        (None, Caller::Anyone) => return Err(SqsError::no_queue()),
        (Some(_) | None, _) => return Err(SqsError::no_queue_or_no_access()),
    };
    let mut writer = Writer::new(call.style, call.action, 128);
    writer.text("QueueUrl", door.url(&call.context, &queue.name).as_bytes());
    Ok(writer.finish(&call.id))
}
