//! What a full queue refuses and sets aside: in one step, into every place, and never into the queue itself.

use super::Bench;
use super::bench::key;
use crate::core::answer::Answer;
use crate::core::command::{Command, FanOut, Transaction};
use crate::core::error::{Measure, PublishError};
use crate::core::event::Event;
use vocab::{
    BuryPolicy, BuryReason, CountedBy, DeadLetter, DeathReason, Facts, LengthLimit, Message, MessageId, Overflow,
    QueueId, QueueSettings, Route, RouterKind, Seq, Target,
};

fn settings(messages_max: u64, dead_letter: DeadLetter) -> QueueSettings {
    let length = LengthLimit { messages_max: Some(messages_max), bytes_max: None, overflow: Overflow::RefuseAndBury };
    let bury = BuryPolicy { counted_by: CountedBy::Deliveries, max: None, dead_letter, expired: false };
    QueueSettings { length: Some(length), bury: Some(bury), ..QueueSettings::default() }
}

fn into_queue(messages_max: u64, name: &str) -> QueueSettings {
    settings(messages_max, DeadLetter::Queue(name.to_owned()))
}

fn through(router: &str) -> QueueSettings {
    settings(1, DeadLetter::Router { router: router.to_owned(), key: None })
}

fn full(max: u64) -> PublishError {
    PublishError::QueueFull { max, measure: Measure::Messages }
}

fn refused(bench: &mut Bench, queue: QueueId, messages: Vec<Message>) -> PublishError {
    match bench.ask(Command::Publish { key: key(queue), messages }) {
        Some(Answer::Published(Err(error))) => error,
        other => panic!("the queue is full, and answered {other:?}"),
    }
}

#[test]
fn what_is_refused_is_set_aside_as_too_long_with_the_id_that_it_has_there() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", into_queue(2, "dead"));
    bench.publish_plain(dead, 1);
    bench.publish_plain(queue, 2);
    let two = vec![Message::with_body("a"), Message::with_body("b")];
    assert_eq!(refused(&mut bench, queue, two), full(2));
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((2, 0, 0), (3, 0, 0)));
    for (seq, body) in [(2, "a"), (3, "b")] {
        let message = bench.content(dead, Seq(seq));
        assert_eq!(&message.body[..], body.as_bytes());
        let origin = message.facts.origin.as_deref().expect("it was set aside");
        assert_eq!((origin.id, &*origin.queue), (MessageId::new(key(dead), Seq(seq)), "q"));
        assert_eq!((origin.deliveries, &origin.reason), (0, &BuryReason::TooLong));
        assert_eq!((origin.deaths.len(), origin.deaths[0].reason), (1, DeathReason::TooLong));
        assert_eq!((origin.published_ms, origin.buried_ms), (bench.now_ms, bench.now_ms));
    }
    assert_eq!(bench.stats(queue).totals.published, 2, "the queue never had them");
}

#[test]
fn without_a_place_it_is_refused_like_any_other() {
    for dead_letter in [DeadLetter::Nowhere, DeadLetter::Queue("missing".into()), DeadLetter::Queue("q".into())] {
        let mut bench = Bench::new();
        let queue = bench.create("q", settings(1, dead_letter));
        bench.publish_plain(queue, 1);
        let before = bench.events.len();
        assert_eq!(refused(&mut bench, queue, vec![Message::with_body("x")]), full(1));
        assert_eq!((bench.events.len(), bench.counts(queue)), (before, (1, 0, 0)));
    }
}

#[test]
fn it_enters_every_queue_that_the_router_leads_to_but_never_the_one_that_refused_it() {
    let mut bench = Bench::new();
    let router = bench.router("dead", RouterKind::Fanout);
    let graves = ["a", "b"].map(|name| bench.create(name, QueueSettings::default()));
    let queue = bench.create("q", through("dead"));
    for queue in [graves[0], graves[1], queue] {
        bench.bind(router, Target::Queue(queue), "").expect("there is room");
    }
    bench.publish_plain(queue, 1);
    let before = bench.events.len();
    refused(&mut bench, queue, vec![Message::with_body("x")]);
    let step = &bench.events[before..];
    assert!(step.iter().filter(|event| matches!(event, Event::Published { .. })).count() == 2, "{step:?}");
    assert_eq!((bench.counts(queue), graves.map(|grave| bench.counts(grave).0)), ((1, 0, 0), [1, 1]));
}

#[test]
fn where_it_goes_the_oldest_makes_room() {
    let mut bench = Bench::new();
    let length = Some(LengthLimit { messages_max: Some(2), bytes_max: None, overflow: Overflow::DropOldest });
    let dead = bench.create("dead", QueueSettings { length, ..QueueSettings::default() });
    let queue = bench.create("q", into_queue(0, "dead"));
    for _ in 0..5 {
        refused(&mut bench, queue, vec![Message::with_body("x")]);
    }
    assert_eq!(bench.counts(dead), (2, 0, 0));
    let left: Vec<u64> = bench.receive(dead, 10).iter().map(|leased| leased.token.seq.0).collect();
    assert_eq!(left, [4, 5]);
}

#[test]
fn of_a_transaction_that_stands_and_falls_together_nothing_is_set_aside() {
    let transact = |atomic: bool| {
        let mut bench = Bench::new();
        let dead = bench.create("dead", QueueSettings::default());
        let (free, queue) = (bench.create("free", QueueSettings::default()), bench.create("q", into_queue(0, "dead")));
        let publish = FanOut { to: vec![key(free), key(queue)], messages: vec![Message::with_body("x")] };
        let transaction = Transaction { publishes: vec![publish], settlements: Vec::new(), atomic };
        bench.ask(Command::Transact(Box::new(transaction)));
        [free, queue, dead].map(|queue| bench.counts(queue).0)
    };
    assert_eq!(transact(true), [0, 0, 0]);
    assert_eq!(transact(false), [1, 0, 1]);
}

#[test]
fn keys_are_names_of_the_queues_own_name_space() {
    let routed = |router: &str, key: &str| {
        let route = Route { router: router.to_owned(), keys: vec![key.to_owned()] };
        Message { facts: Facts { route: Some(Box::new(route)), ..Facts::default() }, ..Message::with_body("x") }
    };
    let check = |through_router: &str, message: Message, expected: &str| {
        let mut bench = Bench::new();
        let router = bench.router("@shop/dead", RouterKind::Direct);
        let queue = bench.create("@shop/q", through(through_router));
        let places =
            ["jobs", "@shop/jobs", "@shop/by-q"].map(|name| (name, bench.create(name, QueueSettings::default())));
        bench.bind(router, Target::Queue(places[1].1), "jobs").expect("there is room");
        bench.bind(router, Target::Queue(places[2].1), "q").expect("there is room");
        bench.publish_plain(queue, 1);
        refused(&mut bench, queue, vec![message]);
        let reached: Vec<_> =
            places.iter().filter(|(_, place)| bench.counts(*place).0 > 0).map(|(name, _)| *name).collect();
        assert_eq!(reached, [expected], "through {through_router:?}");
    };
    check("", routed("@shop/orders", "jobs"), "@shop/jobs");
    check("", routed("", "@shop/jobs"), "@shop/jobs");
    check("@shop/dead", routed("@shop/orders", "jobs"), "@shop/jobs");
    check("@shop/dead", routed("", "@shop/jobs"), "@shop/jobs");
    check("@shop/dead", Message::with_body("x"), "@shop/by-q");
}
