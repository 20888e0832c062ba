//! Nothing is told before its grounds are durable.

use crate::bench::{Bench, wish};
use broker::{Settle, Settlement};
use std::pin::pin;
use vocab::{Durability, Message, QueueSettings};

#[test]
fn a_publish_is_answered_when_it_is_durable_and_not_before() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.store.hold();
    let broker = bench.broker.clone();
    let mut publish = pin!(broker.publish(queue, vec![Message::with_body("x")]));
    bench.start(publish.as_mut());
    bench.store.release();
    assert!(bench.run(publish).is_ok());
}

#[test]
fn a_message_is_not_delivered_before_its_publish_is_durable() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.store.hold();
    let broker = bench.broker.clone();
    let mut publish = pin!(broker.publish(queue, vec![Message::with_body("x")]));
    bench.start(publish.as_mut());
    let mut receive = pin!(broker.receive(wish(queue, 0)));
    bench.start(receive.as_mut());
    bench.store.release();
    assert_eq!(bench.run(receive).map(|deliveries| deliveries.len()), Ok(1));
}

#[test]
fn a_durable_message_is_delivered_while_other_commits_are_on_their_way() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish(queue, "durable");
    bench.store.hold();
    assert_eq!(bench.bodies(queue), ["durable"], "a lease on a standard queue rides along and is not waited for");
}

#[test]
fn a_strict_lease_is_told_only_once_it_is_durable() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { strict_leases: true, ..QueueSettings::default() });
    bench.publish(queue, "x");
    bench.store.hold();
    let broker = bench.broker.clone();
    let mut receive = pin!(broker.receive(wish(queue, 0)));
    bench.start(receive.as_mut());
    bench.store.release();
    assert_eq!(bench.run(receive).map(|deliveries| deliveries.len()), Ok(1));
}

#[test]
fn an_acknowledgement_is_answered_when_it_is_durable_and_a_crash_before_that_brings_the_message_back() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { lease_ms: 1_000, ..QueueSettings::default() });
    bench.publish(queue, "x");
    let token = bench.receive(queue).expect("it exists")[0].lease.token;
    bench.pass_ms(30);
    bench.store.hold();
    let broker = bench.broker.clone();
    {
        let mut settle = pin!(broker.settle(vec![Settlement { token, how: Settle::Ack }]));
        bench.start(settle.as_mut());
    }
    let mut bench = bench.crash();
    bench.pass_ms(1_000);
    assert_eq!(bench.bodies(queue), ["x"]);
}

#[test]
fn an_empty_receive_and_a_count_wait_for_the_newest_record() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let other = bench.create("other", QueueSettings::default());
    bench.store.hold();
    let broker = bench.broker.clone();
    let mut publish = pin!(broker.publish(other, vec![Message::with_body("x")]));
    bench.start(publish.as_mut());
    let mut receive = pin!(broker.receive(wish(queue, 0)));
    bench.start(receive.as_mut());
    let mut stats = pin!(broker.stats(other));
    bench.start(stats.as_mut());
    bench.store.release();
    assert_eq!(bench.run(stats).map(|stats| stats.ready), Ok(1));
    assert_eq!(bench.run(receive), Ok(vec![]));
}

#[test]
fn weaker_durability_answers_at_once_and_a_crash_reuses_no_id_that_was_told() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { durability: Durability::Never, ..QueueSettings::default() });
    bench.settle();
    bench.store.hold();
    let broker = bench.broker.clone();
    let told = bench.run(broker.publish(queue, vec![Message::with_body("lost")])).expect("answered at once");
    assert_eq!(bench.bodies(queue), ["lost"]);
    bench.store.release();
    let mut bench = bench.crash();
    bench.store.release();
    let broker = bench.broker.clone();
    let after = bench.run(broker.publish(queue, vec![Message::with_body("x")])).expect("it takes it");
    assert!(after[0].seq > told[0].seq);
}
