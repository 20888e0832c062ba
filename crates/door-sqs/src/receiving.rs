//! From what the broker hands out to the messages of a `ReceiveMessage` answer.
//!
//! A body that SQS could not have carried (another door's bytes that are not UTF-8, or characters that XML cannot hold) is handed
//! out as base64, and says so in the message attribute `Longshore.BodyEncoding`, rather than damaged.

use crate::door::SqsDoor;
use crate::errors::{Code, SqsError, quoted};
use crate::frame::text::Text;
use crate::frame::writer::{Names, Writer};
use crate::md5;
use crate::message_attributes::{Attribute, Value, Wanted, of_message};
use crate::native::Notes;
use crate::sending::sequence_number;
use crate::trace;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use broker::Delivery;
use std::borrow::Cow;
use vocab::{Message, TraceContext};

pub(crate) const MESSAGES: Names = Names { json: "Messages", xml: "Message", query_json: "messages" };
const ATTRIBUTES: Names = Names { json: "Attributes", xml: "Attribute", query_json: "Attributes" };
const MESSAGE_ATTRIBUTES: Names =
    Names { json: "MessageAttributes", xml: "MessageAttribute", query_json: "MessageAttributes" };

/// About how many bytes one message takes in an answer besides its body and attributes.
pub(crate) const MESSAGE_OVERHEAD_BYTES: usize = 512;

/// A system attribute of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    SenderId,
    SentTimestamp,
    ApproximateReceiveCount,
    ApproximateFirstReceiveTimestamp,
    MessageGroupId,
    AwsTraceHeader,
    DeadLetterQueueSourceArn,
    SequenceNumber,
    MessageDeduplicationId,
}

const SYSTEM: [(&str, System); 9] = [
    ("SenderId", System::SenderId),
    ("SentTimestamp", System::SentTimestamp),
    ("ApproximateReceiveCount", System::ApproximateReceiveCount),
    ("ApproximateFirstReceiveTimestamp", System::ApproximateFirstReceiveTimestamp),
    ("MessageGroupId", System::MessageGroupId),
    ("AWSTraceHeader", System::AwsTraceHeader),
    ("DeadLetterQueueSourceArn", System::DeadLetterQueueSourceArn),
    ("SequenceNumber", System::SequenceNumber),
    ("MessageDeduplicationId", System::MessageDeduplicationId),
];

/// What a receive wants to know of each message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    system: u16,
    /// Which message attributes.
    pub(crate) attributes: Wanted,
}

impl Wish {
    /// What the names in a request ask for. Only messages of FIFO queues have a sequence number.
    pub(crate) fn of(system: &[Text<'_>], attributes: &[Text<'_>], fifo: bool) -> Result<Self, SqsError> {
        let mut bits = 0;
        for name in system {
            match SYSTEM.iter().find(|(known, _)| *known == &**name) {
                Some((_, attribute)) => bits |= attribute.bit(),
                None if &**name == "All" => bits = u16::MAX,
                None => {
                    let text = format!("Unknown Attribute {}.", quoted(name));
                    return Err(SqsError::new(Code::InvalidAttributeName, text));
                }
            }
        }
        if !fifo {
            bits &= !System::SequenceNumber.bit();
        }
        Ok(Self { system: bits, attributes: Wanted::of(attributes) })
    }
}

