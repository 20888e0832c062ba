//! The operator's view and hand: figures of all queues, pausing, looking at messages, dealing with single ones.

use crate::bench::{Bench, poll, wish};
use broker::{
    Browse, Error, Intervention, MessageState, MoveError, MoveMessages, MoveMessagesError, NoSuchQueue, Standing,
    States,
};
use std::pin::pin;
use vocab::limits::MOVES_MAX;
use vocab::{Message, MessageId, PartitionId, PartitionKey, QueueId, QueueSettings, Seq};

#[test]
fn one_question_counts_every_queue() {
    let mut bench = Bench::new();
    let (full, empty) =
        (bench.create("full", QueueSettings::default()), bench.create("empty", QueueSettings::default()));
    bench.publish(full, "x");
    let broker = bench.broker.clone();
    let all = bench.run(broker.all_stats()).expect("the broker answers");
    let ready: Vec<_> = all.iter().map(|(queue, stats)| (*queue, stats.ready)).collect();
    assert_eq!(ready, [(full, 1), (empty, 0)]);
}

#[test]
fn a_pause_lasts_over_a_restart_and_its_end_serves_who_waits() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    let paused = bench.run(broker.set_paused(queue, true)).expect("it exists");
    assert!(paused.settings.paused && bench.run(broker.set_paused(queue, true)) == Ok(paused), "twice is once");
    bench.publish(queue, "later");
    let mut bench = bench.crash();
    let broker = bench.broker.clone();
    let mut waiting = pin!(broker.receive(wish(queue, 20_000)));
    bench.start(waiting.as_mut());
    bench.run(broker.set_paused(queue, false)).expect("it exists");
    let deliveries = bench.run(waiting).expect("it is served");
    assert_eq!(deliveries[0].message.body, "later");
}

#[test]
fn a_pause_goes_through_whoever_else_changes_the_queue() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    let info = broker.queue_by_id(queue).expect("it exists");
    let settings = QueueSettings { delay_ms: 5, ..info.settings.clone() };
    let mut first = pin!(broker.update_queue(queue, info.revision, settings, info.annotations.clone()));
    assert!(poll(first.as_mut()).is_pending(), "the shard has not worked yet");
    let paused = bench.run(broker.set_paused(queue, true)).expect("it tries again");
    assert_eq!((paused.settings.paused, paused.settings.delay_ms), (true, 5));
    let gone = bench.run(broker.set_paused(QueueId(99), true));
    assert_eq!(gone, Err(Error::Refused(NoSuchQueue(QueueId(99)))));
}

#[test]
fn looking_shows_states_and_contents_and_changes_nothing() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish(queue, "leased");
    bench.receive(queue).expect("it exists");
    bench.publish(queue, "ready");
    let broker = bench.broker.clone();
    let wish = Browse { queue, from: Seq(0), count: 10, states: States::ALL };
    let seen = bench.run(broker.browse(wish)).expect("it exists").messages;
    let states: Vec<_> = seen.iter().map(|one| (one.message.body.clone(), one.seen.state)).collect();
    assert!(matches!(states[0].1, MessageState::Leased { deadline_ms: Some(_), .. }) && states[0].0 == "leased");
    assert!(matches!(states[1].1, MessageState::Ready) && states[1].0 == "ready");
    assert_eq!(bench.bodies(queue), ["ready"]);
}

fn id(queue: QueueId, seq: u64) -> MessageId {
    MessageId::new(PartitionKey::new(queue, PartitionId(0)), Seq(seq))
}

#[test]
fn what_an_operator_did_with_messages_outlives_a_crash() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { delay_ms: 60_000, ..QueueSettings::default() });
    for body in ["deleted", "released", "waits"] {
        bench.publish(queue, body);
    }
    let broker = bench.broker.clone();
    let deleted = bench.run(broker.intervene(queue, vec![Seq(1), Seq(9)], Intervention::Delete)).expect("it exists");
    assert!(deleted[0].is_ok() && deleted[1].is_err());
    bench.run(broker.intervene(queue, vec![Seq(2)], Intervention::Release)).expect("it exists")[0].expect("it waited");
    let mut bench = bench.crash();
    let broker = bench.broker.clone();
    assert_eq!(bench.bodies(queue), ["released"]);
    assert_eq!(bench.run(broker.explain(id(queue, 1))), Ok(Standing::Gone));
    assert!(matches!(bench.run(broker.explain(id(queue, 2))), Ok(Standing::Leased(_))));
    assert!(matches!(bench.run(broker.explain(id(queue, 3))), Ok(Standing::Delayed { .. })));
}

#[test]
fn chosen_messages_move_once_edited_or_not_and_over_a_crash() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let other = bench.create("other", QueueSettings::default());
    for body in ["one", "two", "three"] {
        bench.publish(queue, body);
    }
    let broker = bench.broker.clone();
    let edited = Message::with_body("TWO");
    let messages = vec![(Seq(2), Some(edited)), (Seq(9), None), (Seq(1), None)];
    let wish = MoveMessages { source: queue, messages, target: Some(other) };
    let moved = bench.run(broker.move_messages(wish.clone())).expect("the queues exist");
    assert_eq!(moved, [Ok(id(other, 1)), Err(MoveError::Gone), Ok(id(other, 2))]);
    let again = bench.run(broker.move_messages(wish)).expect("the queues exist");
    assert_eq!(again, [Err(MoveError::Gone); 3], "nothing moves twice");
    let mut bench = bench.crash();
    assert_eq!((bench.bodies(queue), bench.bodies(other)), (vec!["three".into()], vec!["TWO".into(), "one".into()]));
}

#[test]
fn too_many_at_once_and_no_queue_are_refused_as_a_whole() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    let wish = |source, count| MoveMessages { source, messages: vec![(Seq(1), None); count], target: None };
    let many = bench.run(broker.move_messages(wish(queue, MOVES_MAX + 1)));
    assert!(matches!(many, Err(Error::Refused(MoveMessagesError::TooMany { .. }))), "{many:?}");
    let nowhere = bench.run(broker.move_messages(wish(QueueId(99), 1)));
    assert_eq!(nowhere, Err(Error::Refused(MoveMessagesError::NoSuchQueue(NoSuchQueue(QueueId(99))))));
}
