//! What the broker tells of a message's past: through which door, who had it, why it failed, where it went.

use crate::bench::Bench;
use broker::{Life, Purge, Settle, Settlement, StartRedrive, What};
use vocab::{
    Binding, BuryPolicy, CountedBy, DeadLetter, Header, HeaderMatch, HeaderValue, LengthLimit, Message, MessageId,
    PartitionId, PartitionKey, QueueId, QueueSettings, RouterKind, RouterSettings, Seq, Target,
};

fn publish(bench: &mut Bench, door: &str, queue: QueueId, body: &'static str) -> MessageId {
    let broker = bench.broker.for_door(door);
    bench.run(broker.publish(queue, vec![Message::with_body(body)])).expect("the queue takes it")[0]
}

fn settle(bench: &mut Bench, queue: QueueId, how: Settle) {
    let token = bench.receive(queue).expect("it exists")[0].lease.token;
    let broker = bench.broker.clone();
    bench.run(broker.settle(vec![Settlement { token, how }])).expect("it works")[0].expect("it is leased");
}

fn life(bench: &mut Bench, id: MessageId) -> Life {
    let broker = bench.broker.clone();
    bench.run(broker.life(id)).expect("it works")
}

fn steps(life: &Life) -> Vec<What> {
    life.moments.iter().map(|moment| moment.what).collect()
}

fn fail(reason: &str) -> Settle {
    Settle::Fail { delay_ms: 0, reason: Some(reason.to_owned()) }
}

/// A queue that buries after two failures, and its dead-letter queue.
fn home_and_dead(bench: &mut Bench) -> (QueueId, QueueId) {
    let dead = bench.create("dead", QueueSettings::default());
    let bury = BuryPolicy::into_queue(CountedBy::Failures, 2, "dead");
    (bench.create("home", QueueSettings { bury: Some(bury), ..QueueSettings::default() }), dead)
}

#[test]
fn what_was_told_is_in_the_life_at_once() {
    let mut bench = Bench::new();
    let queue = bench.create("orders", QueueSettings::default());
    let id = publish(&mut bench, "front", queue, "coffee");
    let published = life(&mut bench, id);
    assert_eq!((steps(&published), published.moments[0].door.as_deref()), (vec![What::Published], Some("front")));
    settle(&mut bench, queue, Settle::Ack);
    assert_eq!(steps(&life(&mut bench, id)), [What::Published, What::Delivered, What::Acked]);
    assert!(bench.broker.history_figures().enabled);
    assert_eq!(bench.broker.history_figures().dropped, 0);
}

#[test]
fn each_door_is_told_by_its_name() {
    let mut bench = Bench::new();
    let queue = bench.create("orders", QueueSettings::default());
    let doors = ["front", "back", "front"];
    let ids = doors.map(|door| publish(&mut bench, door, queue, "coffee"));
    let told = ids.map(|id| life(&mut bench, id).moments[0].door.as_deref().map(str::to_owned));
    assert_eq!(told, doors.map(|door| Some(door.to_owned())));
}

#[test]
fn a_life_follows_a_message_to_its_grave_and_back() {
    let mut bench = Bench::new();
    let (home, dead) = home_and_dead(&mut bench);
    let id = publish(&mut bench, "front", home, "coffee");
    settle(&mut bench, home, fail("no beans"));
    settle(&mut bench, home, fail("no water"));
    let broker = bench.broker.clone();
    bench.run(broker.start_redrive(StartRedrive { source: dead, target: None, per_second: None })).expect("it begins");
    bench.pass_ms(5);
    settle(&mut bench, home, Settle::Ack);
    let whole = life(&mut bench, id);
    let expected = [
        What::Published,
        What::Delivered,
        What::Failed,
        What::Delivered,
        What::Failed,
        What::Published,
        What::Buried,
        What::Published,
        What::Redriven,
        What::Delivered,
        What::Acked,
    ];
    assert_eq!(steps(&whole), expected);
    let words: Vec<_> = whole.moments[..5].iter().map(|moment| moment.reason.as_deref()).collect();
    assert_eq!(words, [None, None, Some("no beans"), None, Some("no water")]);
    let buried = whole.moments[6].to.expect("it became another");
    assert_eq!((buried.key.queue, whole.moments[5].door.as_deref()), (dead, None));
    let back = whole.moments[8].to.expect("it became another");
    assert_eq!((back.key.queue, whole.moments[10].attempt), (home, Some(1)));
    assert_eq!(steps(&life(&mut bench, buried)), expected);
    assert_eq!(steps(&life(&mut bench, back)), expected);
}

