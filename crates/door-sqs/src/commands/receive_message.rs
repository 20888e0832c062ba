//! `ReceiveMessage`: up to ten messages, waiting for the first where asked to.

use super::Answer;
use crate::client::Client;
use crate::door::SqsDoor;
use crate::errors::{SqsError, receive_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Writer;
use crate::limits::{ATTEMPT_ID_CHARACTERS_MAX, Profile, RECEIVE_COUNT, WAIT_SECONDS};
use crate::queue_attributes::is_fifo;
use crate::receiving::{MESSAGE_OVERHEAD_BYTES, MESSAGES, Wish, write_message};
use crate::sending::check_id;
use broker::{Delivery, Error, Extension, LeaseTerms, Receive, ReceiveError};
use serde::Deserialize;
use vocab::{ConsumerId, QueueId, SubscriptionId};

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "AttributeNames", alias = "AttributeName", default)]
    attribute_names: Option<Vec<Text<'a>>>,
    #[serde(borrow, rename = "MessageSystemAttributeNames", alias = "MessageSystemAttributeName", default)]
    system_names: Option<Vec<Text<'a>>>,
    #[serde(borrow, rename = "MessageAttributeNames", alias = "MessageAttributeName", default)]
    message_names: Option<Vec<Text<'a>>>,
    #[serde(rename = "MaxNumberOfMessages")]
    max: Option<i64>,
    #[serde(rename = "VisibilityTimeout")]
    visibility_seconds: Option<i64>,
    #[serde(rename = "WaitTimeSeconds")]
    wait_seconds: Option<i64>,
    #[serde(borrow, rename = "ReceiveRequestAttemptId")]
    attempt: Option<Text<'a>>,
}

/// A request, checked.
struct Asked {
    receive: Receive,
    wish: Wish,
    /// The name under which it may be repeated; FIFO queues only.
    attempt: Option<Box<str>>,
}

pub(super) async fn run(door: &SqsDoor, client: &Client, call: Call, payload: Payload) -> Answer {
    let Asked { mut receive, wish, attempt } = read(door, &call, &payload)?;
    let consuming = client.asking(door, receive.queue, &call.context.caller);
    receive.consumer = consuming.id();
    // Nothing of the request but this is kept while waiting, perhaps with thousands of others.
    let Call { action, style, id, context } = call;
    drop((payload, context));
    let queue = receive.queue;
    let deliveries = match attempt {
        None => door.broker.receive(receive).await.or_else(|error| refused(door, queue, error))?,
        Some(attempt) => Box::pin(attempted(door, receive, &attempt)).await?,
    };
    let mut writer = Writer::new(style, action, capacity(&deliveries));
    if !deliveries.is_empty() {
        consuming.delivered();
        writer.begin_list(MESSAGES);
        for delivery in &deliveries {
            write_message(&mut writer, door, delivery, &wish);
        }
        writer.end_list();
    }
    Ok(writer.finish(&id))
}

fn read(door: &SqsDoor, call: &Call, payload: &Payload) -> Result<Asked, SqsError> {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let max = request.max.unwrap_or(1);
    let max = u32::try_from(max)
        .ok()
        .filter(|_| RECEIVE_COUNT.contains(&max))
        .ok_or_else(|| SqsError::invalid_value(max, "MaxNumberOfMessages", "Must be between 1 and 10, if provided."))?;
    let visibility = |seconds| check_visibility(seconds, door.config.limits);
    let receive = Receive {
        queue: queue.id,
        subscription: SubscriptionId(0),
        max,
        wait_ms: request.wait_seconds.map(check_wait).transpose()?,
        terms: LeaseTerms::Deadline(request.visibility_seconds.map(visibility).transpose()?),
        rank: 0,
        consumer: ConsumerId::UNKNOWN,
    };
    let fifo = is_fifo(&queue.settings);
    let mut system = request.attribute_names.unwrap_or_default();
    system.extend(request.system_names.unwrap_or_default());
    let wish = Wish::of(&system, request.message_names.as_deref().unwrap_or_default(), fifo)?;
    let attempt = request.attempt.filter(|_| fifo);
    let attempt = attempt.map(|id| check_id(&id, "ReceiveRequestAttemptId", ATTEMPT_ID_CHARACTERS_MAX)).transpose()?;
    Ok(Asked { receive, wish, attempt: attempt.map(String::into_boxed_str) })
}

/// The answer of an earlier attempt once more, if all of its messages are still in flight under the same handles; else a new one.
async fn attempted(door: &SqsDoor, receive: Receive, attempt: &str) -> Result<Vec<Delivery>, SqsError> {
    let queue = receive.queue;
    if let Some(answered) = door.attempts.answered(queue, attempt, door.broker.log_ms()) {
        let settings = door.broker.queue_by_id(queue).map(|queue| queue.settings.lease_ms);
        let lease_ms = match receive.terms {
            LeaseTerms::Deadline(Some(lease_ms)) => lease_ms,
            LeaseTerms::Deadline(None) | LeaseTerms::Session(_) | LeaseTerms::Claim => settings.unwrap_or_default(),
        };
        let extend = |delivery: &Delivery| Extension { token: delivery.lease.token, lease_ms, total_ms_max: None };
        let verdicts = door.broker.extend(answered.iter().map(extend).collect()).await?;
        if verdicts.iter().all(Result::is_ok) {
            return Ok(answered.to_vec());
        }
        door.attempts.forget(queue, attempt);
    }
    let deliveries = door.broker.receive(receive).await.or_else(|error| refused(door, queue, error))?;
    door.attempts.keep(queue, attempt, &deliveries, door.broker.log_ms());
    Ok(deliveries)
}

/// What a refusal is answered: nothing where a FIFO queue has as many messages in flight as it may, as on AWS.
fn refused(door: &SqsDoor, queue: QueueId, error: Error<ReceiveError>) -> Result<Vec<Delivery>, SqsError> {
    let full = matches!(error, Error::Refused(ReceiveError::TooManyLeases { .. }));
    match door.broker.queue_by_id(queue) {
        Some(info) if full && is_fifo(&info.settings) => Ok(Vec::new()),
        Some(_) | None => Err(receive_error(error)),
    }
}

/// `WaitTimeSeconds` in milliseconds.
fn check_wait(seconds: i64) -> Result<u64, SqsError> {
    match u64::try_from(seconds) {
        Ok(wait) if WAIT_SECONDS.contains(&seconds) => Ok(wait * 1000),
        _ => Err(SqsError::invalid_value(seconds, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")),
    }
}

/// `VisibilityTimeout` in milliseconds.
pub(super) fn check_visibility(seconds: i64, limits: Profile) -> Result<u64, SqsError> {
    let range = limits.visibility_seconds();
    let visibility = u64::try_from(seconds).ok().filter(|_| range.contains(&seconds));
    visibility.map(|visibility| visibility * 1000).ok_or_else(|| {
        let reason = format!("Must be >= 0 and <= {}, if provided.", range.end());
        SqsError::invalid_value(seconds, "VisibilityTimeout", reason)
    })
}

/// About how long the answer will be; escapes can make it longer.
fn capacity(deliveries: &[Delivery]) -> usize {
    deliveries.iter().map(|delivery| delivery.message.content_bytes() + MESSAGE_OVERHEAD_BYTES).sum()
}
