//! Messages of a lane are handed out in order, one lot of them at a time, and are buried in order.
//!
//! Order is judged by what is seen later: whoever is seen in its queue after a later one of its lane was handed out was
//! there at that moment, whether ready, delayed, leased by anybody or waiting for its burial, and had to be first.

use super::durable::certain;
use super::leases::is_live;
use super::ledger::{Lease, Ledger, Message};
use super::violation::Violation;
use crate::history::{Call, Uid};
use std::collections::BTreeMap;
use vocab::{QueueId, Seq};

/// One lot at a time; in order; into the dead-letter queue in order too.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for ((queue, lane), lane_in) in &lanes(ledger) {
        let name = format!("lane {lane} of queue {queue}");
        one_lot_at_a_time(ledger, lane_in, &name)?;
        in_order(ledger, *queue, lane_in, &name)?;
        buried_in_order(ledger, *queue, lane_in, &name)?;
    }
    Ok(())
}

/// A lane of a laned queue, as clients saw it.
#[derive(Default)]
struct LaneIn<'l> {
    /// Its leases in the order of telling.
    leases: Vec<&'l Lease<'l>>,
    /// Every time that a message of it was seen there, by place.
    seen: BTreeMap<Seq, Vec<Seen>>,
    /// What was seen buried from it, by the place it had here.
    buried: BTreeMap<Seq, Buried>,
}

/// One time that a message was seen.
struct Seen {
    uid: Uid,
    called: usize,
    told: usize,
}

/// Where a message is buried: the last place that it was seen at, and when it was seen there first.
struct Buried {
    uid: Uid,
    queue: QueueId,
    seq: Seq,
    told: usize,
}

fn lanes<'l>(ledger: &'l Ledger<'l>) -> BTreeMap<(QueueId, u64), LaneIn<'l>> {
    let mut lanes = BTreeMap::<_, LaneIn<'_>>::new();
    for (uid, message) in &ledger.messages {
        let Some(lane) = message.sent.labels.lane else { continue };
        for Appearance { queue, seq, called, told, home } in appearances(ledger, message) {
            if ledger.queues.get(&queue).is_some_and(super::ledger::Queue::is_laned) {
                let seen = lanes.entry((queue, lane)).or_default().seen.entry(seq).or_default();
                seen.push(Seen { uid: *uid, called, told });
            }
            if let (true, Some(home)) = (queue != message.queue, home) {
                let buried = &mut lanes.entry((message.queue, lane)).or_default().buried;
                let entry = buried.entry(home).or_insert(Buried { uid: *uid, queue, seq, told });
                (entry.queue, entry.seq) = (queue, seq);
            }
        }
    }
    for lease in &ledger.leases {
        let lane = ledger.messages.get(&lease.uid).and_then(|message| message.sent.labels.lane);
        if let Some(known) = lane.and_then(|lane| lanes.get_mut(&(lease.queue(), lane))) {
            known.leases.push(lease);
        }
    }
    lanes.retain(|(queue, _), _| ledger.queues.get(queue).is_some_and(super::ledger::Queue::is_laned));
    lanes
}

/// One time that a message was seen: the queue, its place there, when that was asked for and told; if it was buried, the
/// place that it had at home, as it says itself. A message that was moved back has another place there each time.
struct Appearance {
    queue: QueueId,
    seq: Seq,
    called: usize,
    told: usize,
    home: Option<Seq>,
}

fn appearances<'l>(ledger: &'l Ledger<'_>, message: &'l Message) -> impl Iterator<Item = Appearance> + 'l {
    let leases = message.leases.iter().map(|lease| &ledger.leases[*lease]);
    let leased = leases.map(|lease| Appearance {
        queue: lease.queue(),
        seq: lease.leased.token.seq,
        called: ledger.ops[lease.op].called,
        told: lease.told,
        home: lease.origin.map(|origin| origin.id.seq),
    });
    let looked_at = message.sightings.iter().map(|seen| Appearance {
        queue: seen.queue,
        seq: seen.seq,
        called: ledger.ops[seen.op].called,
        told: seen.told,
        home: seen.origin.as_deref().map(|origin| origin.id.seq),
    });
    leased.chain(looked_at)
}

