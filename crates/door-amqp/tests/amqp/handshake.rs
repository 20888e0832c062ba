//! How a connection is opened, and how it is not.

use crate::bench::Bench;
use door::Access;
use door::access::{Key, Secret, User, Users};
use door_amqp::AmqpConfig;
use door_amqp::wire::methods::connection;
use door_amqp::wire::protocol::HEADER;
use door_amqp::wire::table::{Table, TableBuilder, Value};
use std::sync::Arc;

#[tokio::test(start_paused = true)]
async fn another_protocol_is_told_ours_and_hung_up_on() {
    for said in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"AMQP\x00\x01\x00\x00", b"\x16\x03\x01"] {
        let mut bench = Bench::new();
        let mut client = bench.connect_through(4096);
        client.write(said).await;
        bench.settle(&mut client).await;
        assert!(client.ended);
        assert_eq!(client.unframed(), HEADER, "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_header_may_come_byte_by_byte() {
    let mut bench = Bench::new();
    let mut client = bench.connect_through(64 * 1024);
    for byte in HEADER {
        client.write(&[byte]).await;
        bench.settle(&mut client).await;
    }
    bench.shake(&mut client, 0).await;
    assert!(!client.ended);
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_hung_up_on() {
    let mut bench = Bench::new();
    let mut client = bench.connect_through(4096);
    client.write(&HEADER[..4]).await;
    bench.settle(&mut client).await;
    bench.pass_ms(&mut client, 9_000).await;
    assert!(!client.ended);
    bench.pass_ms(&mut client, 2_000).await;
    assert!(client.ended);
}

/// A door for one user.
fn guarded() -> AmqpConfig {
    let key = Arc::new(Key { id: "shop".to_owned(), secret: Secret::new("hush"), enabled: true });
    let account = "000000000000".to_owned();
    let user = User { name: "shop".to_owned(), account, keys: vec![key], grants: Vec::new() };
    AmqpConfig { access: Access::new(Some(Users::new([user]).expect("one user")), false), ..AmqpConfig::default() }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_refused_in_words_to_who_can_take_them() {
    for says_close in [true, false] {
        let mut bench = Bench::with(guarded());
        let mut client = bench.connect_through(4096);
        client.write(&HEADER).await;
        bench.next(&mut client).await.expect("the server begins");
        let can = TableBuilder::new().with("authentication_failure_close", Value::Bool(says_close));
        let properties = TableBuilder::new().with("capabilities", Value::Table(can.table()));
        let response = b"\0shop\0wrong";
        let start_ok = connection::StartOk {
            client_properties: properties.table(),
            mechanism: "PLAIN",
            response,
            locale: "en_US",
        };
        client.say(0, &start_ok).await;
        if says_close {
            let (code, ..) = bench.closed(&mut client, 0).await;
            assert_eq!(code, 403);
            client.say(0, &connection::CloseOk {}).await;
        }
        bench.settle(&mut client).await;
        assert!(client.ended && client.unframed().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn more_than_was_offered_and_less_than_is_needed_are_refused() {
    let limits = [(60_000, 4096), (10, 1_000_000), (10, 100)];
    for (channel_max, frame_max) in limits {
        let mut bench = Bench::new();
        let mut client = bench.connect_through(64 * 1024);
        client.write(&HEADER).await;
        bench.next(&mut client).await.expect("the server begins");
        let (mechanism, response, locale) = ("PLAIN", &b"\0a\0b"[..], "en_US");
        let client_properties = Table::default();
        client.say(0, &connection::StartOk { client_properties, mechanism, response, locale }).await;
        bench.expect::<connection::Tune>(&mut client, 0).await;
        client.say(0, &connection::TuneOk { channel_max, frame_max, heartbeat: 0 }).await;
        let (code, method, text) = bench.closed(&mut client, 0).await;
        assert_eq!((code, method), (530, (10, 31)), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_virtual_host_is_refused_by_name() {
    let mut bench = Bench::new();
    let mut client = bench.connect_through(64 * 1024);
    client.write(&HEADER).await;
    bench.next(&mut client).await.expect("the server begins");
    let (mechanism, response, locale) = ("PLAIN", &b"\0a\0b"[..], "en_US");
    client.say(0, &connection::StartOk { client_properties: Table::default(), mechanism, response, locale }).await;
    bench.expect::<connection::Tune>(&mut client, 0).await;
    client.say(0, &connection::TuneOk { channel_max: 0, frame_max: 0, heartbeat: 0 }).await;
    client.say(0, &connection::Open { virtual_host: "shop" }).await;
    let (code, method, text) = bench.closed(&mut client, 0).await;
    assert_eq!((code, method), (530, (10, 40)));
    assert!(text.contains("vhost 'shop' not found"), "{text}");
}
