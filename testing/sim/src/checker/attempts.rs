//! The counts of deliveries and failures grow with every lease, and what was settled is never forgotten.

use super::ledger::{Lease, Ledger, Message, Verdict};
use super::violation::Violation;
use crate::history::Call;
use broker::LeaseTerms;
use std::collections::BTreeMap;
use vocab::{QueueId, Seq};

/// Of two leases of a message in one place the later has the greater count. A redriven message begins anew in another.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for (uid, message) in &ledger.messages {
        for mut leases in by_place(ledger, message).into_values() {
            leases.sort_by_key(|lease| lease.leased.token.epoch);
            for pair in leases.windows(2) {
                let [earlier, later] = pair else { continue };
                if counts_are_kept(ledger, earlier, later) && !grew(earlier, later) {
                    let (before, after) = (earlier.leased, later.leased);
                    let what = format!(
                        "m{uid} was delivered {}× ({} failures) and later {}× ({} failures)",
                        before.deliveries, before.failures, after.deliveries, after.failures
                    );
                    return Err(Violation::new(what, [earlier.told, later.told]));
                }
            }
        }
    }
    Ok(())
}

fn by_place<'l, 'h>(ledger: &'l Ledger<'h>, message: &Message) -> BTreeMap<(QueueId, Seq), Vec<&'l Lease<'h>>> {
    let mut by_place: BTreeMap<(QueueId, Seq), Vec<&Lease<'_>>> = BTreeMap::new();
    for lease in message.leases.iter().map(|lease| &ledger.leases[*lease]) {
        by_place.entry((lease.queue(), lease.leased.token.seq)).or_default().push(lease);
    }
    by_place
}

fn grew(earlier: &Lease<'_>, later: &Lease<'_>) -> bool {
    later.leased.deliveries > earlier.leased.deliveries && later.leased.failures >= earlier.leased.failures
}

/// Whether the earlier lease's counts had to survive until the later lease, and nobody set them.
fn counts_are_kept(ledger: &Ledger<'_>, earlier: &Lease<'_>, later: &Lease<'_>) -> bool {
    if may_have_been_set(ledger, earlier) || may_have_been_set(ledger, later) {
        return false;
    }
    let from = earlier.told.min(ledger.ops[later.op].called);
    match ledger.crash_between(from, later.told) {
        None => !is_session(earlier) || ledger.end_between(from, later.told).is_none(),
        Some(crash) => survives(ledger, earlier, crash),
    }
}

/// Whether a lease was durable when the log broke off: because its queue waits for that, or because its settling was.
fn survives(ledger: &Ledger<'_>, lease: &Lease<'_>, crash: usize) -> bool {
    let Some(queue) = ledger.queues.get(&lease.queue()).filter(|queue| !queue.is_weak()) else { return false };
    let settled = lease.settlements(ledger).any(|(op, _, verdict)| verdict == Verdict::Done && op.over < crash);
    !is_session(lease) && lease.told < crash && (queue.is_strict() || settled)
}

fn is_session(lease: &Lease<'_>) -> bool {
    matches!(lease.terms, LeaseTerms::Session(_))
}

/// Whether the lease was handed on with a count of its new owner's choice, or is such a lease.
fn may_have_been_set(ledger: &Ledger<'_>, lease: &Lease<'_>) -> bool {
    let sets = |op: usize, place: Option<usize>| match ledger.ops[op].call {
        Call::Transfer(transfers) => match place {
            Some(place) => transfers[place].deliveries.is_some(),
            None => transfers.iter().any(|transfer| transfer.deliveries.is_some()),
        },
        _ => false,
    };
    sets(lease.op, None) || lease.asked.iter().any(|(op, place, _)| sets(*op, Some(*place)))
}
