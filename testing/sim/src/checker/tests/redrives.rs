//! Redriven messages: what may look odd about them, and what must not happen to them.

use super::accepts::{burying, origin};
use super::tale::{DEAD, Tale, WORK, id, leased_until};
use crate::history::{Call, Ending, Reply, Seen, What};
use broker::{MessageState, Outcome, Redrive, RedriveId, RedriveInfo, StartRedrive};
use std::num::NonZeroU32;
use vocab::{BuryReason, CountedBy, LeaseToken, Origin, Seq};

const START: StartRedrive = StartRedrive { source: DEAD, target: None, per_second: NonZeroU32::new(10) };

/// What is told of a redrive with one message to move.
fn told(change: impl FnOnce(&mut Redrive)) -> RedriveInfo {
    let mut redrive = Redrive {
        target: None,
        per_second: START.per_second,
        started_ms: 10_000,
        to_move: 1,
        end: Seq(10),
        position: Seq(0),
        next_ms: 10_000,
        moved: 0,
        failed: 0,
        trouble: None,
        ended: None,
    };
    change(&mut redrive);
    RedriveInfo { id: RedriveId { source: DEAD, number: 1 }, redrive }
}

/// Where message 1 was buried from.
fn buried() -> Origin {
    origin(1, BuryReason::TooManyDeliveries)
}

/// Message 1 was buried, and a redrive has begun.
fn redriving() -> Tale {
    let mut tale = burying(CountedBy::Deliveries, 1);
    tale.publish(&[1]);
    tale.lease(1, 1);
    tale.wait(2000);
    tale.census_of(false, &[], &[(1, buried())]);
    tale.ask(Call::StartRedrive(START), Reply::Redrive(Box::new(told(|_| ()))));
    tale
}

/// Message 1 is handed out in the work queue again, under another id.
fn lease_again(tale: &mut Tale) -> LeaseToken {
    let mut handed = tale.handed(1, 1);
    handed.id = id(7);
    handed.lease.token.seq = Seq(7);
    let token = handed.lease.token;
    tale.ask(tale.receiving(), Reply::Received(vec![handed]));
    token
}

fn list(tale: &mut Tale, info: RedriveInfo) {
    tale.ask(Call::Redrives(DEAD), Reply::Redrives(vec![info]));
}

#[test]
fn a_redriven_message_begins_anew_under_another_id() {
    let mut tale = redriving();
    let token = lease_again(&mut tale);
    tale.ack(token);
    list(&mut tale, told(|redrive| (redrive.moved, redrive.ended) = (1, Some((Outcome::Done, 12_000)))));
    tale.restart(Ending::PowerLost);
    tale.census(&[]);
    tale.is_accepted();
}

#[test]
fn a_message_comes_back_only_by_a_redrive_that_began_after_it_was_sent() {
    let mut tale = burying(CountedBy::Deliveries, 1);
    tale.ask(Call::StartRedrive(START), Reply::Redrive(Box::new(told(|_| ()))));
    tale.publish(&[1]);
    tale.census_of(false, &[], &[(1, buried())]);
    lease_again(&mut tale);
    tale.is_rejected_by("ghosts", "m1 came back");
}

#[test]
fn a_redriven_message_that_was_acknowledged_stays_away() {
    let mut tale = redriving();
    let token = lease_again(&mut tale);
    tale.ack(token);
    tale.census_of(false, &[], &[(1, buried())]);
    tale.is_rejected_by("ghosts", "m1 came back");
}

#[test]
fn a_redriven_message_is_in_one_queue_only() {
    let mut tale = redriving();
    tale.census_of(false, &[(1, MessageState::Ready)], &[(1, buried())]);
    tale.is_rejected_by("burial", "2 places");
}

#[test]
fn a_redriven_message_is_not_lost() {
    let mut tale = redriving();
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn a_redrive_does_not_forget_what_it_told() {
    let mut tale = redriving();
    list(&mut tale, told(|redrive| redrive.moved = 1));
    tale.restart(Ending::PowerLost);
    list(&mut tale, told(|redrive| redrive.moved = 0));
    tale.is_rejected_by("redrives", "went back");
}

#[test]
fn a_redrive_that_ended_does_not_go_on() {
    let mut tale = redriving();
    list(&mut tale, told(|redrive| redrive.ended = Some((Outcome::Cancelled, 12_000))));
    list(&mut tale, told(|redrive| redrive.moved = 1));
    tale.is_rejected_by("redrives", "went back");
}

#[test]
fn a_redrive_keeps_to_its_rate() {
    let mut tale = redriving();
    list(&mut tale, told(|redrive| redrive.moved = 1_000));
    tale.is_rejected_by("redrives", "moved 1000 messages");
}

#[test]
fn a_redrive_comes_to_its_end() {
    let mut tale = redriving();
    tale.push(What::CensusBegins { drained: true });
    list(&mut tale, told(|_| ()));
    let seen = Seen { uid: Some(1), seq: Seq(1), state: leased_until(None), origin: None };
    tale.ask(Call::Peek(WORK), Reply::Peeked(vec![seen]));
    tale.push(What::CensusEnds);
    tale.is_rejected_by("redrives", "never ends");
}
