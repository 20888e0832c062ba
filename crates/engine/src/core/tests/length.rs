//! Limits on a queue's length: what gives way, what is refused, and what counts. Purges of what is ready; queues that no start
//! outlives.

use super::Bench;
use crate::core::answer::Answer;
use crate::core::command::{Command, FanOut, Purge, Settle, Transaction};
use crate::core::error::{Measure, PublishError, TransactError};
use crate::core::event::Event;
use vocab::{Facts, LengthLimit, Message, Order, Overflow, QueueId, QueueSettings};

fn limited(messages_max: Option<u64>, bytes_max: Option<u64>, overflow: Overflow) -> QueueSettings {
    let length = Some(LengthLimit { messages_max, bytes_max, overflow });
    QueueSettings { length, priority_max: 9, lease_ms: 1_000, ..QueueSettings::default() }
}

fn message(bytes: usize, priority: u8) -> Message {
    let facts = Facts { priority, ..Facts::default() };
    Message { facts, ..Message::with_body(vec![b'x'; bytes]) }
}

fn refusal(bench: &mut Bench, queue: QueueId, messages: Vec<Message>) -> Option<PublishError> {
    match bench.ask(Command::Publish { key: super::bench::key(queue), messages }) {
        Some(Answer::Published(published)) => published.err(),
        other => panic!("no answer to a publish: {other:?}"),
    }
}

fn set_length(bench: &mut Bench, queue: QueueId, length: Option<LengthLimit>) {
    let info = bench.machine.state.queues[&queue].info.clone();
    let settings = Box::new(QueueSettings { length, ..info.settings.clone() });
    let (revision, annotations) = (info.revision, info.annotations.clone());
    bench.ask(Command::UpdateQueue { queue, revision, settings, annotations });
}

#[test]
fn the_oldest_gives_way_and_nothing_more() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", limited(Some(3), None, Overflow::DropOldest));
    bench.publish_plain(queue, 3);
    assert_eq!(bench.stats(queue).totals.dropped, 0, "three fit");
    bench.publish_plain(queue, 2);
    assert_eq!(bench.stats(queue).totals.dropped, 2);
    assert_eq!(bench.seqs(queue, 10), [3, 4, 5]);
    bench.publish_plain(queue, 5);
    assert_eq!(bench.seqs(queue, 10), [8, 9, 10], "of a publish that is too long by itself its end is left");
}

#[test]
fn the_lowest_priority_gives_way_first() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", limited(Some(3), None, Overflow::DropOldest));
    bench.publish(queue, vec![message(1, 5), message(1, 0), message(1, 2)]);
    bench.publish(queue, vec![message(1, 2)]);
    bench.publish(queue, vec![message(1, 9)]);
    assert_eq!(bench.seqs(queue, 10), [5, 1, 4]);
    bench.pass_ms(1_000);
    bench.publish(queue, vec![message(1, 0)]);
    assert_eq!(bench.seqs(queue, 10), [5, 1, 4], "the new one is the lowest");
}

#[test]
fn only_what_is_ready_counts() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", limited(Some(2), None, Overflow::DropOldest));
    bench.publish_plain(queue, 2);
    let leased = bench.receive(queue, 1);
    let facts = Facts { due_ms: Some(bench.now_ms + 500), ..Facts::default() };
    bench.publish(queue, vec![Message { facts, ..Message::with_body("later") }, message(1, 0)]);
    assert_eq!((bench.counts(queue), bench.stats(queue).totals.dropped), ((2, 1, 1), 0));
    bench.settle(leased[0].token, Settle::Release { delay_ms: 0 }).expect("it is leased");
    bench.pass_ms(500);
    assert_eq!(bench.counts(queue), (4, 0, 0), "what comes back or becomes due is seen to by the next publish");
    bench.publish(queue, vec![message(1, 0)]);
    assert_eq!(bench.seqs(queue, 10), [4, 5]);
}

#[test]
fn bytes_are_those_of_what_is_ready() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", limited(None, Some(10), Overflow::DropOldest));
    bench.publish(queue, vec![message(4, 0), message(0, 0), message(4, 3)]);
    let leased = bench.receive(queue, 1);
    assert_eq!(leased[0].token.seq.0, 3);
    bench.publish(queue, vec![message(6, 0)]);
    assert_eq!(bench.stats(queue).totals.dropped, 0, "four bytes are leased");
    bench.settle(leased[0].token, Settle::Release { delay_ms: 0 }).expect("it is leased");
    bench.publish(queue, vec![message(1, 0)]);
    assert_eq!(bench.stats(queue).totals.dropped, 3, "four and nothing and six went, in order, until eleven bytes fit");
    assert_eq!(bench.seqs(queue, 10), [3, 5]);
    bench.publish(queue, vec![message(11, 0)]);
    assert_eq!(bench.counts(queue), (0, 0, 2), "what is larger than the queue does not stay");
}

