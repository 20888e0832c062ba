//! Queues exist from their creation to their deletion, transient ones to the broker's end, with the settings that they were last given.

use super::ledger::{Census, Ledger, Op, Queue};
use super::violation::Violation;
use crate::history::Call;
use vocab::{QueueId, QueueSettings};

/// Every census lists the queues that there must be and none that cannot be.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for census in &ledger.censuses {
        for (id, queue) in ledger.queues.iter().filter(|(_, queue)| queue.told < census.begins) {
            exists_until_deleted(ledger, *id, queue, census)?;
        }
        for info in &census.queues {
            let created = ledger.ops.iter().any(|op| {
                matches!(op.call, Call::CreateQueue { name, .. } if *name == info.name)
                    && op.may_have_happened()
                    && op.called < census.ends
            });
            if !created {
                return Err(Violation::new(format!("nobody made the queue {:?}", info.name), [census.begins]));
            }
            has_its_settings(ledger, info.id, &info.settings, census)?;
        }
    }
    Ok(())
}

fn deletions<'l>(ledger: &'l Ledger<'_>, id: QueueId) -> impl Iterator<Item = &'l Op<'l>> {
    ledger
        .ops
        .iter()
        .filter(move |op| matches!(op.call, Call::DeleteQueue(gone) if *gone == id) && op.may_have_happened())
}

fn exists_until_deleted(ledger: &Ledger<'_>, id: QueueId, queue: &Queue, census: &Census) -> Result<(), Violation> {
    let listed = census.queues.iter().any(|info| info.id == id && info.name == queue.name);
    let ended = ledger.end_between(queue.told, census.begins).filter(|_| queue.is_transient());
    if let (true, Some(ended)) = (listed, ended) {
        let what = format!("queue {:?} is transient, and is there after the broker ended", queue.name);
        return Err(Violation::new(what, [queue.told, ended, census.begins]));
    }
    let maybe_deleted = ended.is_some() || deletions(ledger, id).any(|op| op.called < census.begins);
    let deleted = deletions(ledger, id).find(|op| op.done() && op.over < census.begins);
    match (listed, deleted) {
        (true, Some(op)) => Err(Violation::new(
            format!("queue {:?} is there after it was deleted", queue.name),
            [op.over, census.begins],
        )),
        (false, None) if !maybe_deleted => {
            Err(Violation::new(format!("queue {:?} is lost", queue.name), [queue.told, census.begins]))
        }
        (true | false, _) => Ok(()),
    }
}

/// The settings are the last ones certainly given, or any that may have been given since.
fn has_its_settings(ledger: &Ledger<'_>, id: QueueId, found: &QueueSettings, census: &Census) -> Result<(), Violation> {
    let Some(queue) = ledger.queues.get(&id) else { return Ok(()) };
    let given = queue.settings.iter().filter_map(|(op, settings)| Some((&ledger.ops[(*op)?], settings)));
    let given: Vec<_> = given.filter(|(op, _)| op.called < census.begins).collect();
    let last = given.iter().filter(|(op, _)| op.done()).map(|(op, _)| op.called).max().unwrap_or(0);
    // What it was found with is right until it is certainly given others.
    let found_so = last == 0 && queue.settings.iter().any(|(op, settings)| op.is_none() && settings == found);
    if given.is_empty() || found_so || given.iter().any(|(op, settings)| op.over >= last && *settings == found) {
        return Ok(());
    }
    Err(Violation::new(
        format!("queue {:?} has settings that it was not last given", queue.name),
        [last, census.begins],
    ))
}
