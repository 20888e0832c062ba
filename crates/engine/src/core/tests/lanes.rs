//! Laned queues: order per lane, one lot of a lane at a time.

use super::Bench;
use super::bench::burying;
use crate::core::command::{Command, Purge, Settle};
use crate::core::error::SettleError;
use crate::core::info::Leased;
use vocab::{CountedBy, Facts, Message, Order, QueueId, QueueSettings, Seq};

fn bench() -> (Bench, QueueId) {
    bench_with(QueueSettings::default())
}

fn bench_with(settings: QueueSettings) -> (Bench, QueueId) {
    let mut bench = Bench::new();
    bench.create("dead", QueueSettings { order: Order::Laned, ..QueueSettings::default() });
    let queue = bench.create("q", QueueSettings { order: Order::Laned, ..settings });
    (bench, queue)
}

fn publish(bench: &mut Bench, queue: QueueId, lanes: &str) -> Seq {
    let message = |lane: char| {
        let facts = Facts { lane: Some(lane.to_string()), ..Facts::default() };
        Message { facts, ..Message::with_body("x") }
    };
    bench.publish(queue, lanes.chars().map(message).collect())
}

fn ack(bench: &mut Bench, leased: &[Leased]) {
    for leased in leased {
        bench.settle(leased.token, Settle::Ack).expect("the lease is held");
    }
}

#[test]
fn a_lot_is_the_oldest_lane_in_order_and_then_the_next() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, "abacbacc");
    assert_eq!(bench.seqs(queue, 4), [1, 3, 6, 2]);
    assert_eq!(bench.seqs(queue, 10), [4, 7, 8], "lane b is held, although only one of its two was taken");
    assert_eq!(bench.seqs(queue, 10), [0_u64; 0]);
}

#[test]
fn a_lane_goes_on_when_the_last_of_its_lot_has_ended() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, "aaab");
    let lot = bench.receive(queue, 2);
    ack(&mut bench, &lot[..1]);
    assert_eq!(bench.seqs(queue, 10), [4]);
    bench.settle(lot[1].token, Settle::Release { delay_ms: 0 }).expect("held");
    assert_eq!(bench.seqs(queue, 10), [2, 3], "what came back is before what was never delivered");
}

#[test]
fn what_comes_back_with_a_delay_or_is_delayed_from_the_start_holds_its_lane_up() {
    let (mut bench, queue) = bench_with(QueueSettings { delay_ms: 100, ..QueueSettings::default() });
    publish(&mut bench, queue, "ab");
    assert_eq!(bench.seqs(queue, 10), [0_u64; 0]);
    bench.pass_ms(100);
    let both = bench.receive(queue, 10);
    publish(&mut bench, queue, "a");
    bench.settle(both[0].token, Settle::Release { delay_ms: 5_000 }).expect("held");
    bench.pass_ms(200);
    assert_eq!(bench.seqs(queue, 10), [0_u64; 0], "the first of lane a is not due, b is held");
    bench.pass_ms(5_000);
    assert_eq!(bench.seqs(queue, 10), [1, 3]);
}

#[test]
fn a_waiting_receive_gets_what_an_ack_sets_free() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, "aa");
    let lot = bench.receive(queue, 1);
    let waiter = bench.wait(queue, 5, 1_000);
    assert!(!bench.served.contains_key(&waiter));
    ack(&mut bench, &lot);
    assert!(bench.served.contains_key(&waiter));
}

#[test]
fn a_lease_that_ended_settles_nothing() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, "a");
    let lot = bench.receive(queue, 1);
    bench.pass_ms(30_000);
    assert_eq!(bench.settle(lot[0].token, Settle::Ack), Err(SettleError::NotLeased));
    assert_eq!(bench.seqs(queue, 1), [1]);
    assert_eq!(bench.settle(lot[0].token, Settle::Ack), Err(SettleError::Stale));
}

