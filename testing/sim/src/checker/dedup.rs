//! Within the window a repeat is not stored and is told the first one's id; at its end it is stored.
//!
//! The window begins with the first publish and is measured by the log's own clock, of which clients see bounds: a publish
//! was carried out no earlier than what was told when it was called, and no later than what was told with its answer.

use super::durable::certain;
use super::ledger::{Ledger, Message, Standing};
use super::violation::Violation;
use crate::history::Uid;
use vocab::{DedupPolicy, MessageId};

/// Whoever is told another's id repeats it, by name and in time; and no two messages of a name are a window or less apart.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    let owners = ledger.owners();
    for (uid, message) in &ledger.messages {
        let owner = message.id.and_then(|id| Some((id, *owners.get(&id)?))).filter(|(_, owner)| owner != uid);
        if let Some((id, owner)) = owner {
            repeats(ledger, *uid, message, (id, owner))?;
        }
    }
    for named in ledger.named.values() {
        once_in_a_window(ledger, named)?;
    }
    Ok(())
}

/// The message was told the id of `owner`.
fn repeats(ledger: &Ledger<'_>, uid: Uid, message: &Message, (id, owner): (MessageId, Uid)) -> Result<(), Violation> {
    let (publish, first) = (&ledger.ops[message.op], &ledger.messages[&owner]);
    let events = [ledger.ops[first.op].called, publish.called, publish.answered.unwrap_or(publish.called)];
    let violation = |what: String| Err(Violation::new(what, events));
    if message.name.is_none() || message.name != first.name {
        return violation(format!("m{uid} was told {id}, which is m{owner}'s, and does not repeat it"));
    }
    if !(message.leases.is_empty() && message.sightings.is_empty()) {
        return violation(format!("m{uid} was told that it repeats m{owner}, and is there all the same"));
    }
    let Some(policy) = policy(ledger, first) else { return Ok(()) };
    let (_, first_by_ms) = carried_out(ledger, first);
    let (since_ms, _) = carried_out(ledger, message);
    if since_ms >= first_by_ms + policy.window_ms {
        return violation(format!(
            "m{uid} was called a repeat of m{owner} at {since_ms} or later; the window of {} ms began by {first_by_ms}",
            policy.window_ms
        ));
    }
    Ok(())
}

/// Messages of one name that were all stored are a window apart.
fn once_in_a_window(ledger: &Ledger<'_>, named: &[Uid]) -> Result<(), Violation> {
    let stored = named.iter().map(|uid| (*uid, &ledger.messages[uid])).filter(|(_, m)| m.standing == Standing::Own);
    let mut stored: Vec<_> = stored.filter_map(|(uid, m)| Some((place(ledger, m)?, uid, m))).collect();
    stored.sort_unstable_by_key(|(id, ..)| id.seq);
    for pair in stored.windows(2) {
        let [(_, earlier, first), (_, later, second)] = pair else { continue };
        let Some(policy) = policy(ledger, first) else { continue };
        let (begins_ms, _) = carried_out(ledger, first);
        if remembers(ledger, first, second) && latest(ledger, first, second) < begins_ms + policy.window_ms {
            let what = format!("m{later} was stored within {} ms of m{earlier}, which it repeats", policy.window_ms);
            return Err(Violation::new(what, [ledger.ops[first.op].called, ledger.ops[second.op].called]));
        }
    }
    Ok(())
}

fn policy(ledger: &Ledger<'_>, message: &Message) -> Option<DedupPolicy> {
    ledger.queues.get(&message.queue)?.settings.first()?.1.dedup
}

/// The id of a message that was certainly stored: as its producer was told it, or as it was seen.
fn place(ledger: &Ledger<'_>, message: &Message) -> Option<MessageId> {
    let shown = message.leases.iter().find_map(|lease| ledger.leases[*lease].id);
    message.id.or(shown)
}

/// Whether the queue must still know of the first one when the second comes: not if a crash took it.
fn remembers(ledger: &Ledger<'_>, first: &Message, second: &Message) -> bool {
    let told = ledger.told_to_exist(first);
    told.is_some_and(|told| certain(ledger, told, ledger.is_weak(first.queue), ledger.ops[second.op].called))
}

/// Log times between which a publish was carried out.
fn carried_out(ledger: &Ledger<'_>, message: &Message) -> (u64, u64) {
    let publish = &ledger.ops[message.op];
    let until = match publish.answered {
        Some(answered) => ledger.log_ms(answered),
        None => ledger.reached_ms(publish.called, publish.over.min(ledger.history.events.len() - 1)),
    };
    (ledger.log_ms(publish.called), until)
}

/// The latest time at which the second may have been carried out. A restart may set the clock back to the last moment that
/// was written down, and what ended before that has ended.
fn latest(ledger: &Ledger<'_>, first: &Message, second: &Message) -> u64 {
    let (from, until) = (ledger.ops[first.op].called, ledger.ops[second.op].over.min(ledger.history.events.len() - 1));
    match ledger.end_between(from, until) {
        None => carried_out(ledger, second).1,
        Some(_) => ledger.reached_ms(from, until),
    }
}
