//! What a client does as a producer: sends messages in lanes and under dedup ids, one, several or many at a time, and sends
//! again what may not have arrived, also after the broker died, also when it is not needed.

use super::customer::any_queue;
use super::port::Port;
use super::world::{Posted, World};
use crate::executor::all;
use crate::history::{Labels, Sent};
use std::future::Future;
use std::pin::Pin;
use vocab::QueueId;

/// Lanes that producers use, from 0.
const LANES: u64 = 3;

/// Nobody waits longer for the end of a window, milliseconds.
const WAIT_FOR_EDGE_MS: u64 = 4_000;

/// Sends some messages to some queue.
pub(super) async fn publish(port: &Port, count: u64) {
    let Some(queue) = any_queue(port) else { return };
    let log_ms = port.log_ms();
    let sent = (0..count).scan(None, |last: &mut Option<Sent>, _| {
        let again = last.filter(|_| port.world().get().dice.percent(8));
        *last =
            Some(again.map_or_else(|| fresh(port.world(), log_ms), |first| port.world().get().again(first, log_ms)));
        *last
    });
    send(port, queue.id, sent.collect()).await;
}

/// Several publishes at a time, which share a commit: one of many frames where frames are small.
pub(super) async fn burst(port: &Port) {
    let count = port.world().get().dice.within(3..9);
    let one = |_| -> Pin<Box<dyn Future<Output = ()>>> {
        let port = port.clone();
        Box::pin(async move { publish(&port, 1).await })
    };
    all((0..count).map(one).collect()).await;
}

/// Sends a message again, at any time or around the end of its window; sometimes in another lane, or with a new message
/// beside it.
pub(super) async fn repeat(port: &Port) {
    let Some((posted, window_ms)) = any_posted(port.world()) else { return };
    if let Some(window_ms) = window_ms.filter(|_| port.world().get().dice.percent(40)) {
        wait_for_edge(port, posted.log_ms + window_ms).await;
    }
    let mut sent = vec![port.world().get().again(posted.sent, port.log_ms())];
    if port.world().get().dice.percent(20) {
        sent[0].labels.lane = Some(port.world().get().dice.below(LANES));
    }
    if port.world().get().dice.percent(30) {
        sent.push(fresh(port.world(), port.log_ms()));
    }
    send(port, posted.queue, sent).await;
}

async fn send(port: &Port, queue: QueueId, sent: Vec<Sent>) {
    port.world().get().post(queue, port.log_ms(), &sent);
    port.publish(queue, sent).await;
}

pub(super) fn fresh(world: &World, log_ms: u64) -> Sent {
    let mut world = world.get();
    let due_ms = world.dice.percent(8).then(|| log_ms + world.dice.below(1500));
    let expires_ms = world.dice.percent(6).then(|| log_ms + world.dice.within(1..4000));
    let lane = world.dice.percent(85).then(|| world.dice.below(LANES));
    let names_itself = world.dice.percent(70);
    let sent = world.fresh(due_ms, expires_ms);
    Sent { labels: Labels { lane, dedup: names_itself.then_some(sent.uid) }, ..sent }
}

/// One of the messages that were sent, and its queue's window.
fn any_posted(world: &World) -> Option<(Posted, Option<u64>)> {
    let mut world = world.get();
    if world.posted.is_empty() {
        return None;
    }
    let count = world.posted.len();
    let index = world.dice.index(count);
    let posted = world.posted[index];
    let queue = world.queues.iter().find(|info| info.id == posted.queue)?;
    Some((posted, queue.settings.dedup.map(|policy| policy.window_ms)))
}

/// Until a few milliseconds before or after.
async fn wait_for_edge(port: &Port, edge_ms: u64) {
    let until_ms = (edge_ms + port.world().get().dice.below(9)).saturating_sub(3);
    let left_ms = until_ms.saturating_sub(port.log_ms());
    if (1..WAIT_FOR_EDGE_MS).contains(&left_ms) {
        port.alarms().sleep_ms(left_ms).await;
    }
}
