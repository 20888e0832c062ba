//! An answer fits its question.

use super::ledger::{Ledger, Op};
use super::violation::Violation;
use crate::history::{Call, Reply};

/// As many ids as messages, as many verdicts as settlements, no more messages than asked for.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    ledger.ops.iter().try_for_each(fits)
}

fn fits(op: &Op<'_>) -> Result<(), Violation> {
    let (Some(reply), Some(answered)) = (op.reply, op.answered) else { return Ok(()) };
    let fits = match (op.call, reply) {
        (_, Reply::Refused(_) | Reply::Unknown(_)) => true,
        (Call::CreateQueue { .. }, Reply::Created(_)) => true,
        (Call::UpdateQueue { .. } | Call::DeleteQueue(_) | Call::EndSession(_) | Call::Purge(_), Reply::Done) => true,
        (Call::DeleteRouter(_) | Call::Bind(_) | Call::Unbind(_), Reply::Done) => true,
        (Call::CreateRouter { .. }, Reply::RouterCreated(_)) | (Call::ListRouters, Reply::Routers(_)) => true,
        (Call::Transact { publishes, settlements, .. }, Reply::Transacted { published, settled }) => {
            let counts = publishes
                .iter()
                .zip(published)
                .all(|((_, sent), ids)| ids.as_ref().is_none_or(|ids| ids.len() == sent.len()));
            counts && published.len() == publishes.len() && settled.len() == settlements.len()
        }
        (Call::Publish { sent, .. }, Reply::Published(ids)) => ids.len() == sent.len(),
        (Call::Receive { max, .. }, Reply::Received(handed)) => handed.len() <= *max as usize,
        (Call::Receive { .. }, Reply::GivenUp) => true,
        (Call::Settle(asked), Reply::Settled(verdicts)) => asked.len() == verdicts.len(),
        (Call::Extend(asked), Reply::Extended(verdicts)) => asked.len() == verdicts.len(),
        (Call::Transfer(asked), Reply::Transferred(verdicts)) => asked.len() == verdicts.len(),
        (Call::Stats(_), Reply::Counted(_)) => true,
        (Call::Peek(_), Reply::Peeked(_)) => true,
        (Call::ListQueues, Reply::Listed(_)) => true,
        (Call::StartRedrive(start), Reply::Redrive(info)) => info.id.source == start.source,
        (Call::CancelRedrive(id), Reply::Redrive(info)) => info.id == *id && info.redrive.ended.is_some(),
        (Call::Redrives(_), Reply::Redrives(_)) => true,
        (Call::Intervene { chosen, .. }, Reply::Intervened(verdicts)) => chosen.len() == verdicts.len(),
        (Call::Carry { chosen, .. }, Reply::Carried(verdicts)) => chosen.len() == verdicts.len(),
        _ => false,
    };
    if fits { Ok(()) } else { Err(Violation::new("the answer does not fit the call", [op.called, answered])) }
}
