//! Messages published twice under one dedup id.

use super::Bench;
use super::bench::key;
use crate::core::answer::Answer;
use crate::core::command::{Command, Purge, Settle};
use vocab::{DedupPolicy, DedupScope, Facts, Message, QueueId, QueueSettings, Seq};

const WINDOW_MS: u64 = 300_000;

fn bench(scope: DedupScope) -> (Bench, QueueId) {
    let mut bench = Bench::new();
    let dedup = Some(DedupPolicy { window_ms: WINDOW_MS, scope });
    let queue = bench.create("q", QueueSettings { dedup, ..QueueSettings::default() });
    (bench, queue)
}

fn message(lane: &str, id: &str) -> Message {
    let facts = Facts { lane: Some(lane.to_owned()), dedup: Some(id.to_owned()), ..Facts::default() };
    Message { facts, ..Message::with_body("x") }
}

fn publish(bench: &mut Bench, queue: QueueId, messages: &[(&str, &str)]) -> Vec<u64> {
    let messages = messages.iter().map(|(lane, id)| message(lane, id)).collect();
    match bench.ask(Command::Publish { key: key(queue), messages }) {
        Some(Answer::Published(Ok(placed))) => placed.seqs().map(|seq| seq.0).collect(),
        other => panic!("not published: {other:?}"),
    }
}

#[test]
fn a_repeat_is_told_the_first_ones_seq_and_is_not_stored() {
    let (mut bench, queue) = bench(DedupScope::Queue);
    assert_eq!(publish(&mut bench, queue, &[("a", "1"), ("a", "2")]), [1, 2]);
    assert_eq!(publish(&mut bench, queue, &[("a", "2"), ("b", "3"), ("b", "1"), ("a", "4")]), [2, 3, 1, 4]);
    assert_eq!(bench.counts(queue), (4, 0, 0));
}

#[test]
fn a_repeat_in_the_same_batch_is_one_too() {
    let (mut bench, queue) = bench(DedupScope::Queue);
    assert_eq!(publish(&mut bench, queue, &[("a", "1"), ("a", "1"), ("a", "2"), ("b", "1")]), [1, 1, 2, 1]);
    assert_eq!(bench.counts(queue), (2, 0, 0));
}

#[test]
fn ids_of_different_lanes_are_different_where_the_scope_is_the_lane() {
    let (mut bench, queue) = bench(DedupScope::Lane);
    assert_eq!(publish(&mut bench, queue, &[("a", "1"), ("b", "1"), ("a", "1")]), [1, 2, 1]);
}

#[test]
fn the_window_begins_with_the_first_publish_and_ends_to_the_millisecond() {
    let (mut bench, queue) = bench(DedupScope::Queue);
    publish(&mut bench, queue, &[("a", "1")]);
    bench.pass_ms(WINDOW_MS - 1);
    assert_eq!(publish(&mut bench, queue, &[("a", "1")]), [1], "a millisecond before its end");
    bench.pass_ms(1);
    assert_eq!(publish(&mut bench, queue, &[("a", "1")]), [2], "the repeat did not make it longer");
}

#[test]
fn an_id_holds_when_its_message_is_gone() {
    let (mut bench, queue) = bench(DedupScope::Queue);
    publish(&mut bench, queue, &[("a", "1"), ("a", "2")]);
    let leased = bench.receive(queue, 1)[0];
    bench.settle(leased.token, Settle::Ack).expect("the lease is held");
    bench.ask(Command::Purge { queue, what: Purge::All });
    assert_eq!(publish(&mut bench, queue, &[("a", "1"), ("a", "2"), ("a", "3")]), [1, 2, 3]);
}

#[test]
fn ids_are_dropped_when_their_window_is_over() {
    let (mut bench, queue) = bench(DedupScope::Queue);
    for id in 0..100 {
        publish(&mut bench, queue, &[("a", &id.to_string())]);
        bench.pass_ms(10);
    }
    bench.pass_ms(2 * WINDOW_MS);
    let dedup = &bench.machine.state.queues[&queue].logs[0].dedup;
    assert_eq!((dedup.floor(), dedup.timer_ms), (Seq(u64::MAX), None));
}

#[test]
fn a_queue_without_a_policy_and_a_message_without_an_id_know_no_repeats() {
    let mut plain = Bench::new();
    let queue = plain.create("q", QueueSettings::default());
    assert_eq!(publish(&mut plain, queue, &[("a", "1"), ("a", "1")]), [1, 2]);
    let (mut bench, queue) = bench(DedupScope::Queue);
    bench.publish_plain(queue, 2);
    assert_eq!(bench.counts(queue), (2, 0, 0));
}
