//! What is over its time, where a queue sets it aside: when, in what batches, and that nobody is given it meanwhile.

use super::Bench;
use super::bench::burying;
use crate::core::answer::Answer;
use crate::core::command::{Command, Purge, Settle};
use vocab::limits::MOVE_BATCH_COUNT;
use vocab::{BuryPolicy, BuryReason, CountedBy, DeadLetter, Facts, Message, Order, QueueId, QueueSettings, Seq};

fn setting_aside(dead_letter: DeadLetter) -> QueueSettings {
    let bury = BuryPolicy { counted_by: CountedBy::Deliveries, max: None, dead_letter, expired: true };
    QueueSettings { bury: Some(bury), lease_ms: 5_000, ..QueueSettings::default() }
}

fn into(name: &str) -> QueueSettings {
    setting_aside(DeadLetter::Queue(name.to_owned()))
}

fn expiring_in(bench: &Bench, ms: u64) -> Message {
    let facts = Facts { expires_ms: Some(bench.now_ms + ms), ..Facts::default() };
    Message { facts, ..Message::with_body("x") }
}

fn update(bench: &mut Bench, queue: QueueId, settings: QueueSettings) {
    let revision = bench.machine.state.queues[&queue].info.revision;
    let settings = Box::new(settings);
    let update = Command::UpdateQueue { queue, revision, settings, annotations: Default::default() };
    assert!(matches!(bench.ask(update), Some(Answer::Updated(Ok(_)))));
}

/// Lets every batch of a sweep have its turn.
fn sweep_through(bench: &mut Bench) {
    while !bench.machine.state.volatile.sweeps.is_empty() {
        bench.pass_ms(1);
    }
}

#[test]
fn a_message_past_its_own_expiry_is_set_aside_at_that_time() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", into("dead"));
    let message = expiring_in(&bench, 1_000);
    bench.publish(queue, vec![message, Message::with_body("stays")]);
    bench.pass_ms(999);
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((2, 0, 0), (0, 0, 0)));
    bench.pass_ms(1);
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((1, 0, 0), (1, 0, 0)));
    let totals = bench.stats(queue).totals;
    assert_eq!((totals.buried, totals.expired), (1, 0));
    let seq = bench.receive(dead, 1)[0].token.seq;
    let facts = &bench.content(dead, seq).facts;
    let origin = facts.origin.as_ref().expect("it was buried");
    assert_eq!((&*origin.queue, &origin.reason, origin.deliveries), ("q", &BuryReason::Expired, 0));
    assert_eq!(facts.expires_ms, None, "it does not expire there too");
}

#[test]
fn what_the_retention_made_old_goes_in_batches_in_order_and_nobody_is_given_it() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", QueueSettings { retention_ms: Some(64_000), ..into("dead") });
    let count = 2 * MOVE_BATCH_COUNT + 10;
    bench.publish_plain(queue, count);
    bench.pass_ms(10_000);
    let young = bench.publish_plain(queue, 1);
    bench.pass_ms(54_000);
    let moved = bench.counts(dead).0;
    assert_eq!(moved, MOVE_BATCH_COUNT as u64, "one batch at a time");
    assert_eq!(bench.seqs(queue, 10), [young.0], "the others are passed by");
    bench.pass_ms(1);
    assert_eq!(bench.counts(dead).0, 2 * MOVE_BATCH_COUNT as u64);
    sweep_through(&mut bench);
    assert_eq!((bench.counts(queue), bench.counts(dead).0), ((0, 0, 1), count as u64));
    let places = bench.seqs(dead, 10_000).into_iter().map(|seq| {
        let origin = bench.content(dead, Seq(seq)).facts.origin.clone().expect("it was buried");
        origin.id.seq.0
    });
    assert!(places.eq(1..=count as u64));
}

#[test]
fn many_that_expire_at_once_go_in_batches_and_hold_nobody_up() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", into("dead"));
    let count = 4 * MOVE_BATCH_COUNT;
    let message = expiring_in(&bench, 1_000);
    bench.publish(queue, vec![message; count - 1]);
    let kept = bench.publish_plain(queue, 1);
    bench.pass_ms(1_000);
    assert_eq!(bench.counts(dead).0, MOVE_BATCH_COUNT as u64);
    assert_eq!(bench.seqs(queue, 1), [kept.0]);
    sweep_through(&mut bench);
    assert_eq!((bench.counts(queue), bench.counts(dead).0), ((0, 0, 1), count as u64 - 1));
}

