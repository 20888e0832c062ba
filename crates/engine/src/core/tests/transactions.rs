//! Transactions: all or none where asked for, each target by itself otherwise, and always what a publish alone would do.

use super::Bench;
use super::bench::key;
use crate::core::answer::{Answer, Grounds, Transacted};
use crate::core::command::{Command, FanOut, Settle, Settlement, Transaction};
use crate::core::error::{NoSuchQueue, PublishError, SettleError, TransactError};
use crate::core::event::Event;
use crate::core::machine::Output;
use std::sync::Arc;
use vocab::limits::BATCH_COUNT_MAX;
use vocab::{DedupPolicy, DedupScope, Durability, Facts, Message, QueueId, QueueSettings, Seq};

impl Bench {
    fn transact(&mut self, transaction: Transaction) -> Result<Transacted, TransactError> {
        match self.ask(Command::Transact(Box::new(transaction))) {
            Some(Answer::Transacted(transacted)) => transacted.map(|done| *done),
            other => panic!("no answer to a transaction: {other:?}"),
        }
    }
}

fn fan_out(queues: &[QueueId], bodies: &[&'static str]) -> FanOut {
    let messages = bodies.iter().map(|body| Message::with_body(*body)).collect();
    FanOut { to: queues.iter().map(|queue| key(*queue)).collect(), messages }
}

fn atomic(publishes: Vec<FanOut>) -> Transaction {
    Transaction { publishes, settlements: Vec::new(), atomic: true }
}

fn bench() -> (Bench, QueueId, QueueId) {
    let mut bench = Bench::new();
    let one = bench.create("one", QueueSettings::default());
    let small = bench.create("small", QueueSettings { message_bytes_max: 4, ..QueueSettings::default() });
    (bench, one, small)
}

#[test]
fn messages_of_several_publishes_keep_their_order_in_each_queue() {
    let (mut bench, one, small) = bench();
    let publishes = vec![fan_out(&[one], &["a", "b"]), fan_out(&[small, one], &["c"]), fan_out(&[one], &["d"])];
    let done = bench.transact(atomic(publishes)).expect("every queue takes these");
    let seqs: Vec<Vec<Vec<u64>>> = done
        .published
        .iter()
        .map(|verdicts| {
            verdicts.iter().map(|placed| placed.as_ref().expect("taken").seqs().map(|seq| seq.0).collect()).collect()
        })
        .collect();
    assert_eq!(seqs, [vec![vec![1, 2]], vec![vec![1], vec![3]], vec![vec![4]]]);
    let body = |queue, seq| bench.content(queue, Seq(seq)).body.clone();
    assert_eq!([1, 2, 3, 4].map(|seq| body(one, seq)), ["a", "b", "c", "d"]);
    assert!(Arc::ptr_eq(&bench.content(one, Seq(3)), &bench.content(small, Seq(1))), "one message for both");
}

#[test]
fn a_refused_publish_refuses_everything_and_names_itself() {
    let (mut bench, one, small) = bench();
    bench.publish_plain(one, 1);
    let token = bench.receive(one, 1)[0].token;
    let publishes =
        vec![fan_out(&[one], &["fine"]), fan_out(&[small], &["a"]), fan_out(&[one, small], &["b", "too large"])];
    let settlements = vec![Settlement { token, how: Settle::Ack }];
    let events = bench.events.len();
    let refused = bench.transact(Transaction { publishes, settlements, atomic: true });
    let error = PublishError::TooLarge { index: 1, bytes: 9, max: 4 };
    assert_eq!(refused, Err(TransactError::Refused { publish: 2, error }));
    assert_eq!((bench.events.len(), bench.counts(one), bench.counts(small)), (events, (0, 0, 1), (0, 0, 0)));
    bench.machine.disk_full = true;
    let refused = bench.transact(atomic(vec![fan_out(&[], &["nowhere"]), fan_out(&[one], &["fine"])]));
    assert_eq!(refused, Err(TransactError::Refused { publish: 1, error: PublishError::DiskFull }));
    let settlements = vec![Settlement { token, how: Settle::Ack }];
    let done = bench.transact(Transaction { publishes: Vec::new(), settlements, atomic: true });
    assert_eq!(done.map(|done| done.settled), Ok(vec![Ok(())]), "settling goes on");
}

#[test]
fn a_queue_that_is_gone_refuses_only_its_own_part() {
    let (mut bench, one, _) = bench();
    let gone = QueueId(77);
    let done = bench.transact(atomic(vec![fan_out(&[one, gone], &["a"])])).expect("the other queue takes it");
    assert_eq!(done.published[0][1], Err(NoSuchQueue(gone).into()));
    assert_eq!(bench.counts(one), (1, 0, 0));
}

#[test]
fn in_a_fan_out_each_target_stands_alone() {
    let (mut bench, one, small) = bench();
    bench.publish_plain(one, 1);
    let token = bench.receive(one, 1)[0].token;
    let settlements = vec![Settlement { token, how: Settle::Ack }, Settlement { token, how: Settle::Ack }];
    let publishes = vec![fan_out(&[small, one], &["too large"])];
    let done = bench.transact(Transaction { publishes, settlements, atomic: false }).expect("small enough");
    assert_eq!(done.published[0][0], Err(PublishError::TooLarge { index: 0, bytes: 9, max: 4 }));
    assert!(done.published[0][1].is_ok());
    assert_eq!(done.settled, [Ok(()), Err(SettleError::Gone)]);
    assert_eq!((bench.counts(one), bench.counts(small)), ((1, 0, 0), (0, 0, 0)));
}

#[test]
fn a_queues_own_delay_and_repeats_hold_in_transactions() {
    let mut bench = Bench::new();
    let plain = bench.create("plain", QueueSettings::default());
    let dedup = Some(DedupPolicy { window_ms: 9_000, scope: DedupScope::Queue });
    let delayed = bench.create("delayed", QueueSettings { delay_ms: 500, dedup, ..QueueSettings::default() });
    let message = |id: &str| {
        let facts = Facts { dedup: Some(id.to_owned()), due_ms: (id == "due").then_some(1), ..Facts::default() };
        Message { facts, ..Message::with_body("m") }
    };
    let publish = |ids: &[&str]| FanOut {
        to: vec![key(plain), key(delayed)],
        messages: ids.iter().map(|id| message(id)).collect(),
    };
    let done = bench.transact(atomic(vec![publish(&["a", "b"]), publish(&["b", "c", "a", "due"])])).expect("all fits");
    let placed = |publish: usize, target: usize| -> Vec<u64> {
        done.published[publish][target].as_ref().expect("taken").seqs().map(|seq| seq.0).collect()
    };
    assert_eq!((placed(0, 0), placed(1, 0)), (vec![1, 2], vec![3, 4, 5, 6]));
    assert_eq!((placed(0, 1), placed(1, 1)), (vec![1, 2], vec![2, 3, 1, 4]));
    assert_eq!(
        (bench.counts(plain), bench.counts(delayed)),
        ((6, 0, 0), (1, 3, 0)),
        "what was due is ready everywhere"
    );
}

#[test]
fn what_is_larger_than_a_commit_is_refused_as_a_whole() {
    let (mut bench, one, _) = bench();
    let messages = vec![Message::default(); BATCH_COUNT_MAX / 2 + 1];
    let publish = FanOut { to: vec![key(one), key(one)], messages };
    let (items, bytes) = (BATCH_COUNT_MAX + 2, 64 * (BATCH_COUNT_MAX as u64 + 2));
    for atomic in [true, false] {
        let publishes = vec![FanOut { to: publish.to.clone(), messages: publish.messages.clone() }];
        let refused = bench.transact(Transaction { publishes, settlements: Vec::new(), atomic });
        assert_eq!(refused, Err(TransactError::TooLarge { items, bytes }));
    }
}

#[test]
fn the_strictest_queue_decides_what_an_answer_waits_for() {
    let mut bench = Bench::new();
    let mut queue =
        |name: &str, durability| bench.create(name, QueueSettings { durability, ..QueueSettings::default() });
    let always = queue("always", Durability::Always);
    let (never, soon) = (queue("never", Durability::Never), queue("soon", Durability::Interval(50)));
    let mut grounds = |queues: &[QueueId], atomic| {
        let mut out = Output::default();
        let publishes = vec![fan_out(queues, &["m"])];
        let transaction = Transaction { publishes, settlements: Vec::new(), atomic };
        bench.machine.execute(Command::Transact(Box::new(transaction)), bench.now_ms, &mut out);
        assert!(out.events.iter().all(|(event, _)| matches!(event, Event::Reserved { .. } | Event::Published { .. })));
        out.told[0].grounds
    };
    for atomic in [true, false] {
        assert_eq!(grounds(&[never, soon], atomic), Grounds::Reservations);
        assert_eq!(grounds(&[never, always, soon], atomic), Grounds::NewestEvent);
        assert_eq!(grounds(&[never, QueueId(77)], atomic), Grounds::NewestEvent, "that it is gone may not be durable");
    }
}