#[test]
fn a_lane_waits_for_the_burial_of_its_head_and_keeps_its_order_there() {
    let (mut bench, queue) = bench_with(burying(CountedBy::Deliveries, 1, "dead"));
    publish(&mut bench, queue, "aab");
    let lot = bench.receive(queue, 2);
    for leased in lot.iter().rev() {
        bench.settle(leased.token, Settle::Release { delay_ms: 0 }).expect("held");
    }
    assert_eq!(bench.seqs(queue, 10), [3], "both of lane a are buried");
    let dead = QueueId(queue.0 - 1);
    let buried = bench.receive(dead, 10);
    let origins: Vec<_> = buried
        .iter()
        .map(|leased| bench.content(dead, leased.token.seq).facts.origin.as_ref().expect("buried").id.seq.0)
        .collect();
    assert_eq!(origins.len(), 2);
    assert!(origins.is_sorted(), "{origins:?}");
}

#[test]
fn a_message_that_is_to_be_buried_waits_for_what_is_ahead_of_it_and_comes_back() {
    let (mut bench, queue) = bench_with(burying(CountedBy::Failures, 9, "dead"));
    publish(&mut bench, queue, "aa");
    let lot = bench.receive(queue, 2);
    bench.settle(lot[1].token, Settle::Bury { reason: None }).expect("held");
    bench.settle(lot[0].token, Settle::Release { delay_ms: 0 }).expect("held");
    let again = bench.receive(queue, 5);
    assert_eq!(again.iter().map(|leased| leased.token.seq.0).collect::<Vec<_>>(), [1]);
    let dead = QueueId(queue.0 - 1);
    assert_eq!(bench.counts(dead), (0, 0, 0), "the first may yet have to be buried too, before it");
    bench.settle(again[0].token, Settle::Bury { reason: None }).expect("held");
    bench.receive(queue, 1);
    let buried = bench.receive(dead, 10);
    let origin = |leased: &Leased| bench.content(dead, leased.token.seq).facts.origin.as_ref().map(|o| o.id.seq.0);
    assert_eq!(buried.iter().map(origin).collect::<Vec<_>>(), [Some(1), Some(2)]);
}

#[test]
fn messages_without_a_lane_do_not_wait_for_each_other() {
    let (mut bench, queue) = bench();
    bench.publish_plain(queue, 3);
    assert_eq!(bench.seqs(queue, 1), [1]);
    assert_eq!(bench.seqs(queue, 5), [2, 3]);
}

#[test]
fn after_a_crash_lanes_are_read_back_and_held_ones_stay_held() {
    let (mut bench, queue) = bench();
    let lanes: String = ('a'..='z').cycle().take(2_600).collect();
    publish(&mut bench, queue, &lanes);
    let lot = bench.receive(queue, 3);
    assert!(lot.iter().all(|leased| leased.token.seq.0 % 26 == 1), "all of lane a");
    bench.settle(lot[0].token, Settle::Release { delay_ms: 0 }).expect("held");
    bench.crash();
    let next = bench.receive(queue, 200);
    assert!(next.iter().all(|leased| leased.token.seq.0 % 26 != 1), "lane a is held by the rest of its lot");
    assert_eq!(next.len(), 200);
    ack(&mut bench, &lot[1..]);
    assert_eq!(bench.seqs(queue, 2), [1, 79], "what came back, then what was never delivered");
}

#[test]
fn a_purge_leaves_no_lane_held() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, "aab");
    bench.receive(queue, 1);
    bench.ask(Command::Purge { queue, what: Purge::All });
    let first = publish(&mut bench, queue, "a");
    assert_eq!(bench.seqs(queue, 10), [first.0]);
}

#[test]
fn idle_lanes_are_dropped_and_made_again() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, "aab");
    bench.receive(queue, 1);
    assert_eq!(bench.machine.state.volatile.lanes.len(), 1);
    bench.pass_ms(200_000);
    assert_eq!(bench.machine.state.volatile.lanes.len(), 0);
    assert_eq!(bench.seqs(queue, 2), [1, 2]);
}
