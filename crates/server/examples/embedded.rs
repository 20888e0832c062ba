//! A whole program with the queue inside it: no server, no socket, the same store and the same promises.
//!
//!     cargo run --release --example embedded -- ./my-queue
//!
//! Run it twice with the same folder: the second run finds the queue that the first one made.

use longshore::broker::{Broker, CreateQueueError, Error, LeaseTerms, Receive, Settle, Settlement};
use longshore::embed::{self, Options};
use longshore::vocab::{ConsumerId, Message, QueueId, QueueSettings, SubscriptionId};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("./my-queue"), PathBuf::from);
    run(&folder, &mut stdout()).await
}

/// Opens the store, takes one message through its whole life, and seals the store again.
pub(crate) async fn run(folder: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    let store = embed::open(folder, Options::default())?;
    let broker = store.broker();
    let queue = make_queue(broker, "orders").await?;

    // Once this answers, the message is on the disk: a power failure from here on does not lose it.
    let ids = broker.publish(queue, vec![Message::with_body("two coffees")]).await?;
    writeln!(out, "published {}", ids[0])?;

    // A delivery is a lease: if this program died here, the message would come back when the lease ends.
    let one = Receive {
        queue,
        subscription: SubscriptionId(0),
        max: 1,
        wait_ms: Some(1000),
        terms: LeaseTerms::Deadline(Some(30_000)),
        rank: 0,
        consumer: ConsumerId::UNKNOWN,
    };
    for delivery in broker.receive(one).await? {
        let body = String::from_utf8_lossy(&delivery.message.body).into_owned();
        writeln!(out, "received {body:?}, delivery number {}", delivery.lease.deliveries)?;
        let done = Settlement { token: delivery.lease.token, how: Settle::Ack };
        for verdict in broker.settle(vec![done]).await? {
            verdict?;
        }
        writeln!(out, "acknowledged {}", delivery.id)?;
    }

    let left = broker.stats(queue).await?;
    writeln!(out, "left: {} ready, {} leased", left.ready, left.leased)?;
    store.shut_down()?;
    Ok(())
}

/// The queue of this name, made if it is not there yet.
async fn make_queue(broker: &Broker, name: &str) -> anyhow::Result<QueueId> {
    let settings = QueueSettings { lease_ms: 60_000, ..QueueSettings::default() };
    match broker.create_queue(name, settings, Default::default()).await {
        Ok(queue) => Ok(queue.id),
        Err(Error::Refused(CreateQueueError::Exists(queue))) => Ok(queue.id),
        Err(error) => Err(error.into()),
    }
}
