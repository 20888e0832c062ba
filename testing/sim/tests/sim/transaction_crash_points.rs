//! Every point of a small script with routers and transactions: the power goes at each operation of the disk, and whatever
//! is left of a transaction is all of it or nothing.

use super::crash_points::lose_power_at_every_operation;
use broker::{LeaseTerms, Settle, Settlement};
use sim::clients::{Port, auditor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use vocab::mutant::{self, Mutant};
use vocab::{Binding, QueueId, QueueSettings, RouterKind, Target};

/// A router over two queues, fan-outs through it, transactions that acknowledge and publish, and the end of a queue.
async fn script(port: Port) {
    let mut queues = Vec::new();
    for name in ["one", "two", "three"] {
        let Some(info) = port.create_queue(name, QueueSettings::default()).await else { return };
        queues.push(info.id);
    }
    let Some(router) = port.create_router("events", RouterKind::Pattern).await else { return };
    for queue in &queues {
        port.bind(Binding::new(router, Target::Queue(*queue), "order.*")).await;
    }
    port.unbind(Binding::new(router, Target::Queue(queues[2]), "order.*")).await;
    for _ in 0..3 {
        let targets = port.route("events", "order.paid").unwrap_or_default();
        transact(&port, &targets, Vec::new(), false).await;
        let hands = port.receive(queues[0], 1, 0, LeaseTerms::Deadline(Some(500)), None).await;
        let acks = hands.iter().map(|hand| Settlement { token: hand.token, how: Settle::Ack }).collect();
        transact(&port, &queues[1..], acks, true).await;
    }
    port.delete_queue(queues[1]).await;
    port.list_routers();
}

async fn transact(port: &Port, queues: &[QueueId], settlements: Vec<Settlement>, atomic: bool) {
    let fresh = |queue: &QueueId| (*queue, vec![port.world().get().fresh(None, None)]);
    port.transact(queues.iter().map(fresh).collect(), settlements, atomic).await;
}

async fn look_and_drain(port: Port) {
    auditor::census(port.clone(), false).await;
    auditor::drain(port.clone(), false).await;
    auditor::census(port, true).await;
}

fn lose_power_everywhere() {
    lose_power_at_every_operation(|port| Box::pin(script(port)), |port| Box::pin(look_and_drain(port)));
}

#[test]
fn routers_and_transactions_recover_from_a_power_loss_at_every_operation_whatever_was_kept() {
    lose_power_everywhere();
}

#[test]
fn a_transaction_in_two_commits_is_noticed() {
    let broken = || mutant::with(Mutant::PublishInTwoCommits, lose_power_everywhere);
    let noticed = catch_unwind(AssertUnwindSafe(broken)).expect_err("half a transaction was taken for a whole one");
    let why = noticed.downcast_ref::<String>().expect("it says why");
    assert!(why.contains("transaction of which something happened"), "it was noticed for another reason: {why}");
}
