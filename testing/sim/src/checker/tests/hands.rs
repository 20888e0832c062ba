//! Operators' deeds and pauses: what they explain, and what must not happen after them.

use super::accepts::{burying, origin};
use super::tale::{DEAD, Tale, WORK, id, leased_until};
use crate::history::{Call, Chosen, Ending, Reply};
use broker::{Extension, InterveneError, Intervention, MoveError, Settle};
use vocab::{BuryReason, CountedBy, MessageId, PartitionId, PartitionKey, QueueId, QueueSettings, Seq};

fn chosen(uid: u64) -> Vec<Chosen> {
    vec![Chosen { uid, seq: Seq(uid) }]
}

fn intervening(uid: u64, how: Intervention) -> Call {
    Call::Intervene { queue: WORK, chosen: chosen(uid), how }
}

fn intervene(tale: &mut Tale, uid: u64, how: Intervention) {
    tale.ask(intervening(uid, how), Reply::Intervened(vec![Ok(())]));
}

fn pause(tale: &mut Tale, paused: bool) {
    let settings = QueueSettings { paused, ..QueueSettings::default() };
    tale.ask(Call::UpdateQueue { queue: WORK, settings: Box::new(settings) }, Reply::Done);
}

/// Message 1 is sent and leased.
fn leased() -> (Tale, vocab::LeaseToken) {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    (tale, token)
}

#[test]
fn a_deleted_message_is_gone() {
    let (mut tale, _) = leased();
    intervene(&mut tale, 1, Intervention::Delete);
    tale.restart(Ending::PowerLost);
    tale.census(&[]);
    tale.is_accepted();
}

#[test]
fn a_refused_deletion_explains_nothing() {
    let (mut tale, _) = leased();
    tale.ask(intervening(1, Intervention::Delete), Reply::Intervened(vec![Err(InterveneError::Gone)]));
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn a_deleted_message_stays_away() {
    let (mut tale, _) = leased();
    intervene(&mut tale, 1, Intervention::Delete);
    tale.restart(Ending::PowerLost);
    tale.lease(1, 2);
    tale.is_rejected_by("hands", "took it away");
}

#[test]
fn a_lease_that_an_operator_ended_is_over() {
    let (mut tale, token) = leased();
    intervene(&mut tale, 1, Intervention::Release);
    let extension = Extension { token, lease_ms: 1000, total_ms_max: None };
    tale.ask(Call::Extend(vec![extension]), Reply::Extended(vec![Ok(99_000)]));
    tale.is_rejected_by("hands", "an operator had ended");
}

#[test]
fn who_had_it_may_say_that_it_is_done_until_another_has_it() {
    let (mut tale, token) = leased();
    intervene(&mut tale, 1, Intervention::Release);
    tale.ack(token);
    tale.census(&[]);
    tale.is_accepted();
}

#[test]
fn nobody_is_done_with_what_was_deleted() {
    let (mut tale, token) = leased();
    intervene(&mut tale, 1, Intervention::Delete);
    tale.settle(token, Settle::Ack, Ok(()));
    tale.is_rejected_by("hands", "an operator had ended");
}

#[test]
fn a_released_message_comes_again_at_once_with_its_counts() {
    let (mut tale, _) = leased();
    intervene(&mut tale, 1, Intervention::Release);
    tale.lease(1, 2);
    tale.is_accepted();
    let (mut tale, _) = leased();
    tale.lease(1, 2);
    tale.is_rejected_by("leases", "two live leases");
}

#[test]
fn a_release_is_no_failure() {
    let (mut tale, _) = leased();
    intervene(&mut tale, 1, Intervention::Release);
    let mut handed = tale.handed(1, 2);
    handed.lease.failures = 1;
    tale.ask(tale.receiving(), Reply::Received(vec![handed]));
    tale.is_rejected_by("hands", "released by an operator");
}

#[test]
fn what_an_operator_sets_aside_says_so() {
    let bury = |given: &str| {
        let mut tale = burying(CountedBy::Deliveries, 3);
        tale.publish(&[1]);
        intervene(&mut tale, 1, Intervention::Bury { reason: Some(given.to_owned()) });
        tale.lease_buried(1, origin(1, BuryReason::Rejected(Some("no such customer".to_owned()))));
        tale
    };
    bury("no such customer").is_accepted();
    bury("another word").is_rejected_by("burial", "origin that is not true");
}

/// Message 1 was buried, and an operator moves it back.
fn carried(verdict: Result<MessageId, MoveError>) -> Tale {
    let mut tale = burying(CountedBy::Deliveries, 1);
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.wait(2000);
    tale.census_of(false, &[], &[(1, origin(1, BuryReason::TooManyDeliveries))]);
    let call = Call::Carry { source: DEAD, chosen: chosen(1), target: None };
    tale.ask(call, Reply::Carried(vec![verdict]));
    tale
}

fn at(queue: QueueId, seq: u64) -> MessageId {
    MessageId::new(PartitionKey::new(queue, PartitionId(0)), Seq(seq))
}

#[test]
fn a_moved_message_is_where_it_was_told_to_be() {
    let mut tale = carried(Ok(id(7)));
    let mut handed = tale.handed(1, 1);
    (handed.id, handed.lease.token.seq) = (id(7), Seq(7));
    tale.ask(tale.receiving(), Reply::Received(vec![handed]));
    tale.is_accepted();
}

#[test]
fn a_moved_message_is_neither_lost_nor_doubled() {
    let mut tale = carried(Ok(id(7)));
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
    let mut tale = carried(Ok(id(7)));
    tale.lease_buried(1, origin(1, BuryReason::TooManyDeliveries));
    tale.is_rejected_by("hands", "took it away");
}

#[test]
fn a_moved_message_goes_where_it_should() {
    carried(Ok(at(DEAD, 9))).is_rejected_by("hands", "was to go to");
}

#[test]
fn the_place_of_a_moved_message_is_no_others() {
    let mut tale = carried(Ok(id(7)));
    tale.publish(&[7]);
    tale.lease(7, 1);
    tale.is_rejected_by("hands", "told to be m1's place");
}

#[test]
fn a_paused_queue_hands_nothing_out_until_it_goes_on() {
    let story = |resumes: bool| {
        let mut tale = Tale::new();
        tale.publish(&[1]);
        pause(&mut tale, true);
        tale.restart(Ending::PowerLost);
        if resumes {
            pause(&mut tale, false);
        }
        tale.lease(1, 1);
        tale
    };
    story(true).is_accepted();
    story(false).is_rejected_by("pauses", "which is paused");
}

#[test]
fn a_drained_queue_is_empty_though_an_operator_was_there() {
    let (mut tale, _) = leased();
    tale.ask(intervening(1, Intervention::Release), Reply::Intervened(vec![Err(InterveneError::Ready)]));
    tale.census_of(true, &[(1, leased_until(Some(99_000)))], &[]);
    tale.is_rejected_by("loss", "m1 is stuck");
}
