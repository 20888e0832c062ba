//! One bad history and more for each rule: a checker that cannot fail proves nothing.

use super::accepts::{burying, origin};
use super::tale::{DEAD, Tale, WORK, id, leased_until, sent, settings};
use crate::history::{Call, Ending, Reply, Sent, What};
use broker::{LeaseTerms, MessageState, Settle, SettleError};
use vocab::{BuryReason, CountedBy, Durability, SessionId};

#[test]
fn answers_with_too_many_messages() {
    let mut tale = Tale::new();
    tale.publish(&[1, 2]);
    let both = vec![tale.handed(1, 1), tale.handed(2, 1)];
    let call = Call::Receive { queue: WORK, max: 1, wait_ms: 0, terms: LeaseTerms::Deadline(None) };
    tale.ask(call, Reply::Received(both));
    tale.is_rejected_by("answers", "does not fit");
}

#[test]
fn loss_of_a_published_message() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.restart(Ending::PowerLost);
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn loss_of_a_message_that_was_seen_though_its_publish_was_never_answered() {
    let mut tale = Tale::new();
    tale.call(tale.sending(&[1]));
    tale.lease(1, 1);
    tale.restart(Ending::PowerLost);
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn loss_of_a_message_whose_acknowledgement_was_refused() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    tale.settle(token, Settle::Ack, Err(SettleError::NotLeased));
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn loss_on_a_weak_queue_of_what_a_later_sync_covered() {
    let mut tale = Tale::with(settings(|settings| settings.durability = Durability::Interval(100)));
    tale.publish(&[1]);
    tale.create(DEAD, "dead", settings(|_| ()));
    tale.restart(Ending::PowerLost);
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn loss_on_a_weak_queue_over_a_clean_stop() {
    let mut tale = Tale::with(settings(|settings| settings.durability = Durability::Never));
    tale.publish(&[1]);
    tale.restart(Ending::Stopped);
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn loss_that_only_a_purge_before_the_publish_could_explain() {
    let mut tale = Tale::new();
    tale.ask(Call::Purge(WORK), Reply::Done);
    tale.publish(&[1]);
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn loss_of_a_message_that_nobody_is_ever_given() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.census_of(true, &[(1, leased_until(Some(5)))], &[]);
    tale.is_rejected_by("loss", "m1 is stuck");
}

#[test]
fn ghosts_that_nobody_sent() {
    let mut tale = Tale::new();
    tale.lease(7, 1);
    tale.is_rejected_by("ghosts", "m7 was never sent");
}

#[test]
fn ghosts_with_another_body() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let mut handed = tale.handed(1, 1);
    handed.uid = None;
    tale.ask(tale.receiving(), Reply::Received(vec![handed]));
    tale.is_rejected_by("ghosts", "nobody sent");
}

#[test]
fn ghosts_of_a_refused_publish() {
    let mut tale = Tale::new();
    tale.ask(tale.sending(&[1]), Reply::Refused("full".to_owned()));
    tale.lease(1, 1);
    tale.is_rejected_by("ghosts", "m1 was refused");
}

#[test]
fn ghosts_in_a_queue_they_were_not_sent_to() {
    let mut tale = Tale::new();
    tale.create(DEAD, "dead", settings(|_| ()));
    tale.publish(&[1]);
    tale.lease_buried(1, origin(1, BuryReason::TooManyDeliveries));
    tale.is_rejected_by("ghosts", "is in queue 2");
}

#[test]
fn ghosts_that_come_back_after_their_acknowledgement() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    tale.ack(token);
    tale.restart(Ending::PowerLost);
    tale.lease(1, 2);
    tale.is_rejected_by("ghosts", "came back to queue 1 after it was acknowledged");
}

#[test]
fn ghosts_that_come_back_after_a_purge() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.ask(Call::Purge(WORK), Reply::Done);
    tale.lease(1, 1);
    tale.is_rejected_by("ghosts", "after it was purged");
}

