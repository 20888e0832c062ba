//! Delays, expiry, retention, purge: three clocks that never share a value.

use super::Bench;
use crate::core::answer::Answer;
use crate::core::command::{Command, Purge, Settle};
use vocab::{Facts, Message, QueueSettings};

fn message_with(facts: Facts) -> Message {
    Message { facts, ..Message::with_body("x") }
}

fn retaining(retention_ms: u64) -> QueueSettings {
    QueueSettings { retention_ms: Some(retention_ms), lease_ms: 5_000, ..QueueSettings::default() }
}

#[test]
fn a_delayed_message_is_not_received_before_its_time() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { delay_ms: 1_000, ..QueueSettings::default() });
    bench.publish_plain(queue, 2);
    let soon = message_with(Facts { due_ms: Some(0), ..Facts::default() });
    bench.publish(queue, vec![soon]);
    assert_eq!(bench.seqs(queue, 10), [3], "a message's own due time goes before the queue's delay");
    assert_eq!(bench.counts(queue), (0, 2, 1));
    bench.pass_ms(999);
    assert!(bench.receive(queue, 10).is_empty());
    bench.pass_ms(1);
    assert_eq!(bench.seqs(queue, 10), [1, 2]);
}

#[test]
fn a_delayed_message_wakes_who_waits_for_it() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { delay_ms: 300, ..QueueSettings::default() });
    let waiter = bench.wait(queue, 1, 1_000);
    bench.publish_plain(queue, 1);
    bench.pass_ms(300);
    assert!(matches!(&bench.served[&waiter], Answer::Received(Ok(leased)) if leased.len() == 1));
}

#[test]
fn a_message_expires_at_its_own_time_and_not_before() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let expires_ms = Some(bench.now_ms + 1_000);
    bench.publish(queue, vec![message_with(Facts { expires_ms, ..Facts::default() })]);
    bench.pass_ms(999);
    assert_eq!(bench.counts(queue), (1, 0, 0));
    bench.pass_ms(1);
    assert_eq!(bench.counts(queue), (0, 0, 0));
    assert_eq!(bench.stats(queue).totals.expired, 1);
}

#[test]
fn a_leased_message_expires_only_when_its_lease_ends() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let expires_ms = Some(bench.now_ms + 1_000);
    let expiring = || message_with(Facts { expires_ms, ..Facts::default() });
    bench.publish(queue, vec![expiring(), expiring()]);
    let leases = bench.receive(queue, 2);
    bench.pass_ms(2_000);
    assert_eq!(bench.counts(queue), (0, 0, 2));
    assert_eq!(bench.settle(leases[0].token, Settle::Ack), Ok(()));
    assert_eq!(bench.settle(leases[1].token, Settle::Release { delay_ms: 0 }), Ok(()));
    assert_eq!(bench.counts(queue), (0, 0, 0));
    let totals = bench.stats(queue).totals;
    assert_eq!((totals.acked, totals.expired), (1, 1));
}

#[test]
fn retention_takes_old_messages_and_leaves_young_ones() {
    let mut bench = Bench::new();
    let queue = bench.create("q", retaining(60_000));
    bench.publish_plain(queue, 2);
    bench.pass_ms(30_000);
    bench.publish_plain(queue, 1);
    bench.pass_ms(29_999);
    assert_eq!(bench.counts(queue).0, 3, "nothing goes before its time");
    bench.pass_ms(30_001);
    assert_eq!(bench.counts(queue), (0, 0, 0), "everything has gone when the youngest is over");
    assert_eq!(bench.stats(queue).totals.expired, 3);
}

#[test]
fn a_leased_message_over_the_retention_goes_when_its_lease_ends() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { lease_ms: 200_000, ..retaining(60_000) });
    bench.publish_plain(queue, 3);
    bench.receive(queue, 1);
    bench.pass_ms(100_000);
    assert_eq!(bench.counts(queue), (0, 0, 1));
    bench.pass_ms(100_000);
    assert_eq!(bench.counts(queue), (0, 0, 0));
}

#[test]
fn a_shorter_retention_applies_to_what_is_there() {
    let mut bench = Bench::new();
    let queue = bench.create("q", retaining(1_000_000));
    bench.publish_plain(queue, 1);
    bench.pass_ms(70_000);
    let settings = Box::new(retaining(60_000));
    let update = Command::UpdateQueue { queue, revision: 1, settings, annotations: Default::default() };
    assert!(matches!(bench.ask(update), Some(Answer::Updated(Ok(_)))));
    bench.pass_ms(1);
    assert_eq!(bench.counts(queue), (0, 0, 0));
}

#[test]
fn a_purge_takes_everything_and_what_comes_later_stays() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 3);
    let lease = bench.receive(queue, 1)[0];
    let delayed = message_with(Facts { due_ms: Some(bench.now_ms + 10), ..Facts::default() });
    bench.publish(queue, vec![delayed]);
    assert_eq!(bench.ask(Command::Purge { queue, what: Purge::All }), Some(Answer::Purged(Ok(4))));
    assert_eq!(bench.settle(lease.token, Settle::Ack), Err(crate::SettleError::Gone));
    bench.publish_plain(queue, 1);
    bench.pass_ms(60_000);
    assert_eq!(bench.seqs(queue, 10), [5]);
}

#[test]
fn a_deleted_queue_takes_its_waiters_and_timers_with_it() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { delay_ms: 10, ..retaining(60_000) });
    bench.publish_plain(queue, 2);
    let waiter = bench.wait(queue, 1, 1_000);
    bench.ask(Command::DeleteQueue { queue });
    assert!(matches!(&bench.served[&waiter], Answer::Received(Err(_))));
    bench.pass_ms(100_000);
    assert_eq!(bench.machine.state.timers.next_ms(), None);
    let again = bench.create("q", QueueSettings::default());
    assert_ne!(again, queue, "ids are never reused");
}

#[test]
fn a_change_made_from_an_old_revision_is_refused() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let update = |revision| Command::UpdateQueue {
        queue,
        revision,
        settings: Box::new(QueueSettings::default()),
        annotations: Default::default(),
    };
    assert!(matches!(bench.ask(update(1)), Some(Answer::Updated(Ok(info))) if info.revision == 2));
    assert!(matches!(bench.ask(update(1)), Some(Answer::Updated(Err(crate::UpdateQueueError::Changed(_))))));
}
