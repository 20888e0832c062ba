//! `ReceiveMessage`: up to ten messages, waiting for the first where asked to.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::{SqsError, receive_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::Writer;
use crate::limits::{Profile, RECEIVE_COUNT, WAIT_SECONDS};
use crate::receiving::{MESSAGE_OVERHEAD_BYTES, MESSAGES, Wish, write_message};
use broker::{Delivery, LeaseTerms, Receive};
use serde::Deserialize;
use vocab::SubscriptionId;

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
}

pub(super) async fn run(door: &SqsDoor, call: Call, payload: Payload) -> Answer {
    let (receive, wish) = read(door, &call, &payload)?;
    // Nothing of the request but this is kept while waiting, perhaps with thousands of others.
    let Call { action, style, id, context } = call;
    drop((payload, context));
    let deliveries = door.broker.receive(receive).await.map_err(receive_error)?;
    let mut writer = Writer::new(style, action, capacity(&deliveries));
    if !deliveries.is_empty() {
        writer.begin_list(MESSAGES);
        for delivery in &deliveries {
            write_message(&mut writer, door, delivery, &wish);
        }
        writer.end_list();
    }
    Ok(writer.finish(&id))
}

fn read(door: &SqsDoor, call: &Call, payload: &Payload) -> Result<(Receive, Wish), SqsError> {
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
    };
    let mut system = request.attribute_names.unwrap_or_default();
    system.extend(request.system_names.unwrap_or_default());
    let wish = Wish::of(&system, request.message_names.as_deref().unwrap_or_default())?;
    Ok((receive, wish))
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