impl System {
    fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// Writes one message into the list.
pub(crate) fn write_message(writer: &mut Writer, door: &SqsDoor, delivery: &Delivery, wish: &Wish) {
    let message = &*delivery.message;
    let notes = message.native.as_ref().and_then(Notes::read);
    let (body, encoding) = body_of(message, notes.is_some());
    let digest = match &notes {
        Some(notes) => notes.body_md5,
        None => md5::of_bytes(&body),
    };
    writer.begin_item(MESSAGES);
    let mut id = [0; 36];
    writer.plain("MessageId", delivery.id.to_uuid().hyphenated().encode_lower(&mut id).as_bytes());
    writer.plain("ReceiptHandle", &door.receipts.write(&delivery.lease.token));
    writer.plain("MD5OfBody", &md5::hex(&digest));
    writer.text("Body", &body);
    write_system(writer, door, delivery, notes.as_ref(), wish);
    write_attributes(writer, message, notes.as_ref(), encoding, wish);
    writer.end_item(MESSAGES);
}

/// The body as text, and the encoding that this took.
fn body_of(message: &Message, from_this_door: bool) -> (Cow<'_, [u8]>, Option<&'static str>) {
    let is_text = || std::str::from_utf8(&message.body).is_ok_and(crate::characters::are_valid);
    if from_this_door || is_text() {
        return (Cow::Borrowed(&message.body), None);
    }
    (Cow::Owned(STANDARD.encode(&message.body).into_bytes()), Some("base64"))
}

fn write_system(writer: &mut Writer, door: &SqsDoor, delivery: &Delivery, notes: Option<&Notes<'_>>, wish: &Wish) {
    if wish.system == 0 {
        return;
    }
    let mut begun = false;
    for (name, attribute) in SYSTEM {
        if wish.system & attribute.bit() == 0 {
            continue;
        }
        if let Some(value) = system_value(attribute, door, delivery, notes) {
            if !begun {
                writer.begin_map(ATTRIBUTES);
                begun = true;
            }
            writer.entry(ATTRIBUTES, "Name", name.as_bytes(), value.as_bytes());
        }
    }
    if begun {
        writer.end_map();
    }
}

fn system_value<'a>(
    attribute: System,
    door: &'a SqsDoor,
    delivery: &'a Delivery,
    notes: Option<&Notes<'a>>,
) -> Option<Cow<'a, str>> {
    let facts = &delivery.message.facts;
    let origin = facts.origin.as_deref();
    let number = |number: u64| Some(Cow::Owned(itoa::Buffer::new().format(number).to_owned()));
    match attribute {
        System::SenderId => Some(Cow::Borrowed(facts.sender.as_deref().unwrap_or_else(|| door.names.account_id()))),
        System::SentTimestamp => number(origin.map_or(facts.published_ms, |origin| origin.published_ms)),
        System::ApproximateReceiveCount => {
            let before = origin.map_or(0, |origin| u64::from(origin.deliveries));
            number(before + u64::from(delivery.lease.deliveries))
        }
        System::ApproximateFirstReceiveTimestamp => number(delivery.lease.first_delivered_ms),
        System::MessageGroupId => facts.lane.as_deref().map(Cow::Borrowed),
        System::SequenceNumber => Some(Cow::Owned(sequence_number(delivery.lease.token.seq))),
        System::MessageDeduplicationId => facts.dedup.as_deref().map(Cow::Borrowed),
        System::AwsTraceHeader => match notes {
            Some(notes) => notes.trace.map(Cow::Borrowed),
            None => TraceContext::of(&delivery.message.headers).map(|context| Cow::Owned(trace::header(&context))),
        },
        System::DeadLetterQueueSourceArn => Some(Cow::Owned(door.names.arn(&origin?.queue))),
    }
}

fn write_attributes(
    writer: &mut Writer,
    message: &Message,
    notes: Option<&Notes<'_>>,
    encoding: Option<&'static str>,
    wish: &Wish,
) {
    if wish.attributes == Wanted::Nothing || (message.headers.is_empty() && encoding.is_none()) {
        return;
    }
    let mut attributes = of_message(message, notes);
    attributes.extend(encoding.map(encoding_attribute));
    let all = attributes.len();
    attributes.retain(|attribute| wish.attributes.includes(&attribute.name));
    let known = notes.and_then(|notes| notes.attributes_md5).filter(|_| attributes.len() == all);
    let Some(digest) = known.or_else(|| md5::of_attributes(&attributes)) else { return };
    writer.plain("MD5OfMessageAttributes", &md5::hex(&digest));
    writer.begin_map(MESSAGE_ATTRIBUTES);
    for attribute in &attributes {
        writer.begin_entry(MESSAGE_ATTRIBUTES, attribute.name.as_bytes());
        match &attribute.value {
            Value::Text(text) => writer.text("StringValue", text.as_bytes()),
            Value::Binary(bytes) => writer.plain("BinaryValue", STANDARD.encode(bytes).as_bytes()),
        }
        writer.text("DataType", attribute.data_type.as_bytes());
        writer.end_entry(MESSAGE_ATTRIBUTES);
    }
    writer.end_map();
}

fn encoding_attribute(encoding: &'static str) -> Attribute<'static> {
    Attribute {
        name: Cow::Borrowed("Longshore.BodyEncoding"),
        data_type: Cow::Borrowed("String"),
        value: Value::Text(Cow::Borrowed(encoding)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text<'_> {
        Text(Cow::Borrowed(text))
    }

    #[test]
    fn a_wish_names_known_attributes_only() {
        let one = Wish::of(&[text("SentTimestamp")], &[], false).expect("known");
        assert_eq!(one.system, System::SentTimestamp.bit());
        assert_eq!(Wish::of(&[text("All")], &[], true).expect("known").system, u16::MAX);
        assert_eq!(Wish::of(&[text("All")], &[], false).expect("known").system, !System::SequenceNumber.bit());
        assert_eq!(Wish::of(&[text("SequenceNumber")], &[], false).expect("known"), Wish::default());
        let error = Wish::of(&[text("Color")], &[], false).expect_err("unknown");
        assert_eq!((error.code, &*error.text), (Code::InvalidAttributeName, "Unknown Attribute Color."));
    }

    #[test]
    fn a_body_that_is_no_text_is_encoded_and_said_to_be() {
        let message = |body: &'static [u8]| Message::with_body(body);
        assert_eq!(body_of(&message(b"plain"), false), (Cow::Borrowed(&b"plain"[..]), None));
        assert_eq!(body_of(&message(b"\xFF\x01"), false), (Cow::Borrowed(&b"/wE="[..]), Some("base64")));
        assert_eq!(body_of(&message(b"\x01"), false).1, Some("base64"));
    }
}
