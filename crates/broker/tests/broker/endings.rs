//! Shutting down, failing, coming back.

use crate::bench::{Bench, wish};
use broker::{Error, Step, Unavailable};
use std::pin::pin;
use vocab::{Message, QueueSettings};

#[test]
fn shutting_down_ends_waiting_seals_the_store_and_refuses_what_comes_later() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    let mut waiting = pin!(broker.receive(wish(queue, 20_000)));
    bench.start(waiting.as_mut());
    assert_eq!(bench.run(broker.shut_down()), Ok(()));
    assert_eq!(bench.run(waiting), Ok(vec![]));
    assert!(matches!(bench.runner.step(), Ok(Step::Closed)));
    let late = bench.run(broker.publish(queue, vec![Message::with_body("x")]));
    assert_eq!(late, Err(Error::Unavailable(Unavailable::Stopping)));
}

#[test]
fn a_clean_stop_skips_no_seq_and_a_crash_does() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish(queue, "1");
    let broker = bench.broker.clone();
    bench.run(broker.shut_down()).expect("nothing failed");
    let mut bench = bench.crash();
    bench.publish(queue, "2");
    let mut bench = bench.crash();
    bench.publish(queue, "3");
    let seqs: Vec<_> = bench.receive(queue).expect("it exists").iter().map(|d| d.lease.token.seq.0).collect();
    assert_eq!(seqs[..2], [1, 2]);
    assert!(seqs[2] > vocab::limits::SEQ_RESERVATION);
}

#[test]
fn after_the_journal_failed_nobody_is_told_anything_but_that() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.store.hold();
    let broker = bench.broker.clone();
    let mut publish = pin!(broker.publish(queue, vec![Message::with_body("x")]));
    bench.start(publish.as_mut());
    bench.store.poison("the disk is on fire");
    let outcome = bench.run(publish);
    assert!(matches!(&outcome, Err(Error::Unavailable(Unavailable::Poisoned(reason))) if reason.contains("on fire")));
    assert!(broker.health().is_err());
    assert!(matches!(bench.run(broker.stats(queue)), Err(Error::Unavailable(Unavailable::Poisoned(_)))));
    assert!(matches!(bench.run(broker.failed()), Unavailable::Poisoned(_)));
}

#[test]
fn a_crash_loses_nothing_that_was_answered() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    for body in ["a", "b", "c"] {
        bench.publish(queue, body);
    }
    let mut bench = bench.crash();
    assert_eq!(bench.bodies(queue), ["a", "b", "c"]);
}

#[test]
fn a_lease_with_a_deadline_outlives_a_restart() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { lease_ms: 10_000, ..QueueSettings::default() });
    bench.publish(queue, "x");
    let token = bench.receive(queue).expect("it exists")[0].lease.token;
    bench.pass_ms(100);
    let mut bench = bench.crash();
    assert!(bench.bodies(queue).is_empty(), "the lease holds");
    bench.pass_ms(9_900);
    let again = bench.receive(queue).expect("it exists");
    assert_eq!((again.len(), again[0].lease.deliveries), (1, 2));
    assert!(again[0].lease.token.epoch > token.epoch);
}
