//! Paused queues: nothing is delivered from them, everything else goes on.

use super::Bench;
use super::bench::burying;
use crate::core::answer::Answer;
use crate::core::command::Settle;
use vocab::{CountedBy, Order, QueueSettings};

#[test]
fn nothing_is_delivered_while_the_rest_goes_on() {
    for order in [Order::Standard, Order::Fair, Order::Laned] {
        let mut bench = Bench::new();
        let queue = bench.create("q", QueueSettings { order, lease_ms: 1_000, ..QueueSettings::default() });
        bench.publish_plain(queue, 3);
        let leased = bench.receive(queue, 2);
        bench.set_paused(queue, true);
        bench.publish_plain(queue, 1);
        assert_eq!(bench.seqs(queue, 10), [0_u64; 0], "{order:?}: neither what was there nor what comes");
        bench.settle(leased[0].token, Settle::Ack).expect("the lease is held");
        bench.pass_ms(1_000);
        assert_eq!(bench.counts(queue), (3, 0, 0), "{order:?}: the other lease ended by time");
        assert_eq!(bench.seqs(queue, 10), [0_u64; 0], "{order:?}: what came back stays");
        bench.set_paused(queue, false);
        assert_eq!(bench.seqs(queue, 10), [2, 3, 4], "{order:?}");
    }
}

#[test]
fn who_waits_is_served_when_the_pause_ends() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { paused: true, ..QueueSettings::default() });
    let waiter = bench.wait(queue, 5, 20_000);
    bench.publish_plain(queue, 2);
    assert!(bench.served.is_empty(), "it waits as at an empty queue");
    bench.set_paused(queue, false);
    let Some(Answer::Received(Ok(leased))) = bench.served.get(&waiter) else { panic!("{:?}", bench.served) };
    assert_eq!(leased.len(), 2);
}

#[test]
fn what_must_be_buried_goes_from_a_paused_queue_too() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", burying(CountedBy::Failures, 1, "dead"));
    bench.publish_plain(queue, 1);
    let leased = bench.receive(queue, 1);
    bench.set_paused(queue, true);
    bench.settle(leased[0].token, Settle::Fail { delay_ms: 0, reason: None }).expect("the lease is held");
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((0, 0, 0), (1, 0, 0)));
}
