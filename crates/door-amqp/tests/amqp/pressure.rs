//! Full disks, slow readers, silence: nothing grows, and everybody is told.

use crate::bench::{Bench, Client};
use door_amqp::wire::frame::{FrameKind, HEARTBEAT};
use door_amqp::wire::methods::{basic, connection, queue};
use door_amqp::wire::protocol::HEADER;
use door_amqp::wire::table::Table;
use journal::Room;

async fn declare(bench: &mut Bench, client: &mut Client) {
    let arguments = Table::default();
    let (passive, durable, exclusive, auto_delete, no_wait) = (false, true, false, false, false);
    client.say(1, &queue::Declare { queue: "q", passive, durable, exclusive, auto_delete, no_wait, arguments }).await;
    bench.method(client, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_publisher_is_blocked_while_the_disk_is_full_and_nothing_it_sent_is_lost() {
    let mut bench = Bench::new();
    let mut client = bench.open().await;
    declare(&mut bench, &mut client).await;
    bench.store.set_room(Room::Full);
    bench.settle(&mut client).await;
    client.publish(1, "q", b"held back").await;
    bench.method(&mut client, 0).await;
    client.say(1, &basic::Get { queue: "q", no_ack: true }).await;
    assert!(bench.next(&mut client).await.is_none(), "a blocked connection is not read from");
    bench.store.set_room(Room::Enough);
    bench.settle(&mut client).await;
    bench.pass_ms(&mut client, 1_000).await;
    bench.expect::<connection::Unblocked>(&mut client, 0).await;
    let payload = bench.method(&mut client, 1).await;
    assert!(payload.starts_with(&[0, 60, 0, 71]), "the message, then the answer to the get: {payload:?}");
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_does_not_read_is_given_no_more_than_fits_its_buffer() {
    let mut bench = Bench::new();
    let (mut slow, mut publisher) = (bench.open_through(8 * 1024).await, bench.open().await);
    declare(&mut bench, &mut publisher).await;
    let body = vec![7; 100_000];
    for _ in 0..40 {
        publisher.publish(1, "q", &body).await;
        bench.settle(&mut publisher).await;
    }
    let (consumer_tag, arguments) = ("slow", Table::default());
    let (no_local, no_ack, exclusive, no_wait) = (false, false, false, true);
    slow.say(1, &basic::Consume { queue: "q", consumer_tag, no_local, no_ack, exclusive, no_wait, arguments }).await;
    // The door works, but its client reads nothing.
    for _ in 0..50 {
        bench.settle_unread(&mut slow).await;
    }
    let broker = bench.broker.clone();
    let mut stats = std::pin::pin!(broker.stats(broker.queue("q").expect("it was declared").id));
    let leased = loop {
        tokio::select! {
            biased;
            stats = &mut stats => break stats.expect("it exists").leased,
            () = bench.settle_unread(&mut slow) => {}
        }
    };
    assert!((1..40).contains(&leased), "{leased} of 40 messages wait for a client that does not read");
}

#[tokio::test(start_paused = true)]
async fn both_sides_have_to_give_signs_of_life() {
    let mut bench = Bench::new();
    let mut client = bench.connect_through(64 * 1024);
    client.write(&HEADER).await;
    bench.shake(&mut client, 10).await;
    for _ in 0..4 {
        client.write(&HEARTBEAT).await;
        bench.pass_ms(&mut client, 5_100).await;
        let beat = bench.next(&mut client).await.expect("the server beats");
        assert_eq!(beat.kind, FrameKind::Heartbeat);
    }
    for _ in 0..5 {
        bench.pass_ms(&mut client, 5_100).await;
    }
    assert!(client.ended, "a silent client is hung up on");
}
