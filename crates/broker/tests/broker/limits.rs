//! Priorities, limits on length, purges of what is ready, and queues that no start outlives, through the API.

use crate::bench::{Bench, wish};
use broker::{Error, Measure, PublishError, Purge};
use vocab::{Facts, Kind, LengthLimit, Message, Overflow, QueueId, QueueSettings};

fn publish(bench: &mut Bench, queue: QueueId, body: &'static str, priority: u8) -> Result<(), Error<PublishError>> {
    let facts = Facts { priority, ..Facts::default() };
    let broker = bench.broker.clone();
    bench.run(broker.publish(queue, vec![Message { facts, ..Message::with_body(body) }])).map(drop)
}

fn limited(messages_max: u64, overflow: Overflow) -> QueueSettings {
    let length = Some(LengthLimit { messages_max: Some(messages_max), bytes_max: None, overflow });
    QueueSettings { length, priority_max: 9, ..QueueSettings::default() }
}

#[test]
fn priorities_outlive_a_crash_and_go_with_the_message() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { priority_max: 5, ..QueueSettings::default() });
    for (body, priority) in [("low", 0), ("high", 200), ("middle", 3)] {
        publish(&mut bench, queue, body, priority).expect("the queue takes it");
    }
    let mut bench = bench.crash();
    let deliveries = bench.receive(queue).expect("it exists");
    let told: Vec<_> =
        deliveries.iter().map(|d| (&d.message.body[..], d.message.facts.priority, d.lease.ready_left)).collect();
    assert_eq!(told, [(&b"high"[..], 200, 2), (b"middle", 3, 1), (b"low", 0, 0)]);
}

#[test]
fn what_was_dropped_stays_away_over_a_crash() {
    let mut bench = Bench::new();
    let queue = bench.create("q", limited(2, Overflow::DropOldest));
    for body in ["a", "b", "c"] {
        publish(&mut bench, queue, body, 0).expect("the queue takes it");
    }
    let mut bench = bench.crash();
    let broker = bench.broker.clone();
    let stats = bench.run(broker.stats(queue)).expect("it exists");
    assert_eq!((stats.ready, stats.totals.dropped), (2, 1));
    assert_eq!(bench.bodies(queue), ["b", "c"]);
}

#[test]
fn a_full_queue_says_what_to_do() {
    let mut bench = Bench::new();
    let queue = bench.create("q", limited(1, Overflow::Refuse));
    publish(&mut bench, queue, "a", 0).expect("the queue takes it");
    let refused = publish(&mut bench, queue, "b", 9).expect_err("it is full");
    assert_eq!(refused, Error::Refused(PublishError::QueueFull { max: 1, measure: Measure::Messages }));
    assert_eq!(refused.kind(), Kind::Busy);
    assert_eq!(bench.bodies(queue), ["a"]);
    publish(&mut bench, queue, "c", 0).expect("what is leased makes room");
}

#[test]
fn a_purge_of_what_is_ready_leaves_leases_alone() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { lease_ms: 1_000, ..QueueSettings::default() });
    bench.publish(queue, "leased");
    let broker = bench.broker.clone();
    bench.run(broker.receive(wish(queue, 0))).expect("it exists");
    bench.publish(queue, "ready");
    assert_eq!(bench.run(broker.purge(queue, Purge::Ready)), Ok(1));
    let mut bench = bench.crash();
    bench.pass_ms(1_000);
    assert_eq!(bench.bodies(queue), ["leased"]);
    let broker = bench.broker.clone();
    assert_eq!(bench.run(broker.purge(queue, Purge::All)), Ok(1));
}

#[test]
fn a_transient_queue_answers_at_once_and_is_gone_after_a_restart() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { transient: true, ..QueueSettings::default() });
    bench.settle();
    bench.store.hold();
    publish(&mut bench, queue, "x", 0).expect("answered while nothing is synced");
    assert_eq!(bench.bodies(queue), ["x"]);
    bench.store.release();
    bench.settle();
    let mut bench = bench.crash();
    assert!(bench.broker.queue("q").is_none() && bench.broker.queue_by_id(queue).is_none());
    assert!(bench.receive(queue).is_err());
    let other = bench.create("q", QueueSettings::default());
    assert_ne!(other, queue);
    let mut bench = bench.crash();
    assert!(bench.bodies(other).is_empty());
}