#[test]
fn whoever_waits_is_served_before_anything_is_dropped() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", limited(Some(0), None, Overflow::DropOldest));
    let waiter = bench.wait(queue, 1, 5_000);
    bench.publish_plain(queue, 2);
    assert!(matches!(&bench.served[&waiter], Answer::Received(Ok(leased)) if leased[0].token.seq.0 == 1));
    assert_eq!((bench.counts(queue), bench.stats(queue).totals.dropped), ((0, 0, 1), 1));
}

#[test]
fn a_publish_that_does_not_fit_is_refused_as_a_whole() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", limited(Some(3), Some(10), Overflow::Refuse));
    bench.publish(queue, vec![message(4, 0), message(4, 9)]);
    let full = |max, measure| Some(PublishError::QueueFull { max, measure });
    assert_eq!(refusal(&mut bench, queue, vec![message(1, 0); 2]), full(3, Measure::Messages));
    assert_eq!(refusal(&mut bench, queue, vec![message(3, 0)]), full(10, Measure::Bytes));
    assert_eq!(refusal(&mut bench, queue, vec![message(2, 0)]), None);
    assert_eq!(bench.seqs(queue, 1), [2]);
    assert_eq!(refusal(&mut bench, queue, vec![message(4, 0)]), None, "what is leased makes room");
    assert_eq!((bench.counts(queue), bench.stats(queue).totals.dropped), ((3, 0, 1), 0));
    let facts = Facts { due_ms: Some(bench.now_ms + 500), ..Facts::default() };
    let later = Message { facts, ..Message::with_body("later") };
    assert_eq!(refusal(&mut bench, queue, vec![later]), None, "what waits for its time is not there yet");
}

#[test]
fn a_lowered_limit_is_seen_to_by_the_next_publish() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", limited(None, None, Overflow::DropOldest));
    bench.publish_plain(queue, 9);
    set_length(&mut bench, queue, limited(Some(4), None, Overflow::DropOldest).length);
    assert_eq!(bench.counts(queue), (9, 0, 0));
    bench.publish_plain(queue, 1);
    assert_eq!(bench.seqs(queue, 10), [7, 8, 9, 10]);
}

#[test]
fn bytes_count_from_when_they_are_limited_and_are_forgotten_when_they_are_not() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", limited(Some(9), None, Overflow::DropOldest));
    let sizes =
        |bench: &Bench| bench.machine.state.queues[&queue].subscriptions[&vocab::SubscriptionId(0)][0].sizes.clone();
    bench.publish(queue, vec![message(100, 0)]);
    assert!(sizes(&bench).is_empty(), "nothing is kept without a limit on bytes");
    set_length(&mut bench, queue, limited(None, Some(10), Overflow::DropOldest).length);
    bench.publish(queue, vec![message(8, 0)]);
    assert_eq!((bench.counts(queue), sizes(&bench).ready_bytes), ((2, 0, 0), 8));
    set_length(&mut bench, queue, None);
    assert_eq!((sizes(&bench).is_empty(), sizes(&bench).ready_bytes), (true, 0));
}

#[test]
fn the_oldest_lanes_messages_give_way_too() {
    let mut bench = Bench::new();
    let settings = QueueSettings { order: Order::Laned, ..limited(Some(2), None, Overflow::DropOldest) };
    let queue = bench.create("lanes", settings);
    bench.publish_plain(queue, 1);
    bench.receive(queue, 1);
    bench.publish_plain(queue, 3);
    assert_eq!(bench.seqs(queue, 10), [3, 4]);
}

#[test]
fn one_publish_drops_a_bounded_number_and_the_next_goes_on() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", QueueSettings { ..limited(None, None, Overflow::DropOldest) });
    for _ in 0..8 {
        bench.publish_unchecked(queue, vec![Message::with_body("x"); 10_000]);
    }
    set_length(&mut bench, queue, limited(Some(1), None, Overflow::DropOldest).length);
    bench.publish_plain(queue, 1);
    assert_eq!(bench.stats(queue).totals.dropped, 65_536);
    bench.publish_plain(queue, 1);
    assert_eq!(bench.counts(queue), (1, 0, 0));
}

