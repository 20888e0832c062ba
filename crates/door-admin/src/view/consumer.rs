//! A consumer, in a list.

use broker::{ConsumerInfo, Manner};
use schemars::JsonSchema;
use serde::Serialize;

/// Somebody who takes messages from a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Consumer")]
pub(crate) struct ConsumerView {
    /// Its number, while it is listed.
    pub(crate) id: u32,
    /// What it calls itself; empty where it does not say.
    name: String,
    /// The door it came through; empty for a program that embeds the broker.
    door: String,
    /// Its address.
    peer: String,
    /// Its user; null where nobody was asked.
    user: Option<String>,
    /// The queue it takes messages from.
    queue: String,
    /// Its connection's number; null where there is none.
    connection: Option<u64>,
    /// Whether it is sent what comes; otherwise it asks each time.
    pushed: bool,
    /// Whether it is still there; one that left is shown for as long as it holds something.
    connected: bool,
    /// Since when.
    since_ms: u64,
    /// Messages that it holds.
    leases: u64,
    /// When it was given the oldest of them.
    oldest_lease_ms: Option<u64>,
    /// When it was given a message last.
    last_delivery_ms: Option<u64>,
}

impl ConsumerView {
    /// A consumer of the queue of this name.
    pub(crate) fn of(consumer: ConsumerInfo, queue: &str) -> Self {
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            id: consumer.id.0,
            name: consumer.name.into_string(),
            door: consumer.door.as_ref().to_owned(),
            peer: consumer.peer.as_ref().to_owned(),
            user: said(&consumer.user),
            queue: queue.to_owned(),
            connection: (consumer.connection > 0).then_some(consumer.connection),
            pushed: consumer.manner == Manner::Sent,
            connected: consumer.is_here,
            since_ms: consumer.since_ms,
            leases: consumer.holding.map_or(0, |holding| holding.leases),
            oldest_lease_ms: consumer.holding.map(|holding| holding.oldest_ms),
            last_delivery_ms: consumer.delivered_ms,
        }
    }
}
