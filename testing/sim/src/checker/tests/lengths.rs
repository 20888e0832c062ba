//! Lengths: the oldest of the lowest priority is dropped, and no more than must be; transient queues end.

use super::tale::{Tale, settings};
use crate::history::Ending;
use vocab::{LengthLimit, Overflow};

/// A queue of two messages at most. A message's priority is its number, modulo four.
fn tale(priority_max: u8) -> Tale {
    Tale::with(settings(|settings| {
        settings.priority_max = priority_max;
        settings.length = Some(LengthLimit { messages_max: Some(2), bytes_max: None, overflow: Overflow::DropOldest });
    }))
}

#[test]
fn the_oldest_of_the_lowest_priority_may_be_gone() {
    let mut by_place = tale(0);
    by_place.publish(&[1, 2, 3]);
    by_place.census(&[2, 3]);
    by_place.is_accepted();
    let mut by_priority = tale(3);
    by_priority.publish(&[3, 4, 5]);
    by_priority.census(&[3, 5]);
    by_priority.is_accepted();
}

#[test]
fn one_that_did_not_have_to_go_is_lost() {
    let mut tale = tale(0);
    tale.publish(&[1, 2, 3]);
    tale.census(&[3]);
    tale.is_rejected_by("loss", "m2 is lost");
}

#[test]
fn one_too_many_is_noticed() {
    let mut tale = tale(0);
    tale.publish(&[1, 2, 3]);
    tale.census(&[1, 2, 3]);
    tale.is_rejected_by("lengths", "has 3 messages ready and may have 2");
}

#[test]
fn the_wrong_one_is_noticed() {
    let mut tale = tale(0);
    tale.publish(&[1, 2, 3, 4]);
    tale.census(&[1, 4]);
    tale.is_rejected_by("loss", "m3 is lost");
}

#[test]
fn an_older_one_that_stays_is_noticed_whatever_came_later() {
    let mut tale = tale(0);
    tale.publish(&[1, 2, 3, 4]);
    tale.call(tale.sending(&[5, 6]));
    tale.restart(Ending::PowerLost);
    tale.census(&[1, 4]);
    tale.is_rejected_by("lengths", "m2 was dropped, and m1");
}

#[test]
fn a_transient_queue_that_outlives_the_broker_is_noticed() {
    let mut tale = Tale::with(settings(|settings| settings.transient = true));
    tale.publish(&[1]);
    tale.census(&[1]);
    tale.restart(Ending::Stopped);
    tale.census(&[1]);
    tale.is_rejected_by("catalog", "transient");
}