#[test]
fn a_purge_of_what_is_ready_leaves_the_rest() {
    let mut bench = Bench::new();
    let queue = bench.create("jobs", limited(None, Some(100), Overflow::DropOldest));
    bench.publish(queue, (0..6).map(|priority| message(3, priority % 3)).collect());
    let leased = bench.receive(queue, 2);
    bench.settle(leased[1].token, Settle::Release { delay_ms: 700 }).expect("it is leased");
    assert_eq!(bench.ask(Command::Purge { queue, what: Purge::Ready }), Some(Answer::Purged(Ok(4))));
    assert_eq!((bench.counts(queue), bench.stats(queue).totals.purged), ((0, 1, 1), 4));
    assert_eq!(bench.ask(Command::Purge { queue, what: Purge::Ready }), Some(Answer::Purged(Ok(0))));
    assert_eq!(bench.ask(Command::Purge { queue, what: Purge::All }), Some(Answer::Purged(Ok(2))));
    assert_eq!(bench.counts(queue), (0, 0, 0));
}

#[test]
fn a_transient_queue_ends_with_the_start_that_finds_it() {
    let mut bench = Bench::new();
    let kept = bench.create("kept", QueueSettings::default());
    let queue = bench.create("passing", QueueSettings { transient: true, ..QueueSettings::default() });
    bench.publish_plain(queue, 3);
    bench.receive(queue, 1);
    bench.crash();
    assert!(bench.machine.state.queue_named("passing").is_none() && bench.machine.state.queues.contains_key(&kept));
    let last_two: Vec<_> = bench.events.iter().rev().take(2).collect();
    assert!(matches!(last_two[..], [Event::QueueDeleted { .. }, Event::Booted { .. }]), "{last_two:?}");
    assert_ne!(bench.create("passing", QueueSettings::default()), queue, "a new queue of the name is another");
}

#[test]
fn settings_that_were_written_before_there_were_limits_still_read() {
    let json = r#"{"lease_ms":1,"delay_ms":2,"retention_ms":null,"wait_ms":3,"message_bytes_max":4,"leases_max":null,
        "bury":null,"durability":"always","strict_leases":false}"#;
    let settings: QueueSettings = serde_json::from_str(json).expect("every field that came later has a default");
    assert_eq!((settings.priority_max, settings.length, settings.transient), (0, None, false));
    let limit: LengthLimit = serde_json::from_str(r#"{"messages_max":5}"#).expect("the rest has defaults");
    assert_eq!(limit, LengthLimit { messages_max: Some(5), bytes_max: None, overflow: Overflow::DropOldest });
}

#[test]
fn a_transaction_meets_the_limits_of_every_queue_it_publishes_to() {
    let mut bench = Bench::new();
    let dropping = bench.create("dropping", limited(Some(2), None, Overflow::DropOldest));
    let refusing = bench.create("refusing", limited(Some(2), None, Overflow::Refuse));
    let mut transact = |atomic| {
        let to = [dropping, refusing].map(super::bench::key).to_vec();
        let publishes = vec![FanOut { to, messages: vec![message(1, 0), message(1, 9)] }];
        let transaction = Transaction { publishes, settlements: Vec::new(), atomic };
        let answer = bench.ask(Command::Transact(Box::new(transaction)));
        (answer, bench.counts(dropping), bench.counts(refusing), bench.stats(dropping).totals.dropped)
    };
    let full = PublishError::QueueFull { max: 2, measure: Measure::Messages };
    let (answer, in_dropping, in_refusing, _) = transact(true);
    assert!(matches!(answer, Some(Answer::Transacted(Ok(_)))), "{answer:?}");
    assert_eq!((in_dropping, in_refusing), ((2, 0, 0), (2, 0, 0)));
    let (answer, in_dropping, _, dropped) = transact(true);
    assert_eq!(answer, Some(Answer::Transacted(Err(TransactError::Refused { publish: 0, error: full }))));
    assert_eq!((in_dropping, dropped), ((2, 0, 0), 0), "nothing is dropped for what is refused elsewhere");
    let (answer, in_dropping, in_refusing, dropped) = transact(false);
    let Some(Answer::Transacted(Ok(transacted))) = answer else { panic!("{answer:?}") };
    assert!(transacted.published[0][0].is_ok() && transacted.published[0][1] == Err(full), "{transacted:?}");
    assert_eq!((in_dropping, in_refusing, dropped), ((2, 0, 0), (2, 0, 0), 2));
    assert_eq!(bench.seqs(dropping, 10), [2, 4], "the lowest went first");
}
