//! Histories of messages that time sets aside, and of those that a policy drops: true ones, and ones that cannot be.

use super::accepts::{burying, origin};
use super::tale::{DEAD, Tale, settings};
use broker::Settle;
use vocab::{BuryPolicy, BuryReason, CountedBy, DeadLetter, DeathReason, Origin};

const RETENTION_MS: u64 = 1_000;

fn on_a_word(dead_letter: DeadLetter) -> BuryPolicy {
    BuryPolicy { counted_by: CountedBy::Deliveries, max: None, dead_letter, expired: true }
}

/// A queue that keeps messages for a second, and then sets them aside.
fn timely() -> Tale {
    let bury = Some(on_a_word(DeadLetter::Queue("dead".to_owned())));
    let mut tale = Tale::with(settings(|settings| {
        (settings.bury, settings.retention_ms) = (bury, Some(RETENTION_MS));
    }));
    tale.create(DEAD, "dead", settings(|_| ()));
    tale
}

fn nowhere(max: Option<u32>) -> Tale {
    let bury = Some(BuryPolicy { max, ..on_a_word(DeadLetter::Nowhere) });
    Tale::with(settings(|settings| settings.bury = bury))
}

fn expired(buried_ms: u64) -> Origin {
    Origin { buried_ms, ..origin(1, BuryReason::Expired) }
}

#[test]
fn what_time_sets_aside_is_in_the_dead_letter_queue() {
    let mut tale = timely();
    tale.publish(&[1]);
    tale.wait(2 * RETENTION_MS);
    tale.lease_buried(1, expired(tale.log_ms));
    tale.is_accepted();
}

#[test]
fn what_time_sets_aside_does_not_go_before_its_time() {
    let mut tale = timely();
    tale.publish(&[1]);
    tale.wait(RETENTION_MS / 2);
    tale.lease_buried(1, expired(tale.log_ms));
    tale.is_rejected_by("burial", "not true");
}

#[test]
fn what_time_sets_aside_is_not_lost() {
    let mut tale = timely();
    tale.publish(&[1]);
    tale.wait(2 * RETENTION_MS);
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn time_alone_buries_nothing_where_the_policy_does_not_say_so() {
    let mut tale = burying(CountedBy::Deliveries, 1);
    tale.publish(&[1]);
    tale.wait(2 * RETENTION_MS);
    tale.lease_buried(1, expired(tale.log_ms));
    tale.is_rejected_by("burial", "not true");
}

#[test]
fn the_newest_death_is_the_one_that_the_origin_tells_of() {
    for change in [
        |origin: &mut Origin| origin.deaths.clear(),
        |origin: &mut Origin| origin.deaths[0].reason = DeathReason::Limit,
        |origin: &mut Origin| origin.deaths[0].queue.clear(),
        |origin: &mut Origin| origin.deaths[0].is_first = false,
    ] {
        let mut tale = timely();
        tale.publish(&[1]);
        tale.wait(2 * RETENTION_MS);
        let mut origin = expired(tale.log_ms);
        change(&mut origin);
        tale.lease_buried(1, origin);
        tale.is_rejected_by("burial", "not true");
    }
}

#[test]
fn a_policy_without_a_place_drops_what_is_rejected() {
    let mut tale = nowhere(None);
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    tale.settle(token, Settle::Bury { reason: None }, Ok(()));
    tale.census(&[]);
    tale.is_accepted();
}

#[test]
fn a_policy_without_a_place_drops_what_reached_its_limit_and_nothing_else() {
    let check = |max, is_right: bool| {
        let mut tale = nowhere(Some(max));
        tale.publish(&[1]);
        for deliveries in 1..=2 {
            let token = tale.lease(1, deliveries);
            tale.settle(token, Settle::Release { delay_ms: 0 }, Ok(()));
        }
        tale.census(&[]);
        if is_right { tale.is_accepted() } else { tale.is_rejected_by("loss", "m1 is lost") }
    };
    check(2, true);
    check(3, false);
}

#[test]
fn a_policy_without_a_place_and_without_a_limit_drops_nothing_by_itself() {
    let mut tale = nowhere(None);
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    tale.settle(token, Settle::Release { delay_ms: 0 }, Ok(()));
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}
