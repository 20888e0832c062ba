//! The queues that a seed has all the time: one at least for every promise.

use crate::clients::salvager::SALVAGE;
use crate::dice::Dice;
use vocab::{BuryPolicy, CountedBy, DedupPolicy, DedupScope, Durability, LengthLimit, Order, Overflow, QueueSettings};

/// What the dice decide.
pub fn of(dice: &mut Dice) -> Vec<(String, QueueSettings)> {
    let mut queues = unordered(dice);
    let durability = if dice.percent(50) { Durability::Never } else { Durability::Interval(dice.within(1..300)) };
    queues.extend(laned(durability, dice));
    let brief = QueueSettings {
        retention_ms: Some(dice.within(300..6000)),
        delay_ms: dice.below(400),
        leases_max: dice.percent(50).then(|| dice.within(2..8) as u32),
        ..plain(dice)
    };
    let strict = QueueSettings { strict_leases: true, ..plain(dice) };
    let weak = QueueSettings { durability, ..plain(dice) };
    let passing = QueueSettings { transient: true, ..plain(dice) };
    let levels = QueueSettings { priority_max: dice.within(1..4) as u8, ..plain(dice) };
    let dropping = bounded(Overflow::DropOldest, dice);
    let refusing = bounded(Overflow::Refuse, dice);
    let sometimes = [
        ("brief", brief),
        ("strict", strict),
        ("weak", weak),
        ("passing", passing),
        ("levels", levels),
        ("bounded", dropping),
        ("full", refusing),
    ];
    for (name, settings) in sometimes {
        if dice.percent(60) {
            queues.push((name.to_owned(), settings));
        }
    }
    // Where nothing waits for a sync, many frames are in flight when the power goes.
    if dice.percent(20) {
        queues.iter_mut().for_each(|(_, settings)| settings.durability = durability);
    }
    queues
}

fn unordered(dice: &mut Dice) -> Vec<(String, QueueSettings)> {
    let order = if dice.percent(40) { Order::Fair } else { Order::Standard };
    let orders = QueueSettings { order, dedup: dice.percent(40).then(|| dedup(dice)), ..plain(dice) };
    let queues = [
        ("dead-deliveries", plain(dice)),
        ("dead-failures", plain(dice)),
        ("orders", orders),
        (SALVAGE, plain(dice)),
        ("retries", burying(CountedBy::Failures, "dead-failures", plain(dice), dice)),
        ("jobs", burying(CountedBy::Deliveries, "dead-deliveries", plain(dice), dice)),
    ];
    queues.map(|(name, settings)| (name.to_owned(), settings)).into()
}

fn laned(durability: Durability, dice: &mut Dice) -> Vec<(String, QueueSettings)> {
    let laned = |dice: &mut Dice| QueueSettings { order: Order::Laned, ..plain(dice) };
    // What is buried is no repeat, whatever its dedup id says in the queue that it comes to.
    let dead = QueueSettings { dedup: dice.percent(50).then(|| dedup(dice)), ..laned(dice) };
    let lanes = QueueSettings {
        dedup: Some(dedup(dice)),
        delay_ms: if dice.percent(20) { dice.below(300) } else { 0 },
        ..laned(dice)
    };
    let counted_by = if dice.percent(50) { CountedBy::Failures } else { CountedBy::Deliveries };
    let lanes = if dice.percent(70) { burying(counted_by, "dead-lanes", lanes, dice) } else { lanes };
    let narrow = QueueSettings {
        leases_max: Some(dice.within(1..5) as u32),
        retention_ms: dice.percent(40).then(|| dice.within(300..6000)),
        ..laned(dice)
    };
    let weak = QueueSettings { durability, dedup: Some(dedup(dice)), ..laned(dice) };
    let sometimes = [("narrow-lanes", narrow, 40), ("weak-lanes", weak, 40)];
    let mut queues = vec![("dead-lanes".to_owned(), dead), ("lanes".to_owned(), lanes)];
    for (name, settings, percent) in sometimes {
        if dice.percent(percent) {
            queues.push((name.to_owned(), settings));
        }
    }
    queues
}

/// So short that it is often full.
fn bounded(overflow: Overflow, dice: &mut Dice) -> QueueSettings {
    let length = LengthLimit { messages_max: Some(dice.within(1..8)), bytes_max: None, overflow };
    QueueSettings { priority_max: dice.below(4) as u8, length: Some(length), ..plain(dice) }
}

fn plain(dice: &mut Dice) -> QueueSettings {
    QueueSettings { lease_ms: dice.within(50..3000), ..QueueSettings::default() }
}

fn burying(counted_by: CountedBy, dead_letter: &str, settings: QueueSettings, dice: &mut Dice) -> QueueSettings {
    let bury = BuryPolicy { counted_by, max: dice.within(1..4) as u32, dead_letter: dead_letter.to_owned() };
    QueueSettings { bury: Some(bury), ..settings }
}

/// A window that a history can see the end of.
fn dedup(dice: &mut Dice) -> DedupPolicy {
    let scope = if dice.percent(50) { DedupScope::Queue } else { DedupScope::Lane };
    DedupPolicy { window_ms: dice.within(20..2500), scope }
}