#[test]
fn a_leased_message_over_its_time_is_set_aside_when_its_lease_ends() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", QueueSettings { retention_ms: Some(2_000), lease_ms: 60_000, ..into("dead") });
    let message = expiring_in(&bench, 1_000);
    bench.publish(queue, vec![message.clone(), message, Message::with_body("old")]);
    let leases = bench.receive(queue, 3);
    bench.pass_ms(10_000);
    assert_eq!(bench.counts(queue), (0, 0, 3));
    assert_eq!(bench.settle(leases[0].token, Settle::Ack), Ok(()));
    assert_eq!(bench.settle(leases[1].token, Settle::Release { delay_ms: 300 }), Ok(()));
    assert_eq!(bench.receive(queue, 3), [], "it is not handed out again");
    bench.pass_ms(1);
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((0, 0, 1), (1, 0, 0)));
    bench.pass_ms(60_000);
    sweep_through(&mut bench);
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((0, 0, 0), (2, 0, 0)));
}

#[test]
fn a_consumers_word_goes_before_the_time() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", into("dead"));
    let message = expiring_in(&bench, 1_000);
    bench.publish(queue, vec![message]);
    let token = bench.receive(queue, 1)[0].token;
    bench.pass_ms(1_000);
    bench.settle(token, Settle::Bury { reason: Some("poison".to_owned()) }).expect("it is leased");
    sweep_through(&mut bench);
    let seq = bench.receive(dead, 1)[0].token.seq;
    let origin = bench.content(dead, seq).facts.origin.clone().expect("it was buried");
    assert_eq!(origin.reason, BuryReason::Rejected(Some("poison".to_owned())));
}

#[test]
fn where_the_policy_has_no_place_for_it_it_expires_as_without_one() {
    for settings in [into("missing"), into("q"), setting_aside(DeadLetter::Nowhere)] {
        let mut bench = Bench::new();
        let queue = bench.create("q", QueueSettings { retention_ms: Some(2_000), ..settings });
        let message = expiring_in(&bench, 1_000);
        bench.publish(queue, vec![message, Message::with_body("old")]);
        bench.pass_ms(1_000);
        assert_eq!(bench.counts(queue), (1, 0, 0));
        bench.pass_ms(1_100);
        let totals = bench.stats(queue).totals;
        assert_eq!((bench.counts(queue), totals.expired, totals.dropped), ((0, 0, 0), 2, 0));
    }
}

#[test]
fn what_is_still_to_be_set_aside_goes_when_the_place_for_it_is_gone() {
    let ends: [fn(&mut Bench, QueueId, QueueId); 2] = [
        |bench, _, dead| {
            bench.ask(Command::DeleteQueue { queue: dead });
        },
        |bench, queue, _| update(bench, queue, QueueSettings { retention_ms: Some(1_000), ..QueueSettings::default() }),
    ];
    for end in ends {
        let mut bench = Bench::new();
        let dead = bench.create("dead", QueueSettings::default());
        let queue = bench.create("q", QueueSettings { retention_ms: Some(1_000), ..into("dead") });
        bench.publish_plain(queue, 3 * MOVE_BATCH_COUNT);
        bench.pass_ms(1_000);
        end(&mut bench, queue, dead);
        assert_eq!(bench.receive(queue, 10), [], "nobody is given what is over its time");
        sweep_through(&mut bench);
        let totals = bench.stats(queue).totals;
        let batch = MOVE_BATCH_COUNT as u64;
        assert_eq!((bench.counts(queue), totals.buried, totals.expired), ((0, 0, 0), batch, 2 * batch));
    }
}

#[test]
fn what_cannot_be_read_stays_and_is_not_handed_out() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", into("dead"));
    let message = expiring_in(&bench, 1_000);
    bench.publish(queue, vec![message; 3]);
    bench.forget_content(queue, Seq(2));
    bench.pass_ms(1_000);
    bench.pass_ms(10);
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((1, 0, 0), (2, 0, 0)));
    assert_eq!(bench.receive(queue, 10), []);
    bench.ask(Command::Purge { queue, what: Purge::All });
    assert_eq!(bench.counts(queue), (0, 0, 0));
}

