//! A message has one live lease at a time, later leases have greater epochs, and only the newest can end it.
//!
//! A crash may take leases that were told and not yet durable: then the next one may overlap, unless the queue is strict.

use super::durable::certain;
use super::ledger::{Lease, Ledger, Verdict};
use super::violation::Violation;
use crate::history::{Call, OpId, Reply};
use broker::{LeaseTerms, Settle};

/// No two live leases, no old epoch, no verdict for a stale token.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    tokens_differ(ledger)?;
    for (uid, message) in &ledger.messages {
        let leases: Vec<&Lease<'_>> = message.leases.iter().map(|lease| &ledger.leases[*lease]).collect();
        for (place, earlier) in leases.iter().enumerate() {
            for later in &leases[place + 1..] {
                if earlier.leased.token.key == later.leased.token.key {
                    let words = pair(ledger, earlier, later);
                    words.map_err(|what| Violation::new(format!("m{uid} {what}"), [earlier.told, later.told]))?;
                }
                stale(ledger, earlier, later)?;
                stale(ledger, later, earlier)?;
            }
            ended_once(ledger, earlier)?;
        }
    }
    Ok(())
}

fn tokens_differ(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for (place, lease) in ledger.leases.iter().enumerate() {
        let first = ledger.by_token[&lease.leased.token];
        if first != place {
            let events = [ledger.leases[first].told, lease.told];
            return Err(Violation::new(format!("m{} was handed out twice under one token", lease.uid), events));
        }
    }
    Ok(())
}

fn pair(ledger: &Ledger<'_>, earlier: &Lease<'_>, later: &Lease<'_>) -> Result<(), String> {
    let asked = ledger.ops[later.op].called;
    if asked > earlier.told && later.leased.token.epoch <= earlier.leased.token.epoch {
        return Err("was leased later with an epoch that is not greater".to_owned());
    }
    if is_live(ledger, earlier, later.told) && is_live(ledger, later, later.told) {
        return Err("has two live leases".to_owned());
    }
    Ok(())
}

/// Whether the lease is certainly live at an event after it was told.
#[must_use]
pub fn is_live(ledger: &Ledger<'_>, lease: &Lease<'_>, at: usize) -> bool {
    !ended_by_hand(ledger, lease, at, None) && would_be_live(ledger, lease, at)
}

/// The same if an operator had not given this call.
#[must_use]
pub fn is_live_but_for(ledger: &Ledger<'_>, lease: &Lease<'_>, at: usize, without: OpId) -> bool {
    !ended_by_hand(ledger, lease, at, Some(without)) && would_be_live(ledger, lease, at)
}

/// Whether it is live, whatever operators did.
fn would_be_live(ledger: &Ledger<'_>, lease: &Lease<'_>, at: usize) -> bool {
    let strict = ledger.queues.get(&lease.queue()).is_some_and(|queue| queue.is_strict() && !queue.is_weak());
    if !strict && ledger.crash_between(lease.told, at).is_some() {
        return false;
    }
    let ended = lease.asked.iter().any(|(op, _, verdict)| {
        let op = &ledger.ops[*op];
        op.called < at && *verdict != Verdict::Refused && !matches!(op.call, Call::Extend(_))
    });
    !ended
        && !session_ended(ledger, lease, at)
        && earliest_end_ms(ledger, lease, at).is_none_or(|(since, end)| ledger.reached_ms(since, at) < end)
}

/// Whether an operator may have ended it.
fn ended_by_hand(ledger: &Ledger<'_>, lease: &Lease<'_>, at: usize, without: Option<OpId>) -> bool {
    let (queue, seq) = (lease.queue(), lease.leased.token.seq);
    let taken = ledger.ops[lease.op].called;
    ledger.messages.get(&lease.uid).is_some_and(|message| {
        message
            .deeds_before(ledger, at)
            .filter(|deed| Some(deed.op) != without)
            .any(|deed| (deed.queue, deed.seq) == (queue, seq) && ledger.ops[deed.op].over > taken)
    })
}

