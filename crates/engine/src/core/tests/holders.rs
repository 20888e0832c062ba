//! Who holds how many leases, and how long messages were worked on: counted beside the state, and never part of it.

use super::Bench;
use crate::core::answer::Answer;
use crate::core::command::{Command, LeaseTerms, Question, Receive, Settle, WaiterId};
use crate::core::holders::{Holders, Holding};
use crate::core::info::Leased;
use crate::core::state::State;
use vocab::limits::{LEASES_COUNTED_MAX, RECEIVE_COUNT_MAX};
use vocab::{ConsumerId, QueueId, QueueSettings, SubscriptionId};

fn lease(bench: &mut Bench, queue: QueueId, max: u32, consumer: u32) -> Vec<Leased> {
    let (terms, subscription, consumer) = (LeaseTerms::Deadline(Some(60_000)), SubscriptionId(0), ConsumerId(consumer));
    let receive = Receive { queue, subscription, max, wait_ms: Some(0), terms, rank: 0, consumer };
    match bench.ask(Command::Receive { receive, waiter: WaiterId(0) }) {
        Some(Answer::Received(Ok(leased))) => leased,
        other => panic!("not received: {other:?}"),
    }
}

fn held(holders: Holders) -> Vec<(u32, Holding)> {
    holders.by_consumer.into_iter().map(|(consumer, holding)| (consumer.0, holding)).collect()
}

fn counted(state: &State, queue: QueueId) -> u64 {
    match state.answer(Question::ServiceTimes(Some(queue))) {
        Answer::ServiceTimes(times) => times.iter().map(|(_, meter)| meter.since_start().count()).sum(),
        other => panic!("not told: {other:?}"),
    }
}

#[test]
fn leases_are_counted_by_who_holds_them() {
    let mut bench = Bench::new();
    let [orders, invoices] = ["orders", "invoices"].map(|name| bench.create(name, QueueSettings::default()));
    bench.publish_plain(orders, 5);
    bench.publish_plain(invoices, 1);
    let first_ms = bench.now_ms;
    lease(&mut bench, orders, 1, 7);
    bench.pass_ms(10);
    let later_ms = bench.now_ms;
    let leased = lease(&mut bench, orders, 2, 7);
    lease(&mut bench, orders, 1, 8);
    lease(&mut bench, invoices, 1, 9);
    let (mine, others) = (Holding { leases: 3, oldest_ms: first_ms }, Holding { leases: 1, oldest_ms: later_ms });
    assert_eq!(held(bench.machine.state.holders(Some(orders))), [(7, mine), (8, others)]);
    assert_eq!(held(bench.machine.state.holders(None)).len(), 3);
    bench.settle(leased[0].token, Settle::Ack).expect("it is leased");
    bench.settle(leased[1].token, Settle::Release { delay_ms: 0 }).expect("it is leased");
    assert_eq!(held(bench.machine.state.holders(Some(orders)))[0], (7, Holding { leases: 1, ..mine }));
    let nobody = Holders { is_complete: true, ..Holders::default() };
    assert_eq!(bench.machine.state.holders(Some(QueueId(99))), nobody);
}

#[test]
fn a_count_of_very_many_leases_says_that_there_are_more() {
    let mut bench = Bench::new();
    let queue = bench.create("orders", QueueSettings::default());
    let rounds = LEASES_COUNTED_MAX.div_ceil(RECEIVE_COUNT_MAX as usize);
    for _ in 0..rounds {
        bench.publish_plain(queue, RECEIVE_COUNT_MAX as usize);
        lease(&mut bench, queue, RECEIVE_COUNT_MAX, 7);
    }
    assert!(bench.machine.state.holders(None).is_complete, "that many are counted");
    bench.publish_plain(queue, 1);
    lease(&mut bench, queue, 1, 8);
    let holders = bench.machine.state.holders(None);
    assert!(!holders.is_complete);
    assert_eq!(held(holders).iter().map(|(_, holding)| holding.leases).sum::<u64>(), LEASES_COUNTED_MAX as u64);
}

#[test]
fn an_acknowledged_message_is_timed_once_and_not_by_a_replay() {
    let mut bench = Bench::new();
    let queue = bench.create("orders", QueueSettings::default());
    bench.publish_plain(queue, 3);
    let leased = lease(&mut bench, queue, 3, 7);
    bench.pass_ms(40);
    bench.settle(leased[0].token, Settle::Ack).expect("it is leased");
    bench.settle(leased[1].token, Settle::Release { delay_ms: 0 }).expect("it is leased");
    assert_eq!(counted(&bench.machine.state, queue), 1);
    let service = bench.machine.state.queues[&queue].service.clone().expect("something was timed");
    assert_eq!((service.lately(bench.now_ms).count, service.since_start().sum_ms), (1, 40));
    let mut replayed = State::default();
    bench.events.iter().for_each(|event| replayed.apply(event));
    assert_eq!(replayed.queues[&queue].totals.acked, 1);
    assert_eq!(counted(&replayed, queue), 0);
}
