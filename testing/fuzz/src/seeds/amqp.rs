//! What AMQP clients say: a handshake and messages, single methods, properties of every kind.

use super::Seed;
use bytes::{BufMut, BytesMut};
use door_amqp::wire::content;
use door_amqp::wire::frame::{END, FRAME_MIN_SIZE, HEAD_BYTES, HEARTBEAT};
use door_amqp::wire::methods::{self, Method, basic, channel, connection, exchange, queue};
use door_amqp::wire::properties::{PERSISTENT, Properties};
use door_amqp::wire::table::{ArrayBuilder, Table, TableBuilder, Value};

pub(super) fn seeds() -> Vec<Seed> {
    let headers = headers();
    let table = headers.table();
    let mut seeds = vec![
        Seed::new("amqp_frames", "handshake", handshake(table)),
        Seed::new("amqp_frames", "publishes", publishes(table)),
        Seed::new("amqp_properties", "table", table.bytes()),
        Seed::new("amqp_properties", "every-property", properties(table)),
        Seed::new("amqp_properties", "none", [0, 0]),
    ];
    seeds.extend(single_methods(table));
    seeds
}

/// A field of every type.
fn headers() -> TableBuilder {
    let inner = TableBuilder::new().with("queue", Value::Text(b"work")).with("count", Value::I64(2));
    let mut deaths = ArrayBuilder::new();
    deaths.push(Value::Table(inner.table()));
    deaths.push(Value::Void);
    TableBuilder::new()
        .with("bool", Value::Bool(true))
        .with("i8", Value::I8(-1))
        .with("u8", Value::U8(1))
        .with("i16", Value::I16(-2))
        .with("u16", Value::U16(2))
        .with("i32", Value::I32(-3))
        .with("u32", Value::U32(3))
        .with("f32", Value::F32(0.5))
        .with("f64", Value::F64(-0.5))
        .with("decimal", Value::Decimal { scale: 2, digits: 314 })
        .with("bytes", Value::Bytes(&[0, 255]))
        .with("when", Value::Timestamp(1_700_000_000))
        .with("x-death", Value::Array(deaths.array()))
        .with("nothing", Value::Void)
}

fn handshake(table: Table<'_>) -> BytesMut {
    let mut out = BytesMut::new();
    let start_ok = connection::StartOk {
        client_properties: table,
        mechanism: "PLAIN",
        response: b"\0guest\0guest",
        locale: "en_US",
    };
    methods::put(&mut out, 0, &start_ok);
    methods::put(&mut out, 0, &connection::TuneOk { channel_max: 2_047, frame_max: 131_072, heartbeat: 60 });
    methods::put(&mut out, 0, &connection::Open { virtual_host: "/" });
    methods::put(&mut out, 1, &channel::Open {});
    out.put_slice(&HEARTBEAT);
    out
}

fn publishes(table: Table<'_>) -> BytesMut {
    let mut out = BytesMut::new();
    let publish = basic::Publish { exchange: "orders", routing_key: "eu.new", mandatory: true, immediate: false };
    content::put_content(&mut out, 1, &publish, &properties(table), b"{}", FRAME_MIN_SIZE);
    content::put_content(&mut out, 2, &publish, &[0, 0], b"", FRAME_MIN_SIZE);
    content::put_content(&mut out, 3, &publish, &[0, 0], &[7; 5_000], FRAME_MIN_SIZE);
    out
}

fn properties(table: Table<'_>) -> BytesMut {
    let mut out = BytesMut::new();
    let properties = Properties {
        content_type: Some(b"application/json"),
        content_encoding: Some(b"utf-8"),
        headers: Some(table),
        delivery_mode: Some(PERSISTENT),
        priority: Some(5),
        correlation_id: Some(b"c-1"),
        reply_to: Some(b"amq.rabbitmq.reply-to"),
        expiration: Some(b"60000"),
        message_id: Some(b"m-1"),
        timestamp: Some(1_700_000_000),
        kind: Some(b"order"),
        user_id: Some(b"guest"),
        app_id: Some(b"shop"),
        cluster_id: Some(b""),
    };
    properties.put(&mut out);
    out
}

fn single_methods(table: Table<'_>) -> Vec<Seed> {
    let declare = queue::Declare { queue: "work", durable: true, arguments: table, ..Default::default() };
    let bind = exchange::Bind { destination: "a", source: "b", routing_key: "#", no_wait: true, arguments: table };
    let consume = basic::Consume { queue: "work", consumer_tag: "c", no_ack: true, ..Default::default() };
    let nack = basic::Nack { delivery_tag: 9, multiple: true, requeue: true };
    let deliver = basic::Deliver {
        consumer_tag: "c",
        delivery_tag: 9,
        redelivered: true,
        exchange: "orders",
        routing_key: "eu.new",
    };
    let close = connection::Close { reply_code: 320, reply_text: "CONNECTION_FORCED", class_id: 0, method_id: 0 };
    vec![
        method("queue-declare", &declare),
        method("exchange-bind", &bind),
        method("basic-consume", &consume),
        method("basic-nack", &nack),
        method("basic-deliver", &deliver),
        method("connection-close", &close),
    ]
}

fn method<M: Method>(name: &'static str, method: &M) -> Seed {
    let mut frame = BytesMut::new();
    methods::put(&mut frame, 1, method);
    let payload = frame[HEAD_BYTES..].strip_suffix(&[END]).expect("a frame ends with its end octet");
    Seed::new("amqp_method", name, payload)
}