#[test]
fn ghosts_that_come_back_from_the_dead_letter_queue() {
    let mut tale = burying(CountedBy::Deliveries, 1);
    tale.publish(&[1]);
    tale.lease_buried(1, origin(1, BuryReason::TooManyDeliveries));
    tale.lease(1, 2);
    tale.is_rejected_by("ghosts", "after it was moved");
}

#[test]
fn batches_of_which_a_part_is_missing() {
    let mut tale = Tale::new();
    tale.call(tale.sending(&[1, 2]));
    tale.restart(Ending::PowerLost);
    tale.census(&[1]);
    tale.census(&[1]);
    tale.is_rejected_by("batches", "m2 is missing");
}

#[test]
fn identity_given_twice() {
    let weak = settings(|settings| settings.durability = Durability::Never);
    let mut tale = Tale::with(weak);
    tale.publish(&[5]);
    tale.restart(Ending::PowerLost);
    tale.ask(tale.sending(&[6]), Reply::Published(vec![id(5)]));
    tale.is_rejected_by("identity", "have the same id");
}

#[test]
fn identity_that_changes() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let mut handed = tale.handed(1, 1);
    handed.id = id(9);
    tale.ask(tale.receiving(), Reply::Received(vec![handed]));
    tale.is_rejected_by("identity", "m1 has two ids");
}

#[test]
fn identity_that_may_have_been_given_to_a_publish_that_was_never_answered() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.call(tale.sending(&[8, 9]));
    tale.restart(Ending::PowerLost);
    tale.ask(tale.sending(&[10]), Reply::Published(vec![id(3)]));
    tale.is_rejected_by("identity", "seq 3 of queue 1 may have been given out before");
}

#[test]
fn leases_of_two_owners_at_a_time() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.lease(1, 2);
    tale.is_rejected_by("leases", "two live leases");
}

#[test]
fn leases_that_a_clean_restart_forgot() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.restart(Ending::Stopped);
    tale.lease(1, 2);
    tale.is_rejected_by("leases", "two live leases");
}

#[test]
fn leases_of_a_strict_queue_that_a_crash_forgot() {
    let mut tale = Tale::with(settings(|settings| settings.strict_leases = true));
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.restart(Ending::PowerLost);
    tale.lease(1, 2);
    tale.is_rejected_by("leases", "two live leases");
}

#[test]
fn leases_settled_by_a_stale_token() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let stale = tale.lease(1, 1);
    tale.wait(2000);
    tale.lease(1, 2);
    tale.ack(stale);
    tale.is_rejected_by("leases", "not its newest");
}

#[test]
fn leases_settled_again_after_an_acknowledgement() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    tale.ack(token);
    tale.settle(token, Settle::Release { delay_ms: 0 }, Ok(()));
    tale.is_rejected_by("leases", "settled again");
}

#[test]
fn leases_under_one_token() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let handed = tale.handed(1, 1);
    for _ in 0..2 {
        tale.ask(tale.receiving(), Reply::Received(vec![handed.clone()]));
        tale.wait(5000);
    }
    tale.is_rejected_by("leases", "under one token");
}

#[test]
fn leases_whose_epoch_goes_back() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let early = tale.handed(1, 2);
    tale.lease(1, 1);
    tale.wait(2000);
    tale.ask(tale.receiving(), Reply::Received(vec![early]));
    tale.is_rejected_by("leases", "epoch that is not greater");
}

#[test]
fn attempts_that_do_not_grow() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.wait(2000);
    tale.lease(1, 1);
    tale.is_rejected_by("attempts", "delivered 1×");
}

#[test]
fn attempts_that_a_crash_forgot_though_they_were_settled() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    tale.settle(token, Settle::Release { delay_ms: 0 }, Ok(()));
    tale.restart(Ending::PowerLost);
    tale.lease(1, 1);
    tale.is_rejected_by("attempts", "delivered 1×");
}

#[test]
fn times_before_a_message_is_due() {
    let mut tale = Tale::new();
    let due_ms = Some(tale.log_ms + 500);
    let call = Call::Publish { queue: WORK, sent: vec![Sent { due_ms, ..sent(1) }] };
    tale.ask(call, Reply::Published(vec![id(1)]));
    tale.lease(1, 1);
    tale.is_rejected_by("times", "is due at");
}

