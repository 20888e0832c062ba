//! The queues that a seed has all the time: one at least for every promise.

use crate::clients::auditor::GRAVES;
use crate::clients::salvager::SALVAGE;
use crate::dice::Dice;
use vocab::{
    BuryPolicy, CountedBy, DeadLetter, DedupPolicy, DedupScope, Durability, LengthLimit, Order, Overflow, QueueSettings,
};

/// What the dice decide.
pub fn of(dice: &mut Dice) -> Vec<(String, QueueSettings)> {
    let mut queues = unordered(dice);
    let durability = if dice.percent(50) { Durability::Never } else { Durability::Interval(dice.within(1..300)) };
    queues.extend(laned(durability, dice));
    let brief = QueueSettings {
        retention_ms: Some(dice.within(300..6000)),
        delay_ms: dice.below(400),
        leases_max: dice.percent(50).then(|| dice.within(2..8) as u32),
        bury: dice.percent(50).then(|| on_a_word(DeadLetter::Queue("dead-expired".to_owned()))),
        ..plain(dice)
    };
    let fussy = burying(CountedBy::Failures, "", plain(dice), dice);
    let fussy = QueueSettings { bury: fussy.bury.map(nowhere), ..fussy };
    let strict = QueueSettings { strict_leases: true, ..plain(dice) };
    let weak = QueueSettings { durability, ..plain(dice) };
    let routed = burying(CountedBy::Failures, "", plain(dice), dice);
    let routed = QueueSettings { bury: routed.bury.map(through_graves), ..routed };
    if dice.percent(50) {
        queues.extend([("grave-one".to_owned(), plain(dice)), ("grave-two".to_owned(), plain(dice))]);
        queues.push(("routed".to_owned(), routed));
    }
    let passing = QueueSettings { transient: true, ..plain(dice) };
    let levels = QueueSettings { priority_max: dice.within(1..4) as u8, ..plain(dice) };
    let dropping = bounded(Overflow::DropOldest, dice);
    let dropping = QueueSettings { bury: dice.percent(50).then(buries_what_is_too_much), ..dropping };
    let sets_aside = dice.percent(50);
    let refusing = bounded(if sets_aside { Overflow::RefuseAndBury } else { Overflow::Refuse }, dice);
    let refusing = QueueSettings { bury: sets_aside.then(buries_what_is_too_much), ..refusing };
    let sometimes = [
        ("brief", brief),
        ("fussy", fussy),
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
    let jobs = burying(CountedBy::Deliveries, "dead-deliveries", plain(dice), dice);
    let expired = dice.percent(50);
    let jobs = QueueSettings { bury: jobs.bury.map(|bury| BuryPolicy { expired, ..bury }), ..jobs };
    let queues = [
        ("dead-deliveries", plain(dice)),
        ("dead-failures", plain(dice)),
        ("dead-expired", plain(dice)),
        ("orders", orders),
        (SALVAGE, plain(dice)),
        ("retries", burying(CountedBy::Failures, "dead-failures", plain(dice), dice)),
        ("jobs", jobs),
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
    let bury = BuryPolicy::into_queue(counted_by, dice.within(1..4) as u32, dead_letter);
    QueueSettings { bury: Some(bury), ..settings }
}

/// Without a limit: only time and a consumer's word set messages aside.
fn on_a_word(dead_letter: DeadLetter) -> BuryPolicy {
    BuryPolicy { counted_by: CountedBy::Deliveries, max: None, dead_letter, expired: true }
}

fn buries_what_is_too_much() -> BuryPolicy {
    on_a_word(DeadLetter::Queue("dead-expired".to_owned()))
}

fn nowhere(bury: BuryPolicy) -> BuryPolicy {
    BuryPolicy { dead_letter: DeadLetter::Nowhere, ..bury }
}

/// Into every queue that the router of the graves leads to, whatever is set aside.
fn through_graves(bury: BuryPolicy) -> BuryPolicy {
    let dead_letter = DeadLetter::Router { router: GRAVES.to_owned(), key: None };
    BuryPolicy { dead_letter, expired: true, ..bury }
}

/// A window that a history can see the end of.
fn dedup(dice: &mut Dice) -> DedupPolicy {
    let scope = if dice.percent(50) { DedupScope::Queue } else { DedupScope::Lane };
    DedupPolicy { window_ms: dice.within(20..2500), scope }
}
