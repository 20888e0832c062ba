//! Every point of a small script of burials: the power goes at each operation of the disk while messages leave their queue
//! through a router, each into two others at once, for a consumer's word, for its failures, and for its age.

use super::crash_points::lose_power_at_every_operation;
use broker::{LeaseTerms, Settle, Settlement};
use sim::clients::{Port, auditor};
use vocab::{Binding, BuryPolicy, CountedBy, DeadLetter, QueueSettings, RouterKind, Target};

const RETENTION_MS: u64 = 200;

async fn script(port: Port) {
    let Some(router) = port.create_router("graves", RouterKind::Fanout).await else { return };
    for name in ["grave-one", "grave-two"] {
        let Some(grave) = port.create_queue(name, QueueSettings::default()).await else { return };
        port.bind(Binding::new(router, Target::Queue(grave.id), "")).await;
    }
    let dead_letter = DeadLetter::Router { router: "graves".to_owned(), key: None };
    let bury = BuryPolicy { counted_by: CountedBy::Failures, max: Some(1), dead_letter, expired: true };
    let work = QueueSettings { bury: Some(bury), retention_ms: Some(RETENTION_MS), ..QueueSettings::default() };
    let Some(queue) = port.create_queue("work", work).await else { return };
    let sent = (0..5).map(|_| port.world().get().fresh(None, None)).collect();
    port.publish(queue.id, sent).await;
    let ends = [Settle::Bury { reason: None }, Settle::Fail { delay_ms: 0, reason: None }, Settle::Ack];
    for how in ends {
        let hands = port.receive(queue.id, 1, 0, LeaseTerms::Deadline(Some(5_000)), None).await;
        port.settle(hands.iter().map(|hand| Settlement { token: hand.token, how: how.clone() }).collect()).await;
    }
    port.alarms().sleep_ms(2 * RETENTION_MS).await;
    port.stats(queue.id).await;
}

/// What is there, and once more when everything that is over its time has moved.
async fn look_twice(port: Port) {
    auditor::census(port.clone(), false).await;
    port.alarms().sleep_ms(2 * RETENTION_MS).await;
    auditor::census(port, false).await;
}

#[test]
fn burials_into_two_queues_recover_from_a_power_loss_at_every_operation_whatever_was_kept() {
    lose_power_at_every_operation(|port| Box::pin(script(port)), |port| Box::pin(look_twice(port)));
}
