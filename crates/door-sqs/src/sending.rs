//! From a `SendMessage` request, or one entry of a batch, to a message for the broker.

use crate::characters;
use crate::errors::{Code, SqsError};
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::limits::{DEDUPLICATION_ID_CHARACTERS_MAX, GROUP_ID_CHARACTERS_MAX, Profile, TRACE_BYTES_MAX};
use crate::md5::{self, Digest};
use crate::message_attributes::{Attribute, GivenMap, Value, checked};
use crate::native::Notes;
use crate::queue_attributes::{View, has_content_ids};
use crate::trace;
use broker::QueueInfo;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use vocab::{Facts, Message, Order, Seq};

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
    /// What the queue asks of its messages.
    pub(crate) rules: Rules,
    /// How long delays may be.
    pub(crate) limits: Profile,
    /// How long the queue's messages may be.
    pub(crate) bytes_max: u64,
}

/// What a queue asks of its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Nothing.
    Standard,
    /// A group and a deduplication id, and no delay of their own.
    Fifo {
        /// The body's digest stands for an id that is not given.
        content_ids: bool,
    },
}

impl Rules {
    /// The queue's.
    pub(crate) fn of(queue: &QueueInfo) -> Self {
        match queue.settings.order {
            Order::Standard | Order::Fair => Self::Standard,
            Order::Laned => Self::Fifo { content_ids: has_content_ids(View::of(queue)) },
        }
    }
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
        let trace = trace_of(&system).or(self.trace).filter(|trace| trace.len() <= TRACE_BYTES_MAX);
        let mut headers: Vec<_> = attributes.iter().map(Attribute::header).collect();
        let context = trace::neutral(trace, &headers, bytes, self.bytes_max);
        let notes = Notes {
            body_md5: digests.body,
            attributes_md5: digests.attributes,
            trace,
            context: context.is_some(),
            labels: labels_of(&attributes),
        };
        headers.extend(context);
        let message = Message { body: self.payload.keep(body), headers, facts, native: Some(notes.write()) };
        Ok(Outgoing { message, digests, bytes })
    }

    fn facts(&self, given: &Given<'_>) -> Result<Facts, SqsError> {
        let due_ms = given.delay_seconds.map(|seconds| self.due_ms(seconds)).transpose()?;
        let lane = given.group_id.as_ref().map(|id| check_id(id, "MessageGroupId", GROUP_ID_CHARACTERS_MAX));
        let Rules::Fifo { content_ids } = self.rules else {
            if let Some(id) = &given.deduplication_id {
                return Err(SqsError::invalid_value(&**id, "MessageDeduplicationId", NOT_FOR_THIS_TYPE));
            }
            return Ok(Facts { due_ms, lane: lane.transpose()?, ..Facts::default() });
        };
        if let Some(seconds) = given.delay_seconds.filter(|seconds| *seconds != 0) {
            return Err(SqsError::invalid_value(seconds, "DelaySeconds", NOT_FOR_THIS_TYPE));
        }
        let lane = Some(lane.ok_or_else(|| SqsError::missing("MessageGroupId"))??);
        let dedup = Some(deduplication_id(given, content_ids)?);
        Ok(Facts { lane, dedup, ..Facts::default() })
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

const NOT_FOR_THIS_TYPE: &str = "The request include parameter that is not valid for this queue type.";

/// The id that a message of a FIFO queue is known by: the sender's, or the SHA-256 of its body in hexadecimal, as AWS
/// documents.
fn deduplication_id(given: &Given<'_>, content_ids: bool) -> Result<String, SqsError> {
    match &given.deduplication_id {
        Some(id) => check_id(id, "MessageDeduplicationId", DEDUPLICATION_ID_CHARACTERS_MAX),
        None if content_ids => Ok(hex(&Sha256::digest(given.body_bytes()))),
        None => Err(SqsError::invalid(
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
        )),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).expect("a nibble is a digit");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A place in a FIFO queue as AWS writes it: twenty digits, the first not zero.
pub(crate) fn sequence_number(seq: Seq) -> String {
    (10_u128.pow(19) + u128::from(seq.0)).to_string()
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

/// A group's or a message's own id: visible ASCII, of 1 to `characters_max`.
pub(crate) fn check_id(id: &Text<'_>, name: &str, characters_max: usize) -> Result<String, SqsError> {
    if (1..=characters_max).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(id.to_string());
    }
    let reason =
        format!("{name} can only include alphanumeric and punctuation characters. 1 to {characters_max} in length.");
    Err(SqsError::invalid_value(&**id, name, reason))
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
