//! Every point of a small script with priorities, limits on length and a transient queue: the power goes at each operation of the
//! disk, and afterwards more is published and everything taken out, the highest first.

use super::crash_points::lose_power_at_every_operation;
use broker::{LeaseTerms, Settle, Settlement};
use sim::clients::{Port, auditor};
use vocab::{LengthLimit, Overflow, QueueId, QueueSettings};

/// A short queue that nobody receives from, one with leases and delays of every level, one that no start outlives.
async fn script(port: Port) {
    let length = Some(LengthLimit { messages_max: Some(4), bytes_max: Some(90_000), overflow: Overflow::DropOldest });
    let bounded = QueueSettings { priority_max: 2, length, ..QueueSettings::default() };
    let leveled = QueueSettings { priority_max: 3, strict_leases: true, ..QueueSettings::default() };
    let passing = QueueSettings { transient: true, ..QueueSettings::default() };
    let Some(bounded) = port.create_queue("bounded", bounded).await else { return };
    let Some(leveled) = port.create_queue("leveled", leveled).await else { return };
    let Some(passing) = port.create_queue("passing", passing).await else { return };
    for count in [3, 1, 2, 6, 1] {
        send(&port, bounded.id, count).await;
        send(&port, leveled.id, 1).await;
    }
    send(&port, passing.id, 2).await;
    let ends = [Settle::Release { delay_ms: 30 }, Settle::Ack, Settle::Release { delay_ms: 0 }];
    let hands = port.receive(leveled.id, 4, 0, LeaseTerms::Deadline(Some(500)), None).await;
    let settled = hands.iter().zip(ends).map(|(hand, how)| Settlement { token: hand.token, how });
    port.settle(settled.collect()).await;
    port.alarms().sleep_ms(60).await;
    send(&port, leveled.id, 2).await;
    port.receive(leveled.id, 1, 0, LeaseTerms::Deadline(Some(400)), None).await;
    send(&port, bounded.id, 2).await;
}

async fn send(port: &Port, queue: QueueId, count: usize) {
    let sent = (0..count).map(|_| port.world().get().fresh(None, None)).collect();
    port.publish(queue, sent).await;
}

async fn publish_more_and_drain(port: Port) {
    auditor::census(port.clone(), false).await;
    for queue in port.list_queues() {
        send(&port, queue.id, 2).await;
    }
    auditor::census(port.clone(), false).await;
    auditor::drain(port.clone(), false).await;
    auditor::census(port, true).await;
}

#[test]
fn priorities_and_limits_recover_from_a_power_loss_at_every_operation_whatever_was_kept() {
    lose_power_at_every_operation(|port| Box::pin(script(port)), |port| Box::pin(publish_more_and_drain(port)));
}
