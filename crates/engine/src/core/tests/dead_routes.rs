//! What is set aside through a router: with which keys, into which queues, and when it goes instead.

use super::Bench;
use crate::core::command::Settle;
use crate::core::event::Event;
use vocab::limits::MOVE_BATCH_BYTES;
use vocab::{
    BuryPolicy, CountedBy, DeadLetter, DeathReason, Facts, LengthLimit, Message, Overflow, QueueId, QueueSettings,
    Route, RouterKind, Seq, Target,
};

fn through(router: &str, key: Option<&str>) -> QueueSettings {
    let dead_letter = DeadLetter::Router { router: router.to_owned(), key: key.map(str::to_owned) };
    let bury = BuryPolicy { counted_by: CountedBy::Deliveries, max: None, dead_letter, expired: true };
    QueueSettings { bury: Some(bury), ..QueueSettings::default() }
}

fn routed(router: &str, keys: &[&str]) -> Message {
    let route = Route { router: router.to_owned(), keys: keys.iter().map(|key| (*key).to_owned()).collect() };
    Message { facts: Facts { route: Some(Box::new(route)), ..Facts::default() }, ..Message::with_body("x") }
}

/// A queue that buries through a direct router, which leads each of these keys into a queue of the same name.
fn bench(policy_key: Option<&str>, keys: &[&str]) -> (Bench, QueueId, Vec<QueueId>) {
    let mut bench = Bench::new();
    let router = bench.router("dead", RouterKind::Direct);
    let mut bind = |key: &&str| {
        let queue = bench.create(key, QueueSettings::default());
        bench.bind(router, Target::Queue(queue), key).expect("there is room");
        queue
    };
    let queues = keys.iter().map(&mut bind).collect();
    let queue = bench.create("q", through("dead", policy_key));
    (bench, queue, queues)
}

fn reject(bench: &mut Bench, queue: QueueId) {
    let token = bench.receive(queue, 1)[0].token;
    bench.settle(token, Settle::Bury { reason: None }).expect("it is leased");
}

fn sweep_through(bench: &mut Bench) {
    while !bench.machine.state.volatile.sweeps.is_empty() {
        bench.pass_ms(1);
    }
}

#[test]
fn a_message_goes_with_the_policys_key_or_its_own_or_its_queues_name() {
    let check = |policy_key, message: Message, expected: [u64; 3], keys: &[&str]| {
        let (mut bench, queue, queues) = bench(policy_key, &["a", "b", "q-copy"]);
        let router = bench.router("other", RouterKind::Direct);
        bench.bind(router, Target::Queue(queues[1]), "a").expect("there is room");
        bench.publish(queue, vec![message]);
        reject(&mut bench, queue);
        let counts: Vec<_> = queues.iter().map(|queue| bench.counts(*queue).0).collect();
        assert_eq!((bench.counts(queue), counts), ((0, 0, 0), expected.to_vec()), "{policy_key:?}, {keys:?}");
        for queue in queues.iter().filter(|queue| bench.counts(**queue).0 > 0) {
            let route = bench.content(*queue, Seq(1)).facts.route.clone().expect("it came through a router");
            assert_eq!(
                (&*route.router, &route.keys[..]),
                ("dead", &keys.iter().map(|k| (*k).to_owned()).collect::<Vec<_>>()[..])
            );
        }
    };
    check(Some("b"), routed("other", &["a"]), [0, 1, 0], &["b"]);
    check(None, routed("other", &["a"]), [1, 0, 0], &["a"]);
    check(None, routed("other", &["a", "b"]), [1, 1, 0], &["a", "b"]);
    check(None, Message::with_body("x"), [0, 0, 0], &[]);
}

#[test]
fn a_message_that_was_sent_to_its_queue_by_name_has_that_name_as_its_key() {
    let (mut bench, queue, _) = bench(None, &["a"]);
    let copy = bench.create("copy", QueueSettings::default());
    let router = bench.machine.state.routers.routing.router("dead").expect("it was made").id;
    bench.bind(router, Target::Queue(copy), "q").expect("there is room");
    bench.publish_plain(queue, 1);
    reject(&mut bench, queue);
    assert_eq!(bench.counts(copy).0, 1);
}

