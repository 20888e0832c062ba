//! Message move tasks: redrives of dead-letter queues, in SQS's words.
//!
//! A task handle is, as on AWS, base64 of a JSON object; clients take it as it is.
//!
//! ```text
//!  {"taskId":"SSSSSSSS-NNNN-NNNN-CCCC-CCCCCCCCCCCC","sourceArn":"arn:aws:sqs:…:dead"}
//!
//!  S  the source queue's id, N the redrive's number, both u32 in hexadecimal
//!  C  SipHash-2-4 over both numbers (big-endian) and the ARN, keyed with the store's random id
//! ```
//!
//! So an invented or altered handle, or one of another store, is refused.

use crate::caller::Caller;
use crate::door::SqsDoor;
use crate::errors::{Code, SqsError};
use crate::frame::text::Text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use broker::{Outcome, QueueInfo, Redrive, RedriveId, Trouble};
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher24;
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;
use vocab::QueueId;

#[derive(Serialize, Deserialize)]
struct Handle<'a> {
    #[serde(borrow, rename = "taskId")]
    task: Cow<'a, str>,
    #[serde(borrow, rename = "sourceArn")]
    source: Cow<'a, str>,
}

/// The handle of a redrive of the queue with this ARN.
pub(crate) fn write_handle(store_id: u128, id: RedriveId, source_arn: &str) -> String {
    let task = task(store_id, id, source_arn).to_string();
    let handle = Handle { task: Cow::Owned(task), source: Cow::Borrowed(source_arn) };
    STANDARD.encode(serde_json::to_vec(&handle).expect("two texts are JSON"))
}

/// The redrive that a handle names.
pub(crate) fn read_handle(store_id: u128, handle: &str) -> Result<RedriveId, SqsError> {
    let read = || {
        let json = STANDARD.decode(handle).ok()?;
        let handle: Handle<'_> = serde_json::from_slice(&json).ok()?;
        let (numbers, _check) = Uuid::try_parse(&handle.task).ok()?.as_u64_pair();
        #[expect(clippy::cast_possible_truncation, reason = "the lower half of two numbers")]
        let id = RedriveId { source: QueueId((numbers >> 32) as u32), number: numbers as u32 };
        (task(store_id, id, &handle.source).to_string() == handle.task).then_some(id)
    };
    read().ok_or_else(|| SqsError::invalid("Value for parameter TaskHandle is invalid."))
}

fn task(store_id: u128, id: RedriveId, source_arn: &str) -> Uuid {
    let numbers = u64::from(id.source.0) << 32 | u64::from(id.number);
    let checked = [&numbers.to_be_bytes(), source_arn.as_bytes()].concat();
    let check = SipHasher24::new_with_key(&store_id.to_be_bytes()).hash(&checked);
    Uuid::from_u64_pair(numbers, check)
}

/// The queue that an ARN names. Refused where the caller may not do with it what they ask for.
pub(crate) fn queue_of(
    door: &SqsDoor,
    caller: &Caller,
    arn: &str,
    parameter: &str,
) -> Result<Arc<QueueInfo>, SqsError> {
    if !arn.starts_with("arn:") || arn.split(':').count() != 6 {
        return Err(SqsError::invalid(format!(
            "You must use this format to specify the {parameter}: \
             arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )));
    }
    let queue = door.names.name_in_arn(arn).and_then(|name| door.broker.queue(&name));
    let queue = queue.ok_or_else(|| not_found(parameter))?;
    door.permit(caller, &queue)?;
    Ok(queue)
}

/// The queue that a request's `SourceArn` names.
pub(crate) fn source_of(door: &SqsDoor, caller: &Caller, arn: Option<&Text<'_>>) -> Result<Arc<QueueInfo>, SqsError> {
    queue_of(door, caller, arn.ok_or_else(|| SqsError::missing("SourceArn"))?, "SourceArn")
}

/// What an ARN names does not exist.
pub(crate) fn not_found(parameter: &str) -> SqsError {
    let text = format!("The resource that you specified for the {parameter} parameter doesn't exist.");
    SqsError::new(Code::ResourceNotFoundException, text)
}

/// A task's status, and why it failed. A task that left messages behind because they have nowhere to go has failed, and
/// has moved all the others.
pub(crate) fn status(redrive: &Redrive) -> (&'static str, Option<&'static str>) {
    match redrive.ended {
        None => ("RUNNING", None),
        Some((Outcome::Cancelled, _)) => ("CANCELLED", None),
        Some((Outcome::TargetGone, _)) => ("FAILED", Some(NO_QUEUE)),
        Some((Outcome::Done, _)) => match redrive.trouble {
            None => ("COMPLETED", None),
            Some(Trouble::NoOrigin) => ("FAILED", Some("CouldNotDetermineMessageSource")),
            Some(Trouble::OriginGone) => ("FAILED", Some(NO_QUEUE)),
            Some(Trouble::TooLarge) => ("FAILED", Some("A message is larger than its destination allows.")),
            Some(Trouble::Unreadable) => ("FAILED", Some("A message cannot be read from the disk.")),
        },
    }
}

const NO_QUEUE: &str = "AWS.SimpleQueueService.NonExistentQueue";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ARN: &str = "arn:aws:sqs:us-east-1:000000000000:dead";

    fn id(source: u32, number: u32) -> RedriveId {
        RedriveId { source: QueueId(source), number }
    }

    proptest! {
        #[test]
        fn every_handle_reads_back(source: u32, number: u32, store: u128) {
            let handle = write_handle(store, id(source, number), ARN);
            prop_assert_eq!(read_handle(store, &handle), Ok(id(source, number)));
            prop_assert!(read_handle(store ^ 1, &handle).is_err());
        }

        #[test]
        fn an_altered_handle_is_refused_or_says_the_same(place in 0_usize..100, with in "[A-Za-z0-9+/=]") {
            let handle = write_handle(7, id(2, 3), ARN);
            let mut altered = handle.clone();
            altered.replace_range(place..=place, &with);
            prop_assert!(altered == handle || read_handle(7, &altered).is_err());
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text: String) {
            prop_assert!(read_handle(7, &text).is_err());
        }
    }

    #[test]
    fn a_handle_is_a_json_object_with_the_sources_arn() {
        let json = STANDARD.decode(write_handle(7, id(2, 3), ARN)).expect("base64");
        let text = String::from_utf8(json).expect("UTF-8");
        assert!(text.starts_with(r#"{"taskId":"00000002-0000-0003-"#), "{text}");
        assert!(text.ends_with(&format!(r#""sourceArn":"{ARN}"}}"#)), "{text}");
    }
}
