//! What ends a channel, what ends a connection, and in which words.

use crate::bench::Bench;
use bytes::{BufMut, BytesMut};
use door_amqp::wire::frame::FrameKind;
use door_amqp::wire::methods::{basic, channel, connection, queue};
use door_amqp::wire::table::Table;

fn declare(queue: &str, exclusive: bool) -> queue::Declare<'_> {
    let arguments = Table::default();
    queue::Declare { queue, passive: false, durable: true, exclusive, auto_delete: false, no_wait: false, arguments }
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_its_channel_alone_and_the_number_can_be_used_again() {
    let mut bench = Bench::new();
    let mut client = bench.open().await;
    client.say(2, &channel::Open {}).await;
    bench.expect::<channel::OpenOk>(&mut client, 2).await;
    client.say(1, &queue::Declare { passive: true, ..declare("none", false) }).await;
    let (code, method, text) = bench.closed(&mut client, 1).await;
    assert_eq!((code, method, text.as_str()), (404, (50, 10), "NOT_FOUND - no queue 'none' in vhost '/'"));
    // What was on its way when the channel ended is passed by.
    client.publish(1, "q", b"late").await;
    client.say(1, &basic::Qos { prefetch_size: 0, prefetch_count: 1, global: false }).await;
    client.say(1, &channel::CloseOk {}).await;
    client.say(1, &channel::Open {}).await;
    bench.expect::<channel::OpenOk>(&mut client, 1).await;
    client.say(2, &basic::Qos { prefetch_size: 0, prefetch_count: 1, global: false }).await;
    bench.expect::<basic::QosOk>(&mut client, 2).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_understood_ends_the_connection_with_its_code() {
    let method = |class: u16, method: u16| {
        let mut payload = BytesMut::new();
        payload.put_u16(class);
        payload.put_u16(method);
        payload.to_vec()
    };
    let cases: [(FrameKind, u16, Vec<u8>, u16); 6] = [
        (FrameKind::Method, 1, method(99, 1), 503),
        (FrameKind::Method, 1, method(60, 20), 501),
        (FrameKind::Method, 1, vec![1], 501),
        (FrameKind::Method, 7, method(60, 10), 501),
        (FrameKind::Body, 1, b"body".to_vec(), 505),
        (FrameKind::Header, 1, vec![0; 14], 505),
    ];
    for (kind, number, payload, expected) in cases {
        let mut bench = Bench::new();
        let mut client = bench.open().await;
        client.frame(kind, number, &payload).await;
        let (code, _, text) = bench.closed(&mut client, 0).await;
        assert_eq!(code, expected, "{kind:?} {payload:?}: {text}");
        client.say(0, &connection::CloseOk {}).await;
        bench.settle(&mut client).await;
        assert!(client.ended);
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_frame_end_the_connection() {
    let too_large = [1, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF];
    let bad_end = [8, 0, 0, 0, 0, 0, 0, 0];
    for bytes in [&too_large[..], &bad_end, &[77; 7]] {
        let mut bench = Bench::new();
        let mut client = bench.open().await;
        client.write(bytes).await;
        assert_eq!(bench.closed(&mut client, 0).await.0, 501, "{bytes:?}");
        bench.pass_ms(&mut client, 11_000).await;
        assert!(client.ended, "who does not agree is hung up on all the same");
    }
}

#[tokio::test(start_paused = true)]
async fn a_channel_must_be_open_and_may_be_opened_once() {
    let qos = basic::Qos { prefetch_size: 0, prefetch_count: 1, global: false };
    for (number, again) in [(3, false), (1, true), (11, true)] {
        let mut bench = Bench::new();
        let mut client = bench.open().await;
        if again {
            client.say(number, &channel::Open {}).await;
        } else {
            client.say(number, &qos).await;
        }
        let expected = if number == 11 { 530 } else { 504 };
        assert_eq!(bench.closed(&mut client, 0).await.0, expected, "channel {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_queue_is_locked_for_others_and_goes_with_its_connection() {
    let mut bench = Bench::new();
    let (mut owner, mut other) = (bench.open().await, bench.open().await);
    owner.say(1, &declare("mine", true)).await;
    bench.method(&mut owner, 1).await;
    other.say(1, &queue::Declare { passive: true, ..declare("mine", true) }).await;
    let (code, method, _) = bench.closed(&mut other, 1).await;
    assert_eq!((code, method), (405, (50, 10)));
    drop(owner.stream);
    // The owner's end of the pipe is gone: its session notices, and takes its queue along.
    let (stream, _nobody) = tokio::io::duplex(1);
    owner.stream = stream;
    bench.settle(&mut owner).await;
    assert!(owner.ended && bench.broker.queue("mine").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stop_closes_connections_in_words_and_waits_for_their_agreement() {
    let mut bench = Bench::new();
    let mut client = bench.open().await;
    bench.trigger.stop();
    let (code, _, text) = bench.closed(&mut client, 0).await;
    assert_eq!(code, 320, "{text}");
    bench.settle(&mut client).await;
    assert!(!client.ended);
    client.say(0, &connection::CloseOk {}).await;
    bench.settle(&mut client).await;
    assert!(client.ended);
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_of_nothing_ends_the_channel() {
    let mut bench = Bench::new();
    let mut client = bench.open().await;
    client.say(1, &basic::Ack { delivery_tag: 7, multiple: false }).await;
    let (code, method, text) = bench.closed(&mut client, 1).await;
    assert_eq!((code, method, text.as_str()), (406, (60, 80), "PRECONDITION_FAILED - unknown delivery tag 7"));
}