#[test]
fn a_full_disk_holds_a_sweep_up_and_no_more() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", into("dead"));
    let message = expiring_in(&bench, 1_000);
    bench.publish(queue, vec![message]);
    bench.machine.disk_full = true;
    bench.pass_ms(1_500);
    assert_eq!((bench.counts(queue).0, bench.counts(dead).0), (1, 0));
    bench.machine.disk_full = false;
    bench.pass_ms(1_000);
    assert_eq!((bench.counts(queue).0, bench.counts(dead).0), (0, 1));
}

#[test]
fn a_restart_finds_what_was_to_be_set_aside() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", QueueSettings { retention_ms: Some(60_000), ..into("dead") });
    let message = expiring_in(&bench, 1_000);
    bench.publish(queue, vec![message; 2 * MOVE_BATCH_COUNT]);
    bench.pass_ms(1_000);
    bench.crash();
    bench.pass_ms(1);
    sweep_through(&mut bench);
    assert_eq!((bench.counts(queue).0, bench.counts(dead).0), (0, 2 * MOVE_BATCH_COUNT as u64));
}

#[test]
fn a_message_that_time_alone_drives_in_a_circle_goes_on_its_second_lap() {
    let mut bench = Bench::new();
    let near = bench.create("near", QueueSettings { retention_ms: Some(1_000), ..into("far") });
    let far = bench.create("far", QueueSettings { retention_ms: Some(1_000), ..into("near") });
    bench.publish_plain(near, 1);
    bench.pass_ms(1_100);
    assert_eq!((bench.counts(near).0, bench.counts(far).0), (0, 1));
    bench.pass_ms(1_100);
    assert_eq!((bench.counts(near).0, bench.counts(far).0), (0, 0));
    assert_eq!((bench.stats(near).totals.buried, bench.stats(far).totals.dropped), (1, 1));
}

#[test]
fn a_circle_that_needs_a_consumer_goes_on_for_ever() {
    let mut bench = Bench::new();
    let near = bench.create("near", burying(CountedBy::Deliveries, 1, "far"));
    let far = bench.create("far", burying(CountedBy::Deliveries, 1, "near"));
    bench.publish_plain(near, 1);
    for lap in 1..=3 {
        for queue in [near, far] {
            let token = bench.receive(queue, 1)[0].token;
            bench.settle(token, Settle::Release { delay_ms: 0 }).expect("it is leased");
        }
        let deaths = bench.content(near, Seq(lap + 1)).facts.origin.clone().expect("it was buried").deaths;
        let told: Vec<_> = deaths.iter().map(|death| (&*death.queue, death.count, death.is_first)).collect();
        assert_eq!(told, [("far", lap, false), ("near", lap, true)]);
    }
}

#[test]
fn nowhere_ends_what_is_rejected_and_its_lane_goes_on() {
    let mut bench = Bench::new();
    let bury = BuryPolicy {
        counted_by: CountedBy::Deliveries,
        max: Some(2),
        dead_letter: DeadLetter::Nowhere,
        expired: false,
    };
    let queue = bench.create("q", QueueSettings { order: Order::Laned, bury: Some(bury), ..QueueSettings::default() });
    let laned = Message { facts: Facts { lane: Some("l".to_owned()), ..Facts::default() }, ..Message::with_body("x") };
    bench.publish(queue, vec![laned; 3]);
    let token = bench.receive(queue, 1)[0].token;
    bench.settle(token, Settle::Bury { reason: None }).expect("it is leased");
    for _ in 0..2 {
        let token = bench.receive(queue, 1)[0].token;
        assert_eq!(token.seq, Seq(2));
        bench.settle(token, Settle::Release { delay_ms: 0 }).expect("it is leased");
    }
    assert_eq!(bench.seqs(queue, 1), [3]);
    let totals = bench.stats(queue).totals;
    assert_eq!((totals.dropped, totals.buried), (2, 0));
}

#[test]
fn without_a_limit_only_a_consumers_word_buries() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", into("dead"));
    bench.publish_plain(queue, 1);
    for _ in 0..100 {
        let token = bench.receive(queue, 1)[0].token;
        bench.settle(token, Settle::Fail { delay_ms: 0, reason: None }).expect("it is leased");
    }
    let token = bench.receive(queue, 1)[0].token;
    bench.settle(token, Settle::Bury { reason: None }).expect("it is leased");
    assert_eq!((bench.counts(queue).0, bench.counts(dead).0), (0, 1));
}
