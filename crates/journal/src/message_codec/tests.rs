//! The codec keeps every field, notices every change, and takes any input.

use super::*;
use crate::record::Records;
use proptest::prelude::*;
use std::sync::Arc;
use vocab::{
    BuryReason, Death, DeathReason, Facts, Header, HeaderValue, MessageId, Native, Origin, PartitionId, QueueId, Route,
};

fn key(queue: u32, partition: u16) -> PartitionKey {
    PartitionKey::new(QueueId(queue), PartitionId(partition))
}

fn header() -> impl Strategy<Value = Header> {
    let value = prop_oneof![
        any::<String>().prop_map(HeaderValue::Text),
        "[0-9]{1,30}".prop_map(HeaderValue::Number),
        any::<Vec<u8>>().prop_map(|bytes| HeaderValue::Bytes(bytes.into())),
        any::<bool>().prop_map(HeaderValue::Bool),
    ];
    (any::<String>(), value).prop_map(|(name, value)| Header { name, value })
}

fn reason() -> impl Strategy<Value = BuryReason> {
    prop_oneof![
        Just(BuryReason::TooManyDeliveries),
        any::<Option<String>>().prop_map(BuryReason::TooManyFailures),
        any::<Option<String>>().prop_map(BuryReason::Rejected),
        Just(BuryReason::Expired),
        Just(BuryReason::TooLong),
    ]
}

prop_compose! {
    fn death()(
        queue in any::<String>(),
        reason in prop::sample::select(vec![
            DeathReason::Rejected, DeathReason::Expired, DeathReason::TooLong, DeathReason::Limit,
        ]),
        (count, first_ms) in any::<(u64, u64)>(),
        is_first in any::<bool>(),
        route in prop::option::of(route()),
    ) -> Death {
        Death { queue, reason, count, first_ms, is_first, route: route.map(|route| *route) }
    }
}

fn origin() -> impl Strategy<Value = Box<Origin>> {
    let id = (any::<u32>(), any::<u16>(), any::<u64>()).prop_map(|(q, p, s)| MessageId::new(key(q, p), Seq(s)));
    let deaths = prop::collection::vec(death(), 0..4);
    (id, any::<String>(), any::<(u64, u64)>(), any::<(u32, u32)>(), reason(), deaths).prop_map(
        |(id, queue, (published_ms, buried_ms), (deliveries, failures), reason, deaths)| {
            Box::new(Origin { id, queue, published_ms, buried_ms, deliveries, failures, reason, deaths })
        },
    )
}

fn route() -> impl Strategy<Value = Box<Route>> {
    any::<(String, Vec<String>)>().prop_map(|(router, keys)| Box::new(Route { router, keys }))
}

fn facts() -> impl Strategy<Value = Facts> {
    let times = any::<(u64, Option<u64>, Option<u64>)>();
    let ways = (prop::option::of(route()), prop::option::of(origin()));
    (times, any::<[Option<String>; 3]>(), any::<(bool, u8)>(), ways).prop_map(
        |((published_ms, due_ms, expires_ms), [lane, dedup, sender], (moved, priority), (route, origin))| Facts {
            published_ms,
            due_ms,
            expires_ms,
            lane,
            dedup,
            moved,
            priority,
            sender,
            route,
            origin,
        },
    )
}

fn message() -> impl Strategy<Value = Message> {
    let native = prop::option::of((any::<u8>(), any::<Vec<u8>>()))
        .prop_map(|native| native.map(|(door, bytes)| Native { door, bytes: bytes.into() }));
    (any::<Vec<u8>>(), prop::collection::vec(header(), 0..4), facts(), native)
        .prop_map(|(body, headers, facts, native)| Message { body: body.into(), headers, facts, native })
}

fn entry_of(key: PartitionKey, seq: Seq, message: &Message) -> Vec<u8> {
    let mut entry = Vec::new();
    put_entry(&mut entry, key, seq, message);
    entry
}

