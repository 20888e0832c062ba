//! A client on call: pauses queues and lets them go on, deletes, releases and buries messages whoever holds them, and moves chosen
//! ones out of dead-letter queues.

use super::customer::any_queue;
use super::port::Port;
use super::salvager::{SALVAGE, any_dead_letter_queue};
use crate::history::Chosen;
use broker::{Intervention, QueueInfo};
use std::sync::Arc;
use vocab::{QueueId, QueueSettings};

/// Messages of one deed at most.
const CHOSEN_MAX: u64 = 4;

/// Mostly lets a queue go on, if one is paused; otherwise pauses one.
pub(super) async fn pause(port: &Port) {
    let paused: Vec<Arc<QueueInfo>> =
        port.world().get().queues.iter().filter(|info| info.settings.paused).cloned().collect();
    let resumes = !paused.is_empty() && port.world().get().dice.percent(75);
    let info = if resumes { Some(port.world().get().dice.pick(&paused).clone()) } else { any_queue(port) };
    if let Some(info) = info {
        set_paused(port, &info, !resumes).await;
    }
}

/// Lets every queue go on.
pub async fn resume_all(port: &Port) {
    for info in port.list_queues().into_iter().filter(|info| info.settings.paused) {
        set_paused(port, &info, false).await;
    }
}

async fn set_paused(port: &Port, info: &QueueInfo, paused: bool) {
    let settings = QueueSettings { paused, ..info.settings.clone() };
    if let Some(updated) = port.update_queue(info, settings).await {
        port.world().get().know(updated);
    }
}

/// Deletes, releases or buries some of the messages of a queue.
pub(super) async fn intervene(port: &Port) {
    let Some(queue) = any_queue(port) else { return };
    let chosen = choose(port, queue.id).await;
    let how = {
        let dice = &mut port.world().get().dice;
        match dice.below(100) {
            0..30 => Intervention::Delete,
            30..75 => Intervention::Release,
            _ => Intervention::Bury { reason: dice.percent(50).then(|| format!("word {}", dice.below(3))) },
        }
    };
    if !chosen.is_empty() {
        port.intervene(queue.id, chosen, how).await;
    }
}

/// Moves some of the messages of a dead-letter queue, back or to a queue for them.
pub(super) async fn carry(port: &Port) {
    let Some(source) = any_dead_letter_queue(port) else { return };
    let chosen = choose(port, source).await;
    let target = {
        let mut world = port.world().get();
        let salvage = world.queues.iter().find(|info| info.name == SALVAGE).map(|info| info.id);
        salvage.filter(|_| world.dice.percent(35))
    };
    if !chosen.is_empty() {
        port.carry(source, chosen, target).await;
    }
}

/// Some of what is there, in any order, some of it twice.
async fn choose(port: &Port, queue: QueueId) -> Vec<Chosen> {
    let seen = port.peek(queue).await.unwrap_or_default();
    let known: Vec<Chosen> = seen.iter().filter_map(|seen| Some(Chosen { uid: seen.uid?, seq: seen.seq })).collect();
    let dice = &mut port.world().get().dice;
    let count = if known.is_empty() { 0 } else { dice.within(1..CHOSEN_MAX + 1) };
    (0..count).map(|_| *dice.pick(&known)).collect()
}
