//! Redrives through the API: durable before they are told, going on after a crash, losing and doubling nothing.

use crate::bench::Bench;
use broker::{
    CancelRedriveError, Error, Outcome, RedriveInfo, Settle, Settlement, StartRedrive, StartRedriveError, Trouble,
};
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::pin::pin;
use vocab::{BuryPolicy, CountedBy, Kind, Message, QueueId, QueueSettings};

/// A queue and its dead-letter queue, with so many messages buried.
fn with_buried(bench: &mut Bench, count: u32) -> (QueueId, QueueId) {
    let dead = bench.create("dead", QueueSettings::default());
    let bury = BuryPolicy::into_queue(CountedBy::Deliveries, 1, "dead");
    let home = bench.create("home", QueueSettings { bury: Some(bury), ..QueueSettings::default() });
    let broker = bench.broker.clone();
    for number in 0..count {
        bench.run(broker.publish(home, vec![Message::with_body(number.to_string())])).expect("it exists");
        let token = bench.receive(home).expect("it exists")[0].lease.token;
        let release = vec![Settlement { token, how: Settle::Release { delay_ms: 0 } }];
        bench.run(broker.settle(release)).expect("it works")[0].expect("it is leased");
    }
    (home, dead)
}

fn wish(source: QueueId, per_second: u32) -> StartRedrive {
    StartRedrive { source, target: None, per_second: NonZeroU32::new(per_second) }
}

fn newest(bench: &mut Bench, queue: QueueId) -> RedriveInfo {
    let broker = bench.broker.clone();
    bench.run(broker.redrives(queue)).expect("it exists").remove(0)
}

fn ready(bench: &mut Bench, queue: QueueId) -> u64 {
    let broker = bench.broker.clone();
    bench.run(broker.stats(queue)).expect("it exists").ready
}

#[test]
fn a_redrive_is_told_when_it_is_durable() {
    let mut bench = Bench::new();
    let (_, dead) = with_buried(&mut bench, 1);
    bench.store.hold();
    let broker = bench.broker.clone();
    let mut start = pin!(broker.start_redrive(wish(dead, 1)));
    bench.start(start.as_mut());
    bench.store.release();
    assert_eq!(bench.run(start).expect("it can begin").redrive.to_move, 1);
}

#[test]
fn a_redrive_in_the_middle_of_a_crash_goes_on_and_each_message_is_there_once() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 30);
    let broker = bench.broker.clone();
    bench.run(broker.start_redrive(wish(dead, 10))).expect("it can begin");
    for _ in 0..3 {
        bench.pass_ms(500);
        let moved = newest(&mut bench, dead).redrive.moved;
        assert_eq!((ready(&mut bench, home), ready(&mut bench, dead)), (moved, 30 - moved));
        bench = bench.crash();
    }
    for _ in 0..30 {
        bench.pass_ms(100);
    }
    let told = newest(&mut bench, dead).redrive;
    assert_eq!((told.moved, told.failed, told.ended.map(|(outcome, _)| outcome)), (30, 0, Some(Outcome::Done)));
    let mut bodies = Vec::new();
    for _ in 0..4 {
        bodies.extend(bench.bodies(home));
    }
    assert_eq!(bodies.len(), 30);
    assert_eq!(bodies.iter().collect::<BTreeSet<_>>().len(), 30);
    assert!(bench.bodies(dead).is_empty());
}

#[test]
fn a_redriven_message_is_a_new_one_with_an_id_of_its_queue() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 1);
    let buried = bench.receive(dead).expect("it exists").remove(0);
    let broker = bench.broker.clone();
    let release = vec![Settlement { token: buried.lease.token, how: Settle::Release { delay_ms: 0 } }];
    bench.run(broker.settle(release)).expect("it works")[0].expect("it is leased");
    bench.run(broker.start_redrive(wish(dead, 0))).expect("it can begin");
    bench.pass_ms(5);
    let back = bench.receive(home).expect("it exists").remove(0);
    assert_eq!((back.message.body.clone(), back.message.facts.origin.clone()), (buried.message.body.clone(), None));
    assert_eq!((back.id.key.queue, back.lease.deliveries), (home, 1));
    assert_ne!(back.id, buried.id);
}

#[test]
fn refusals_say_what_to_do() {
    let mut bench = Bench::new();
    let (_, dead) = with_buried(&mut bench, 2);
    let broker = bench.broker.clone();
    let into_itself = bench.run(broker.start_redrive(StartRedrive { target: Some(dead), ..wish(dead, 1) }));
    assert_eq!(into_itself.map_err(|error| error.kind()), Err(Kind::Invalid));
    let id = bench.run(broker.start_redrive(wish(dead, 1))).expect("it can begin").id;
    let second = bench.run(broker.start_redrive(wish(dead, 1)));
    assert_eq!(second, Err(Error::Refused(StartRedriveError::Running(id))));
    let told = bench.run(broker.cancel_redrive(id)).expect("it runs");
    assert_eq!((told.id, told.redrive.moved), (id, 1));
    let again = bench.run(broker.cancel_redrive(id));
    assert_eq!(again, Err(Error::Refused(CancelRedriveError::Ended(Outcome::Cancelled))));
    assert_eq!(again.map_err(|error| error.kind()), Err(Kind::Conflict));
}

#[test]
fn what_was_never_buried_has_no_way_back() {
    let mut bench = Bench::new();
    let (_, dead) = with_buried(&mut bench, 1);
    bench.publish(dead, "sent here");
    let broker = bench.broker.clone();
    bench.run(broker.start_redrive(wish(dead, 0))).expect("it can begin");
    bench.pass_ms(5);
    bench.pass_ms(5);
    let told = newest(&mut bench, dead).redrive;
    assert_eq!((told.moved, told.failed, told.trouble), (1, 1, Some(Trouble::NoOrigin)));
    assert_eq!(bench.bodies(dead), ["sent here"]);
}

#[test]
fn contents_that_memory_does_not_hold_are_read_for_it() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 3);
    bench.store.set_reads(true);
    let broker = bench.broker.clone();
    bench.run(broker.start_redrive(wish(dead, 0))).expect("it can begin");
    for _ in 0..5 {
        bench.pass_ms(1);
    }
    assert_eq!(newest(&mut bench, dead).redrive.ended.map(|(outcome, _)| outcome), Some(Outcome::Done));
    assert_eq!(bench.bodies(home), ["0", "1", "2"]);
}

#[test]
fn a_stop_in_the_middle_of_a_redrive_seals_the_store() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 20);
    let broker = bench.broker.clone();
    bench.run(broker.start_redrive(wish(dead, 10))).expect("it can begin");
    bench.pass_ms(300);
    assert_eq!(bench.run(broker.shut_down()), Ok(()));
    let mut bench = bench.crash();
    for _ in 0..30 {
        bench.pass_ms(100);
    }
    assert_eq!((ready(&mut bench, home), ready(&mut bench, dead)), (20, 0));
}
