//! Every point of a small script with lanes and dedup ids: the power goes at each operation of the disk, and afterwards
//! everything is sent again under the same ids and taken out in order.

use super::crash_points::lose_power_at_every_operation;
use broker::{LeaseTerms, Settle, Settlement};
use sim::clients::{Port, auditor};
use sim::history::{Labels, Sent};
use vocab::{BuryPolicy, CountedBy, DedupPolicy, DedupScope, Order, QueueId, QueueSettings};

/// Longer than any recovery of the script.
const WINDOW_MS: u64 = 3_600_000;

/// Two lanes, a repeat alone and one beside its first, a lot of which each message ends in another way, a burial.
async fn script(port: Port) {
    let laned = || QueueSettings { order: Order::Laned, ..QueueSettings::default() };
    let bury = Some(BuryPolicy::into_queue(CountedBy::Deliveries, 2, "dead"));
    let dedup = Some(DedupPolicy { window_ms: WINDOW_MS, scope: DedupScope::Lane });
    port.create_queue("dead", laned()).await;
    let Some(queue) = port.create_queue("lanes", QueueSettings { bury, dedup, ..laned() }).await else { return };
    send(&port, queue.id, &[(0, 1), (0, 2), (1, 1), (0, 3)]).await;
    let ends = [Settle::Ack, Settle::Release { delay_ms: 0 }, Settle::Fail { delay_ms: 30, reason: None }];
    settle(&port, queue.id, &ends).await;
    send(&port, queue.id, &[(0, 1), (0, 4), (0, 4)]).await;
    port.alarms().sleep_ms(50).await;
    settle(&port, queue.id, &[Settle::Bury { reason: None }, Settle::Release { delay_ms: 0 }]).await;
    settle(&port, queue.id, &[]).await;
    send(&port, queue.id, &[(1, 2)]).await;
}

/// Sends messages of these lanes and ids.
async fn send(port: &Port, queue: QueueId, labels: &[(u64, u64)]) {
    let sent = |(lane, id): &(u64, u64)| {
        let labels = Labels { lane: Some(*lane), dedup: Some(*id) };
        Sent { labels, ..port.world().get().fresh(None, None) }
    };
    port.publish(queue, labels.iter().map(sent).collect()).await;
}

/// Takes a lot and ends its leases in these ways, as far as they go.
async fn settle(port: &Port, queue: QueueId, how: &[Settle]) {
    let hands = port.receive(queue, 4, 0, LeaseTerms::Deadline(Some(500)), None).await;
    let settled = hands.iter().zip(how).map(|(hand, how)| Settlement { token: hand.token, how: how.clone() });
    port.settle(settled.collect()).await;
}

/// Everything once more, and then out with it.
async fn send_again_and_drain(port: Port) {
    auditor::census(port.clone(), false).await;
    let sent: Vec<_> = port.world().get().history.sent().collect();
    for (queue, sent) in sent {
        let again = port.world().get().again(sent, 0);
        port.publish(queue, vec![again]).await;
    }
    auditor::census(port.clone(), false).await;
    auditor::drain(port.clone(), false).await;
    auditor::census(port, true).await;
}

#[test]
fn lanes_and_dedup_ids_recover_from_a_power_loss_at_every_operation_whatever_was_kept() {
    lose_power_at_every_operation(|port| Box::pin(script(port)), |port| Box::pin(send_again_and_drain(port)));
}
