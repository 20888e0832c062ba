//! Lanes within limits small enough to be met: a full window, several readings, reads that the disk refuses.

use super::Bench;
use crate::core::command::Settle;
use crate::core::info::Leased;
use crate::core::lanes::LaneLimits;
use proptest::prelude::*;
use vocab::{Facts, Message, Order, QueueId, QueueSettings};

const LEASE_MS: u64 = 1_000;
const IDLE_MS: u64 = 3_000;

fn bench(known_max: usize, read_count: usize, heads_min: usize) -> (Bench, QueueId) {
    bench_with(known_max, read_count, heads_min, QueueSettings::default())
}

fn bench_with(known_max: usize, read_count: usize, heads_min: usize, settings: QueueSettings) -> (Bench, QueueId) {
    let mut bench = Bench::new();
    bench.machine.state.volatile.lane_limits = LaneLimits { known_max, read_count, heads_min, idle_ms: IDLE_MS };
    let queue = bench.create("q", QueueSettings { order: Order::Laned, lease_ms: LEASE_MS, ..settings });
    (bench, queue)
}

fn publish(bench: &mut Bench, queue: QueueId, lanes: &str) {
    let message = |lane: char| {
        let facts = Facts { lane: Some(lane.to_string()), ..Facts::default() };
        Message { facts, ..Message::with_body("x") }
    };
    bench.publish(queue, lanes.chars().map(message).collect());
}

fn lane(bench: &Bench, queue: QueueId, leased: &Leased) -> String {
    bench.content(queue, leased.token.seq).facts.lane.clone().expect("every message here has a lane")
}

#[test]
fn a_full_window_goes_on_when_its_messages_are_gone() {
    let (mut bench, queue) = bench(2, 2, 9);
    publish(&mut bench, queue, "aabbc");
    assert_eq!(bench.seqs(queue, 9), [1, 2], "no more is known than the window holds");
    let lot = bench.receive(queue, 9);
    assert!(lot.is_empty(), "what lies behind the window waits: {lot:?}");
    bench.pass_ms(LEASE_MS);
    for leased in bench.receive(queue, 9) {
        bench.settle(leased.token, Settle::Ack).expect("the lease is held");
    }
    assert_eq!(bench.seqs(queue, 9), [3, 4]);
}

#[test]
fn what_was_leased_far_back_does_not_fill_the_window_for_ever() {
    let (mut bench, queue) = bench(9, 9, 9);
    publish(&mut bench, queue, "abcde");
    let lot = bench.receive(queue, 5);
    bench.settle(lot[0].token, Settle::Release { delay_ms: 0 }).expect("the lease is held");
    bench.machine.state.volatile.lane_limits.known_max = 2;
    bench.crash();
    assert_eq!(bench.seqs(queue, 1), [1], "four that are leased are known, and the one before them");
    bench.pass_ms(LEASE_MS);
    assert_eq!(bench.seqs(queue, 9), [1, 2, 3, 4, 5]);
}

#[test]
fn lanes_that_come_free_far_back_do_not_keep_the_first_from_being_read() {
    let (mut bench, queue) = bench_with(9, 9, 1, QueueSettings { leases_max: Some(1), ..QueueSettings::default() });
    publish(&mut bench, queue, "ab");
    let first = bench.receive(queue, 1)[0];
    bench.settle(first.token, Settle::Release { delay_ms: 1 }).expect("the lease is held");
    assert_eq!(bench.seqs(queue, 1), [2]);
    bench.crash();
    bench.wait(queue, 1, 0);
    bench.pass_ms(LEASE_MS);
    assert_eq!(bench.seqs(queue, 1), [1], "the refused receive made the lanes and had nothing read");
}

#[test]
fn a_read_that_is_refused_is_tried_again_and_keeps_the_order() {
    let (mut bench, queue) = bench(9, 4, 9);
    publish(&mut bench, queue, "aaba");
    bench.refused_reads = 5;
    assert_eq!(bench.seqs(queue, 9), [1, 2, 4, 3]);
}

#[test]
fn a_message_that_is_refused_for_good_does_not_keep_the_others_from_being_read() {
    let (mut bench, queue) = bench(9, 2, 9);
    bench.publish_plain(queue, 2);
    bench.refused_reads = 8;
    assert_eq!(bench.seqs(queue, 1), [1]);
    bench.refused_reads = 1_000;
    assert_eq!(bench.seqs(queue, 1), [2]);
}

#[derive(Clone, Debug)]
enum Act {
    Publish(Vec<u8>),
    Receive(u32),
    Settle(Settle),
    Pass(u64),
    Refuse(u32),
    Crash,
}

fn act() -> impl Strategy<Value = Act> {
    let how = prop_oneof![
        3 => Just(Settle::Ack),
        1 => Just(Settle::Release { delay_ms: 0 }),
        1 => (1_u64..2_000).prop_map(|delay_ms| Settle::Release { delay_ms }),
    ];
    prop_oneof![
        4 => proptest::collection::vec(0_u8..4, 1..6).prop_map(Act::Publish),
        5 => (1_u32..6).prop_map(Act::Receive),
        5 => how.prop_map(Act::Settle),
        2 => (1_u64..2 * IDLE_MS).prop_map(Act::Pass),
        1 => (1_u32..6).prop_map(Act::Refuse),
        1 => Just(Act::Crash),
    ]
}

fn run(bench: &mut Bench, queue: QueueId, acts: Vec<Act>) {
    let mut held = Vec::new();
    for act in acts {
        match act {
            Act::Publish(lanes) => {
                publish(bench, queue, &lanes.iter().map(|lane| char::from(b'a' + lane)).collect::<String>());
            }
            Act::Receive(max) => held.extend(bench.receive(queue, max)),
            Act::Settle(how) => {
                if let Some(leased) = held.pop() {
                    // Whether the lease still holds depends on the time that passed.
                    let _ = bench.settle(leased.token, how);
                }
            }
            Act::Pass(ms) => bench.pass_ms(ms),
            Act::Refuse(times) => bench.refused_reads = times,
            Act::Crash => bench.crash(),
        }
    }
}

proptest! {
    /// The bench checks what can be handed out after every step; in the end everything comes out, each lane in order.
    #[test]
    fn everything_comes_out_in_order_through_a_small_window(
        (known_max, read_count, heads_min) in (1_usize..6, 1_usize..4, 1_usize..4),
        acts in proptest::collection::vec(act(), 1..60),
    ) {
        let (mut bench, queue) = bench(known_max, read_count, heads_min);
        run(&mut bench, queue, acts);
        bench.pass_ms(2 * LEASE_MS + 2_000);
        bench.refused_reads = 0;
        let mut out = std::collections::BTreeMap::<String, u64>::new();
        loop {
            let lot = bench.receive(queue, 3);
            if lot.is_empty() {
                break;
            }
            for leased in lot {
                let before = out.insert(lane(&bench, queue, &leased), leased.token.seq.0);
                prop_assert!(before.is_none_or(|before| before < leased.token.seq.0), "{} after {before:?}", leased.token.seq);
                bench.settle(leased.token, Settle::Ack).expect("the lease is held");
            }
        }
        prop_assert_eq!(bench.counts(queue), (0, 0, 0));
    }
}
