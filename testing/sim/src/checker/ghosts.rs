//! Nothing is handed out that was not sent there, and nothing comes back after its end.

use super::durable::certain;
use super::ledger::{Ledger, Message, Verdict};
use super::violation::Violation;
use crate::history::{Call, Uid};
use broker::Settle;
use vocab::{Origin, QueueId};

/// One time that somebody was shown a message.
struct Shown<'a> {
    called: usize,
    told: usize,
    queue: QueueId,
    origin: Option<&'a Origin>,
}

/// Everything shown was sent, to where it was shown, and had not ended when it was asked for.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    if let Some(event) = ledger.garbage.first() {
        return Err(Violation::new("a message has a body that nobody sent", [*event]));
    }
    for lease in &ledger.leases {
        if !ledger.messages.contains_key(&lease.uid) {
            return Err(Violation::new(format!("m{} was never sent", lease.uid), [lease.told]));
        }
    }
    for (uid, message) in &ledger.messages {
        let shown = shown(ledger, message);
        for shown in &shown {
            was_sent_there(ledger, *uid, message, shown)?;
        }
        for end in ends(ledger, message) {
            stays_away(ledger, *uid, &shown, &end)?;
        }
    }
    Ok(())
}

fn shown<'l>(ledger: &'l Ledger<'_>, message: &'l Message) -> Vec<Shown<'l>> {
    let leases = message.leases.iter().map(|lease| {
        let lease = &ledger.leases[*lease];
        let called = ledger.ops[lease.op].called;
        Shown { called, told: lease.told, queue: lease.queue(), origin: lease.origin }
    });
    let sightings = message.sightings.iter().map(|sighting| {
        let called = ledger.ops[sighting.op].called;
        Shown { called, told: sighting.told, queue: sighting.queue, origin: sighting.origin.as_deref() }
    });
    leases.chain(sightings).collect()
}

fn was_sent_there(ledger: &Ledger<'_>, uid: Uid, message: &Message, shown: &Shown<'_>) -> Result<(), Violation> {
    let publish = &ledger.ops[message.op];
    let events = [publish.called, shown.told];
    if publish.called > shown.told {
        return Err(Violation::new(format!("m{uid} was handed out before it was sent"), events));
    }
    let at_home = shown.queue == message.queue;
    let refused = !publish.may_have_happened() || (publish.done() && message.id.is_none());
    if refused && (at_home || !ledger.may_be_set_aside(message)) && !ledger.may_be_moved(message) {
        return Err(Violation::new(format!("m{uid} was refused, and is there all the same"), events));
    }
    let moved = ledger.may_be_moved(message) && ledger.is_target(shown.queue);
    if at_home != shown.origin.is_none() && !(moved && shown.origin.is_none()) {
        return Err(Violation::new(format!("m{uid} in queue {} tells a wrong origin", shown.queue), events));
    }
    if !at_home && !ledger.reach(message.queue).contains(&shown.queue) {
        let what = format!("m{uid} was sent to queue {} and is in queue {}", message.queue, shown.queue);
        return Err(Violation::new(what, events));
    }
    Ok(())
}

/// One reason why a message cannot come back, from when on, and where.
struct End {
    at: usize,
    weak: bool,
    /// Only there; everywhere if `None`.
    queue: Option<QueueId>,
    why: &'static str,
}

fn ends(ledger: &Ledger<'_>, message: &Message) -> Vec<End> {
    let mut ends = Vec::new();
    let may_return = ledger.may_be_moved(message);
    for lease in message.leases.iter().map(|lease| &ledger.leases[*lease]) {
        let acked =
            lease.settlements(ledger).find(|(_, how, verdict)| **how == Settle::Ack && *verdict == Verdict::Done);
        if let Some(at) = acked.and_then(|(op, ..)| op.answered) {
            // Copies that a router made end by themselves.
            let queue = ledger.graves.contains_key(&message.queue).then_some(lease.queue());
            ends.push(End { at, weak: ledger.is_weak(lease.queue()), queue, why: "acknowledged" });
        }
        if lease.queue() != message.queue && !may_return {
            ends.push(buried(ledger, message, lease.told));
        }
    }
    if may_return {
        // Whatever it left, it may be back: only what ends it everywhere is an end.
        return ends;
    }
    let elsewhere = message.sightings.iter().filter(|sighting| sighting.queue != message.queue);
    ends.extend(elsewhere.map(|sighting| buried(ledger, message, sighting.told)));
    let publish = &ledger.ops[message.op];
    let published = publish.answered.filter(|_| publish.done()).unwrap_or(usize::MAX);
    for op in ledger.ops.iter().filter(|op| op.done() && op.called > published) {
        let (Call::Purge(queue) | Call::DeleteQueue(queue)) = op.call else { continue };
        if let (true, Some(at)) = (*queue == message.queue, op.answered) {
            ends.push(End { at, weak: ledger.is_weak(*queue), queue: Some(*queue), why: "purged" });
        }
    }
    ends
}

fn buried(ledger: &Ledger<'_>, message: &Message, at: usize) -> End {
    End { at, weak: ledger.is_weak(message.queue), queue: Some(message.queue), why: "moved to a dead-letter queue" }
}

fn stays_away(ledger: &Ledger<'_>, uid: Uid, shown: &[Shown<'_>], end: &End) -> Result<(), Violation> {
    let back = shown.iter().find(|shown| {
        shown.called > end.at
            && end.queue.is_none_or(|queue| queue == shown.queue)
            && certain(ledger, end.at, end.weak, shown.told)
    });
    match back {
        None => Ok(()),
        Some(shown) => {
            let what = format!("m{uid} came back to queue {} after it was {}", shown.queue, end.why);
            Err(Violation::new(what, [end.at, shown.called, shown.told]))
        }
    }
}