#[test]
fn times_before_the_queues_delay_is_over() {
    let mut tale = Tale::with(settings(|settings| settings.delay_ms = 500));
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.is_rejected_by("times", "is due at");
}

#[test]
fn times_after_a_message_expired() {
    let mut tale = Tale::with(settings(|settings| settings.retention_ms = Some(500)));
    tale.publish(&[1]);
    tale.wait(2000);
    tale.lease(1, 1);
    tale.is_rejected_by("times", "expired at");
}

#[test]
fn times_before_a_released_message_has_rested() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    tale.settle(token, Settle::Release { delay_ms: 500 }, Ok(()));
    tale.lease(1, 2);
    tale.is_rejected_by("times", "rests until");
}

#[test]
fn burial_in_two_places() {
    let mut tale = burying(CountedBy::Deliveries, 1);
    tale.publish(&[1]);
    let buried = origin(1, BuryReason::TooManyDeliveries);
    tale.census_of(false, &[(1, MessageState::Ready)], &[(1, buried)]);
    tale.is_rejected_by("burial", "m1 is in 2 places");
}

#[test]
fn burial_for_a_reason_that_is_not_true() {
    let mut tale = burying(CountedBy::Failures, 3);
    tale.publish(&[1]);
    tale.lease_buried(1, origin(1, BuryReason::TooManyFailures(None)));
    tale.is_rejected_by("burial", "not true");
}

#[test]
fn burial_that_comes_too_late() {
    let mut tale = burying(CountedBy::Deliveries, 1);
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.wait(2000);
    tale.lease(1, 2);
    tale.is_rejected_by("burial", "beyond its limit");
}

#[test]
fn counts_that_differ_from_what_is_there() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.push(What::CensusBegins { drained: false });
    tale.count(|stats| stats.ready = 2);
    let seen = crate::history::Seen { uid: Some(1), seq: vocab::Seq(1), state: MessageState::Ready, origin: None };
    tale.ask(Call::Peek(WORK), Reply::Peeked(vec![seen]));
    tale.ask(Call::ListQueues, Reply::Listed(Vec::new()));
    tale.push(What::CensusEnds);
    tale.is_rejected_by("counts", "counts [2, 0, 0]");
}

#[test]
fn counts_of_something_that_a_crash_took_back() {
    let mut tale = Tale::new();
    tale.call(tale.sending(&[1]));
    tale.count(|stats| (stats.ready, stats.totals.published) = (1, 1));
    tale.restart(Ending::PowerLost);
    tale.count(|_| ());
    tale.is_rejected_by("counts", "less than one told before");
}

#[test]
fn catalog_that_forgot_a_queue() {
    let mut tale = Tale::new();
    tale.restart(Ending::PowerLost);
    tale.push(What::CensusBegins { drained: false });
    tale.ask(Call::ListQueues, Reply::Listed(Vec::new()));
    tale.push(What::CensusEnds);
    tale.is_rejected_by("catalog", "is lost");
}

#[test]
fn catalog_that_kept_a_deleted_queue() {
    let mut tale = Tale::new();
    tale.ask(Call::DeleteQueue(WORK), Reply::Done);
    tale.census(&[]);
    tale.is_rejected_by("catalog", "after it was deleted");
}

#[test]
fn catalog_with_old_settings() {
    let mut tale = Tale::new();
    let changed = Box::new(settings(|settings| settings.lease_ms = 5));
    tale.ask(Call::UpdateQueue { queue: WORK, settings: changed }, Reply::Done);
    tale.census(&[]);
    tale.is_rejected_by("catalog", "not last given");
}

#[test]
fn leases_of_an_ended_session_are_the_only_ones_that_end_with_it() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.ask(Call::EndSession(SessionId(4)), Reply::Done);
    tale.lease(1, 2);
    tale.is_rejected_by("leases", "two live leases");
}