proptest! {
    #[test]
    fn every_message_reads_back(queue: u32, partition: u16, seq: u64, message in message()) {
        let (key, seq) = (key(queue, partition), Seq(seq));
        let entry = Bytes::from(entry_of(key, seq, &message));
        prop_assert_eq!(decode_entry(&entry, key, seq), Ok(message));
    }

    #[test]
    fn a_changed_bit_is_noticed(message in message(), choice: prop::sample::Index) {
        let mut entry = entry_of(key(1, 0), Seq(7), &message);
        let bit = choice.index(entry.len() * 8);
        entry[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(decode_entry(&entry.into(), key(1, 0), Seq(7)).is_err());
    }

    #[test]
    fn another_messages_bytes_are_noticed(message in message(), other in 1_u64..1000) {
        let entry = Bytes::from(entry_of(key(1, 0), Seq(7), &message));
        prop_assert!(decode_entry(&entry, key(1, 0), Seq(7 + other)).is_err());
        prop_assert!(decode_entry(&entry, key(2, 0), Seq(7)).is_err());
        prop_assert!(decode_entry(&entry, key(1, 1), Seq(7)).is_err());
    }

    #[test]
    fn any_bytes_are_decoded_without_panic(bytes: Vec<u8>) {
        let bytes = Bytes::from(bytes);
        let _ = decode_content(&bytes);
        let _ = decode_entry(&bytes, key(1, 0), Seq(1));
        if let Ok(batch) = MessageBatch::parse(QueueId(1), &bytes) {
            let _ = batch.entries().count();
        }
    }

    #[test]
    fn a_batch_lists_its_entries_where_they_were_placed(messages in prop::collection::vec(message(), 1..5), first in 1_u64..1 << 60) {
        let messages: Vec<_> = messages.into_iter().map(Arc::new).collect();
        let mut places = Vec::new();
        let mut buffer = vec![0xAA; 3];
        put_batch(&mut buffer, key(9, 2), Seq(first), &messages, |at, len| places.push((at, len)));
        let bytes = Bytes::from(buffer);
        let record = Records::new(&bytes[3..]).next().expect("one record").expect("well formed");
        let batch = MessageBatch::parse(record.queue, record.payload).expect("well formed");
        prop_assert_eq!((batch.key, batch.first, batch.count), (key(9, 2), Seq(first), messages.len() as u64));
        for ((entry, message), (at, len)) in batch.entries().zip(&messages).zip(places) {
            let entry = entry.expect("well formed");
            prop_assert_eq!((3 + record.payload_at + entry.at, entry.len), (at, len));
            let decoded = decode_entry(&bytes.slice(at..at + len), key(9, 2), entry.seq);
            prop_assert_eq!(decoded.as_ref(), Ok(&**message));
        }
    }
}

#[test]
fn the_body_is_not_copied() {
    let entry = Bytes::from(entry_of(key(1, 0), Seq(1), &Message::with_body(vec![7; 4096])));
    let message = decode_entry(&entry, key(1, 0), Seq(1)).expect("well formed");
    assert!(entry.as_ptr_range().contains(&message.body.as_ptr()));
}

fn check_extra_field(tag: u8, expected: &Result<Message, DecodeError>) {
    let content = [&[tag, 1, 0xEE, 0][..], b"body"].concat();
    assert_eq!(&decode_content(&content.into()), expected);
}

#[test]
fn an_unknown_field_is_skipped_unless_it_is_critical() {
    check_extra_field(0x60, &Ok(Message::with_body("body")));
    check_extra_field(0xE0, &Err(UnknownField { tag: 0xE0 }.into()));
}

#[test]
fn deaths_without_an_origin_are_refused() {
    let content = Bytes::from_static(&[0x8D, 1, 0, 0]);
    assert!(matches!(decode_content(&content), Err(DecodeError::Malformed(_))));
}

#[test]
fn an_origin_alone_reads_as_it_was_written_before_there_were_deaths() {
    let fields =
        [&[0x86, 36][..], &[1, 0, 0, 0], &[0, 0], &[9, 0, 0, 0, 0, 0, 0, 0], &[1, b'q'], &[7, 0, 0, 0, 0, 0, 0, 0]];
    let content = [&fields.concat()[..], &[8, 0, 0, 0, 0, 0, 0, 0], &[3, 2, 0, 0], &[0], b"body"].concat();
    let message = decode_content(&content.into()).expect("well formed");
    let origin = message.facts.origin.expect("it has one");
    assert_eq!((origin.id, &*origin.queue), (MessageId::new(key(1, 0), Seq(9)), "q"));
    assert_eq!((origin.deliveries, origin.failures, origin.reason), (3, 2, BuryReason::TooManyDeliveries));
    assert_eq!(origin.deaths, []);
}

#[test]
fn a_count_larger_than_the_input_is_refused_before_anything_is_allocated() {
    let mut payload = Vec::new();
    payload.put_varint(0);
    payload.put_varint(1);
    payload.put_varint(u64::MAX / 2);
    assert!(MessageBatch::parse(QueueId(1), &payload).is_err());
}
