//! A client that does what producers, workers and administrators do, in any order. Messages are [`super::producer`]'s,
//! leases [`super::worker`]'s.

use super::port::Port;
use super::{operator, producer, router, salvager, worker};
use broker::LeaseTerms;
use vocab::QueueSettings;

#[derive(Clone, Copy)]
enum Deed {
    Publish,
    PublishBatch,
    Burst,
    Repeat,
    Receive,
    LongPoll,
    GiveUp,
    Settle,
    Extend,
    Transfer,
    EndSession,
    Stale,
    Stats,
    Peek,
    Purge,
    Update,
    Temporary,
    Bind,
    FanOut,
    Transact,
    Redrive,
    StopRedrive,
    Pause,
    Intervene,
    Carry,
    Rest,
}

const DEEDS: [(u64, Deed); 26] = [
    (22, Deed::Publish),
    (8, Deed::PublishBatch),
    (9, Deed::Burst),
    (12, Deed::Repeat),
    (22, Deed::Receive),
    (10, Deed::LongPoll),
    (3, Deed::GiveUp),
    (34, Deed::Settle),
    (4, Deed::Extend),
    (3, Deed::Transfer),
    (2, Deed::EndSession),
    (4, Deed::Stale),
    (9, Deed::Stats),
    (3, Deed::Peek),
    (1, Deed::Purge),
    (2, Deed::Update),
    (2, Deed::Temporary),
    (4, Deed::Bind),
    (4, Deed::FanOut),
    (6, Deed::Transact),
    (5, Deed::Redrive),
    (1, Deed::StopRedrive),
    (3, Deed::Pause),
    (5, Deed::Intervene),
    (4, Deed::Carry),
    (4, Deed::Rest),
];

/// Gives commands until the budget is used up or the broker is gone.
pub async fn run(port: Port) {
    while port.is_open() {
        let deed = {
            let mut world = port.world().get();
            if world.budget == 0 {
                return;
            }
            world.dice.weighted(&DEEDS)
        };
        act(&port, deed).await;
        let pause_ms = {
            let mut world = port.world().get();
            if world.dice.percent(60) { 0 } else { world.dice.within(1..80) }
        };
        port.alarms().sleep_ms(pause_ms).await;
    }
}

async fn act(port: &Port, deed: Deed) {
    match deed {
        Deed::Publish => producer::publish(port, 1).await,
        Deed::PublishBatch => {
            let count = port.world().get().dice.within(2..8);
            producer::publish(port, count).await;
        }
        Deed::Burst => producer::burst(port).await,
        Deed::Repeat => producer::repeat(port).await,
        Deed::Receive => worker::receive(port, 0, None).await,
        Deed::LongPoll => {
            let wait_ms = port.world().get().dice.within(1..1500);
            worker::receive(port, wait_ms, None).await;
        }
        Deed::GiveUp => {
            let patience_ms = port.world().get().dice.within(1..200);
            worker::receive(port, 5000, Some(patience_ms)).await;
        }
        Deed::Settle => worker::settle(port).await,
        Deed::Extend => worker::extend(port).await,
        Deed::Transfer => worker::transfer(port).await,
        Deed::EndSession => {
            let session = worker::any_session(port);
            port.end_session(session).await;
            port.world().get().hands.retain(|hand| hand.terms != LeaseTerms::Session(session));
        }
        Deed::Stale => worker::use_stale_token(port).await,
        Deed::Stats => {
            if let Some(queue) = any_queue(port) {
                port.stats(queue.id).await;
            }
        }
        Deed::Peek => {
            if let Some(queue) = any_queue(port) {
                port.peek(queue.id).await;
            }
        }
        Deed::Purge => {
            if let Some(queue) = any_queue(port) {
                port.purge(queue.id).await;
            }
        }
        Deed::Update => update(port).await,
        Deed::Temporary => temporary(port).await,
        Deed::Bind => router::bind(port).await,
        Deed::FanOut => router::fan_out(port).await,
        Deed::Transact => router::transact(port).await,
        Deed::Redrive if port.world().get().salvages => salvager::start(port).await,
        Deed::StopRedrive if port.world().get().salvages => salvager::stop(port).await,
        Deed::Pause if port.world().get().operates => operator::pause(port).await,
        Deed::Intervene if port.world().get().operates => operator::intervene(port).await,
        Deed::Carry if port.world().get().operates => operator::carry(port).await,
        Deed::Redrive | Deed::StopRedrive | Deed::Pause | Deed::Intervene | Deed::Carry => {
            worker::receive(port, 0, None).await;
        }
        Deed::Rest => {
            let ms = port.world().get().dice.within(100..3000);
            port.alarms().sleep_ms(ms).await;
        }
    }
}

pub(super) fn any_queue(port: &Port) -> Option<std::sync::Arc<broker::QueueInfo>> {
    port.world().get().any_queue()
}

/// Changes a queue's times; what binds the checker's judgement (durability, strictness, burying, order, dedup) stays.
async fn update(port: &Port) {
    let Some(info) = any_queue(port) else { return };
    let settings = {
        let dice = &mut port.world().get().dice;
        QueueSettings {
            lease_ms: dice.within(50..2000),
            delay_ms: info.settings.delay_ms / 2,
            retention_ms: info.settings.retention_ms.map(|ms| ms + dice.below(500)),
            ..info.settings.clone()
        }
    };
    if let Some(updated) = port.update_queue(&info, settings).await {
        port.world().get().know(updated);
    }
}

/// Makes a queue that does not live long, or ends its life.
async fn temporary(port: &Port) {
    let name = format!("temporary-{}", port.world().get().dice.below(2));
    let known = port.world().get().queues.iter().find(|info| info.name == name).map(|info| info.id);
    match known {
        Some(queue) => {
            port.delete_queue(queue).await;
            port.world().get().forget_queue(queue);
        }
        None => {
            let settings = QueueSettings { lease_ms: 500, ..QueueSettings::default() };
            if let Some(info) = port.create_queue(&name, settings).await {
                port.world().get().queues.push(info);
            }
        }
    }
}
