//! Damages a copy of a healthy, sealed store and opens it: the damage must be named, or do no harm.

use super::host::{Host, StartError};
use crate::clients::{Port, World, auditor};
use crate::coverage::Coverage;
use crate::dice::Dice;
use crate::executor::Stopped;
use crate::history::{Call, History, OpId, Reply, Uid, What};
use journal_file::Verdict;
use std::collections::{BTreeMap, BTreeSet};
use vocab::QueueId;

/// Everything there is: of each queue the messages that it counts, and those that it shows.
#[derive(Debug, Default)]
struct Inventory {
    counted: BTreeMap<QueueId, u64>,
    shown: BTreeSet<(QueueId, Option<Uid>)>,
}

/// The name under which a row of the recovery table is counted.
#[must_use]
pub fn row(verdict: Verdict) -> String {
    format!("recovery: {verdict:?}")
}

/// Flips a bit of one copy, takes a file from another, and makes a third one look like a later version's.
///
/// # Errors
/// Damage went unnoticed and changed something.
pub fn attack(host: &Host, dice: &mut Dice) -> Result<Coverage, String> {
    let mut coverage = Coverage::default();
    let untouched = inventory(&host.copy(), dice.fork()).map_err(|error| format!("a copy does not open: {error}"))?;
    let names = host.disk.names();
    let flipped = host.copy();
    let name = dice.pick(&names);
    let size = host.disk.content(name).map_or(0, |content| content.len());
    if size > 0 {
        let (offset, bit) = (dice.index(size), dice.below(8) as u32);
        flipped.disk.flip_bit(name, offset, bit);
        coverage.add_disk(&flipped.disk.tally());
        let what = format!("bit {bit} of byte {offset} of {name} is flipped");
        judge(&what, inventory(&flipped, dice.fork()), &untouched, &mut coverage)?;
    }
    let robbed = host.copy();
    let name = dice.pick(&names);
    robbed.disk.mount().remove(name).map_err(|error| error.to_string())?;
    judge(&format!("{name} is gone"), inventory(&robbed, dice.fork()), &untouched, &mut coverage)?;
    let newer = host.copy();
    let name = dice.pick(&names);
    if let Some(bytes) = host.disk.content(name).and_then(of_the_next_version) {
        newer.disk.overwrite(name, &bytes);
        judge(&format!("{name} is of a later version"), inventory(&newer, dice.fork()), &untouched, &mut coverage)?;
    }
    Ok(coverage)
}

/// The same file as a later version would write it: every file of a store begins with its kind in three bytes, a version,
/// a checksum of the rest, and the length of what follows (see `docs/formats/wal.md`).
fn of_the_next_version(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let len = u64::from_le_bytes(bytes.get(8..16)?.try_into().ok()?);
    let end = usize::try_from(len).ok()?.checked_add(16).filter(|end| *end <= bytes.len())?;
    *bytes.get_mut(3)? += 1;
    let crc = crc32c::crc32c_append(crc32c::crc32c(&bytes[..4]), &bytes[8..end]);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    Some(bytes)
}

fn judge(
    what: &str,
    found: Result<Inventory, StartError>,
    untouched: &Inventory,
    coverage: &mut Coverage,
) -> Result<(), String> {
    match found {
        Ok(found) if found.lacks_nothing_unnoticed(untouched) => {
            let withheld = found.shown.len() < untouched.shown.len();
            coverage.add(if withheld { "path: damaged message withheld" } else { "path: damage without harm" }, 1);
        }
        Ok(found) => return Err(format!("{what}, and nobody noticed: {untouched:?} became {found:?}")),
        Err(StartError::Open(error)) => {
            coverage.add("path: damage refused", 1);
            if let Some(verdict) = error.verdict() {
                coverage.add(row(verdict), 1);
            }
        }
        Err(StartError::Contradiction(_)) => coverage.add("path: damage refused", 1),
    }
    Ok(())
}

impl Inventory {
    /// Every message is where it was, or is withheld because it cannot be read: then it cannot be moved to its dead-letter queues
    /// either, and still counts where it was.
    fn lacks_nothing_unnoticed(&self, untouched: &Self) -> bool {
        let withheld = (untouched.shown.len() - self.shown.intersection(&untouched.shown).count()) as u64;
        let fewer = |than: &Self, here: &Self| {
            let of = |inventory: &Self, queue: &QueueId| inventory.counted.get(queue).copied().unwrap_or(0);
            than.counted.keys().map(|queue| of(than, queue).saturating_sub(of(here, queue))).sum::<u64>()
        };
        let (unmoved, not_arrived) = (fewer(self, untouched), fewer(untouched, self));
        self.shown.is_subset(&untouched.shown) && unmoved <= withheld && not_arrived <= unmoved * GRAVES_MAX
    }
}

/// Queues that one message may be buried into.
const GRAVES_MAX: u64 = 2;

/// Opens the store and looks at everything.
fn inventory(host: &Host, mut dice: Dice) -> Result<Inventory, StartError> {
    let mut server = host.start(dice.fork())?;
    let world = World::new(dice, host.clock.clone());
    let port = Port::new(server.broker.clone(), server.executor.alarms(), world.clone());
    server.executor.spawner().spawn(auditor::census(port, false));
    let stopped = server.executor.run(|| false);
    if stopped != Stopped::TasksDone {
        return Err(StartError::Contradiction(format!("the store opened and then failed: {stopped:?}")));
    }
    let world = world.get();
    let mut inventory = Inventory::default();
    for event in &world.history.events {
        let What::Answered(op, reply) = &event.what else { continue };
        match (asked(&world.history, *op), reply) {
            (Some(queue), Reply::Counted(stats)) => {
                inventory.counted.insert(queue, stats.ready + stats.delayed + stats.leased);
            }
            (Some(queue), Reply::Peeked(seen)) => {
                inventory.shown.extend(seen.iter().map(|seen| (queue, seen.uid)));
            }
            (_, Reply::Unknown(why)) => return Err(StartError::Contradiction(why.clone())),
            _ => {}
        }
    }
    Ok(inventory)
}

/// Which queue a call was about.
fn asked(history: &History, op: OpId) -> Option<QueueId> {
    history.events.iter().find_map(|event| match event.what {
        What::Called(called, Call::Peek(queue) | Call::Stats(queue)) if called == op => Some(queue),
        _ => None,
    })
}
