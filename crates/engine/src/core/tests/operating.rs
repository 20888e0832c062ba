//! An operator's deeds with single messages, in every state they can be in, and what is said of where they stand.

use super::Bench;
use super::bench::{burying, key};
use super::replay::Act;
use crate::core::answer::Answer;
use crate::core::command::{Carry, Command, Intervention, LeaseTerms, Question, Settle};
use crate::core::error::{InterveneError, MoveError, MoveMessagesError, SettleError};
use crate::core::explain::Standing;
use std::sync::Arc;
use vocab::{BuryReason, CountedBy, Facts, Message, MessageId, Order, QueueId, QueueSettings, Seq, SessionId};

fn intervene(bench: &mut Bench, queue: QueueId, seqs: &[u64], how: Intervention) -> Vec<Result<(), InterveneError>> {
    let seqs = seqs.iter().copied().map(Seq).collect();
    match bench.ask(Command::Intervene { queue, seqs, how }) {
        Some(Answer::Intervened(Ok(verdicts))) => verdicts,
        other => panic!("no verdicts: {other:?}"),
    }
}

fn carry(
    bench: &mut Bench,
    source: QueueId,
    seqs: &[u64],
    target: Option<QueueId>,
) -> Result<Vec<Result<MessageId, MoveError>>, MoveMessagesError> {
    let messages = seqs.iter().map(|seq| (Seq(*seq), bench.content(source, Seq(*seq)))).collect();
    match bench.ask(Command::Carry(Box::new(Carry { source, messages, target }))) {
        Some(Answer::Carried(told)) => told,
        other => panic!("not told: {other:?}"),
    }
}

fn explain(bench: &mut Bench, queue: QueueId, seq: u64) -> Standing {
    match bench.ask(Command::Ask(Question::Explain(MessageId::new(key(queue), Seq(seq))))) {
        Some(Answer::Explained(Ok(standing))) => standing,
        other => panic!("not explained: {other:?}"),
    }
}

fn publish_delayed(bench: &mut Bench, queue: QueueId, ms: u64) -> Seq {
    let facts = Facts { due_ms: Some(bench.now_ms + ms), ..Facts::default() };
    bench.publish(queue, vec![Message { facts, ..Message::with_body("late") }])
}

/// Two neighbours of what lives in a queue, whatever their states.
fn neighbours(bench: &Bench, queue: QueueId, which: usize) -> Vec<Seq> {
    let live = bench.machine.state.live_seqs(key(queue), Seq(0)..=Seq(u64::MAX));
    let count = usize::try_from(live.len()).expect("a test's messages are few");
    live.iter().skip(which % count.max(1)).take(2).map(Seq).collect()
}

/// What an operator does among random commands.
pub(super) fn operate(bench: &mut Bench, queues: &[QueueId], act: &Act) {
    let command = match *act {
        Act::Intervene { queue, which, how } => {
            let how = match how {
                0 => Intervention::Delete,
                1 => Intervention::Release,
                _ => Intervention::Bury { reason: Some("poison".to_owned()) },
            };
            Command::Intervene { queue: queues[queue], seqs: neighbours(bench, queues[queue], which), how }
        }
        Act::Carry { queue, which, target } => {
            let (source, target) = (queues[queue], target.map(|target| queues[target]));
            let seqs = neighbours(bench, source, which);
            let messages = seqs.into_iter().map(|seq| (seq, bench.content(source, seq))).collect();
            Command::Carry(Box::new(Carry { source, messages, target }))
        }
        ref other => unreachable!("{other:?} is no operator's deed"),
    };
    bench.ask(command);
}

/// A leased, a delayed and a ready message: 1, 2 and 3.
fn one_of_each(settings: QueueSettings) -> (Bench, QueueId, QueueId, vocab::LeaseToken) {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", settings);
    bench.publish_plain(queue, 1);
    let token = bench.receive(queue, 1)[0].token;
    publish_delayed(&mut bench, queue, 60_000);
    bench.publish_plain(queue, 1);
    (bench, queue, dead, token)
}

#[test]
fn a_message_is_deleted_in_whatever_state_it_is() {
    for order in [Order::Standard, Order::Fair, Order::Laned] {
        let (mut bench, queue, _, token) = one_of_each(QueueSettings { order, ..QueueSettings::default() });
        let verdicts = intervene(&mut bench, queue, &[3, 1, 2, 2, 9], Intervention::Delete);
        assert_eq!(verdicts, [Ok(()), Ok(()), Ok(()), Ok(()), Err(InterveneError::Gone)]);
        assert_eq!((bench.counts(queue), bench.stats(queue).totals.purged), ((0, 0, 0), 3));
        assert_eq!(bench.settle(token, Settle::Ack), Err(SettleError::Gone), "its consumer learns that it is gone");
    }
}

