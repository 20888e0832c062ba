//! Fair queues: no lane's flood makes the others wait.

use super::Bench;
use crate::core::command::{Command, Purge, Settle};
use crate::core::info::Leased;
use proptest::prelude::*;
use vocab::{Facts, Message, Order, QueueId, QueueSettings};

fn bench() -> (Bench, QueueId) {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { order: Order::Fair, ..QueueSettings::default() });
    (bench, queue)
}

/// One message a letter, of the lane of that name; a dot has no lane.
fn publish(bench: &mut Bench, queue: QueueId, lanes: &str) {
    let message = |lane: char| {
        let facts = Facts { lane: (lane != '.').then(|| lane.to_string()), ..Facts::default() };
        Message { facts, ..Message::with_body("x") }
    };
    bench.publish(queue, lanes.chars().map(message).collect());
}

fn lanes_of(bench: &Bench, queue: QueueId, leased: &[Leased]) -> String {
    let lane = |leased: &Leased| bench.content(queue, leased.token.seq).facts.lane.clone().unwrap_or(".".to_owned());
    leased.iter().map(lane).collect()
}

fn received(bench: &mut Bench, queue: QueueId, max: u32) -> String {
    let leased = bench.receive(queue, max);
    lanes_of(bench, queue, &leased)
}

#[test]
fn lanes_take_turns_by_what_they_have_leased_and_then_by_age() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, "aaaaaabbc");
    assert_eq!(received(&mut bench, queue, 4), "abca");
    publish(&mut bench, queue, "d");
    assert_eq!(received(&mut bench, queue, 10), "dbaaaa");
}

#[test]
fn a_flood_does_not_make_the_others_wait() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, &"n".repeat(5_000));
    assert_eq!(received(&mut bench, queue, 10), "nnnnnnnnnn");
    publish(&mut bench, queue, "q");
    assert!(received(&mut bench, queue, 2).contains('q'), "although thousands are before it");
}

#[test]
fn messages_without_a_lane_take_turns_as_one() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, "....aaaabb");
    let turns = received(&mut bench, queue, 6);
    assert_eq!(turns, ".ab.ab");
    publish(&mut bench, queue, "..");
    assert_eq!(received(&mut bench, queue, 10), ".a.a..", "a and the rest in turns, as long as both have any");
}

#[test]
fn a_queue_without_lanes_goes_by_place() {
    let (mut bench, queue) = bench();
    bench.publish_plain(queue, 3);
    assert_eq!(bench.seqs(queue, 10), [1, 2, 3]);
    assert!(bench.machine.state.volatile.shares.is_empty());
}

#[test]
fn what_is_settled_counts_no_more() {
    let (mut bench, queue) = bench();
    publish(&mut bench, queue, "aaab");
    let first = bench.receive(queue, 3);
    assert_eq!(lanes_of(&bench, queue, &first), "aba");
    for leased in &first {
        bench.settle(leased.token, Settle::Ack).expect("held");
    }
    publish(&mut bench, queue, "b");
    assert_eq!(received(&mut bench, queue, 1), "a", "nothing is leased: the oldest goes first");
    bench.ask(Command::Purge { queue, what: Purge::All });
    assert!(bench.machine.state.volatile.shares.values().all(crate::core::shares::Shares::is_empty));
}

proptest! {
    /// Whatever is published and settled, everything is handed out once, and a lane's turn comes before a lane's that has
    /// more leased.
    #[test]
    fn turns_are_fair_and_nothing_is_left_out(lots in proptest::collection::vec(("[a-d.]{1,12}", 1_u32..6, any::<bool>()), 1..30)) {
        let (mut bench, queue) = bench();
        let (mut published, mut handed_out) = (0, 0);
        for (lanes, max, settle) in lots {
            published += lanes.len();
            publish(&mut bench, queue, &lanes);
            let leased = bench.receive(queue, max);
            handed_out += leased.len();
            for leased in leased.iter().filter(|_| settle) {
                bench.settle(leased.token, Settle::Ack).expect("held");
            }
        }
        handed_out += bench.receive(queue, 10_000).len();
        prop_assert_eq!(handed_out, published);
    }
}
