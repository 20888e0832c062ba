//! Looks at everything when nobody else calls, and in the end takes everything that there is.

use super::operator::resume_all;
use super::port::Port;
use super::worker::SESSIONS;
use crate::history::What;
use broker::{LeaseTerms, MessageState, QueueInfo, QueueStats, RedriveInfo, Settle, Settlement};
use std::sync::Arc;
use vocab::{Binding, QueueId, QueueSettings, RouterKind, SessionId, Target};

/// How often the auditor comes back for what is delayed, leased or on its way to a dead-letter queue.
const ROUNDS_MAX: usize = 120;
const ROUND_MS: u64 = 500;

/// A redrive without a rate is over after a few of these.
const LOOK_AGAIN_MS: u64 = 20;

/// Lists every queue, counts it and looks at its messages. Nothing is noted as complete if the broker ended meanwhile. Where
/// something moved meanwhile it looks again, as nobody can look at all queues at once.
pub async fn census(port: Port, drained: bool) {
    for _ in 0..ROUNDS_MAX {
        // What is due at this moment is done first, burying included.
        port.alarms().quiet().await;
        let queues = port.list_queues();
        let Some(before) = moves(&port, &queues).await else { return };
        port.note(What::CensusBegins { drained });
        if port.list_queues() != queues {
            continue;
        }
        port.list_routers();
        for queue in &queues {
            let counted = port.stats(queue.id).await.is_some();
            if !counted || port.peek(queue.id).await.is_none() {
                return;
            }
        }
        let Some(after) = moves(&port, &queues).await else { return };
        if before == after {
            port.note(What::CensusEnds);
            return;
        }
        port.alarms().sleep_ms(LOOK_AGAIN_MS).await;
    }
    port.world().get().complaint = Some("messages never stay while somebody looks".to_owned());
}

/// What left each queue for others: its redrives, and how many messages were buried.
async fn moves(port: &Port, queues: &[Arc<QueueInfo>]) -> Option<Vec<(Vec<RedriveInfo>, u64)>> {
    let mut moves = Vec::with_capacity(queues.len());
    for queue in queues {
        moves.push((port.redrives(queue.id).await?, port.stats(queue.id).await?.totals.buried));
    }
    Some(moves)
}

/// The router that leads to every grave, and how their names begin.
pub const GRAVES: &str = "graves";
const GRAVE: &str = "grave-";

/// Makes sure that every queue of the scenario exists, and that the router of the graves leads to them.
pub async fn open_queues(port: Port, wanted: Vec<(String, QueueSettings)>) {
    for (name, settings) in wanted {
        let known = port.world().get().queues.iter().any(|info| info.name == name);
        if !known && let Some(info) = port.create_queue(&name, settings).await {
            port.world().get().queues.push(info);
        }
    }
    let graves: Vec<_> = port.list_queues().into_iter().filter(|info| info.name.starts_with(GRAVE)).collect();
    if graves.is_empty() {
        return;
    }
    let known = port.router(GRAVES);
    let Some(router) = (if known.is_none() { port.create_router(GRAVES, RouterKind::Fanout).await } else { known })
    else {
        return;
    };
    let bound = port.route(GRAVES, "").unwrap_or_default();
    for grave in graves.iter().filter(|grave| !bound.contains(&grave.id)) {
        port.bind(Binding::new(router, Target::Queue(grave.id), "")).await;
    }
}

/// Lets paused queues go on, gives back what is in clients' hands, then takes and acknowledges all messages of all queues. With `abandon`, it
/// first takes everything and lets the leases end on their own.
pub async fn drain(port: Port, abandon: bool) {
    resume_all(&port).await;
    give_back(&port).await;
    if abandon {
        take_all(&port, 300, false).await;
    }
    for _ in 0..ROUNDS_MAX {
        take_all(&port, 60_000, true).await;
        if is_empty(&port).await {
            return;
        }
        port.alarms().sleep_ms(ROUND_MS).await;
    }
}

async fn give_back(port: &Port) {
    let hands = std::mem::take(&mut port.world().get().hands);
    for hand in hands.chunks(10) {
        let release = |token| Settlement { token, how: Settle::Release { delay_ms: 0 } };
        port.settle(hand.iter().map(|hand| release(hand.token)).collect()).await;
    }
    for session in 1..=SESSIONS {
        port.end_session(SessionId(session)).await;
    }
}

async fn take_all(port: &Port, lease_ms: u64, ack: bool) {
    for queue in port.list_queues() {
        loop {
            let hands = port.receive(queue.id, 10, 0, LeaseTerms::Deadline(Some(lease_ms)), None).await;
            if hands.is_empty() {
                break;
            }
            if ack {
                port.settle(hands.iter().map(|hand| Settlement { token: hand.token, how: Settle::Ack }).collect())
                    .await;
            }
            port.world().get().hands.clear();
        }
    }
}

/// Whether nothing is left but claims, whose owners may be gone, and nothing is on its way.
async fn is_empty(port: &Port) -> bool {
    for queue in port.list_queues() {
        let Some(QueueStats { ready, delayed, leased, .. }) = port.stats(queue.id).await else { return true };
        if ready + delayed > 0 || (leased > 0 && !only_claims(port, queue.id).await) {
            return false;
        }
        let redrives = port.redrives(queue.id).await.unwrap_or_default();
        if redrives.iter().any(|info| info.redrive.ended.is_none()) {
            return false;
        }
    }
    true
}

async fn only_claims(port: &Port, queue: QueueId) -> bool {
    let seen = port.peek(queue).await.unwrap_or_default();
    seen.iter().all(|seen| matches!(seen.state, MessageState::Leased { deadline_ms: None, .. }))
}