#[test]
fn a_release_ends_a_lease_or_a_delay() {
    let (mut bench, queue, _, token) = one_of_each(QueueSettings::default());
    let verdicts = intervene(&mut bench, queue, &[1, 2, 3], Intervention::Release);
    assert_eq!(verdicts, [Ok(()), Ok(()), Err(InterveneError::Ready)]);
    assert_eq!(bench.settle(token, Settle::Release { delay_ms: 0 }), Err(SettleError::NotLeased));
    let leased = bench.receive(queue, 10);
    let told: Vec<_> = leased.iter().map(|leased| (leased.token.seq.0, leased.deliveries, leased.failures)).collect();
    assert_eq!(told, [(1, 2, 0), (2, 1, 0), (3, 1, 0)], "in their places, and nobody's fault");
    bench.pass_ms(60_000);
}

#[test]
fn a_delay_that_was_ended_keeps_the_level_and_the_bytes() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { priority_max: 9, ..QueueSettings::default() });
    let facts = Facts { due_ms: Some(bench.now_ms + 60_000), priority: 7, ..Facts::default() };
    bench.publish_plain(queue, 1);
    bench.publish(queue, vec![Message { facts, ..Message::with_body("late") }]);
    assert_eq!(intervene(&mut bench, queue, &[2], Intervention::Release), [Ok(())]);
    assert_eq!(bench.seqs(queue, 2), [2, 1], "the higher priority first");
}

#[test]
fn a_burial_is_that_of_a_rejection() {
    for order in [Order::Standard, Order::Fair] {
        let settings = QueueSettings { order, ..burying(CountedBy::Deliveries, 9, "dead") };
        let (mut bench, queue, dead, token) = one_of_each(settings);
        let how = Intervention::Bury { reason: Some("poison".to_owned()) };
        assert_eq!(intervene(&mut bench, queue, &[1, 2, 3], how), [Ok(()); 3]);
        assert_eq!((bench.counts(queue), bench.counts(dead)), ((0, 0, 0), (3, 0, 0)));
        assert_eq!(bench.settle(token, Settle::Ack), Err(SettleError::Gone));
        let origin = bench.content(dead, Seq(3)).facts.origin.clone().expect("it was buried");
        assert_eq!(origin.reason, BuryReason::Rejected(Some("poison".to_owned())));
    }
}

#[test]
fn nothing_is_set_aside_where_there_is_no_place_for_it() {
    for settings in [QueueSettings::default(), burying(CountedBy::Deliveries, 9, "missing")] {
        let (mut bench, queue, ..) = one_of_each(settings);
        let verdicts = intervene(&mut bench, queue, &[1, 3], Intervention::Bury { reason: None });
        assert_eq!(verdicts, [Err(InterveneError::NoPlaceToBury); 2]);
        assert_eq!(bench.counts(queue), (1, 1, 1));
    }
}

#[test]
fn chosen_messages_go_to_one_queue_or_back_to_where_they_came_from() {
    let (mut bench, queue, dead, _) = one_of_each(burying(CountedBy::Deliveries, 9, "dead"));
    intervene(&mut bench, queue, &[1, 3], Intervention::Bury { reason: None });
    let other = bench.create("other", QueueSettings { message_bytes_max: 100, ..QueueSettings::default() });
    let moved = carry(&mut bench, dead, &[2, 2], None).expect("the queues exist");
    assert_eq!(moved, [Ok(MessageId::new(key(queue), Seq(4))), Err(MoveError::Gone)]);
    assert!(bench.content(queue, Seq(4)).facts.moved && bench.content(queue, Seq(4)).facts.origin.is_none());
    let moved = carry(&mut bench, dead, &[1], Some(other)).expect("the queues exist");
    assert_eq!(moved, [Ok(MessageId::new(key(other), Seq(1)))]);
    assert_eq!((bench.counts(dead), bench.stats(dead).totals.redriven), ((0, 0, 0), 2));
    bench.publish(dead, vec![Message::with_body("x".repeat(200))]);
    let stays = carry(&mut bench, dead, &[3], Some(other)).expect("the queues exist");
    assert!(matches!(stays[..], [Err(MoveError::TooLarge { max: 100, .. })]), "{stays:?}");
    assert_eq!(carry(&mut bench, dead, &[3], None), Ok(vec![Err(MoveError::NoOrigin)]));
    assert_eq!(carry(&mut bench, dead, &[3], Some(dead)), Err(MoveMessagesError::IntoItself));
    assert_eq!(carry(&mut bench, dead, &[3], Some(QueueId(99))), Err(MoveMessagesError::NoSuchTarget(QueueId(99))));
    bench.machine.disk_full = true;
    assert_eq!(carry(&mut bench, dead, &[3], Some(other)), Err(MoveMessagesError::DiskFull));
    assert_eq!(bench.counts(dead), (1, 0, 0));
}

