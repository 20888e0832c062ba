//! From a `SendMessage` request, or one entry of a batch, to a message for the broker.

use crate::characters;
use crate::errors::{Code, SqsError};
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::limits::{GROUP_ID_CHARACTERS_MAX, Profile, TRACE_BYTES_MAX};
use crate::md5::{self, Digest};
use crate::message_attributes::{Attribute, GivenMap, Value, checked};
use crate::native::Notes;
use broker::QueueInfo;
use serde::Deserialize;
use vocab::{Facts, Message};

/// The parameters of `SendMessage` and of an entry of `SendMessageBatch`: they differ only in `QueueUrl` and `Id`.
#[derive(Debug, Deserialize)]
pub(crate) struct Given<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    pub(crate) queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Id")]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow, rename = "MessageBody")]
    body: Option<Text<'a>>,
    #[serde(rename = "DelaySeconds")]
    delay_seconds: Option<i64>,
    #[serde(borrow, rename = "MessageAttributes", alias = "MessageAttribute", default)]
    attributes: Option<GivenMap<'a>>,
    #[serde(borrow, rename = "MessageSystemAttributes", alias = "MessageSystemAttribute", default)]
    system_attributes: Option<GivenMap<'a>>,
    #[serde(borrow, rename = "MessageGroupId")]
    group_id: Option<Text<'a>>,
    #[serde(borrow, rename = "MessageDeduplicationId")]
    deduplication_id: Option<Text<'a>>,
}

/// The digests that the answer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digests {
    /// Of the body.
    pub(crate) body: Digest,
    /// Of the message attributes, if there are any.
    pub(crate) attributes: Option<Digest>,
    /// Of the system attributes, if the request named any.
    pub(crate) system: Option<Digest>,
}

/// A message about to be published.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// For the broker.
    pub(crate) message: Message,
    /// For the answer.
    pub(crate) digests: Digests,
    /// Body and attributes as AWS counts them.
    pub(crate) bytes: usize,
}

/// What all messages of one request share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender<'a> {
    /// Where the texts are kept.
    pub(crate) payload: &'a Payload,
    /// The X-Ray trace header of the HTTP request.
    pub(crate) trace: Option<&'a str>,
    /// Log time, for delays.
    pub(crate) now_ms: u64,
    /// How long delays may be.
    pub(crate) limits: Profile,
}

impl Given<'_> {
    /// The body's bytes; none where it is missing.
    pub(crate) fn body_bytes(&self) -> &[u8] {
        self.body.as_ref().map_or(&[], |body| body.as_bytes())
    }
}

impl Sender<'_> {
    /// Checks `given`, whose body has the digest `body_md5`, and makes a message of it.
    pub(crate) fn message(&self, given: &Given<'_>, body_md5: Digest) -> Result<Outgoing, SqsError> {
        let body = check_body(given.body.as_ref())?;
        let attributes = given.attributes.as_ref().map_or(Ok(Vec::new()), checked)?;
        let system = given.system_attributes.as_ref().map_or(Ok(Vec::new()), checked_system)?;
        let bytes = body.len() + attributes.iter().map(Attribute::bytes).sum::<usize>();
        let facts = self.facts(given)?;
        let digests = Digests {
            body: body_md5,
            attributes: md5::of_attributes(&attributes),
            system: md5::of_attributes(&system),
        };
        let notes = Notes {
            body_md5: digests.body,
            attributes_md5: digests.attributes,
            trace: trace_of(&system).or(self.trace).filter(|trace| trace.len() <= TRACE_BYTES_MAX),
            labels: labels_of(&attributes),
        };
        let message = Message {
            body: self.payload.keep(body),
            headers: attributes.iter().map(Attribute::header).collect(),
            facts,
            native: Some(notes.write()),
        };
        Ok(Outgoing { message, digests, bytes })
    }

    fn facts(&self, given: &Given<'_>) -> Result<Facts, SqsError> {
        if given.deduplication_id.is_some() {
            return Err(SqsError::invalid_value(
                given.deduplication_id.as_deref().unwrap_or_default(),
                "MessageDeduplicationId",
                "The request include parameter that is not valid for this queue type.",
            ));
        }
        Ok(Facts {
            due_ms: given.delay_seconds.map(|seconds| self.due_ms(seconds)).transpose()?,
            lane: given.group_id.as_ref().map(check_group).transpose()?,
            ..Facts::default()
        })
    }

    /// When a message with these `DelaySeconds` is due.
    fn due_ms(&self, seconds: i64) -> Result<u64, SqsError> {
        let range = self.limits.delay_seconds();
        let delay = u64::try_from(seconds).ok().filter(|_| range.contains(&seconds));
        delay.map(|delay| self.now_ms + delay * 1000).ok_or_else(|| {
            let reason = format!("DelaySeconds must be >= 0 and <= {}.", range.end());
            SqsError::invalid_value(seconds, "DelaySeconds", reason)
        })
    }
}

/// Whether a message of so many bytes fits into `queue`.
pub(crate) fn fits(queue: &QueueInfo, bytes: usize) -> bool {
    bytes as u64 <= queue.settings.message_bytes_max
}

/// What is said of one that does not.
pub(crate) fn too_long(queue: &QueueInfo, lead: &str) -> SqsError {
    let max = queue.settings.message_bytes_max;
    SqsError::invalid(format!("{lead} Reason: Message must be shorter than {max} bytes."))
}

fn check_body<'a, 'b>(body: Option<&'b Text<'a>>) -> Result<&'b Text<'a>, SqsError> {
    let body = body.filter(|body| !body.is_empty()).ok_or_else(|| SqsError::missing("MessageBody"))?;
    if characters::are_valid(body) {
        return Ok(body);
    }
    Err(SqsError::new(
        Code::InvalidMessageContents,
        "Invalid characters found. Valid unicode characters are \
         #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    ))
}

fn check_group(group: &Text<'_>) -> Result<String, SqsError> {
    if (1..=GROUP_ID_CHARACTERS_MAX).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(group.to_string());
    }
    Err(SqsError::invalid_value(
        &**group,
        "MessageGroupId",
        "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
    ))
}

/// System attributes: only the trace header, as text, may be sent.
fn checked_system<'a>(given: &'a GivenMap<'a>) -> Result<Vec<Attribute<'a>>, SqsError> {
    let attributes = checked(given)?;
    for Attribute { name, data_type, value } in &attributes {
        if name != "AWSTraceHeader" {
            return Err(SqsError::invalid(format!("Message system attribute name '{name}' is invalid.")));
        }
        match value {
            Value::Text(text) if data_type == "String" && text.len() <= TRACE_BYTES_MAX => {}
            Value::Text(_) | Value::Binary(_) => {
                return Err(SqsError::invalid(format!(
                    "Message system attribute '{name}' must be a String of at most {TRACE_BYTES_MAX} bytes."
                )));
            }
        }
    }
    Ok(attributes)
}

fn trace_of<'a>(system: &'a [Attribute<'_>]) -> Option<&'a str> {
    match &system.first()?.value {
        Value::Text(text) => Some(text),
        Value::Binary(_) => None,
    }
}

fn labels_of<'a>(attributes: &'a [Attribute<'_>]) -> Vec<(u8, &'a str)> {
    let labels = attributes.iter().map(Attribute::label);
    (0..).zip(labels).filter_map(|(header, label)| Some((header, label?))).collect()
}

#[cfg(test)]
mod tests;
