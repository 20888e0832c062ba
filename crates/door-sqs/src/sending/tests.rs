//! A request's message becomes the broker's, with everything that a receive will need.

use super::*;
use crate::frame::payload::Body;
use bytes::Bytes;
use vocab::HeaderValue;

const NOW_MS: u64 = 1_000;

fn sent(json: &str, trace: Option<&str>) -> Result<Outgoing, SqsError> {
    sent_by(json, trace, Rules::Standard)
}

fn sent_to_fifo(json: &str, content_ids: bool) -> Result<Facts, SqsError> {
    sent_by(json, None, Rules::Fifo { content_ids }).map(|outgoing| outgoing.message.facts)
}

fn sent_by(json: &str, trace: Option<&str>, rules: Rules) -> Result<Outgoing, SqsError> {
    let bytes = Bytes::copy_from_slice(json.as_bytes());
    let payload = Payload::Json(Body { bytes, borrowed: false });
    let given: Given<'_> = payload.parse()?;
    Sender { payload: &payload, trace, now_ms: NOW_MS, rules, limits: Profile::Aws, bytes_max: 1 << 20 }
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
fn a_fifo_message_has_a_group_and_an_id_and_no_delay() {
    let facts =
        sent_to_fifo(r#"{"MessageBody":"x","MessageGroupId":"g","MessageDeduplicationId":"d","DelaySeconds":0}"#, true);
    let expected = Facts { lane: Some("g".to_owned()), dedup: Some("d".to_owned()), ..Facts::default() };
    assert_eq!(facts, Ok(expected));
    for (bad, code) in [
        (r#"{"MessageBody":"x","MessageDeduplicationId":"d"}"#, Code::MissingParameter),
        (r#"{"MessageBody":"x","MessageGroupId":"g"}"#, Code::InvalidParameterValue),
        (r#"{"MessageBody":"x","MessageGroupId":"g","MessageDeduplicationId":""}"#, Code::InvalidParameterValue),
        (r#"{"MessageBody":"x","MessageGroupId":"g","MessageDeduplicationId":"a b"}"#, Code::InvalidParameterValue),
        (
            r#"{"MessageBody":"x","MessageGroupId":"g","MessageDeduplicationId":"d","DelaySeconds":1}"#,
            Code::InvalidParameterValue,
        ),
    ] {
        assert_eq!(sent_to_fifo(bad, false).expect_err(bad).code, code, "{bad}");
    }
}

#[test]
fn the_digest_of_the_body_is_the_id_where_the_queue_says_so() {
    let facts = sent_to_fifo(r#"{"MessageBody":"abc","MessageGroupId":"g"}"#, true).expect("valid");
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(facts.dedup.as_deref(), Some(known), "FIPS 180-2, appendix B.1");
}

#[test]
fn sequence_numbers_have_twenty_digits_and_grow() {
    let numbers: Vec<_> = [0, 1, 9, 10, u64::MAX].into_iter().map(|seq| sequence_number(Seq(seq))).collect();
    assert!(numbers.is_sorted() && numbers.iter().all(|number| number.len() == 20), "{numbers:?}");
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

#[test]
fn a_trace_header_is_told_to_other_doors_and_is_no_attribute_here() {
    let aws = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let json = r#"{"MessageBody":"x","MessageAttributes":{"n":{"DataType":"Number.int","StringValue":"7"}}}"#;
    let outgoing = sent(json, Some(aws)).expect("valid");
    let message = outgoing.message;
    let names: Vec<_> = message.headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(names, ["n", "traceparent"]);
    let notes = message.native.as_ref().and_then(Notes::read).expect("it was just written");
    let attributes = crate::message_attributes::of_message(&message, Some(&notes));
    assert_eq!(attributes.iter().map(|attribute| &*attribute.name).collect::<Vec<_>>(), ["n"]);
    assert_eq!(md5::of_attributes(&attributes), outgoing.digests.attributes);
    assert_eq!(notes.trace, Some(aws));
    let sent_both =
        r#"{"MessageBody":"x","MessageAttributes":{"traceparent":{"DataType":"String","StringValue":"own"}}}"#;
    let message = sent(sent_both, Some(aws)).expect("valid").message;
    assert_eq!((message.headers.len(), &message.headers[0].value), (1, &HeaderValue::Text("own".to_owned())));
}
