//! What a client does with routers and transactions: makes and binds routers, publishes through them, and publishes and
//! acknowledges in one.

use super::customer::any_queue;
use super::port::Port;
use super::producer::fresh;
use crate::history::Sent;
use broker::{Settle, Settlement};
use vocab::{Binding, QueueId, RouterId, RouterKind, Target};

/// Routers that clients use, from 0.
const ROUTERS: u64 = 3;

/// Keys and patterns.
const KEYS: [&str; 3] = ["a.b", "a.*", "#"];

/// Makes a router that there is not, and binds one that there is; sometimes ends one.
pub(super) async fn bind(port: &Port) {
    let (name, kind) = {
        let dice = &mut port.world().get().dice;
        let number = dice.below(ROUTERS);
        let kinds = [RouterKind::Pattern, RouterKind::Fanout, RouterKind::Direct];
        (format!("router-{number}"), kinds[number as usize])
    };
    let Some(source) = port.router(&name) else {
        port.create_router(&name, kind).await;
        return;
    };
    if port.world().get().dice.percent(6) {
        return port.delete_router(source).await;
    }
    let Some(binding) = any_binding(port, source) else { return };
    if port.world().get().dice.percent(70) { port.bind(binding).await } else { port.unbind(binding).await }
}

fn any_binding(port: &Port, source: RouterId) -> Option<Binding> {
    let queue = any_queue(port)?.id;
    let (leads_on, other, key) = {
        let dice = &mut port.world().get().dice;
        (dice.percent(20), dice.below(ROUTERS), *dice.pick(&KEYS))
    };
    let router = port.router(&format!("router-{other}")).filter(|_| leads_on);
    Some(Binding::new(source, router.map_or(Target::Queue(queue), Target::Router), key))
}

/// Publishes through a router: a message of its own for each queue, all in one commit.
pub(super) async fn fan_out(port: &Port) {
    let name = format!("router-{}", port.world().get().dice.below(ROUTERS));
    let queues = port.route(&name, KEYS[0]).unwrap_or_default();
    if queues.is_empty() {
        return bind(port).await;
    }
    let log_ms = port.log_ms();
    let publishes = queues.into_iter().map(|queue| (queue, vec![fresh(port.world(), log_ms)])).collect();
    post_and_transact(port, publishes, Vec::new(), false).await;
}

/// Acknowledges what it holds and publishes what came of it, all or nothing.
pub(super) async fn transact(port: &Port) {
    let log_ms = port.log_ms();
    let count = port.world().get().dice.within(2..5);
    let mut publishes = Vec::new();
    for _ in 0..count {
        let Some(queue) = any_queue(port) else { return };
        publishes.push((queue.id, vec![fresh(port.world(), log_ms)]));
    }
    let hands = port.world().get().take_hands(2);
    let settlements = hands.iter().map(|hand| Settlement { token: hand.token, how: Settle::Ack }).collect();
    post_and_transact(port, publishes, settlements, true).await;
    port.world().get().retire(hands.iter().map(|hand| hand.token));
}

async fn post_and_transact(
    port: &Port,
    publishes: Vec<(QueueId, Vec<Sent>)>,
    settlements: Vec<Settlement>,
    atomic: bool,
) {
    for (queue, sent) in &publishes {
        port.world().get().post(*queue, port.log_ms(), sent);
    }
    port.transact(publishes, settlements, atomic).await;
}
