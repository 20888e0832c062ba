//! What was published is there until it was acknowledged, expired, purged, moved or dropped; and in the end it can be taken.

use super::burial::constant_policy;
use super::durable::certain;
use super::ledger::{Census, Deed, DeedKind, Ledger, Message, Standing, Verdict};
use super::lengths;
use super::violation::Violation;
use crate::history::{Call, OpId, Uid};
use broker::{MessageState, Settle};
use vocab::{DeadLetter, QueueId};

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
    accounted_without(ledger, uid, message, census, None)
}

/// The same if this call acknowledged nothing.
#[must_use]
pub fn accounted_without(
    ledger: &Ledger<'_>,
    uid: Uid,
    message: &Message,
    census: &Census,
    without: Option<OpId>,
) -> bool {
    let is_accounted = |uid: Uid, message: &Message| {
        census.seen.contains_key(&uid)
            || has_an_end(ledger, message, census, without)
            || lengths::may_be_dropped(ledger, uid, message, census)
    };
    let mut others = ledger.rivals(uid, message).filter(|_| message.standing != Standing::Own);
    is_accounted(uid, message) || others.any(|(uid, rival)| is_accounted(uid, rival))
}

fn has_an_end(ledger: &Ledger<'_>, message: &Message, census: &Census, without: Option<OpId>) -> bool {
    acked(ledger, message, census.begins, without)
        || expired(ledger, message, census)
        || deleted(ledger, message, census.begins)
        || dropped(ledger, message, census.begins)
        || swept(ledger, message, census.begins)
}

/// Whether something else than the length of its queue explains that the message is gone.
#[must_use]
pub fn left_otherwise(ledger: &Ledger<'_>, message: &Message, census: &Census) -> bool {
    has_an_end(ledger, message, census, None)
}

fn acked(ledger: &Ledger<'_>, message: &Message, until: usize, without: Option<OpId>) -> bool {
    let not_by = without.map(|op| ledger.ops[op].called);
    message.leases.iter().any(|lease| {
        ledger.leases[*lease].settlements(ledger).any(|(op, how, verdict)| {
            let counts = *how == Settle::Ack && verdict != Verdict::Refused && Some(op.called) != not_by;
            counts && op.called < until
        })
    })
}

/// An operator may have removed it.
fn deleted(ledger: &Ledger<'_>, message: &Message, until: usize) -> bool {
    message.deeds_before(ledger, until).any(|deed| deed.kind == DeedKind::Delete)
}

/// It may have expired: from its publish on, by the shortest life that it may have had. Where it was sent to may set aside
/// what expires: then it does not go there.
fn expired(ledger: &Ledger<'_>, message: &Message, census: &Census) -> bool {
    let published = ledger.log_ms(ledger.ops[message.op].called);
    let home = ledger.queues.get(&message.queue);
    let policy = home.and_then(|queue| constant_policy(ledger, message, queue));
    let stays = policy.is_some_and(|policy| policy.expired && policy.queue().is_some());
    let reach = ledger.reach(message.queue);
    let queues = reach.iter().filter(|queue| !stays || **queue != message.queue).filter_map(|id| ledger.queues.get(id));
    let retention = queues.flat_map(|queue| &queue.settings).filter_map(|(_, settings)| settings.retention_ms).min();
    let own = message.sent.expires_ms.filter(|_| !stays);
    let end = [own, retention.map(|ms| published + ms)].into_iter().flatten().min();
    end.is_some_and(|end| end <= ledger.reached_ms(ledger.ops[message.op].called, census.ends))
}

/// A queue that had no place for what it sets aside may have dropped it: on a consumer's word, or after so many deliveries,
/// told or not, that it may have reached its limit.
fn dropped(ledger: &Ledger<'_>, message: &Message, until: usize) -> bool {
    let reach = ledger.reach(message.queue);
    let queues = reach.iter().filter_map(|id| Some((id, ledger.queues.get(id)?)));
    let policies = queues.flat_map(|(id, queue)| queue.settings.iter().map(move |(_, settings)| (id, &settings.bury)));
    let published = ledger.ops[message.op].called;
    let is_bound = |id| ledger.graves.get(id).is_some_and(|graves| graves.values().any(|told| *told < published));
    let mut nowhere = policies.filter_map(|(id, bury)| {
        let bury = bury.as_ref()?;
        let has_place = match bury.dead_letter {
            DeadLetter::Queue(_) => true,
            DeadLetter::Router { .. } => is_bound(id),
            DeadLetter::Nowhere => false,
        };
        (!has_place).then_some((id, bury.max))
    });
    nowhere.any(|(queue, max)| {
        rejected(ledger, message, *queue, until) || max.is_some_and(|max| tries(ledger, message, *queue, until) >= max)
    })
}

fn rejected(ledger: &Ledger<'_>, message: &Message, queue: QueueId, until: usize) -> bool {
    let by_hand = |deed: &Deed| deed.kind == DeedKind::Bury && deed.queue == queue;
    if message.deeds_before(ledger, until).any(by_hand) {
        return true;
    }
    let leases = message.leases.iter().map(|lease| &ledger.leases[*lease]).filter(|lease| lease.queue() == queue);
    leases.flat_map(|lease| lease.settlements(ledger)).any(|(op, how, verdict)| {
        matches!(how, Settle::Bury { .. }) && verdict != Verdict::Refused && op.called < until
    })
}

/// How often it may have been handed out in a queue, or handed on.
fn tries(ledger: &Ledger<'_>, message: &Message, queue: QueueId, until: usize) -> u32 {
    let published = ledger.ops[message.op].called;
    let later = ledger.ops.iter().filter(|op| op.over > published && op.called < until && op.may_have_happened());
    let tries = later.map(|op| match op.call {
        Call::Receive { queue: from, .. } if *from == queue => 1,
        // Its new owner may have chosen any count.
        Call::Transfer(transfers) if transfers.iter().any(|transfer| transfer.token.key.queue == queue) => u32::MAX,
        _ => 0,
    });
    tries.fold(0, u32::saturating_add)
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
        if let Some((queue, state)) =
            places.iter().find(|(_, state)| !matches!(state, MessageState::Leased { deadline_ms: None, .. }))
        {
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
