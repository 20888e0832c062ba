//! Which answers of a weakly durable queue must have survived: all but the tail that no sync covered.
//!
//! A later answer that did wait for the disk vouches for everything that was told before its call, because one log keeps
//! all queues' records in order. So does a clean stop, and so does every start, which makes durable what it serves.

use super::ledger::{Ledger, Op, Standing, Verdict};
use crate::history::{Call, Reply, Sent};

/// Whether what was told at `event` about a queue of this weakness had to survive everything before `until`.
#[must_use]
pub fn certain(ledger: &Ledger<'_>, event: usize, weak: bool, until: usize) -> bool {
    if !weak {
        return true;
    }
    let Some((end, ending)) = ledger.endings.iter().find(|(at, _)| *at > event).filter(|(at, _)| *at < until) else {
        return true;
    };
    !ending.is_crash() || vouched(ledger, event, *end)
}

fn vouched(ledger: &Ledger<'_>, event: usize, crash: usize) -> bool {
    let from = ledger.ops.partition_point(|op| op.called <= event);
    let mut later = ledger.ops[from..].iter().take_while(|op| op.called < crash);
    later.any(|op| op.answered.is_some_and(|answered| answered < crash) && op.done() && waits(ledger, op))
}

/// Whether the call wrote to the log and its answer waited for the disk.
fn waits(ledger: &Ledger<'_>, op: &Op<'_>) -> bool {
    match op.call {
        Call::CreateQueue { .. }
        | Call::UpdateQueue { .. }
        | Call::DeleteQueue(_)
        | Call::CreateRouter { .. }
        | Call::DeleteRouter(_)
        | Call::StartRedrive(_)
        | Call::CancelRedrive(_) => true,
        // A repeat writes nothing.
        Call::Publish { .. } => stored_some(ledger, op),
        Call::Settle(_) => ended_some(ledger, op),
        Call::Transact { .. } => ended_some(ledger, op) || stored_some(ledger, op),
        // A deed that was refused for every message writes nothing.
        Call::Intervene { queue, .. } | Call::Carry { source: queue, .. } => {
            !ledger.is_weak(*queue) && did_some(op.reply)
        }
        // A purge of an empty queue, a binding that exists, a count and a look write nothing; leases of others need not wait.
        Call::Purge(_)
        | Call::Receive { .. }
        | Call::Extend(_)
        | Call::Transfer(_)
        | Call::EndSession(_)
        | Call::Stats(_)
        | Call::Peek(_)
        | Call::ListQueues
        | Call::Bind(_)
        | Call::Unbind(_)
        | Call::ListRouters
        | Call::Redrives(_) => false,
    }
}

fn did_some(reply: Option<&Reply>) -> bool {
    match reply {
        Some(Reply::Intervened(verdicts)) => verdicts.iter().any(Result::is_ok),
        Some(Reply::Carried(verdicts)) => verdicts.iter().any(Result::is_ok),
        _ => false,
    }
}

fn stored_some(ledger: &Ledger<'_>, op: &Op<'_>) -> bool {
    let is_own = |sent: &Sent| {
        let message = &ledger.messages[&sent.uid];
        message.standing == Standing::Own && message.id.is_some()
    };
    op.call.publishes().into_iter().any(|(queue, sent)| !ledger.is_weak(queue) && sent.iter().any(is_own))
}

fn ended_some(ledger: &Ledger<'_>, op: &Op<'_>) -> bool {
    let mut tokens = op.call.settlements().iter().map(|settlement| settlement.token);
    tokens.any(|token| !ledger.is_weak(token.key.queue) && was_done(ledger, op, token))
}

fn was_done(ledger: &Ledger<'_>, op: &Op<'_>, token: vocab::LeaseToken) -> bool {
    let lease = ledger.by_token.get(&token).map(|lease| &ledger.leases[*lease]);
    lease.is_some_and(|lease| {
        lease
            .asked
            .iter()
            .any(|(asked, _, verdict)| ledger.ops[*asked].called == op.called && *verdict == Verdict::Done)
    })
}
