//! Waiting, giving up, and the contents of what is delivered.

use crate::bench::{Bench, wish};
use broker::{Settle, Settlement};
use std::pin::pin;
use vocab::{BuryPolicy, CountedBy, Message, QueueSettings};

#[test]
fn a_waiting_receive_gets_what_is_published() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    let mut waiting = pin!(broker.receive(wish(queue, 20_000)));
    bench.start(waiting.as_mut());
    bench.publish(queue, "x");
    assert_eq!(bench.run(waiting).expect("it exists")[0].message.body, "x");
}

#[test]
fn a_waiting_receive_ends_empty_at_its_time() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    let mut waiting = pin!(broker.receive(wish(queue, 2_000)));
    bench.start(waiting.as_mut());
    bench.pass_ms(1_999);
    assert!(bench.peek_at(waiting.as_mut()).is_none());
    bench.pass_ms(1);
    assert_eq!(bench.run(waiting), Ok(vec![]));
}

#[test]
fn a_receive_that_was_dropped_takes_nothing_with_it() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    {
        let mut waiting = pin!(broker.receive(wish(queue, 20_000)));
        bench.start(waiting.as_mut());
    }
    bench.publish(queue, "x");
    let delivery = &bench.receive(queue).expect("it exists")[0];
    assert_eq!((&delivery.message.body[..], delivery.lease.deliveries), (&b"x"[..], 1));
}

#[test]
fn a_receive_dropped_with_its_answer_unread_gives_it_back_uncounted() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    {
        let mut waiting = pin!(broker.receive(wish(queue, 20_000)));
        bench.start(waiting.as_mut());
        bench.publish(queue, "x");
    }
    let delivery = &bench.receive(queue).expect("it exists")[0];
    assert_eq!((&delivery.message.body[..], delivery.lease.deliveries), (&b"x"[..], 1));
}

#[test]
fn a_receive_dropped_after_its_delivery_was_decided_gives_it_back_uncounted() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.store.hold();
    let broker = bench.broker.clone();
    let mut publish = pin!(broker.publish(queue, vec![Message::with_body("x")]));
    bench.start(publish.as_mut());
    {
        let mut receive = pin!(broker.receive(wish(queue, 0)));
        bench.start(receive.as_mut());
    }
    bench.store.release();
    bench.run(publish).expect("it takes it");
    let delivery = &bench.receive(queue).expect("it exists")[0];
    assert_eq!(delivery.lease.deliveries, 1);
}

#[test]
fn a_buried_message_shows_the_id_it_had() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let bury = Some(BuryPolicy::into_queue(CountedBy::Deliveries, 1, "dead"));
    let queue = bench.create("q", QueueSettings { bury, ..QueueSettings::default() });
    bench.publish(queue, "poison");
    let delivery = bench.receive(queue).expect("it exists")[0].clone();
    let release = Settlement { token: delivery.lease.token, how: Settle::Release { delay_ms: 0 } };
    let broker = bench.broker.clone();
    assert_eq!(bench.run(broker.settle(vec![release])), Ok(vec![Ok(())]));
    let buried = bench.receive(dead).expect("it exists")[0].clone();
    assert_eq!((buried.id, &buried.message.body[..]), (delivery.id, &b"poison"[..]));
    let mut bench = bench.crash();
    bench.pass_ms(60_000);
    assert_eq!(bench.bodies(dead), ["poison"]);
    assert!(bench.bodies(queue).is_empty());
}
