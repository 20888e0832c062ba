//! Redrives: what was told of them was durable, their counts are true, none goes too fast, and each comes to its end.
//!
//! That a message is in one queue only while it is moved is [`super::burial`]'s rule, that none is lost [`super::loss`]'s.

use super::ledger::{Census, DeedKind, Ledger, Verdict};
use super::violation::Violation;
use crate::history::Reply;
use broker::{RedriveId, RedriveInfo};
use std::collections::BTreeMap;
use vocab::QueueId;

/// All four, over everything that was told.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    let mut last: BTreeMap<RedriveId, (usize, &RedriveInfo)> = BTreeMap::new();
    for op in &ledger.ops {
        let Some(at) = op.answered else { continue };
        for info in told(op.reply) {
            if let Some((before, known)) = last.get(&info.id).filter(|(before, _)| *before < op.called) {
                goes_on(known, info).map_err(|what| Violation::new(what, [*before, at]))?;
            }
            keeps_its_rate(ledger, info, at)?;
            last.insert(info.id, (at, info));
        }
    }
    ledger.censuses.iter().try_for_each(|census| adds_up(ledger, census))
}

fn told(reply: Option<&Reply>) -> &[RedriveInfo] {
    match reply {
        Some(Reply::Redrive(info)) => std::slice::from_ref(info),
        Some(Reply::Redrives(redrives)) => redrives,
        _ => &[],
    }
}

/// What was told was durable: counts do not shrink, and an end is an end.
fn goes_on(before: &RedriveInfo, after: &RedriveInfo) -> Result<(), String> {
    let (old, new) = (&before.redrive, &after.redrive);
    let shrank = new.moved < old.moved || new.failed < old.failed || new.position < old.position;
    let changed = old.ended.is_some() && old != new;
    let other = (old.started_ms, old.to_move, old.end, &old.target, old.per_second)
        != (new.started_ms, new.to_move, new.end, &new.target, new.per_second);
    if shrank || changed || other {
        return Err(format!("a redrive went back or became another: {before:?}, later {after:?}"));
    }
    Ok(())
}

/// A rate is kept, but for the first batch and what may be made up for after a pause.
fn keeps_its_rate(ledger: &Ledger<'_>, info: &RedriveInfo, at: usize) -> Result<(), Violation> {
    let Some(rate) = info.redrive.per_second.map(|rate| u64::from(rate.get())) else { return Ok(()) };
    // A crash may set log time back to the last moment that was written down, so the time of one boot is no measure.
    let elapsed_ms = ledger.latest_ms[at].saturating_sub(info.redrive.started_ms) + 1000;
    let most = rate * (elapsed_ms + 1000) / 1000 + rate.div_ceil(10);
    if info.redrive.moved > most {
        let what = format!("a redrive at {rate} a second moved {} messages in {elapsed_ms} ms", info.redrive.moved);
        return Err(Violation::new(what, [at]));
    }
    Ok(())
}

/// A queue's total is what its redrives moved, and in the end none runs.
fn adds_up(ledger: &Ledger<'_>, census: &Census) -> Result<(), Violation> {
    for (queue, redrives) in &census.redrives {
        let all_known = redrives.last().is_none_or(|oldest| oldest.id.number == 1);
        let moved: u64 = redrives.iter().map(|info| info.redrive.moved).sum();
        let total = census.stats.get(queue).map(|stats| stats.totals.redriven);
        let (least, most) = carried(ledger, *queue, census.begins);
        if total.is_some_and(|total| total < moved + least || (all_known && total > moved + most)) {
            let by_hand = format!("operators carried {least} to {most}");
            let what = format!("queue {queue} says {total:?} redriven, its redrives say {moved}, {by_hand}");
            return Err(Violation::new(what, [census.begins, census.ends]));
        }
        if let Some(running) = redrives.iter().find(|info| info.redrive.ended.is_none() && census.drained) {
            let events = ledger.redrives.iter().map(|(op, _)| ledger.ops[*op].called).chain([census.begins]);
            return Err(Violation::new(format!("a redrive never ends: {running:?}"), events.collect::<Vec<_>>()));
        }
    }
    Ok(())
}

/// How many messages operators moved out of a queue, at least and at most.
fn carried(ledger: &Ledger<'_>, queue: QueueId, until: usize) -> (u64, u64) {
    let (mut least, mut most) = (0, 0);
    for deed in ledger.messages.values().flat_map(|message| message.deeds_before(ledger, until)) {
        if deed.kind == DeedKind::Carry && deed.queue == queue {
            most += 1;
            least += u64::from(deed.verdict == Verdict::Done && !ledger.is_weak(queue));
        }
    }
    (least, most)
}
