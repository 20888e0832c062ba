//! A paused queue hands nothing out, over restarts too, until somebody lets it go on.

use super::ledger::{Ledger, Op};
use super::violation::Violation;
use crate::history::{Call, OpId};
use std::collections::BTreeMap;
use vocab::QueueId;

/// The changes of whether each queue is paused, in the order of the calls.
pub type Changes = BTreeMap<QueueId, Vec<(OpId, bool)>>;

/// No receive that was asked for after a pause was told finds anything, unless the pause may be over.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    let changes = changes(ledger);
    for lease in ledger.leases.iter().filter(|lease| lease.id.is_some()) {
        let asked = ledger.ops[lease.op].called;
        if let Some(pause) = paused(ledger, &changes, lease.queue(), asked, lease.told) {
            let what = format!("m{} was handed out by queue {}, which is paused", lease.uid, lease.queue());
            return Err(Violation::new(what, [pause.called, pause.over, asked, lease.told]));
        }
    }
    Ok(())
}

/// Every change that may have happened.
#[must_use]
pub fn changes(ledger: &Ledger<'_>) -> Changes {
    let mut changes = Changes::new();
    for (id, op) in ledger.ops.iter().enumerate().filter(|(_, op)| op.may_have_happened()) {
        if let Call::UpdateQueue { queue, settings } = op.call {
            changes.entry(*queue).or_default().push((id, settings.paused));
        }
    }
    changes
}

/// The pause that certainly held all the time between two events.
#[must_use]
pub fn paused<'l, 'h>(
    ledger: &'l Ledger<'h>,
    changes: &Changes,
    queue: QueueId,
    from: usize,
    until: usize,
) -> Option<&'l Op<'h>> {
    let changes = changes.get(&queue)?;
    let pauses = changes.iter().filter(|(_, paused)| *paused).map(|(op, _)| &ledger.ops[*op]);
    let last = pauses.filter(|op| op.done() && op.over < from).max_by_key(|op| op.over)?;
    let mut resumes = changes.iter().filter(|(_, paused)| !paused).map(|(op, _)| &ledger.ops[*op]);
    resumes.all(|op| op.over < last.called || op.called > until).then_some(last)
}