fn one_lot_at_a_time(ledger: &Ledger<'_>, lane: &LaneIn<'_>, name: &str) -> Result<(), Violation> {
    let mut live: Vec<&Lease<'_>> = Vec::new();
    for lease in &lane.leases {
        live.retain(|earlier| is_live(ledger, earlier, lease.told) && !purged(ledger, earlier, lease.told));
        let other = live.iter().find(|earlier| earlier.lot != lease.lot).filter(|_| is_live(ledger, lease, lease.told));
        if let Some(other) = other {
            let what = format!("m{} of {name} was handed out while m{} was leased", lease.uid, other.uid);
            return Err(Violation::new(what, [other.told, ledger.ops[lease.op].called, lease.told]));
        }
        live.push(lease);
    }
    Ok(())
}

/// Whether the queue may have been emptied since the lease was taken.
fn purged(ledger: &Ledger<'_>, lease: &Lease<'_>, until: usize) -> bool {
    let taken = ledger.ops[lease.op].called;
    let earlier = ledger.ops.iter().take_while(|op| op.called < until);
    let mut sweeps = earlier.filter(|op| matches!(op.call, Call::Purge(queue) if *queue == lease.queue()));
    sweeps.any(|op| op.may_have_happened() && op.over > taken)
}

fn in_order(ledger: &Ledger<'_>, queue: QueueId, lane: &LaneIn<'_>, name: &str) -> Result<(), Violation> {
    let weak = ledger.is_weak(queue);
    let mut last: Option<&Lease<'_>> = None;
    for lease in lane.leases.iter().filter(|lease| lease.id.is_some()) {
        let seq = lease.leased.token.seq;
        if let Some(ahead) = last.filter(|last| last.op == lease.op && last.leased.token.seq >= seq) {
            let what = format!("m{} and m{} of {name} were handed out in the wrong order", ahead.uid, lease.uid);
            return Err(Violation::new(what, [ledger.ops[lease.op].called, lease.told]));
        }
        last = Some(lease);
        for (_, seen) in lane.seen.range(..seq) {
            let with_it = || seen.iter().any(|seen| seen.told == lease.told);
            let passed_by = seen
                .iter()
                .find(|seen| seen.called > lease.told && certain(ledger, lease.told, weak, seen.told))
                .filter(|_| !with_it());
            if let Some(seen) = passed_by {
                let what = format!("m{} of {name} was handed out before m{}, which was there", lease.uid, seen.uid);
                return Err(Violation::new(what, [ledger.ops[lease.op].called, lease.told, seen.called, seen.told]));
            }
        }
    }
    Ok(())
}

/// Nothing that was ahead of a buried message comes back, and in the dead-letter queue the places keep their order.
fn buried_in_order(ledger: &Ledger<'_>, queue: QueueId, lane: &LaneIn<'_>, name: &str) -> Result<(), Violation> {
    for (home, buried) in &lane.buried {
        let weak = ledger.is_weak(queue) || ledger.is_weak(buried.queue);
        let left_behind = lane
            .seen
            .range(..home)
            .flat_map(|(_, seen)| seen)
            .find(|seen| seen.called > buried.told && certain(ledger, buried.told, weak, seen.told));
        if let Some(seen) = left_behind {
            let what = format!("m{} of {name} was buried before m{}, which was there", buried.uid, seen.uid);
            return Err(Violation::new(what, [buried.told, seen.called, seen.told]));
        }
        let mut ahead = lane.buried.range(..home).map(|(_, ahead)| ahead);
        let swapped = ahead.find(|ahead| ahead.queue == buried.queue && ahead.seq > buried.seq).filter(|_| !weak);
        if let Some(ahead) = swapped {
            let what = format!("m{} of {name} was buried behind m{}", ahead.uid, buried.uid);
            return Err(Violation::new(what, [ahead.told, buried.told]));
        }
    }
    Ok(())
}