#[test]
fn one_step_holds_the_message_in_every_queue_and_its_end_in_its_own() {
    let mut bench = Bench::new();
    let router = bench.router("dead", RouterKind::Fanout);
    let queues = ["a", "b", "c"].map(|name| bench.create(name, QueueSettings::default()));
    for queue in queues {
        bench.bind(router, Target::Queue(queue), "").expect("there is room");
    }
    let queue = bench.create("q", through("dead", None));
    bench.publish_plain(queue, 1);
    let before = bench.events.len();
    reject(&mut bench, queue);
    let of_burial: Vec<_> =
        bench.events[before..].iter().skip_while(|event| !matches!(event, Event::Published { .. })).collect();
    assert!(of_burial[..3].iter().all(|event| matches!(event, Event::Published { .. })), "{of_burial:?}");
    assert!(matches!(of_burial[3..], [Event::Buried { seqs, .. }] if seqs.count() == 1), "{of_burial:?}");
    assert_eq!(queues.map(|queue| bench.counts(queue).0), [1, 1, 1]);
    let totals = bench.stats(queue).totals;
    assert_eq!((totals.buried, totals.dropped), (1, 0));
}

#[test]
fn where_nothing_matches_it_goes_and_is_counted() {
    for policy in [through("dead", Some("nobody's")), through("missing", None)] {
        let mut bench = Bench::new();
        bench.router("dead", RouterKind::Direct);
        let queue = bench.create("q", policy);
        let expires_ms = Some(bench.now_ms + 1_000);
        let expiring = Message { facts: Facts { expires_ms, ..Facts::default() }, ..Message::with_body("x") };
        bench.publish(queue, vec![Message::with_body("x"), expiring]);
        reject(&mut bench, queue);
        assert_eq!((bench.counts(queue).0, bench.stats(queue).totals.dropped), (1, 1));
        bench.pass_ms(1_000);
        let totals = bench.stats(queue).totals;
        assert_eq!((bench.counts(queue).0, totals.dropped, totals.buried, totals.expired), (0, 2, 0, 0));
    }
}

/// A queue and a place to rest, each of which leads to the other through a router.
fn retrying() -> (Bench, QueueId, QueueId) {
    let mut bench = Bench::new();
    let router = bench.router("again", RouterKind::Direct);
    let work = bench.create("work", through("again", Some("rest")));
    let rest = bench.create("rest", QueueSettings { retention_ms: Some(1_000), ..through("again", Some("work")) });
    bench.bind(router, Target::Queue(work), "work").expect("there is room");
    bench.bind(router, Target::Queue(rest), "rest").expect("there is room");
    (bench, work, rest)
}

#[test]
fn a_circle_that_a_consumers_word_drives_goes_on_and_counts() {
    let (mut bench, work, rest) = retrying();
    bench.publish_plain(work, 1);
    for lap in 1..=5 {
        reject(&mut bench, work);
        assert_eq!((bench.counts(work).0, bench.counts(rest).0), (0, 1));
        bench.pass_ms(1_100);
        sweep_through(&mut bench);
        assert_eq!((bench.counts(work).0, bench.counts(rest).0), (1, 0));
        let origin = bench.content(work, Seq(lap + 1)).facts.origin.clone().expect("it was buried");
        let told: Vec<_> = origin.deaths.iter().map(|death| (&*death.queue, death.reason, death.count)).collect();
        assert_eq!(told, [("rest", DeathReason::Expired, lap), ("work", DeathReason::Rejected, lap)]);
        assert_eq!(origin.first_death().map(|death| (&*death.queue, death.route.is_none())), Some(("work", true)));
        assert_eq!(origin.deaths[0].route.as_ref().map(|route| &*route.keys[0]), Some("rest"));
    }
}

#[test]
fn a_circle_that_nobody_drives_ends_on_its_second_lap() {
    let (mut bench, work, rest) = retrying();
    let expires_ms = Some(bench.now_ms + 500);
    let expiring = Message { facts: Facts { expires_ms, ..Facts::default() }, ..Message::with_body("x") };
    bench.publish(work, vec![expiring]);
    bench.pass_ms(500);
    assert_eq!((bench.counts(work).0, bench.counts(rest).0), (0, 1));
    bench.pass_ms(1_100);
    sweep_through(&mut bench);
    assert_eq!((bench.counts(work).0, bench.counts(rest).0), (0, 0));
    assert_eq!((bench.stats(work).totals.buried, bench.stats(rest).totals.dropped), (1, 1));
}

