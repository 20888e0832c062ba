//! Histories that look odd and are right: the rules must not cry wolf.

use super::tale::{DEAD, Tale, WORK, leased_until, sent, settings};
use crate::history::{Call, Ending, Reply};
use broker::{Extension, LeaseTerms, Settle, SettleError};
use vocab::origin::dying_again;
use vocab::{BuryPolicy, BuryReason, CountedBy, Durability, Origin, SessionId};

#[test]
fn a_message_that_is_sent_leased_and_acknowledged() {
    let mut tale = Tale::new();
    tale.publish(&[1, 2]);
    let token = tale.lease(1, 1);
    tale.ack(token);
    tale.restart(Ending::PowerLost);
    tale.census(&[2]);
    tale.is_accepted();
}

#[test]
fn a_publish_of_unknown_outcome_may_be_there_or_not() {
    for there in [&[][..], &[1, 2][..]] {
        let mut tale = Tale::new();
        tale.call(tale.sending(&[1, 2]));
        tale.restart(Ending::PowerLost);
        tale.census(there);
        tale.census(there);
        tale.is_accepted();
    }
}

#[test]
fn an_acknowledgement_of_unknown_outcome_may_have_happened_or_not() {
    for there in [&[][..], &[1][..]] {
        let mut tale = Tale::new();
        tale.publish(&[1]);
        let token = tale.lease(1, 1);
        let settle = broker::Settlement { token, how: Settle::Ack };
        tale.call(Call::Settle(vec![settle]));
        tale.restart(Ending::Killed);
        tale.census(there);
        tale.is_accepted();
    }
}

#[test]
fn an_expired_lease_gives_the_message_to_another() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let stale = tale.lease(1, 1);
    tale.wait(2000);
    let token = tale.lease(1, 2);
    tale.settle(stale, Settle::Ack, Err(SettleError::Stale));
    tale.ack(token);
    tale.census(&[]);
    tale.is_accepted();
}

#[test]
fn a_crash_may_take_a_lease_that_was_not_durable() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.restart(Ending::PowerLost);
    tale.lease(1, 1);
    tale.is_accepted();
}

#[test]
fn a_session_lease_ends_with_its_session_and_with_a_restart() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let session = Call::Receive { queue: WORK, max: 1, wait_ms: 0, terms: LeaseTerms::Session(SessionId(4)) };
    for deliveries in [1, 2, 3] {
        let mut handed = tale.handed(1, deliveries);
        handed.lease.deadline_ms = None;
        tale.ask(session.clone(), Reply::Received(vec![handed]));
        match deliveries {
            1 => drop(tale.ask(Call::EndSession(SessionId(4)), Reply::Done)),
            _ => tale.restart(Ending::Stopped),
        }
    }
    tale.is_accepted();
}

#[test]
fn an_extension_that_shortens_a_lease_frees_its_message_earlier() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    let extension = Extension { token, lease_ms: 10, total_ms_max: None };
    let until = tale.log_ms + 11;
    tale.ask(Call::Extend(vec![extension]), Reply::Extended(vec![Ok(until)]));
    tale.wait(20);
    tale.lease(1, 2);
    tale.is_accepted();
}

#[test]
fn a_weak_queue_may_lose_what_no_sync_covered() {
    let weak = settings(|settings| settings.durability = Durability::Never);
    let mut tale = Tale::with(weak);
    tale.publish(&[1]);
    tale.restart(Ending::PowerLost);
    tale.census(&[]);
    tale.is_accepted();
}

#[test]
fn a_message_with_an_end_may_be_gone_after_it() {
    let mut tale = Tale::new();
    let expires_ms = Some(tale.log_ms + 100);
    let call = Call::Publish { queue: WORK, sent: vec![crate::history::Sent { expires_ms, ..sent(1) }] };
    tale.ask(call, Reply::Published(vec![super::tale::id(1)]));
    tale.census(&[1]);
    tale.wait(100);
    tale.census(&[]);
    tale.is_accepted();
}

#[test]
fn a_purge_takes_everything_that_was_there() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.ask(Call::Purge(WORK), Reply::Done);
    tale.publish(&[2]);
    tale.census(&[2]);
    tale.is_accepted();
}

#[test]
fn a_message_that_reached_its_limit_moves_to_the_dead_letter_queue() {
    let mut tale = burying(CountedBy::Deliveries, 1);
    tale.publish(&[1, 2]);
    tale.lease(1, 1);
    tale.wait(2000);
    tale.lease_buried(1, origin(1, BuryReason::TooManyDeliveries));
    let token = tale.lease(2, 1);
    tale.settle(token, Settle::Bury { reason: Some("no".to_owned()) }, Ok(()));
    tale.lease_buried(2, origin(2, BuryReason::Rejected(Some("no".to_owned()))));
    tale.is_accepted();
}

#[test]
fn in_the_end_only_claims_may_be_left() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let claim = Call::Receive { queue: WORK, max: 1, wait_ms: 0, terms: LeaseTerms::Claim };
    tale.call(claim);
    tale.restart(Ending::Killed);
    tale.census_of(true, &[(1, leased_until(None))], &[]);
    tale.is_accepted();
}

pub(super) fn burying(counted_by: CountedBy, max: u32) -> Tale {
    let policy = BuryPolicy::into_queue(counted_by, max, "dead");
    let mut tale = Tale::with(settings(|settings| settings.bury = Some(policy)));
    tale.create(DEAD, "dead", settings(|_| ()));
    tale
}

pub(super) fn origin(uid: u64, reason: BuryReason) -> Origin {
    Origin {
        id: super::tale::id(uid),
        queue: "work".to_owned(),
        published_ms: 0,
        buried_ms: 0,
        deliveries: 1,
        failures: 0,
        deaths: dying_again(&[], "work", reason.death(), 0, None),
        reason,
    }
}
