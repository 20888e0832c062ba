//! `DeleteMessage`: a message is done.
//!
//! What AWS documents for standard queues: a message is deleted by its newest handle, also after its visibility timeout and
//! also twice; an older handle is answered with success and deletes nothing. A message of a FIFO queue is deleted only before its
//! visibility timeout: after it the group may have been handed on.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::{SqsError, delete_error, delete_fifo_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::queue_attributes::is_fifo;
use broker::{QueueInfo, Settle, SettleError, Settlement};
use serde::Deserialize;
use std::sync::Arc;
use vocab::{LeaseToken, QueueId};

/// The parameters of `DeleteMessage` and of an entry of `DeleteMessageBatch`: they differ only in `QueueUrl` and `Id`.
#[derive(Deserialize)]
pub(super) struct Given<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Id")]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow, rename = "ReceiptHandle")]
    handle: Option<Text<'a>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: Payload) -> Answer {
    let (queue, settlement) = read(door, call, &payload)?;
    drop(payload);
    let token = settlement.token;
    let verdicts = door.broker.settle(vec![settlement]).await?;
    verdicts.into_iter().try_for_each(|verdict| deleted(door, &queue, &token, verdict))?;
    Ok(super::nothing(call))
}

fn read(door: &SqsDoor, call: &Call, payload: &Payload) -> Result<(Arc<QueueInfo>, Settlement), SqsError> {
    let given: Given<'_> = payload.parse()?;
    let queue = door.queue(given.queue_url.as_ref(), &call.context)?;
    let token = token(door, queue.id, given.handle.as_ref())?;
    Ok((queue, ack(token)))
}

impl Given<'_> {
    /// The settlement that an entry of a batch asks for.
    pub(super) fn settlement(&self, door: &SqsDoor, queue: QueueId) -> Result<Settlement, SqsError> {
        token(door, queue, self.handle.as_ref()).map(ack)
    }
}

fn ack(token: LeaseToken) -> Settlement {
    Settlement { token, how: Settle::Ack }
}

/// The lease that a receipt handle stands for.
pub(super) fn token(door: &SqsDoor, queue: QueueId, handle: Option<&Text<'_>>) -> Result<LeaseToken, SqsError> {
    let handle = handle.filter(|handle| !handle.is_empty()).ok_or_else(|| SqsError::missing("ReceiptHandle"))?;
    door.receipts.read(handle, queue)
}

/// What the broker's verdict on an ack means to the client.
pub(super) fn deleted(
    door: &SqsDoor,
    queue: &QueueInfo,
    token: &LeaseToken,
    verdict: Result<(), SettleError>,
) -> Result<(), SqsError> {
    let Err(error) = verdict else { return Ok(()) };
    let refused = match is_fifo(&queue.settings) {
        true => delete_fifo_error(error, || door.receipts.write(token)),
        false => delete_error(error),
    };
    refused.map_or(Ok(()), Err)
}