#[test]
fn only_the_queues_of_the_circle_are_left_out() {
    let (mut bench, work, rest) = retrying();
    let router = bench.machine.state.routers.routing.router("again").expect("it was made").id;
    let audit = bench.create("audit", QueueSettings::default());
    bench.bind(router, Target::Queue(audit), "work").expect("there is room");
    let expires_ms = Some(bench.now_ms + 500);
    let expiring = Message { facts: Facts { expires_ms, ..Facts::default() }, ..Message::with_body("x") };
    bench.publish(work, vec![expiring]);
    bench.pass_ms(500);
    bench.pass_ms(1_100);
    sweep_through(&mut bench);
    assert_eq!([work, rest, audit].map(|queue| bench.counts(queue).0), [0, 0, 1]);
    assert_eq!((bench.stats(rest).totals.buried, bench.stats(rest).totals.dropped), (1, 0));
}

#[test]
fn a_limit_drives_no_circle() {
    let mut bench = Bench::new();
    let router = bench.router("again", RouterKind::Direct);
    let settings = through("again", None);
    let bury = settings.bury.clone().map(|bury| BuryPolicy { max: Some(1), ..bury });
    let queue = bench.create("q", QueueSettings { bury, ..settings });
    bench.bind(router, Target::Queue(queue), "q").expect("there is room");
    bench.publish_plain(queue, 2);
    let leases = bench.receive(queue, 2);
    bench.settle(leases[0].token, Settle::Bury { reason: None }).expect("it is leased");
    bench.settle(leases[1].token, Settle::Release { delay_ms: 0 }).expect("it is leased");
    assert_eq!(bench.counts(queue), (1, 0, 0), "the rejected one came back as a new message");
    let again = bench.receive(queue, 1)[0];
    assert_eq!((again.token.seq, again.deliveries), (Seq(3), 1));
    let totals = bench.stats(queue).totals;
    assert_eq!((totals.buried, totals.dropped, totals.published), (1, 1, 3));
}

#[test]
fn a_step_is_no_larger_for_the_number_of_queues() {
    let mut bench = Bench::new();
    let router = bench.router("dead", RouterKind::Fanout);
    let queues: Vec<_> =
        (0..8).map(|number| bench.create(&format!("dead {number}"), QueueSettings::default())).collect();
    for queue in &queues {
        bench.bind(router, Target::Queue(*queue), "").expect("there is room");
    }
    let queue = bench.create("q", through("dead", None));
    let facts = Facts { expires_ms: Some(bench.now_ms + 1_000), ..Facts::default() };
    let message = Message { facts, ..Message::with_body(vec![0; 60_000]) };
    let content_bytes = message.content_bytes() as u64;
    bench.publish(queue, vec![message; 10]);
    bench.pass_ms(1_000);
    let moved = bench.counts(queues[0]).0;
    assert!((1..10).contains(&moved), "{moved} of 10");
    let step_bytes = moved * 8 * content_bytes;
    assert!(step_bytes < MOVE_BATCH_BYTES as u64 + 9 * content_bytes, "{step_bytes} bytes in one step");
    sweep_through(&mut bench);
    assert!(queues.iter().all(|queue| bench.counts(*queue).0 == 10));
    assert_eq!(bench.counts(queue).0, 0);
}

#[test]
fn without_a_router_the_key_names_the_queue() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let queue = bench.create("q", through("", Some("dead")));
    let lost = bench.create("lost", through("", Some("nowhere")));
    for queue in [queue, lost] {
        bench.publish_plain(queue, 1);
        reject(&mut bench, queue);
    }
    assert_eq!((bench.counts(queue), bench.counts(dead), bench.counts(lost)), ((0, 0, 0), (1, 0, 0), (0, 0, 0)));
}

#[test]
fn what_makes_its_queue_too_long_is_set_aside_oldest_first_and_counts_no_more() {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings::default());
    let length = Some(LengthLimit { messages_max: Some(2), bytes_max: None, overflow: Overflow::DropOldest });
    let queue = bench.create("q", QueueSettings { length, ..through("", Some("dead")) });
    bench.publish_plain(queue, 3);
    bench.publish_plain(queue, 2);
    sweep_through(&mut bench);
    assert_eq!((bench.counts(queue), bench.counts(dead)), ((2, 0, 0), (3, 0, 0)));
    let left: Vec<u64> = bench.receive(queue, 10).iter().map(|leased| leased.token.seq.0).collect();
    assert_eq!(left, [4, 5]);
    let origin = bench.content(dead, Seq(1)).facts.origin.clone().expect("it was set aside");
    assert_eq!((origin.id.seq, origin.deaths[0].reason), (Seq(1), DeathReason::TooLong));
}