#[test]
fn what_somebody_works_on_or_waits_for_its_time_is_not_moved() {
    let (mut bench, queue, dead, _) = one_of_each(QueueSettings::default());
    let moved = carry(&mut bench, queue, &[1, 2, 3], Some(dead)).expect("the queues exist");
    assert_eq!(moved, [Err(MoveError::Leased), Err(MoveError::Delayed), Ok(MessageId::new(key(dead), Seq(1)))]);
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((0, 1, 1), (1, 0, 0)));
    let nothing = Carry { source: QueueId(99), messages: vec![(Seq(1), Arc::default())], target: None };
    let told = bench.ask(Command::Carry(Box::new(nothing)));
    assert!(matches!(told, Some(Answer::Carried(Err(MoveMessagesError::NoSuchQueue(_))))), "{told:?}");
}

#[test]
fn a_message_stands_where_it_stands() {
    let (mut bench, queue, _, token) = one_of_each(QueueSettings::default());
    let until_ms = bench.now_ms + 60_000;
    assert!(matches!(explain(&mut bench, queue, 1), Standing::Leased(held) if held.session.is_none()));
    assert_eq!(explain(&mut bench, queue, 2), Standing::Delayed { until_ms });
    assert_eq!(explain(&mut bench, queue, 3), Standing::WaitingForConsumer { ahead: 0 });
    bench.publish_plain(queue, 2);
    bench.settle(token, Settle::Release { delay_ms: 0 }).expect("it is held");
    assert_eq!(explain(&mut bench, queue, 5), Standing::WaitingForConsumer { ahead: 3 });
    bench.set_paused(queue, true);
    assert_eq!(explain(&mut bench, queue, 5), Standing::Paused);
    assert_eq!(explain(&mut bench, queue, 77), Standing::Gone);
}

#[test]
fn what_holds_a_message_up_is_named() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { leases_max: Some(1), ..burying(CountedBy::Failures, 1, "missing") });
    bench.publish_plain(queue, 2);
    let session = SessionId(5);
    let token = bench.receive_with(queue, 1, LeaseTerms::Session(session))[0].token;
    assert!(matches!(explain(&mut bench, queue, 1), Standing::Leased(held) if held.session == Some(session)));
    assert_eq!(explain(&mut bench, queue, 2), Standing::TooManyLeases { max: 1 });
    bench.settle(token, Settle::Fail { delay_ms: 0, reason: None }).expect("it is held");
    assert_eq!(explain(&mut bench, queue, 1), Standing::NoPlaceToBury { queue: Some("missing".to_owned()) });
}

#[test]
fn a_held_lane_names_who_holds_it() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { order: Order::Laned, ..QueueSettings::default() });
    let laned = |lane: &str| {
        let facts = Facts { lane: Some(lane.to_owned()), ..Facts::default() };
        Message { facts, ..Message::with_body("x") }
    };
    bench.publish(queue, vec![laned("a"), laned("a"), laned("b")]);
    assert_eq!(explain(&mut bench, queue, 2), Standing::WaitingForConsumer { ahead: 1 }, "nobody has received");
    let token = bench.receive(queue, 1)[0].token;
    assert!(matches!(explain(&mut bench, queue, 2), Standing::LaneHeld { by: Seq(1), lease: Some(_) }));
    assert_eq!(explain(&mut bench, queue, 3), Standing::WaitingForConsumer { ahead: 1 });
    bench.settle(token, Settle::Release { delay_ms: 9_000 }).expect("it is held");
    assert_eq!(explain(&mut bench, queue, 2), Standing::LaneHeld { by: Seq(1), lease: None });
}
