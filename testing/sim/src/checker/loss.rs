//! What was published is there until it was acknowledged, expired, purged, moved or dropped; and in the end it can be taken.

use super::durable::certain;
use super::ledger::{Census, Ledger, Message, Standing, Verdict};
use super::lengths;
use super::violation::Violation;
use crate::history::{Call, Uid};
use broker::{MessageState, Settle};

/// Every message that somebody was told of is in every later census, or may be gone for a reason.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for census in &ledger.censuses {
        for (uid, message) in &ledger.messages {
            let Some(told) = ledger.told_to_exist(message).filter(|told| *told < census.begins) else { continue };
            let weak = ledger.is_weak(message.queue);
            if certain(ledger, told, weak, census.begins) && !accounted(ledger, *uid, message, census) {
                let what = format!("m{uid} is lost: it was told to exist, and nothing explains that it is not there");
                return Err(Violation::new(what, evidence(ledger, message, told, census)));
            }
        }
        if census.drained {
            everything_could_be_taken(ledger, census)?;
        }
    }
    Ok(())
}

/// Whether the message is in the census, or may rightly not be: one that may be a repeat need not be there if the one that
/// it repeats is accounted for.
#[must_use]
pub fn accounted(ledger: &Ledger<'_>, uid: Uid, message: &Message, census: &Census) -> bool {
    let itself = is_accounted(ledger, uid, message, census);
    let mut others = ledger.rivals(uid, message).filter(|_| message.standing != Standing::Own);
    itself || others.any(|(uid, rival)| is_accounted(ledger, uid, rival, census))
}

fn is_accounted(ledger: &Ledger<'_>, uid: Uid, message: &Message, census: &Census) -> bool {
    census.seen.contains_key(&uid)
        || acked(ledger, message, census.begins)
        || expired(ledger, message, census)
        || swept(ledger, message, census.begins)
        || lengths::may_be_dropped(ledger, uid, message, census)
}

/// Whether something else than the length of its queue explains that the message is gone.
#[must_use]
pub fn left_otherwise(ledger: &Ledger<'_>, message: &Message, census: &Census) -> bool {
    acked(ledger, message, census.begins) || expired(ledger, message, census) || swept(ledger, message, census.begins)
}

fn acked(ledger: &Ledger<'_>, message: &Message, until: usize) -> bool {
    message.leases.iter().any(|lease| {
        ledger.leases[*lease]
            .settlements(ledger)
            .any(|(op, how, verdict)| *how == Settle::Ack && verdict != Verdict::Refused && op.called < until)
    })
}

/// It may have expired: from its publish on, by the shortest life that it may have had.
fn expired(ledger: &Ledger<'_>, message: &Message, census: &Census) -> bool {
    let published = ledger.log_ms(ledger.ops[message.op].called);
    let reach = ledger.reach(message.queue);
    let queues = reach.iter().filter_map(|queue| ledger.queues.get(queue));
    let retention = queues.flat_map(|queue| &queue.settings).filter_map(|(_, settings)| settings.retention_ms).min();
    let end = [message.sent.expires_ms, retention.map(|ms| published + ms)].into_iter().flatten().min();
    end.is_some_and(|end| end <= ledger.reached_ms(ledger.ops[message.op].called, census.ends))
}

/// Some queue that it may have been in was purged or deleted, or ended with the broker, at a time when it may have been there.
fn swept(ledger: &Ledger<'_>, message: &Message, until: usize) -> bool {
    let published = ledger.ops[message.op].called;
    let reach = ledger.reach(message.queue);
    let is_transient = ledger.queues.get(&message.queue).is_some_and(super::ledger::Queue::is_transient);
    if is_transient && ledger.end_between(published, until).is_some() {
        return true;
    }
    ledger.ops.iter().any(|op| match op.call {
        Call::Purge(queue) | Call::DeleteQueue(queue) => {
            reach.contains(queue) && op.may_have_happened() && op.over > published && op.called < until
        }
        _ => false,
    })
}

/// After everybody took what there was, only claims can be left: their owners may have died with the answer.
fn everything_could_be_taken(ledger: &Ledger<'_>, census: &Census) -> Result<(), Violation> {
    for (uid, places) in &census.seen {
        if let Some((queue, state)) = places.iter().find(|(_, state)| *state != MessageState::Leased(None)) {
            let what = format!("m{uid} is stuck in queue {queue} as {state:?}: nobody was given it in the end");
            let told = ledger.messages.get(uid).and_then(|message| ledger.told_to_exist(message));
            return Err(Violation::new(what, [told.unwrap_or(census.begins), census.begins]));
        }
    }
    Ok(())
}

fn evidence(ledger: &Ledger<'_>, message: &Message, told: usize, census: &Census) -> Vec<usize> {
    let mut events = vec![ledger.ops[message.op].called, told];
    for lease in message.leases.iter().map(|lease| &ledger.leases[*lease]) {
        events.push(lease.told);
        events.extend(lease.asked.iter().map(|(op, ..)| ledger.ops[*op].called));
    }
    events.extend(ledger.crash_between(told, census.begins));
    events.push(census.begins);
    events.sort_unstable();
    events.dedup();
    events
}
