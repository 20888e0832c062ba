//! Counts equal what is there when nobody else calls, and totals that were told never shrink.

use super::ledger::{Census, Ledger, Standing};
use super::violation::Violation;
use crate::history::{Call, Reply};
use broker::{MessageState, QueueStats, QueueTotals};
use std::collections::BTreeMap;
use vocab::QueueId;

/// Both rules, over all counts.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    ledger.censuses.iter().try_for_each(equal_what_is_there)?;
    totals_grow(ledger)?;
    totals_are_plausible(ledger)
}

fn equal_what_is_there(census: &Census) -> Result<(), Violation> {
    let mut there: BTreeMap<QueueId, [u64; 3]> = BTreeMap::new();
    for (queue, state) in census.seen.values().flatten() {
        let counts = there.entry(*queue).or_default();
        match state {
            MessageState::Ready => counts[0] += 1,
            MessageState::Delayed { .. } => counts[1] += 1,
            MessageState::Leased { .. } | MessageState::BeingBuried => counts[2] += 1,
        }
    }
    for (queue, stats) in &census.stats {
        let there = there.get(queue).copied().unwrap_or_default();
        let told = [stats.ready, stats.delayed, stats.leased];
        if told != there {
            let what = format!("queue {queue} counts {told:?} ready, delayed and leased, and has {there:?}");
            return Err(Violation::new(what, [census.begins, census.ends]));
        }
    }
    Ok(())
}

/// What a count told was durable, so no crash can take it back.
fn totals_grow(ledger: &Ledger<'_>) -> Result<(), Violation> {
    let mut told: BTreeMap<QueueId, Vec<(usize, usize, QueueTotals)>> = BTreeMap::new();
    for op in &ledger.ops {
        let (Call::Stats(queue), Some(Reply::Counted(stats)), Some(at)) = (op.call, op.reply, op.answered) else {
            continue;
        };
        if ledger.is_weak(*queue) {
            continue;
        }
        let earlier = told.entry(*queue).or_default();
        for (_, before, totals) in earlier.iter().filter(|(_, before, _)| *before < op.called) {
            if let Some(which) = shrank(totals, &stats.totals) {
                let what = format!("queue {queue} told a total of {which} that is less than one told before");
                return Err(Violation::new(what, [*before, at]));
            }
        }
        earlier.push((op.called, at, stats.totals));
    }
    Ok(())
}

/// Totals whose every step is in the log. Leases need not be, so what counts leases may lag after a crash.
fn shrank(before: &QueueTotals, after: &QueueTotals) -> Option<&'static str> {
    let pairs = [
        ("messages published", before.published, after.published),
        ("bytes published", before.published_bytes, after.published_bytes),
        ("messages acknowledged", before.acked, after.acked),
        ("messages buried", before.buried, after.buried),
        ("messages purged", before.purged, after.purged),
        ("messages redriven", before.redriven, after.redriven),
        ("messages dropped", before.dropped, after.dropped),
    ];
    pairs.into_iter().find(|(_, before, after)| after < before).map(|(which, ..)| which)
}

/// In a census the totals are between what certainly and what possibly happened.
fn totals_are_plausible(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for census in &ledger.censuses {
        for (queue, stats) in &census.stats {
            if ledger.is_weak(*queue) {
                continue;
            }
            gone_adds_up(*queue, stats, census)?;
            if ledger.takes_from_others(*queue) {
                continue;
            }
            let (least, most) = published(ledger, *queue, census.begins);
            if !(least..=most).contains(&stats.totals.published) {
                let what = format!("queue {queue} says {} published; it was {least} to {most}", stats.totals.published);
                return Err(Violation::new(what, [census.begins, census.ends]));
            }
        }
    }
    Ok(())
}

fn published(ledger: &Ledger<'_>, queue: QueueId, until: usize) -> (u64, u64) {
    let (mut least, mut most) = (0, 0);
    for op in ledger.ops.iter().take_while(|op| op.called < until) {
        for (_, sent) in op.call.publishes().into_iter().filter(|(to, _)| *to == queue && op.may_have_happened()) {
            let count = |is: fn(Standing) -> bool| {
                let messages = sent.iter().map(|sent| &ledger.messages[&sent.uid]);
                let taken = messages.filter(|message| !op.done() || message.id.is_some());
                taken.filter(|message| is(message.standing)).count() as u64
            };
            most += count(|standing| standing != Standing::Repeat);
            least += if op.done() { count(|standing| standing == Standing::Own) } else { 0 };
        }
    }
    (least, most)
}

fn gone_adds_up(queue: QueueId, stats: &QueueStats, census: &Census) -> Result<(), Violation> {
    let totals = &stats.totals;
    let gone = totals.acked + totals.expired + totals.buried + totals.purged + totals.redriven + totals.dropped;
    let there = stats.ready + stats.delayed + stats.leased;
    if totals.published != gone + there {
        let what = format!("queue {queue}: {} published, {gone} gone, {there} there do not add up", totals.published);
        return Err(Violation::new(what, [census.begins, census.ends]));
    }
    Ok(())
}
