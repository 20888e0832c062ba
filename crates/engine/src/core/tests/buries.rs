//! The two counters, the bury policy, and the one step from a queue to its dead-letter queue.

use super::Bench;
use super::bench::burying;
use crate::core::command::{LeaseTerms, Settle};
use vocab::{BuryReason, CountedBy, MessageId, QueueSettings, Seq};

const RELEASE: Settle = Settle::Release { delay_ms: 0 };

fn fail(reason: &str) -> Settle {
    Settle::Fail { delay_ms: 0, reason: Some(reason.to_owned()) }
}

#[test]
fn deliveries_count_releases_too_where_the_policy_says_so() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", burying(CountedBy::Deliveries, 2, "dead"));
    bench.publish_plain(queue, 1);
    for _ in 0..2 {
        let token = bench.receive(queue, 1)[0].token;
        bench.settle(token, RELEASE).expect("it is leased");
    }
    assert_eq!(bench.counts(queue), (0, 0, 0));
    let buried = bench.receive(dead, 1)[0];
    let content = bench.content(dead, buried.token.seq);
    let origin = content.facts.origin.as_ref().expect("a buried message knows its origin");
    assert_eq!(origin.reason, BuryReason::TooManyDeliveries);
    assert_eq!((origin.queue.as_str(), origin.deliveries), ("q", 2));
    assert_eq!(origin.id, MessageId::new(super::bench::key(queue), Seq(1)));
}

#[test]
fn failures_count_fails_and_expiries_but_not_releases() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", QueueSettings { lease_ms: 1_000, ..burying(CountedBy::Failures, 2, "dead") });
    bench.publish_plain(queue, 1);
    for _ in 0..5 {
        let token = bench.receive(queue, 1)[0].token;
        bench.settle(token, RELEASE).expect("it is leased");
    }
    bench.receive(queue, 1);
    bench.pass_ms(1_000);
    let token = bench.receive(queue, 1)[0].token;
    bench.settle(token, fail("no such customer")).expect("it is leased");
    assert_eq!(bench.counts(queue), (0, 0, 0));
    let buried = bench.receive(dead, 1)[0];
    let content = bench.content(dead, buried.token.seq);
    let reason = &content.facts.origin.as_ref().expect("it was buried").reason;
    assert_eq!(*reason, BuryReason::TooManyFailures(Some("no such customer".to_owned())));
}

#[test]
fn a_rejected_message_is_buried_at_once() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", burying(CountedBy::Failures, 100, "dead"));
    bench.publish_plain(queue, 1);
    let token = bench.receive(queue, 1)[0].token;
    bench.settle(token, Settle::Bury { reason: Some("poison".to_owned()) }).expect("it is leased");
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((0, 0, 0), (1, 0, 0)));
    assert_eq!(bench.stats(queue).totals.buried, 1);
}

#[test]
fn without_its_dead_letter_queue_a_message_stays_and_comes_back() {
    let mut bench = Bench::new();
    let queue = bench.create("q", burying(CountedBy::Deliveries, 1, "dead"));
    bench.publish_plain(queue, 1);
    for deliveries in 1..4 {
        let lease = bench.receive(queue, 1)[0];
        assert_eq!(lease.deliveries, deliveries);
        bench.settle(lease.token, RELEASE).expect("it is leased");
    }
    let dead = bench.create("dead", QueueSettings::default());
    assert!(bench.receive(queue, 1).is_empty(), "found doomed when it was to be delivered");
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((0, 0, 0), (1, 0, 0)));
}

#[test]
fn an_expired_lease_at_the_limit_buries_without_anybody_asking() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", burying(CountedBy::Deliveries, 1, "dead"));
    bench.publish_plain(queue, 3);
    bench.receive_with(queue, 3, LeaseTerms::Deadline(Some(50)));
    bench.pass_ms(50);
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((0, 0, 0), (3, 0, 0)));
}

#[test]
fn a_message_buried_twice_keeps_the_id_it_had_first() {
    let mut bench = Bench::new();
    let last = bench.create("last", QueueSettings::default());
    let dead = bench.create("dead", burying(CountedBy::Deliveries, 1, "last"));
    let queue = bench.create("q", burying(CountedBy::Deliveries, 1, "dead"));
    bench.publish_plain(queue, 1);
    for from in [queue, dead] {
        let token = bench.receive(from, 1)[0].token;
        bench.settle(token, RELEASE).expect("it is leased");
    }
    let buried = bench.receive(last, 1)[0];
    let origin = bench.content(last, buried.token.seq).facts.origin.clone().expect("it was buried");
    assert_eq!((origin.id.key.queue, origin.queue.as_str()), (queue, "dead"));
}

#[test]
fn a_late_acknowledgement_of_a_doomed_message_wins_while_it_is_there() {
    let mut bench = Bench::new();
    let queue = bench.create("q", burying(CountedBy::Deliveries, 1, "dead"));
    bench.publish_plain(queue, 1);
    let token = bench.receive_with(queue, 1, LeaseTerms::Deadline(Some(50)))[0].token;
    bench.pass_ms(50);
    assert_eq!(bench.settle(token, Settle::Ack), Ok(()));
    let dead = bench.create("dead", QueueSettings::default());
    bench.pass_ms(1_000);
    assert!(bench.receive(queue, 1).is_empty());
    assert_eq!(bench.counts(dead), (0, 0, 0));
}
