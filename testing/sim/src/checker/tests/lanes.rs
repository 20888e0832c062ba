//! Lanes: in order, one lot at a time, and into the dead-letter queue in order too.

use super::accepts::origin;
use super::tale::{DEAD, Tale, leased_until, settings};
use crate::history::{Ending, Labels, Reply};
use broker::{MessageState, Settle};
use vocab::{BuryPolicy, BuryReason, CountedBy, Order};

/// Messages 1 to 3 in lane 0 of a laned queue, and 4 in lane 1.
fn tale() -> Tale {
    let bury = BuryPolicy::into_queue(CountedBy::Deliveries, 9, "dead");
    let mut tale = Tale::with(settings(|settings| {
        settings.order = Order::Laned;
        settings.bury = Some(bury);
    }));
    tale.create(DEAD, "dead", settings(|settings| settings.order = Order::Laned));
    for uid in 1..=4 {
        tale.label(uid, Labels { lane: Some(u64::from(uid == 4)), dedup: None });
    }
    tale.publish(&[1, 2, 3, 4]);
    tale
}

/// A receive that is answered with these messages.
fn lot(tale: &mut Tale, uids: &[u64]) {
    let handed = uids.iter().map(|uid| tale.handed(*uid, 1)).collect();
    tale.ask(tale.receiving(), Reply::Received(handed));
}

#[test]
fn lots_of_lanes_one_after_the_other_are_accepted() {
    let mut tale = tale();
    let first = tale.lease(1, 1);
    tale.lease(4, 1);
    tale.ack(first);
    lot(&mut tale, &[2, 3]);
    tale.wait(2_000);
    let again = tale.lease(2, 2);
    tale.ack(again);
    tale.lease(3, 2);
    tale.is_accepted();
}

#[test]
fn a_purge_that_ends_the_lease_of_a_lane_is_accepted() {
    let mut tale = tale();
    tale.lease(1, 1);
    tale.ask(crate::history::Call::Purge(super::tale::WORK), Reply::Done);
    tale.label(5, Labels { lane: Some(0), dedup: None });
    tale.publish(&[5]);
    tale.lease(5, 1);
    tale.is_accepted();
}

#[test]
fn burial_of_a_lane_in_order_is_accepted() {
    let mut tale = tale();
    for uid in [1, 2] {
        let token = tale.lease(uid, 1);
        tale.settle(token, Settle::Bury { reason: None }, Ok(()));
    }
    tale.lease(3, 1);
    let rejected = |uid| (uid, origin(uid, BuryReason::Rejected(None)));
    tale.census_of(false, &[(3, leased_until(Some(9))), (4, MessageState::Ready)], &[rejected(1), rejected(2)]);
    tale.is_accepted();
}

#[test]
fn lanes_of_which_two_lots_are_out() {
    let mut tale = tale();
    tale.lease(1, 1);
    tale.lease(2, 1);
    tale.is_rejected_by("lanes", "m2 of lane 0 of queue 1 was handed out while m1 was leased");
}

#[test]
fn lanes_whose_lease_a_crash_forgot() {
    let mut tale = tale();
    tale.lease(1, 1);
    tale.restart(Ending::PowerLost);
    tale.lease(2, 1);
    tale.is_rejected_by("lanes", "while m1 was leased");
}

#[test]
fn lanes_in_the_wrong_order() {
    let mut tale = tale();
    let token = tale.lease(2, 1);
    tale.ack(token);
    tale.lease(1, 1);
    tale.is_rejected_by("lanes", "m2 of lane 0 of queue 1 was handed out before m1, which was there");
}

#[test]
fn lanes_in_the_wrong_order_within_a_lot() {
    let mut tale = tale();
    lot(&mut tale, &[2, 1]);
    tale.is_rejected_by("lanes", "handed out in the wrong order");
}

#[test]
fn lanes_that_pass_by_a_message_in_a_lot() {
    let mut tale = tale();
    lot(&mut tale, &[1, 3]);
    let (leased, ready) = (leased_until(Some(9)), MessageState::Ready);
    tale.census_of(false, &[(1, leased), (2, ready), (3, leased), (4, ready)], &[]);
    tale.is_rejected_by("lanes", "m3 of lane 0 of queue 1 was handed out before m2");
}

#[test]
fn lanes_buried_before_what_is_ahead() {
    let mut tale = tale();
    lot(&mut tale, &[1, 2]);
    tale.wait(2_000);
    tale.lease_buried(2, origin(2, BuryReason::Rejected(None)));
    tale.lease(1, 2);
    tale.is_rejected_by("lanes", "m2 of lane 0 of queue 1 was buried before m1");
}

#[test]
fn lanes_that_change_places_in_the_dead_letter_queue() {
    let mut tale = tale();
    let rejected = |uid| origin(uid, BuryReason::Rejected(None));
    tale.buried_at(2, 1, rejected(2));
    tale.buried_at(1, 2, rejected(1));
    tale.is_rejected_by("lanes", "m1 of lane 0 of queue 1 was buried behind m2");
}
