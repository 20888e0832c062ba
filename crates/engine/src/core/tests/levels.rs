//! Priorities: higher levels first, each by place, whatever happened to a message in between.

use super::Bench;
use super::bench::burying;
use crate::core::command::{Command, LeaseTerms, Settle};
use vocab::{CountedBy, Facts, Message, Order, QueueId, QueueSettings, SessionId};

fn leveled(priority_max: u8) -> QueueSettings {
    QueueSettings { priority_max, lease_ms: 1_000, ..QueueSettings::default() }
}

fn publish(bench: &mut Bench, queue: QueueId, priorities: &[u8]) {
    let message = |priority: &u8| {
        let facts = Facts { priority: *priority, ..Facts::default() };
        Message { facts, ..Message::with_body("x") }
    };
    bench.publish(queue, priorities.iter().map(message).collect());
}

fn update(bench: &mut Bench, queue: QueueId, change: impl FnOnce(&mut QueueSettings)) {
    let info = bench.machine.state.queues[&queue].info.clone();
    let mut settings = Box::new(info.settings.clone());
    change(&mut settings);
    let (revision, annotations) = (info.revision, info.annotations.clone());
    bench.ask(Command::UpdateQueue { queue, revision, settings, annotations });
}

#[test]
fn higher_priorities_go_first_and_equal_ones_by_place() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", leveled(5));
    publish(&mut bench, queue, &[0, 3, 5, 0, 3, 200]);
    assert_eq!(bench.seqs(queue, 2), [3, 6], "200 counts as 5");
    assert_eq!(bench.seqs(queue, 3), [2, 5, 1]);
    publish(&mut bench, queue, &[1]);
    assert_eq!(bench.seqs(queue, 10), [7, 4]);
}

#[test]
fn what_comes_back_keeps_its_level_and_its_place() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", leveled(9));
    publish(&mut bench, queue, &[7, 7, 0, 7]);
    let leased = bench.receive(queue, 3);
    bench.settle(leased[1].token, Settle::Release { delay_ms: 0 }).expect("it is leased");
    bench.settle(leased[0].token, Settle::Fail { delay_ms: 500, reason: None }).expect("it is leased");
    assert_eq!(bench.seqs(queue, 1), [2], "the first rests, the second is back");
    publish(&mut bench, queue, &[7, 8]);
    bench.pass_ms(600);
    assert_eq!(bench.seqs(queue, 2), [6, 1], "it became due and is before what was published later");
    bench.pass_ms(1_000);
    assert_eq!(bench.seqs(queue, 10), [6, 1, 2, 4, 5, 3], "leases that ended by time come back to their places");
}

#[test]
fn a_delayed_message_waits_for_its_time_and_then_goes_by_its_priority() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", QueueSettings { delay_ms: 300, ..leveled(9) });
    publish(&mut bench, queue, &[1, 9]);
    assert!(bench.seqs(queue, 10).is_empty());
    update(&mut bench, queue, |settings| settings.delay_ms = 0);
    publish(&mut bench, queue, &[5]);
    bench.pass_ms(300);
    assert_eq!(bench.seqs(queue, 10), [2, 3, 1]);
}

#[test]
fn leases_of_a_session_end_with_a_restart_and_their_messages_keep_their_levels() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", leveled(9));
    publish(&mut bench, queue, &[0, 2, 4]);
    bench.receive_with(queue, 3, LeaseTerms::Session(SessionId(1)));
    bench.crash();
    assert_eq!(bench.seqs(queue, 10), [3, 2, 1]);
}

#[test]
fn messages_keep_the_level_they_were_filed_under_when_the_limit_changes() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", leveled(9));
    publish(&mut bench, queue, &[0, 9, 5]);
    update(&mut bench, queue, |settings| settings.priority_max = 0);
    publish(&mut bench, queue, &[9]);
    update(&mut bench, queue, |settings| settings.priority_max = 6);
    publish(&mut bench, queue, &[9]);
    assert_eq!(bench.seqs(queue, 10), [2, 5, 3, 1, 4]);
}

#[test]
fn other_orders_ignore_priorities_and_still_hand_out_what_was_filed_before() {
    for order in [Order::Fair, Order::Laned] {
        let mut bench = Bench::new();
        let queue = bench.create("jobs", QueueSettings { order, ..leveled(9) });
        publish(&mut bench, queue, &[0, 9]);
        assert_eq!(bench.seqs(queue, 10), [1, 2], "{order:?}");
        let other = bench.create("other", leveled(9));
        publish(&mut bench, other, &[0, 9]);
        update(&mut bench, other, |settings| settings.order = order);
        publish(&mut bench, other, &[9]);
        let mut seqs = bench.seqs(other, 10);
        seqs.sort_unstable();
        assert_eq!(seqs, [1, 2, 3], "{order:?}");
    }
}

#[test]
fn a_message_with_a_priority_is_buried_like_any_other() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", leveled(9));
    let queue = bench.create("jobs", QueueSettings { priority_max: 9, ..burying(CountedBy::Failures, 1, "dead") });
    publish(&mut bench, queue, &[3, 8]);
    let leased = bench.receive(queue, 1);
    bench.settle(leased[0].token, Settle::Fail { delay_ms: 0, reason: None }).expect("it is leased");
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((1, 0, 0), (1, 0, 0)));
    publish(&mut bench, dead, &[7]);
    assert_eq!(bench.seqs(dead, 10), [1, 2], "it has its priority there, too");
    assert_eq!(bench.seqs(queue, 10), [1]);
}

#[test]
fn every_delivery_says_how_many_it_leaves_behind() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", leveled(9));
    publish(&mut bench, queue, &[0, 9, 0, 5]);
    let left = |bench: &mut Bench, max| bench.receive(queue, max).iter().map(|one| one.ready_left).collect::<Vec<_>>();
    assert_eq!(left(&mut bench, 3), [3, 2, 1]);
    assert_eq!(left(&mut bench, 3), [0]);
}
