//! What a history shows of operators: pauses, and deeds with single messages.

use super::Path;
use crate::checker::ledger::{Deed, DeedKind, Ledger, Message, Verdict};
use crate::checker::pauses::{changes, paused};
use crate::history::{Call, Reply};
use broker::{InterveneError, MoveError};
use vocab::BuryReason;

/// How often a history walked one of these paths.
pub(super) fn count(path: Path, ledger: &Ledger<'_>) -> usize {
    match path {
        Path::FoundPaused => found_paused(ledger, |_, _| true),
        Path::PausedOverRestart => found_paused(ledger, |pause, at| ledger.end_between(pause, at).is_some()),
        Path::DeletedByHand => done(ledger, DeedKind::Delete, |_| true),
        Path::ReleasedByHand => released(ledger),
        Path::BuriedByHand => buried(ledger),
        Path::CarriedByHand => carried(ledger),
        Path::HandRefused => refused(ledger),
        Path::HandCutOff => ledger.ops.iter().filter(|op| op.call.chosen().0.is_some() && op.reply.is_none()).count(),
        other => unreachable!("{other} is counted beside the others"),
    }
}

/// Receives that found nothing because their queue was paused all the time, where the pause was told and they were asked for at events
/// that are so.
fn found_paused(ledger: &Ledger<'_>, are: impl Fn(usize, usize) -> bool) -> usize {
    let changes = changes(ledger);
    let found = ledger.ops.iter().filter(|op| {
        let (Call::Receive { queue, .. }, Some(Reply::Received(handed))) = (op.call, op.reply) else { return false };
        let pause = handed.is_empty().then(|| paused(ledger, &changes, *queue, op.called, op.over)).flatten();
        pause.is_some_and(|pause| are(pause.over, op.called))
    });
    found.count()
}

/// Deeds of a kind that were done and are so.
fn done(ledger: &Ledger<'_>, kind: DeedKind, are: impl Fn((&Message, &Deed)) -> bool) -> usize {
    let deeds = ledger.messages.values().flat_map(|message| message.deeds.iter().map(move |deed| (message, deed)));
    deeds.filter(|(_, deed)| deed.kind == kind && deed.verdict == Verdict::Done).filter(|of| are(*of)).count()
}

/// Releases after which the message was handed out from its place.
fn released(ledger: &Ledger<'_>) -> usize {
    done(ledger, DeedKind::Release, |(message, deed)| {
        message.leases.iter().map(|lease| &ledger.leases[*lease]).any(|lease| {
            let place = (lease.queue(), lease.leased.token.seq) == (deed.queue, deed.seq);
            place && ledger.ops[lease.op].called > ledger.ops[deed.op].over
        })
    })
}

/// Burials whose message was found elsewhere as rejected.
fn buried(ledger: &Ledger<'_>) -> usize {
    done(ledger, DeedKind::Bury, |(message, deed)| {
        message.sightings.iter().any(|seen| {
            let rejected = |origin: &vocab::Origin| matches!(origin.reason, BuryReason::Rejected(_));
            seen.queue != deed.queue && seen.origin.as_deref().is_some_and(rejected)
        })
    })
}

/// Moves whose message was found at the place that was told.
fn carried(ledger: &Ledger<'_>) -> usize {
    done(ledger, DeedKind::Carry, |(message, deed)| {
        let Some(became) = deed.became else { return false };
        let leases = message.leases.iter().map(|lease| &ledger.leases[*lease]);
        let leased = leases.map(|lease| (lease.queue(), lease.leased.token.seq));
        let seen = message.sightings.iter().map(|seen| (seen.queue, seen.seq));
        leased.chain(seen).any(|place| place == (became.key.queue, became.seq))
    })
}

/// Verdicts that tell of others: the message is gone, or somebody has it.
fn refused(ledger: &Ledger<'_>) -> usize {
    let count = |op: &crate::checker::ledger::Op<'_>| match op.reply {
        Some(Reply::Intervened(verdicts)) => {
            verdicts.iter().filter(|verdict| **verdict == Err(InterveneError::Gone)).count()
        }
        Some(Reply::Carried(verdicts)) => {
            let others = |verdict: &&Result<_, MoveError>| matches!(verdict, Err(MoveError::Gone | MoveError::Leased));
            verdicts.iter().filter(others).count()
        }
        _ => 0,
    };
    ledger.ops.iter().map(count).sum()
}
