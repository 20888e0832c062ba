//! Priorities: the highest of what is ready goes first. A message's priority is its number, modulo four.

use super::tale::{Tale, settings};
use crate::history::{Ending, Reply};
use broker::Settle;

fn tale() -> Tale {
    Tale::with(settings(|settings| settings.priority_max = 2))
}

/// A receive that is answered with these messages, delivered for the first time.
fn lot(tale: &mut Tale, uids: &[u64]) {
    let handed = uids.iter().map(|uid| tale.handed(*uid, 1)).collect();
    tale.ask(tale.receiving(), Reply::Received(handed));
}

#[test]
fn the_highest_first_is_accepted() {
    let mut tale = tale();
    tale.publish(&[1, 2, 3, 4, 5]);
    lot(&mut tale, &[2, 3, 1]);
    tale.publish(&[6]);
    lot(&mut tale, &[6, 5, 4]);
    tale.is_accepted();
}

#[test]
fn a_lower_one_ahead_of_a_higher_one_in_one_answer_is_noticed() {
    let mut tale = tale();
    tale.publish(&[1, 2]);
    lot(&mut tale, &[1, 2]);
    tale.is_rejected_by("priorities", "ahead of m2");
}

#[test]
fn a_higher_one_that_was_passed_by_is_noticed() {
    let mut tale = tale();
    tale.publish(&[1, 2, 3]);
    lot(&mut tale, &[1]);
    lot(&mut tale, &[2, 3]);
    tale.is_rejected_by("priorities", "m1 was handed out before m2");
}

#[test]
fn a_higher_one_that_may_have_come_later_or_been_leased_passes() {
    let mut came_later = tale();
    came_later.publish(&[1]);
    let receive = came_later.call(came_later.receiving());
    came_later.publish(&[2]);
    let handed = came_later.handed(1, 1);
    came_later.answer(receive, Reply::Received(vec![handed]));
    lot(&mut came_later, &[2]);
    came_later.is_accepted();

    let mut was_leased = tale();
    was_leased.publish(&[1, 2]);
    let token = was_leased.lease(2, 1);
    lot(&mut was_leased, &[1]);
    was_leased.settle(token, Settle::Release { delay_ms: 0 }, Ok(()));
    was_leased.lease(2, 2);
    was_leased.is_accepted();

    let mut was_taken_by_nobody = tale();
    was_taken_by_nobody.publish(&[1, 2]);
    let lost = was_taken_by_nobody.call(was_taken_by_nobody.receiving());
    lot(&mut was_taken_by_nobody, &[1]);
    was_taken_by_nobody.answer(lost, Reply::GivenUp);
    lot(&mut was_taken_by_nobody, &[2]);
    was_taken_by_nobody.is_accepted();
}

#[test]
fn a_higher_one_over_a_restart_passes_only_if_it_may_have_been_leased() {
    let mut tale = tale();
    tale.publish(&[1, 2]);
    tale.restart(Ending::PowerLost);
    lot(&mut tale, &[1]);
    lot(&mut tale, &[2]);
    tale.is_rejected_by("priorities", "m1 was handed out before m2");
}