#[test]
fn every_way_out_is_told() {
    let mut bench = Bench::new();
    let short =
        QueueSettings { length: Some(LengthLimit { messages_max: Some(1), ..LengthLimit::default() }), ..settings() };
    let nowhere = BuryPolicy { dead_letter: DeadLetter::Nowhere, ..BuryPolicy::into_queue(CountedBy::Failures, 1, "") };
    let queues = [
        bench.create("purged", settings()),
        bench.create("expired", QueueSettings { retention_ms: Some(60_000), ..settings() }),
        bench.create("short", short),
        bench.create("dropping", QueueSettings { bury: Some(nowhere), ..settings() }),
        bench.create("deleted", settings()),
        bench.create("late", QueueSettings { lease_ms: 1000, ..settings() }),
    ];
    let ids = queues.map(|queue| publish(&mut bench, "front", queue, "x"));
    let [purged, _, short, dropping, deleted, late] = queues;
    bench.publish(short, "y");
    settle(&mut bench, dropping, fail("no"));
    bench.receive(late).expect("it exists");
    let broker = bench.broker.clone();
    bench.run(broker.purge(purged, Purge::All)).expect("it exists");
    bench.run(broker.delete_queue(deleted)).expect("it exists");
    bench.pass_ms(1000);
    bench.pass_ms(120_000);
    let told = ids.map(|id| *steps(&life(&mut bench, id)).last().expect("something"));
    let expected = [What::Removed, What::Expired, What::Dropped, What::Dropped, What::Removed, What::LeaseExpired];
    assert_eq!(told, expected);
}

#[test]
fn a_crash_takes_back_nothing_that_was_told_and_leaves_a_gap() {
    let mut bench = Bench::new();
    let queue = bench.create("orders", QueueSettings::default());
    let id = publish(&mut bench, "front", queue, "coffee");
    assert_eq!(life(&mut bench, id).gaps, []);
    let mut bench = bench.crash();
    settle(&mut bench, queue, Settle::Ack);
    let told = life(&mut bench, id);
    assert_eq!(steps(&told), [What::Published, What::Delivered, What::Acked]);
    assert_eq!(told.moments[0].door.as_deref(), Some("front"));
    assert_eq!(told.gaps.len(), 1);
}

#[test]
fn what_is_on_its_way_to_disk_is_not_told() {
    let mut bench = Bench::new();
    let queue = bench.create("orders", QueueSettings::default());
    let id = publish(&mut bench, "front", queue, "coffee");
    bench.store.hold();
    let token = bench.receive(queue).expect("it exists")[0].lease.token;
    let broker = bench.broker.clone();
    let mut ack = std::pin::pin!(broker.settle(vec![Settlement { token, how: Settle::Ack }]));
    bench.start(ack.as_mut());
    assert_eq!(steps(&life(&mut bench, id)), [What::Published]);
    bench.store.release();
    bench.run(ack).expect("it works")[0].expect("it is leased");
    assert_eq!(steps(&life(&mut bench, id)), [What::Published, What::Delivered, What::Acked]);
}

fn settings() -> QueueSettings {
    QueueSettings::default()
}

/// Two of three messages go to both dead-letter queues, one to one of them, all in one commit: their seqs there differ.
#[test]
fn messages_set_aside_together_are_each_followed_to_their_own_copies() {
    let mut bench = Bench::new();
    let dead = ["one", "two"].map(|name| bench.create(name, settings()));
    bench.publish(dead[0], "was there before");
    let broker = bench.broker.clone();
    let made = broker.create_router("graves", RouterKind::Headers, RouterSettings::default(), Default::default());
    let router = bench.run(made).expect("a fresh name").id;
    for (target, header) in dead.into_iter().zip(["a", "b"]) {
        let criteria = Some(HeaderMatch { any: false, wanted: vec![(header.to_owned(), None)] });
        let binding = Binding { criteria, ..Binding::new(router, Target::Queue(target), "") };
        bench.run(broker.bind(binding)).expect("both exist");
    }
    let bury = BuryPolicy {
        dead_letter: DeadLetter::Router { router: "graves".to_owned(), key: None },
        expired: true,
        max: None,
        ..BuryPolicy::into_queue(CountedBy::Failures, 1, "")
    };
    let home = bench.create("home", QueueSettings { bury: Some(bury), retention_ms: Some(60_000), ..settings() });
    let messages = [&["b"][..], &["a", "b"], &["a", "b"]].map(|headers| {
        let headers = headers.iter().map(|name| Header { name: (*name).into(), value: HeaderValue::Bool(true) });
        Message { headers: headers.collect(), ..Message::with_body("x") }
    });
    let ids = bench.run(broker.publish(home, messages.to_vec())).expect("it exists");
    bench.pass_ms(1000);
    bench.pass_ms(120_000);
    let became = |bench: &mut Bench, id| -> Vec<(QueueId, u64)> {
        let moments = life(bench, id).moments;
        moments.iter().filter_map(|moment| moment.to).map(|to| (to.key.queue, to.seq.0)).collect()
    };
    let expected = [vec![(dead[1], 1)], vec![(dead[0], 2), (dead[1], 2)], vec![(dead[0], 3), (dead[1], 3)]];
    for (id, expected) in ids.into_iter().zip(expected) {
        assert_eq!(became(&mut bench, id), expected, "{id}");
        for (queue, seq) in expected {
            let copy = MessageId::new(PartitionKey::new(queue, PartitionId(0)), Seq(seq));
            assert_eq!(life(&mut bench, copy).moments[0].id, id);
        }
    }
}
