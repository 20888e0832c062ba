//! What a history shows of lanes and of repeats.

use crate::checker::leases::is_live;
use crate::checker::ledger::{Lease, Ledger, Message, Queue, Standing};
use crate::history::What;

fn is_laned(ledger: &Ledger<'_>, lease: &Lease<'_>) -> bool {
    let has_lane = ledger.messages.get(&lease.uid).is_some_and(|message| message.sent.labels.lane.is_some());
    has_lane && ledger.queues.get(&lease.queue()).is_some_and(Queue::is_laned)
}

/// Messages of a lane that were first handed out by another boot than the one that they were sent to.
pub(super) fn read_back(ledger: &Ledger<'_>) -> usize {
    let first = ledger.messages.values().filter_map(|message| {
        let lease = &ledger.leases[*message.leases.first()?];
        Some((ledger.ops[message.op].called, lease))
    });
    first.filter(|(sent, lease)| is_laned(ledger, lease) && ledger.end_between(*sent, lease.told).is_some()).count()
}

/// Leases of a lane that were live when the broker served again after a crash.
pub(super) fn held_over_crash(ledger: &Ledger<'_>) -> usize {
    let events = ledger.history.events.iter().enumerate();
    let starts: Vec<usize> =
        events.filter(|(_, e)| matches!(e.what, What::Started { clean: false })).map(|(at, _)| at).collect();
    let holds = |lease: &&Lease<'_>| {
        let start = starts.iter().find(|start| **start > lease.told);
        is_laned(ledger, lease) && start.is_some_and(|start| is_live(ledger, lease, *start))
    };
    ledger.leases.iter().filter(holds).count()
}

/// Repeats, with the messages that they repeat, which are so to each other.
pub(super) fn repeats(ledger: &Ledger<'_>, are: impl Fn(&Ledger<'_>, &Message, &Message) -> bool) -> usize {
    let owners = ledger.owners();
    let repeats = ledger.messages.values().filter(|message| message.standing == Standing::Repeat);
    let pairs = repeats.filter_map(|message| Some((&ledger.messages[owners.get(&message.id?)?], message)));
    pairs.filter(|(first, repeat)| are(ledger, first, repeat)).count()
}

/// Whether the broker ended in between.
pub(super) fn over_a_restart(ledger: &Ledger<'_>, first: &Message, repeat: &Message) -> bool {
    ledger.end_between(ledger.ops[first.op].called, ledger.ops[repeat.op].called).is_some()
}

/// Messages that were stored under a dedup id that another had before.
pub(super) fn windows_ended(ledger: &Ledger<'_>) -> usize {
    let stored = |uids: &Vec<u64>| {
        let own = uids.iter().map(|uid| &ledger.messages[uid]).filter(|message| message.standing == Standing::Own);
        own.filter(|message| message.id.is_some() || !message.leases.is_empty()).count()
    };
    ledger.named.values().map(|uids| stored(uids).saturating_sub(1)).sum()
}
