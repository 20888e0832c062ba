//! `CancelMessageMoveTask`: a running task stops where it is.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::{SqsError, cancel_redrive_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Writer;
use crate::move_tasks::read_handle;
use serde::Deserialize;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "TaskHandle")]
    handle: Option<Text<'a>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let handle = request.handle.as_ref().ok_or_else(|| SqsError::missing("TaskHandle"))?;
    let id = read_handle(door.broker.store_id(), handle)?;
    if let Some(source) = door.broker.queue_by_id(id.source) {
        door.permit(&call.context.caller, &source)?;
    }
    let cancelled = door.broker.cancel_redrive(id).await.map_err(cancel_redrive_error)?;
    let mut writer = Writer::new(call.style, call.action, 64);
    writer.number("ApproximateNumberOfMessagesMoved", cancelled.redrive.moved);
    Ok(writer.finish(&call.id))
}
