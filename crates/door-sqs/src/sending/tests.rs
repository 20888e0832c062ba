//! A request's message becomes the broker's, with everything that a receive will need.

use super::*;
use crate::frame::payload::Body;
use bytes::Bytes;
use vocab::HeaderValue;

const NOW_MS: u64 = 1_000;

fn sent(json: &str, trace: Option<&str>) -> Result<Outgoing, SqsError> {
    let bytes = Bytes::copy_from_slice(json.as_bytes());
    let payload = Payload::Json(Body { bytes, borrowed: false });
    let given: Given<'_> = payload.parse()?;
    Sender { payload: &payload, trace, now_ms: NOW_MS, limits: Profile::Aws }
        .message(&given, md5::of_bytes(given.body_bytes()))
}

fn trace_of_sent(json: &str, header: Option<&str>) -> Option<String> {
    let outgoing = sent(json, header).expect("valid");
    let native = outgoing.message.native.expect("every message of this door has one");
    Notes::read(&native).expect("it was just written").trace.map(str::to_owned)
}

#[test]
fn a_message_carries_its_digests_labels_and_group() {
    let outgoing = sent(
        r#"{"MessageBody":"foobar","MessageGroupId":"tenant","DelaySeconds":3,
            "MessageAttributes":{"n":{"DataType":"Number.int","StringValue":"7"}}}"#,
        None,
    )
    .expect("valid");
    let message = outgoing.message;
    assert_eq!((&message.body[..], message.facts.due_ms), (&b"foobar"[..], Some(NOW_MS + 3_000)));
    assert_eq!(message.facts.lane.as_deref(), Some("tenant"));
    assert_eq!(message.headers[0].value, HeaderValue::Number("7".to_owned()));
    let native = message.native.expect("every message of this door has one");
    let notes = Notes::read(&native).expect("it was just written");
    assert_eq!((notes.body_md5, notes.attributes_md5), (outgoing.digests.body, outgoing.digests.attributes));
    assert_eq!(notes.labels, [(0, "Number.int")]);
    assert_eq!(outgoing.bytes, "foobar".len() + "n".len() + "Number.int".len() + "7".len());
}

#[test]
fn a_delay_of_zero_is_not_the_same_as_none() {
    let due_ms = |json| sent(json, None).expect("valid").message.facts.due_ms;
    assert_eq!(due_ms(r#"{"MessageBody":"x"}"#), None);
    assert_eq!(due_ms(r#"{"MessageBody":"x","DelaySeconds":0}"#), Some(NOW_MS));
}

#[test]
fn the_trace_header_of_the_message_goes_before_that_of_the_request() {
    let own =
        r#"{"MessageBody":"x","MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"String","StringValue":"own"}}}"#;
    assert_eq!(trace_of_sent(own, Some("http")).as_deref(), Some("own"));
    let plain = r#"{"MessageBody":"x"}"#;
    assert_eq!(trace_of_sent(plain, Some("http")).as_deref(), Some("http"));
    assert_eq!(trace_of_sent(plain, Some(&"x".repeat(2_000))), None);
}

#[test]
fn only_messages_with_system_attributes_are_answered_with_their_digest() {
    let system = |json| sent(json, Some("http")).expect("valid").digests.system.is_some();
    assert!(!system(r#"{"MessageBody":"x"}"#));
    let own =
        r#"{"MessageBody":"x","MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"String","StringValue":"own"}}}"#;
    assert!(system(own));
}

#[test]
fn what_belongs_to_fifo_queues_or_to_nobody_is_refused() {
    for bad in [
        r#"{"MessageBody":"x","MessageDeduplicationId":"a"}"#,
        r#"{"MessageBody":"x","MessageGroupId":""}"#,
        r#"{"MessageBody":"x","MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"Binary","BinaryValue":"AQID"}}}"#,
        r#"{"MessageBody":"x","MessageSystemAttributes":{"Other":{"DataType":"String","StringValue":"a"}}}"#,
    ] {
        assert_eq!(sent(bad, None).expect_err(bad).code, Code::InvalidParameterValue);
    }
}
