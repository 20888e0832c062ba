//! Of a transaction everything happened or nothing.

use super::durable::certain;
use super::ledger::{Census, Ledger, Message, Op, Verdict};
use super::loss::{accounted, accounted_without};
use super::violation::Violation;
use crate::history::{Call, OpId, Uid};
use broker::Settle;

/// Once anything shows that a transaction happened, every message of it must be accounted for in every later census.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for (id, op) in ledger.ops.iter().enumerate().filter(|(_, op)| matches!(op.call, Call::Transact { .. })) {
        for census in ledger.censuses.iter().filter(|census| census.begins > op.called) {
            if let Some(shows) = proof(ledger, id, op, census) {
                whole(ledger, op, census, shows)?;
            }
        }
    }
    Ok(())
}

fn messages<'l>(ledger: &'l Ledger<'_>, op: &'l Op<'_>) -> impl Iterator<Item = (Uid, &'l Message)> {
    let sent = op.call.publishes().into_iter().flat_map(|(_, sent)| sent);
    sent.map(|sent| (sent.uid, &ledger.messages[&sent.uid]))
}

/// The event that shows that the transaction happened: a message of it is there, or somebody was told of one, or a message
/// is gone that nothing else can have ended.
fn proof(ledger: &Ledger<'_>, id: OpId, op: &Op<'_>, census: &Census) -> Option<usize> {
    let told = messages(ledger, op).find_map(|(uid, message)| {
        if census.seen.contains_key(&uid) {
            return Some(census.begins);
        }
        let told = ledger.told_to_exist(message).filter(|told| *told < census.begins)?;
        certain(ledger, told, ledger.is_weak(message.queue), census.begins).then_some(told)
    });
    told.or_else(|| ended_by(ledger, id, op, census).then_some(census.begins))
}

/// Whether the census lacks a message that only this transaction can have acknowledged.
fn ended_by(ledger: &Ledger<'_>, id: OpId, op: &Op<'_>, census: &Census) -> bool {
    let acked = op.call.settlements().iter().filter(|settlement| settlement.how == Settle::Ack);
    let mut leases = acked.filter_map(|ack| ledger.by_token.get(&ack.token)).map(|lease| &ledger.leases[*lease]);
    leases.any(|lease| {
        let refused = lease.asked.iter().any(|(by, _, verdict)| *by == id && *verdict == Verdict::Refused);
        let Some(message) = ledger.messages.get(&lease.uid).filter(|_| !refused) else { return false };
        let weak = ledger.is_weak(message.queue) || ledger.is_weak(lease.queue());
        certain(ledger, lease.told, weak, census.begins)
            && !accounted_without(ledger, lease.uid, message, census, Some(id))
    })
}

fn whole(ledger: &Ledger<'_>, op: &Op<'_>, census: &Census, shows: usize) -> Result<(), Violation> {
    for (uid, message) in messages(ledger, op) {
        let refused = op.done() && message.id.is_none();
        // It may have been refused for its queue's end alone.
        let queue_gone = ledger.ops.iter().any(|op| {
            matches!(op.call, Call::DeleteQueue(gone) if *gone == message.queue)
                && op.may_have_happened()
                && op.called < census.begins
        });
        if !refused && !queue_gone && !accounted(ledger, uid, message, census) {
            let what = format!("m{uid} is missing from a transaction of which something happened");
            return Err(Violation::new(what, [op.called, shows, census.begins]));
        }
    }
    Ok(())
}
