//! One file per action: parameters in, broker calls, answer out.
//!
//! To add an action: its name in `action`, a file here, an arm in [`run`], a row in `docs/doors/sqs.md`, its golden transcripts in
//! `tests/`.

mod add_permission;
mod cancel_message_move_task;
mod change_message_visibility;
mod change_message_visibility_batch;
pub(crate) mod create_queue;
mod delete_message;
mod delete_message_batch;
mod delete_queue;
mod get_queue_attributes;
mod get_queue_url;
mod list_dead_letter_source_queues;
mod list_message_move_tasks;
mod list_queue_tags;
mod list_queues;
mod purge_queue;
mod receive_message;
mod remove_permission;
mod send_message;
mod send_message_batch;
mod set_queue_attributes;
mod start_message_move_task;
mod tag_queue;
mod untag_queue;

use crate::action::Action;
use crate::client::Client;
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::{Names, Writer};
use serde::Deserialize;
use std::pin::Pin;

/// The bytes of an answer, or what went wrong.
pub(crate) type Answer = Result<Vec<u8>, SqsError>;

/// How queue URLs are listed. `ListDeadLetterSourceQueues` alone writes its JSON member in lower case.
pub(crate) const QUEUE_URLS: Names = Names { json: "QueueUrls", xml: "QueueUrl", query_json: "queueUrls" };

/// The parameters of actions that are about a queue and nothing else.
#[derive(Debug, Deserialize)]
pub(crate) struct QueueOnly<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    pub(crate) queue_url: Option<Text<'a>>,
}

/// Runs one request. Sending, receiving and deleting run in the connection's own future; what is rarer is boxed, so that it
/// does not make every connection larger.
pub(crate) async fn run(door: &SqsDoor, client: &Client, call: Call, payload: Payload) -> Answer {
    match call.action {
        Action::SendMessage => send_message::run(door, &call, payload).await,
        Action::SendMessageBatch => send_message_batch::run(door, &call, payload).await,
        Action::ReceiveMessage => receive_message::run(door, client, call, payload).await,
        Action::DeleteMessage => delete_message::run(door, &call, payload).await,
        Action::DeleteMessageBatch => delete_message_batch::run(door, &call, payload).await,
        _ => run_boxed(door, &call, payload).await,
    }
}

fn run_boxed<'a>(
    door: &'a SqsDoor,
    call: &'a Call,
    payload: Payload,
) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
    Box::pin(async move {
        let payload = &payload;
        match call.action {
            Action::SendMessage
            | Action::SendMessageBatch
            | Action::ReceiveMessage
            | Action::DeleteMessage
            | Action::DeleteMessageBatch => unreachable!("these run without a box"),
            Action::ChangeMessageVisibility => change_message_visibility::run(door, call, payload).await,
            Action::ChangeMessageVisibilityBatch => change_message_visibility_batch::run(door, call, payload).await,
            Action::CreateQueue => create_queue::run(door, call, payload).await,
            Action::DeleteQueue => delete_queue::run(door, call, payload).await,
            Action::GetQueueUrl => get_queue_url::run(door, call, payload),
            Action::ListQueues => list_queues::run(door, call, payload),
            Action::GetQueueAttributes => get_queue_attributes::run(door, call, payload).await,
            Action::SetQueueAttributes => set_queue_attributes::run(door, call, payload).await,
            Action::PurgeQueue => purge_queue::run(door, call, payload).await,
            Action::ListDeadLetterSourceQueues => list_dead_letter_source_queues::run(door, call, payload),
            Action::TagQueue => tag_queue::run(door, call, payload).await,
            Action::UntagQueue => untag_queue::run(door, call, payload).await,
            Action::ListQueueTags => list_queue_tags::run(door, call, payload),
            Action::AddPermission => add_permission::run(door, call, payload).await,
            Action::RemovePermission => remove_permission::run(door, call, payload).await,
            Action::StartMessageMoveTask => start_message_move_task::run(door, call, payload).await,
            Action::CancelMessageMoveTask => cancel_message_move_task::run(door, call, payload).await,
            Action::ListMessageMoveTasks => list_message_move_tasks::run(door, call, payload).await,
        }
    })
}

/// The answer of an action that says nothing but that it was done.
pub(crate) fn nothing(call: &Call) -> Vec<u8> {
    Writer::new(call.style, call.action, 0).finish(&call.id)
}
