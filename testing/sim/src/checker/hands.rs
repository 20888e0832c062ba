//! What an operator did with single messages is as it was told.
//!
//! That nothing is lost by it is [`super::loss`]'s rule, that nothing is in two places [`super::burial`]'s.

use super::durable::certain;
use super::leases::is_live_but_for;
use super::ledger::{Deed, DeedKind, Lease, Ledger, Message, Op, Verdict};
use super::violation::Violation;
use crate::history::{Call, Uid};
use broker::Settle;
use std::collections::BTreeMap;
use vocab::{MessageId, QueueId, Seq};

/// Every deed that was told to be done.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for (uid, message) in &ledger.messages {
        for deed in message.deeds.iter().filter(|deed| deed.verdict == Verdict::Done) {
            let Some(told) = ledger.ops[deed.op].answered else { continue };
            match deed.kind {
                DeedKind::Delete => {
                    stays_away(ledger, *uid, message, deed, told)?;
                    ends_its_lease(ledger, *uid, message, deed, told)?;
                }
                DeedKind::Carry => {
                    stays_away(ledger, *uid, message, deed, told)?;
                    goes_where_it_should(ledger, *uid, deed, told)?;
                }
                DeedKind::Release => {
                    ends_its_lease(ledger, *uid, message, deed, told)?;
                    keeps_its_counts(ledger, *uid, message, deed, told)?;
                }
                DeedKind::Bury => ends_its_lease(ledger, *uid, message, deed, told)?,
            }
        }
    }
    has_the_id_that_was_told(ledger)
}

fn is_weak(ledger: &Ledger<'_>, deed: &Deed) -> bool {
    ledger.is_weak(deed.queue) || deed.became.is_some_and(|became| ledger.is_weak(became.key.queue))
}

/// Each time that it was shown: the queue, its place, when that was asked for and told.
fn shown<'l>(ledger: &'l Ledger<'_>, message: &'l Message) -> impl Iterator<Item = (QueueId, Seq, usize, usize)> + 'l {
    let leases = message.leases.iter().map(|lease| &ledger.leases[*lease]);
    let leases = leases.map(|lease| (lease.queue(), lease.leased.token.seq, ledger.ops[lease.op].called, lease.told));
    let seen = message.sightings.iter();
    leases.chain(seen.map(|seen| (seen.queue, seen.seq, ledger.ops[seen.op].called, seen.told)))
}

fn stays_away(ledger: &Ledger<'_>, uid: Uid, message: &Message, deed: &Deed, told: usize) -> Result<(), Violation> {
    let weak = is_weak(ledger, deed);
    let back = shown(ledger, message).find(|(queue, seq, called, shown)| {
        (*queue, *seq) == (deed.queue, deed.seq) && *called > told && certain(ledger, told, weak, *shown)
    });
    match back {
        None => Ok(()),
        Some((queue, seq, called, shown)) => {
            let what = format!("m{uid} is at {seq} of queue {queue} after an operator took it away ({:?})", deed.kind);
            Err(Violation::new(what, [ledger.ops[deed.op].called, told, called, shown]))
        }
    }
}

/// Whoever held it can do nothing more with it, but say that it is done while nobody else was given it.
fn ends_its_lease(ledger: &Ledger<'_>, uid: Uid, message: &Message, deed: &Deed, told: usize) -> Result<(), Violation> {
    let weak = is_weak(ledger, deed);
    let may_follow = |op: &Op<'_>, place: usize| {
        let ack = op.call.settlements().get(place).is_some_and(|settlement| settlement.how == Settle::Ack);
        ack && deed.kind != DeedKind::Delete
    };
    for lease in leases_of(ledger, message, deed).filter(|lease| lease.told < ledger.ops[deed.op].called) {
        for (op, place, verdict) in &lease.asked {
            let op = &ledger.ops[*op];
            let late = *verdict == Verdict::Done && op.called > told && certain(ledger, told, weak, op.over);
            if late && !may_follow(op, *place) {
                let what = format!("m{uid} was dealt with under a lease that an operator had ended ({:?})", deed.kind);
                return Err(Violation::new(what, [lease.told, told, op.called, op.over]));
            }
        }
    }
    Ok(())
}

fn leases_of<'l, 'h>(
    ledger: &'l Ledger<'h>,
    message: &'l Message,
    deed: &'l Deed,
) -> impl Iterator<Item = &'l Lease<'h>> + 'l {
    let leases = message.leases.iter().map(|lease| &ledger.leases[*lease]);
    leases.filter(|lease| (lease.queue(), lease.leased.token.seq) == (deed.queue, deed.seq))
}

/// A release is no fault: the next delivery counts one more, and no failure more.
fn keeps_its_counts(
    ledger: &Ledger<'_>,
    uid: Uid,
    message: &Message,
    deed: &Deed,
    told: usize,
) -> Result<(), Violation> {
    let held = leases_of(ledger, message, deed)
        .find(|lease| lease.told < ledger.ops[deed.op].called && is_live_but_for(ledger, lease, told, deed.op));
    let Some(held) = held else { return Ok(()) };
    let next = leases_of(ledger, message, deed)
        .find(|lease| lease.leased.token.epoch > held.leased.token.epoch && ledger.ops[lease.op].called > told);
    let Some(next) = next.filter(|next| certain(ledger, told, is_weak(ledger, deed), next.told)) else { return Ok(()) };
    let (before, after) = (held.leased, next.leased);
    // Where more was counted, somebody was given it in between without being told.
    let kept = after.deliveries > before.deliveries
        && (after.deliveries > before.deliveries + 1 || after.failures == before.failures);
    if kept || matches!(ledger.ops[next.op].call, Call::Transfer(_)) {
        return Ok(());
    }
    let what = format!(
        "m{uid} was released by an operator after {} deliveries and {} failures, and then told {} and {}",
        before.deliveries, before.failures, after.deliveries, after.failures
    );
    Err(Violation::new(what, [held.told, ledger.ops[deed.op].called, told, next.told]))
}

fn goes_where_it_should(ledger: &Ledger<'_>, uid: Uid, deed: &Deed, told: usize) -> Result<(), Violation> {
    let Call::Carry { target, .. } = ledger.ops[deed.op].call else { return Ok(()) };
    let is_right = deed.became.is_some_and(|became| match target {
        Some(target) => became.key.queue == *target,
        None => became.key.queue != deed.queue,
    });
    if is_right {
        return Ok(());
    }
    let what = format!("m{uid} was to go to {target:?} and went to {:?}", deed.became);
    Err(Violation::new(what, [ledger.ops[deed.op].called, told]))
}

/// Whatever is shown at a place that was told for a moved message is that message.
fn has_the_id_that_was_told(ledger: &Ledger<'_>) -> Result<(), Violation> {
    let mut became: BTreeMap<(QueueId, Seq), (Uid, usize)> = BTreeMap::new();
    for (uid, message) in &ledger.messages {
        for deed in &message.deeds {
            if let Some(MessageId { key, seq }) = deed.became {
                became.insert((key.queue, seq), (*uid, ledger.ops[deed.op].over));
            }
        }
    }
    for (uid, message) in &ledger.messages {
        for (queue, seq, _, at) in shown(ledger, message) {
            if let Some((other, told)) = became.get(&(queue, seq)).filter(|(other, _)| other != uid) {
                let what = format!("m{uid} is at {seq} of queue {queue}, which was told to be m{other}'s place");
                return Err(Violation::new(what, [*told, at]));
            }
        }
    }
    Ok(())
}
