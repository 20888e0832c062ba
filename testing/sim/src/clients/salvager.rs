//! A client that moves what was buried: back, or to a queue for it, fast or slowly, and sometimes changes its mind.

use super::port::Port;
use broker::StartRedrive;
use std::num::NonZeroU32;
use vocab::QueueId;

/// The queue that buried messages are moved to, where they do not go back.
pub const SALVAGE: &str = "salvage";

/// How the names of queues begin that others bury in.
const BURIED_IN: &str = "dead-";

/// Begins a redrive of one of the dead-letter queues.
pub(super) async fn start(port: &Port) {
    let Some(source) = any_dead_letter_queue(port) else { return };
    let start = {
        let mut world = port.world().get();
        let salvage = world.queues.iter().find(|info| info.name == SALVAGE).map(|info| info.id);
        let target = salvage.filter(|_| world.dice.percent(35));
        let rate = if world.dice.percent(60) { world.dice.within(1..15) } else { 0 };
        StartRedrive { source, target, per_second: NonZeroU32::new(rate as u32) }
    };
    port.start_redrive(start).await;
}

/// Stops the newest redrive of one of the dead-letter queues.
pub(super) async fn stop(port: &Port) {
    let Some(source) = any_dead_letter_queue(port) else { return };
    if let Some(newest) = port.redrives(source).await.and_then(|redrives| redrives.into_iter().next()) {
        port.cancel_redrive(newest.id).await;
    }
}

/// One of the queues that others bury in by name.
pub(super) fn any_dead_letter_queue(port: &Port) -> Option<QueueId> {
    let mut world = port.world().get();
    let named = world.queues.iter().filter(|info| info.name.starts_with(BURIED_IN));
    let sources: Vec<QueueId> = named.map(|info| info.id).collect();
    if sources.is_empty() {
        return None;
    }
    let index = world.dice.index(sources.len());
    Some(sources[index])
}
