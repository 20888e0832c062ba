//! Contents in pieces, confirms that wait for the disk, transactions that are one change or none.

use crate::bench::{Bench, Client};
use bytes::BytesMut;
use door_amqp::wire::content::{put_content, put_header};
use door_amqp::wire::frame::FrameKind;
use door_amqp::wire::methods::{basic, confirm, queue, tx};
use door_amqp::wire::table::Table;

async fn with_queue(bench: &mut Bench) -> Client {
    let mut client = bench.open().await;
    let arguments = Table::default();
    let (passive, durable, exclusive, auto_delete, no_wait) = (false, true, false, false, false);
    client.say(1, &queue::Declare { queue: "q", passive, durable, exclusive, auto_delete, no_wait, arguments }).await;
    bench.method(&mut client, 1).await;
    client
}

async fn ready(bench: &mut Bench, client: &mut Client) -> u64 {
    bench.settle(client).await;
    let id = bench.broker.queue("q").expect("it was declared").id;
    let broker = bench.broker.clone();
    let mut stats = std::pin::pin!(broker.stats(id));
    loop {
        tokio::select! {
            biased;
            stats = &mut stats => return stats.expect("it exists").ready,
            () = bench.settle(client) => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_confirm_waits_for_the_disk() {
    let mut bench = Bench::new();
    let mut client = with_queue(&mut bench).await;
    client.say(1, &confirm::Select { no_wait: false }).await;
    bench.expect::<confirm::SelectOk>(&mut client, 1).await;
    bench.store.hold();
    for body in ["1", "2", "3"] {
        client.publish(1, "q", body.as_bytes()).await;
    }
    assert!(bench.next(&mut client).await.is_none(), "nothing is durable yet");
    bench.store.release();
    let ack: basic::Ack = bench.expect(&mut client, 1).await;
    assert_eq!((ack.delivery_tag, ack.multiple), (3, true));
    // What no queue takes is confirmed at once.
    client.publish(1, "nowhere", b"x").await;
    let ack: basic::Ack = bench.expect(&mut client, 1).await;
    assert_eq!((ack.delivery_tag, ack.multiple), (4, false));
    assert_eq!(ready(&mut bench, &mut client).await, 3);
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_is_confirmed_at_once_and_by_itself_whatever_still_waits() {
    let mut bench = Bench::new();
    let mut client = with_queue(&mut bench).await;
    client.say(1, &confirm::Select { no_wait: false }).await;
    bench.expect::<confirm::SelectOk>(&mut client, 1).await;
    bench.store.hold();
    client.publish(1, "q", b"1").await;
    let nowhere = basic::Publish { exchange: "", routing_key: "nowhere", mandatory: true, immediate: false };
    let mut out = BytesMut::new();
    put_content(&mut out, 1, &nowhere, &[0, 0], b"2", 4096);
    client.write(&out).await;
    client.publish(1, "q", b"3").await;
    let _returned = bench.method(&mut client, 1).await;
    for _ in 0..2 {
        bench.next(&mut client).await.expect("a message in three frames");
    }
    let ack: basic::Ack = bench.expect(&mut client, 1).await;
    assert_eq!((ack.delivery_tag, ack.multiple), (2, false));
    bench.store.release();
    let ack: basic::Ack = bench.expect(&mut client, 1).await;
    assert_eq!((ack.delivery_tag, ack.multiple), (3, true));
}

#[tokio::test(start_paused = true)]
async fn a_body_comes_in_any_number_of_frames_and_goes_out_in_as_many_as_it_needs() {
    let mut bench = Bench::new();
    let mut client = with_queue(&mut bench).await;
    let body: Vec<u8> = (0..10_000_u32).map(|n| u8::try_from(n % 251).expect("below 251")).collect();
    client.say(1, &basic::Publish { exchange: "", routing_key: "q", mandatory: false, immediate: false }).await;
    let mut header = BytesMut::new();
    put_header(&mut header, 1, basic::CLASS, body.len(), &[0, 0]);
    client.write(&header).await;
    for part in body.chunks(777) {
        client.frame(FrameKind::Body, 1, &[]).await;
        client.frame(FrameKind::Body, 1, part).await;
    }
    client.say(1, &basic::Get { queue: "q", no_ack: true }).await;
    let mut got = Vec::new();
    bench.method(&mut client, 1).await;
    bench.next(&mut client).await.expect("a header");
    while got.len() < body.len() {
        got.extend_from_slice(&bench.next(&mut client).await.expect("a part of the body").payload);
    }
    assert!(got == body, "{} bytes came back", got.len());
}

#[tokio::test(start_paused = true)]
async fn a_message_with_too_much_body_or_too_little_is_not_taken() {
    let mut bench = Bench::new();
    let mut client = with_queue(&mut bench).await;
    client.say(1, &basic::Publish { exchange: "", routing_key: "q", mandatory: false, immediate: false }).await;
    let mut header = BytesMut::new();
    put_header(&mut header, 1, basic::CLASS, 3, &[0, 0]);
    client.write(&header).await;
    client.frame(FrameKind::Body, 1, b"1234").await;
    assert_eq!(bench.closed(&mut client, 0).await.0, 501);
    assert_eq!(ready(&mut bench, &mut client).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_is_all_or_nothing() {
    let mut bench = Bench::new();
    let mut client = with_queue(&mut bench).await;
    client.publish(1, "q", b"first").await;
    client.say(1, &tx::Select {}).await;
    bench.expect::<tx::SelectOk>(&mut client, 1).await;
    client.say(1, &basic::Get { queue: "q", no_ack: false }).await;
    for _ in 0..3 {
        bench.next(&mut client).await.expect("a message in three frames");
    }
    let ack = basic::Ack { delivery_tag: 1, multiple: false };
    client.publish(1, "q", b"second").await;
    client.say(1, &ack).await;
    assert_eq!(ready(&mut bench, &mut client).await, 0, "nothing counts before the commit");
    client.say(1, &tx::Rollback {}).await;
    bench.expect::<tx::RollbackOk>(&mut client, 1).await;
    client.say(1, &ack).await;
    client.publish(1, "q", b"third").await;
    client.say(1, &tx::Commit {}).await;
    bench.expect::<tx::CommitOk>(&mut client, 1).await;
    assert_eq!(ready(&mut bench, &mut client).await, 1);
    client.say(1, &ack).await;
    client.say(1, &tx::Commit {}).await;
    assert_eq!(bench.closed(&mut client, 1).await.0, 406, "it was acknowledged by the commit");
}

#[tokio::test(start_paused = true)]
async fn a_message_over_its_queues_limit_is_refused_in_words_and_takes_no_other_with_it() {
    let mut bench = Bench::new();
    let mut client = bench.open().await;
    let settings = vocab::QueueSettings { message_bytes_max: 10, ..vocab::QueueSettings::default() };
    let broker = bench.broker.clone();
    let mut made = std::pin::pin!(broker.create_queue("q", settings, broker::Annotations::new()));
    loop {
        tokio::select! {
            biased;
            made = &mut made => break drop(made.expect("a fresh name")),
            () = bench.settle(&mut client) => {}
        }
    }
    client.say(2, &door_amqp::wire::methods::channel::Open {}).await;
    bench.method(&mut client, 2).await;
    client.publish(1, "q", b"before").await;
    client.publish(1, "q", b"much too large").await;
    client.publish(2, "q", b"after").await;
    let (code, method, text) = bench.closed(&mut client, 1).await;
    assert_eq!((code, method), (406, (60, 40)));
    assert!(text.contains("message size 14 is larger than configured max size 10"), "{text}");
    assert_eq!(ready(&mut bench, &mut client).await, 2);
}
