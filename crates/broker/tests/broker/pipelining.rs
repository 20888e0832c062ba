//! Many things under way at a time: order, settling unanswered, taking back, sessions, room.

use crate::bench::{Bench, wish};
use broker::{LeaseTerms, Receive, Settle, Settlement};
use journal::Room;
use vocab::{Message, QueueSettings};

#[test]
fn publishes_begun_one_behind_the_other_keep_their_order_whoever_looks_first() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    let first = bench.run(broker.begin_publish(queue, vec![Message::with_body("1")])).expect("it runs");
    let second = bench.run(broker.begin_publish(queue, vec![Message::with_body("2")])).expect("it runs");
    let second = bench.run(second).expect("it is taken");
    let first = bench.run(first).expect("it is taken");
    assert!(first.first < second.first);
    assert_eq!(bench.bodies(queue), ["1", "2"]);
}

#[test]
fn a_publish_that_nobody_waits_for_happens_all_the_same() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    drop(bench.run(broker.begin_publish(queue, vec![Message::with_body("x")])).expect("it runs"));
    bench.settle();
    assert_eq!(bench.crash().bodies(queue), ["x"]);
}

#[test]
fn what_is_settled_unanswered_stays_gone_over_a_crash() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish(queue, "done");
    let token = bench.receive(queue).expect("it exists")[0].lease.token;
    bench.broker.settle_unanswered(vec![Settlement { token, how: Settle::Ack }]).expect("it runs");
    bench.settle();
    let mut bench = bench.crash();
    bench.pass_ms(60_000);
    assert!(bench.bodies(queue).is_empty());
}

#[test]
fn what_is_taken_back_was_never_delivered() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish(queue, "x");
    let token = bench.receive(queue).expect("it exists")[0].lease.token;
    bench.broker.undeliver(vec![token]);
    bench.settle();
    assert_eq!(bench.receive(queue).expect("it exists")[0].lease.deliveries, 1);
}

#[test]
fn an_abandoned_session_gives_back_what_it_holds_and_nothing_else() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let sessions = [bench.broker.open_session(), bench.broker.open_session()];
    for (session, body) in sessions.into_iter().zip(["one", "two"]) {
        bench.publish(queue, body);
        let broker = bench.broker.clone();
        let terms = LeaseTerms::Session(session);
        bench.run(broker.receive(Receive { terms, ..wish(queue, 0) })).expect("it exists");
    }
    bench.broker.abandon_session(sessions[0]);
    bench.settle();
    let back = bench.receive(queue).expect("it exists");
    assert_eq!(back.iter().map(|d| (&d.message.body[..], d.lease.deliveries)).collect::<Vec<_>>(), [(&b"one"[..], 2)]);
}

#[test]
fn a_full_disk_is_known_and_so_is_its_end() {
    let mut bench = Bench::new();
    for (room, full) in [(Room::Full, true), (Room::Enough, false)] {
        bench.store.set_room(room);
        bench.settle();
        assert_eq!(bench.broker.is_disk_full(), full, "{room:?}");
    }
}
