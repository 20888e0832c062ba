//! Nothing is handed out before it is due or after it expired, by the log's own clock as it was told.

use super::durable::certain;
use super::ledger::{DeedKind, Lease, Ledger, Message, Op, Verdict};
use super::violation::Violation;
use crate::history::Uid;
use broker::Settle;

/// A queue's retention is kept to a 4096th of it, a short one to the second, a very short one to a 64th, so that ages need not
/// be kept for every message.
fn retention_step_ms(retention_ms: u64) -> u64 {
    (retention_ms / 4096).max((retention_ms / 64).min(1000)).max(1)
}

/// Publish delays, release delays and expiry are kept.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for (uid, message) in &ledger.messages {
        // A full queue refused it and set it aside: it comes by a redrive alone, and that is at once.
        let begins_anew = ledger.may_be_set_aside(message);
        for lease in message.leases.iter().map(|lease| &ledger.leases[*lease]) {
            if lease.queue() == message.queue {
                if !begins_anew && !message.was_hastened(ledger, lease.told) {
                    not_before_due(ledger, *uid, message, lease)?;
                }
                not_after_expiry(ledger, *uid, message, lease)?;
            }
            rests_after_release(ledger, *uid, message, lease)?;
        }
    }
    Ok(())
}

fn not_before_due(ledger: &Ledger<'_>, uid: Uid, message: &Message, lease: &Lease<'_>) -> Result<(), Violation> {
    let publish = &ledger.ops[message.op];
    let queue = ledger.queues.get(&message.queue);
    let delay = queue.and_then(|queue| queue.settings.iter().map(|(_, settings)| settings.delay_ms).min());
    let due = message.sent.due_ms.unwrap_or(ledger.log_ms(publish.called) + delay.unwrap_or(0));
    let told = ledger.reached_ms(publish.called, lease.told);
    if told < due {
        let what = format!("m{uid} is due at {due} and was handed out by {told}");
        return Err(Violation::new(what, [publish.called, lease.told]));
    }
    Ok(())
}

fn not_after_expiry(ledger: &Ledger<'_>, uid: Uid, message: &Message, lease: &Lease<'_>) -> Result<(), Violation> {
    let Some(end) = expiry(ledger, message) else { return Ok(()) };
    if ledger.may_be_moved(message) && message.id.is_none_or(|id| id.seq != lease.leased.token.seq) {
        // It was buried and came back: its time began anew.
        return Ok(());
    }
    if lease.id.is_none() {
        // Handed on, not handed out: an owner may finish what expired in its hands.
        return Ok(());
    }
    let asked = ledger.ops[lease.op].called;
    if ledger.log_ms(asked) > end {
        let what = format!("m{uid} expired at {end} and was asked for at {}", ledger.log_ms(asked));
        return Err(Violation::new(what, [ledger.ops[message.op].called, asked, lease.told]));
    }
    Ok(())
}

/// When the message was certainly gone: by its own expiry, or by the longest retention its queue ever had.
fn expiry(ledger: &Ledger<'_>, message: &Message) -> Option<u64> {
    let publish: &Op<'_> = &ledger.ops[message.op];
    let settings = &ledger.queues.get(&message.queue)?.settings;
    let longest = settings.iter().map(|(_, settings)| settings.retention_ms).collect::<Option<Vec<_>>>();
    let retention = longest.and_then(|all| all.into_iter().max()).zip(publish.answered.filter(|_| publish.done()));
    let retired = retention.map(|(ms, answered)| ledger.log_ms(answered) + ms + retention_step_ms(ms));
    [message.sent.expires_ms, retired].into_iter().flatten().min()
}

fn rests_after_release(ledger: &Ledger<'_>, uid: Uid, message: &Message, lease: &Lease<'_>) -> Result<(), Violation> {
    for (op, how, verdict) in lease.settlements(ledger) {
        let (Settle::Release { delay_ms } | Settle::Fail { delay_ms, .. }) = how else { continue };
        let (Verdict::Done, Some(answered)) = (verdict, op.answered) else { continue };
        if *delay_ms == 0 {
            // Nothing rests, and the log's time may step back over a crash to its last durable moment.
            continue;
        }
        let due = ledger.log_ms(op.called) + delay_ms;
        let weak = ledger.is_weak(lease.queue());
        if released_by_hand(ledger, message, lease, op.called) {
            continue;
        }
        let early = message.leases.iter().map(|later| &ledger.leases[*later]).find(|later| {
            later.leased.token.key == lease.leased.token.key
                && later.leased.token.seq == lease.leased.token.seq
                && later.leased.token.epoch > lease.leased.token.epoch
                && later.told > op.called
                && ledger.reached_ms(op.called, later.told) < due
                && certain(ledger, answered, weak, later.told)
        });
        if let Some(early) = early {
            let what = format!("m{uid} rests until {due} and was handed out by {}", ledger.log_ms(early.told));
            return Err(Violation::new(what, [lease.told, op.called, early.told]));
        }
    }
    Ok(())
}

/// Whether an operator may have ended the rest that began with a call.
fn released_by_hand(ledger: &Ledger<'_>, message: &Message, lease: &Lease<'_>, since: usize) -> bool {
    let place = (lease.queue(), lease.leased.token.seq);
    message.deeds_before(ledger, usize::MAX).any(|deed| {
        deed.kind == DeedKind::Release && (deed.queue, deed.seq) == place && ledger.ops[deed.op].over > since
    })
}
