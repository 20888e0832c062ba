//! When something is told, and when not again.

use super::*;
use door::access::Secret;

fn watch(condition: Condition, for_ms: u64) -> Watch {
    Watch::new(AlertEntry {
        name: "a".to_owned(),
        queues: "orders*".to_owned(),
        condition,
        for_ms,
        again_after_ms: 1000,
        url: Secret::new("http://localhost/"),
        authorization_file: None,
        tls_ca_file: None,
    })
}

fn queue(id: u32, ready: u64) -> Figures {
    Figures { id, name: format!("orders-{id}"), ready, ..Figures::default() }
}

/// What is told at `now_ms`: state, queue, value.
fn check(watch: &mut Watch, now_ms: u64, queues: &[Figures], expected: &[(State, &str, u64)]) {
    let told = watch.look(now_ms, queues);
    let told: Vec<_> = told.iter().map(|notice| (notice.state, notice.queue.as_str(), notice.value)).collect();
    assert_eq!(told, expected, "at {now_ms}");
}

const DEEP: Condition = Condition::DepthAbove(10);

#[test]
fn a_level_is_told_when_it_has_held_and_again_later_and_when_it_is_over() {
    let mut watch = watch(DEEP, 100);
    check(&mut watch, 0, &[queue(1, 11)], &[]);
    check(&mut watch, 99, &[queue(1, 12)], &[]);
    check(&mut watch, 100, &[queue(1, 13)], &[(State::Firing, "orders-1", 13)]);
    check(&mut watch, 1099, &[queue(1, 14)], &[]);
    check(&mut watch, 1100, &[queue(1, 15)], &[(State::Firing, "orders-1", 15)]);
    check(&mut watch, 1200, &[queue(1, 10)], &[(State::Resolved, "orders-1", 10)]);
    check(&mut watch, 1300, &[queue(1, 10)], &[]);
}

#[test]
fn what_did_not_hold_long_enough_is_told_neither_as_firing_nor_as_resolved() {
    let mut watch = watch(DEEP, 100);
    check(&mut watch, 0, &[queue(1, 11)], &[]);
    check(&mut watch, 50, &[queue(1, 0)], &[]);
    check(&mut watch, 120, &[queue(1, 11)], &[]);
    check(&mut watch, 219, &[queue(1, 11)], &[]);
    check(&mut watch, 220, &[queue(1, 11)], &[(State::Firing, "orders-1", 11)]);
}

#[test]
fn a_queue_that_is_gone_is_over_its_level_no_more() {
    let mut watch = watch(DEEP, 0);
    check(
        &mut watch,
        0,
        &[queue(1, 11), queue(2, 12)],
        &[(State::Firing, "orders-1", 11), (State::Firing, "orders-2", 12)],
    );
    check(&mut watch, 10, &[queue(2, 12)], &[(State::Resolved, "orders-1", 0)]);
    // Made again under its name: another queue.
    check(&mut watch, 20, &[queue(2, 12), queue(3, 11)], &[(State::Firing, "orders-3", 11)]);
    assert_eq!(watch.levels.len(), 2);
}

#[test]
fn other_queues_are_none_of_its_business() {
    let other = Figures { name: "parcels".to_owned(), ..queue(1, 500) };
    check(&mut watch(DEEP, 0), 0, &[other], &[]);
}

#[test]
fn an_age_is_counted_from_the_oldest_message() {
    let mut watch = watch(Condition::OldestAbove { ms: 600 }, 0);
    let old = |oldest_ms| Figures { oldest_ms, ..queue(1, 1) };
    check(&mut watch, 1000, &[old(Some(400))], &[]);
    check(&mut watch, 1001, &[old(Some(400))], &[(State::Firing, "orders-1", 601)]);
    check(&mut watch, 1002, &[old(None)], &[(State::Resolved, "orders-1", 0)]);
}

#[test]
fn every_message_that_was_set_aside_is_told_of_once() {
    let mut watch = watch(Condition::DeadLetters, 0);
    let buried = |id, buried| Figures { buried, ..queue(id, 0) };
    check(&mut watch, 0, &[buried(1, 7)], &[]);
    check(&mut watch, 10, &[buried(1, 8)], &[(State::Firing, "orders-1", 1)]);
    check(&mut watch, 20, &[buried(1, 10)], &[]);
    check(&mut watch, 1009, &[buried(1, 12)], &[]);
    check(&mut watch, 1010, &[buried(1, 12)], &[(State::Firing, "orders-1", 4)]);
    check(&mut watch, 9000, &[buried(1, 12)], &[]);
    check(&mut watch, 9010, &[buried(1, 12), buried(2, 3)], &[(State::Firing, "orders-2", 3)]);
}
