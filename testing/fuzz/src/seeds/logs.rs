//! Frames, records and messages, as every log writes them.

use super::Seed;
use bytes::Bytes;
use journal::frame::{Flags, FrameHeader};
use journal::message_codec::{ENTRY_HEADER_BYTES, put_batch, put_entry};
use journal::record;
use std::sync::Arc;
use vocab::{
    BuryReason, Death, DeathReason, Facts, Header, HeaderValue, Message, MessageId, Native, Origin, PartitionId,
    PartitionKey, Position, QueueId, Route, Seq,
};

const KEY: PartitionKey = PartitionKey { queue: QueueId(1), partition: PartitionId(0) };

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        Seed::new("frame", "of-one-record", frame(&one_record(), 1)),
        Seed::new("frame", "of-messages", frame(&messages(), 1)),
        Seed::new("frame", "of-nothing", frame(&[], 0)),
        Seed::new("record", "of-messages", messages()),
        Seed::new("record", "of-an-engine", one_record()),
        Seed::new("record", "several", [one_record(), messages(), one_record()].concat()),
        Seed::new("message", "body-only", content(&Message::with_body("body"))),
        Seed::new("message", "every-field", content(&full_message())),
        Seed::new("message", "rejected", content(&buried(BuryReason::Rejected(Some("not mine".into()))))),
        Seed::new("message", "expired", content(&buried(BuryReason::Expired))),
        Seed::new("message", "entry", entry(&full_message())),
    ]
}

fn one_record() -> Vec<u8> {
    let mut bytes = Vec::new();
    record::put(&mut bytes, record::ENGINE_KIND_MIN, true, KEY.queue, b"payload");
    bytes
}

fn messages() -> Vec<u8> {
    let mut bytes = Vec::new();
    let messages = [Message::with_body("one"), full_message(), Message::with_body("")].map(Arc::new);
    put_batch(&mut bytes, KEY, Seq(1), &messages, |_at, _len| {});
    bytes
}

fn frame(records: &[u8], count: u16) -> Vec<u8> {
    let header = FrameHeader {
        len: u32::try_from(records.len()).expect("a few records"),
        flags: Flags::of_commit(true, true),
        records: count,
        frame_seq: 7,
        epoch: 2,
        salt: 0x5A17,
        synced_upto: 6,
        position: Position(5),
        prev_crc: 0xC0FF_EE00,
        body_crc: crc32c::crc32c(records),
    };
    [&header.encode().0, records].concat()
}

fn entry(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_entry(&mut bytes, KEY, Seq(1), message);
    bytes
}

fn content(message: &Message) -> Vec<u8> {
    entry(message).split_off(ENTRY_HEADER_BYTES)
}

fn full_message() -> Message {
    let header = |name: &str, value| Header { name: name.into(), value };
    Message {
        headers: vec![
            header("text", HeaderValue::Text("väl".into())),
            header("number", HeaderValue::Number("-1.50".into())),
            header("bytes", HeaderValue::Bytes(Bytes::from_static(&[0, 0xFF]))),
            header("bool", HeaderValue::Bool(true)),
        ],
        native: Some(Native { door: 1, bytes: Bytes::from_static(b"native") }),
        ..buried(BuryReason::TooManyFailures(Some("timeout".into())))
    }
}

fn death(reason: DeathReason, is_first: bool) -> Death {
    let route = is_first.then(|| Route { router: "orders".into(), keys: vec!["order.paid".into()] });
    Death { queue: "jobs".into(), reason, count: 2, first_ms: 1_500, is_first, route }
}

fn buried(reason: BuryReason) -> Message {
    let origin = Origin {
        id: MessageId::new(KEY, Seq(9)),
        queue: "jobs".into(),
        published_ms: 1_000,
        buried_ms: 2_000,
        deliveries: 3,
        failures: 2,
        reason,
        deaths: vec![death(DeathReason::Expired, false), death(DeathReason::Rejected, true)],
    };
    let facts = Facts {
        published_ms: 1_700_000_000_000,
        due_ms: Some(1_700_000_060_000),
        expires_ms: Some(1_700_000_120_000),
        dedup: Some("order-4711".to_owned()),
        moved: true,
        priority: 7,
        lane: Some("lane".into()),
        sender: Some("sender".into()),
        route: Some(Box::new(Route { router: "orders".into(), keys: vec!["order.paid".into(), "audit".into()] })),
        origin: Some(Box::new(origin)),
    };
    Message { facts, ..Message::with_body("buried") }
}