fn session_ended(ledger: &Ledger<'_>, lease: &Lease<'_>, at: usize) -> bool {
    let LeaseTerms::Session(session) = lease.terms else { return false };
    let taken = ledger.ops[lease.op].called;
    let from = ledger.ops.partition_point(|op| op.called < taken);
    let mut later = ledger.ops[from..].iter().take_while(|op| op.called < at);
    ledger.end_between(lease.told, at).is_some()
        || later.any(|op| matches!(op.call, Call::EndSession(ended) if *ended == session))
}

/// The earliest time (log time) at which its deadline may be: as told, as moved, and after each restart no later than
/// what was left of it when it was told. With the event that it was told or moved by.
fn earliest_end_ms(ledger: &Ledger<'_>, lease: &Lease<'_>, at: usize) -> Option<(usize, u64)> {
    let mut end = lease.leased.deadline_ms?;
    let mut since = lease.told;
    for (op, place, verdict) in &lease.asked {
        if let Some((extended, moved)) = moved_to(ledger, *op, *place, *verdict, at) {
            end = if extended { moved } else { end.min(moved) };
            since = ledger.ops[*op].called;
        }
    }
    let left = end.saturating_sub(ledger.log_ms(since));
    let restarted = (since..at).filter(|event| ledger.end_between(since, *event + 1).is_some());
    let after = restarted.map(|event| ledger.log_ms(event)).find(|log_ms| *log_ms > 0);
    Some((since, after.map_or(end, |log_ms| end.min(log_ms + left))))
}

/// Where an extension moved the deadline, and whether that is certain.
fn moved_to(ledger: &Ledger<'_>, op: OpId, place: usize, verdict: Verdict, at: usize) -> Option<(bool, u64)> {
    let asked = &ledger.ops[op];
    let Call::Extend(extensions) = asked.call else { return None };
    if asked.called >= at || verdict == Verdict::Refused {
        return None;
    }
    match asked.reply {
        Some(Reply::Extended(verdicts)) if asked.over < at => verdicts[place].ok().map(|moved| (true, moved)),
        _ => Some((false, ledger.log_ms(asked.called) + extensions[place].lease_ms)),
    }
}

/// Whether the broker must still know of a lease at an event: a crash may take it, and a session's is not written down.
fn remembered(ledger: &Ledger<'_>, lease: &Lease<'_>, at: usize) -> bool {
    match lease.terms {
        LeaseTerms::Session(_) => ledger.end_between(lease.told, at).is_none(),
        LeaseTerms::Deadline(_) | LeaseTerms::Claim => ledger.crash_between(lease.told, at).is_none(),
    }
}

/// A token cannot end a message that a newer lease holds or held.
fn stale(ledger: &Ledger<'_>, older: &Lease<'_>, newer: &Lease<'_>) -> Result<(), Violation> {
    let (old, new) = (older.leased.token, newer.leased.token);
    if old.key != new.key || old.epoch >= new.epoch {
        return Ok(());
    }
    for (op, _, verdict) in &older.asked {
        let op = &ledger.ops[*op];
        if *verdict == Verdict::Done && op.called > newer.told && remembered(ledger, newer, op.over) {
            let what = format!("m{} was settled by a lease that is not its newest", older.uid);
            return Err(Violation::new(what, [older.told, newer.told, op.called, op.over]));
        }
    }
    Ok(())
}

/// After a lease's message was acknowledged nothing more can be done with it.
fn ended_once(ledger: &Ledger<'_>, lease: &Lease<'_>) -> Result<(), Violation> {
    let acked = lease.settlements(ledger).find(|(_, how, verdict)| **how == Settle::Ack && *verdict == Verdict::Done);
    let Some((acked, ..)) = acked else { return Ok(()) };
    let weak = ledger.is_weak(lease.queue());
    for (op, _, verdict) in &lease.asked {
        let op = &ledger.ops[*op];
        if *verdict == Verdict::Done && op.called > acked.over && certain(ledger, acked.over, weak, op.over) {
            let what = format!("m{} was acknowledged and then settled again", lease.uid);
            return Err(Violation::new(what, [lease.told, acked.over, op.called, op.over]));
        }
    }
    Ok(())
}
