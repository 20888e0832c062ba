//! Of what is ready the highest priority is handed out first.
//!
//! Within an answer nothing is uncertain: everything in it was ready at one moment. Across answers it is judged by what is seen
//! later: whoever is delivered for the first time by a receive that was asked for after another's answer was there, ready, when
//! that other was asked for, if its publish had been told by then.

use super::ledger::{Lease, Ledger, Queue, Standing};
use super::violation::Violation;
use crate::history::{Call, Reply, Uid, priority_of};
use std::collections::BTreeMap;
use vocab::QueueId;

/// No lower one ahead of a higher one, in one answer or in two.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    let mut handed = BTreeMap::<QueueId, Vec<&Lease<'_>>>::new();
    for lease in ledger.leases.iter().filter(|lease| lease.id.is_some()) {
        handed.entry(lease.queue()).or_default().push(lease);
    }
    for (id, leases) in &handed {
        let Some(queue) = ledger.queues.get(id).filter(|queue| queue.level_of(u8::MAX) > Some(0)) else { continue };
        in_one_answer(ledger, queue, leases)?;
        let rested = rested(ledger, *id, queue, leases);
        for lease in leases {
            passed_by(ledger, *id, queue, lease, &rested)?;
        }
    }
    Ok(())
}

fn level(queue: &Queue, uid: Uid) -> Option<u8> {
    queue.level_of(priority_of(uid))
}

fn in_one_answer(ledger: &Ledger<'_>, queue: &Queue, leases: &[&Lease<'_>]) -> Result<(), Violation> {
    for pair in leases.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        if first.op == second.op && level(queue, first.uid) < level(queue, second.uid) {
            let what = format!("m{} was handed out ahead of m{}, which is of a higher priority", first.uid, second.uid);
            return Err(Violation::new(what, [ledger.ops[first.op].called, first.told]));
        }
    }
    Ok(())
}

/// A message that was ready from when its publish was told until the receive that first delivered it was asked for.
struct Rested {
    uid: Uid,
    level: Option<u8>,
    sent: usize,
    from: usize,
    until: usize,
    taken: usize,
}

fn rested(ledger: &Ledger<'_>, id: QueueId, queue: &Queue, leases: &[&Lease<'_>]) -> Vec<Rested> {
    let mut rested = Vec::new();
    for lease in leases.iter().filter(|lease| lease.leased.deliveries == 1 && !queue.delays()) {
        let Some(message) = ledger.messages.get(&lease.uid) else { continue };
        let publish = &ledger.ops[message.op];
        let own = message.queue == id && message.standing == Standing::Own && message.id == lease.id;
        if let (true, None, Some(from)) = (own && publish.done(), message.sent.due_ms, publish.answered) {
            let (sent, until) = (publish.called, ledger.ops[lease.op].called);
            rested.push(Rested {
                uid: lease.uid,
                level: level(queue, lease.uid),
                sent,
                from,
                until,
                taken: lease.told,
            });
        }
    }
    rested
}

fn passed_by(
    ledger: &Ledger<'_>,
    id: QueueId,
    queue: &Queue,
    lease: &Lease<'_>,
    rested: &[Rested],
) -> Result<(), Violation> {
    let called = ledger.ops[lease.op].called;
    let higher = rested.iter().filter(|other| other.level > level(queue, lease.uid));
    let mut there = higher.filter(|other| other.from < called && lease.told < other.until);
    let passed = there.find(|other| {
        ledger.end_between(called, other.taken).is_none() && !given_up(ledger, id, other.sent, lease.told)
    });
    match passed {
        None => Ok(()),
        Some(other) => {
            let what =
                format!("m{} was handed out before m{}, of a higher priority, which was there", lease.uid, other.uid);
            Err(Violation::new(what, [other.from, called, lease.told, other.taken]))
        }
    }
}

/// Whether somebody may have been given a message between these events without ever knowing.
fn given_up(ledger: &Ledger<'_>, id: QueueId, from: usize, until: usize) -> bool {
    ledger.ops.iter().take_while(|op| op.called < until).any(|op| {
        let of_queue = matches!(op.call, Call::Receive { queue, .. } if *queue == id);
        of_queue && matches!(op.reply, None | Some(Reply::GivenUp | Reply::Unknown(_))) && op.over > from
    })
}
