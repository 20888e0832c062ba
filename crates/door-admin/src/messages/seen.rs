//! A message as the API shows it: where it is, what it waits for, what is in it, where it came from.
//!
//! What it is not: a delivery. Nothing here can be settled.

use crate::content::{ShownBody, ShownHeaders};
use crate::dead_letters::failure::{death_name, reason_name};
use crate::dead_letters::filter::first_id;
use crate::messages::signature::Signature;
use crate::messages::wanted::state_name;
use broker::{Broker, BrowsedMessage, MessageState};
use door::native;
use schemars::JsonSchema;
use serde::Serialize;
use vocab::{Death, Origin};

/// A message, looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Seen {
    /// Its id where it is.
    pub(crate) id: String,
    /// The id that its producer was told.
    pub(crate) original_id: String,
    /// The queue it is in.
    pub(crate) queue: String,
    /// Its place there.
    pub(crate) seq: u64,
    /// What it waits for: `ready`, `delayed`, `leased` or `being_buried`.
    pub(crate) state: &'static str,
    /// When it can be received, where it waits for a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due_ms: Option<u64>,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lease: Option<Lease>,
    /// How often it was handed out.
    pub(crate) deliveries: u32,
    /// How often it failed.
    pub(crate) failures: u32,
    /// When it came to this queue.
    pub(crate) published_ms: u64,
    /// When it goes of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_ms: Option<u64>,
    /// What it is kept in order by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lane: Option<String>,
    /// Its producer's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dedup: Option<String>,
    /// Higher goes first, where its queue knows priorities.
    pub(crate) priority: u8,
    /// Who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sender: Option<String>,
    /// Its headers.
    pub(crate) headers: ShownHeaders,
    /// Its body.
    #[serde(flatten)]
    pub(crate) body: ShownBody,
    /// The door whose own properties it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) door: Option<&'static str>,
    /// Where it was before it was set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<ShownOrigin>,
}

/// Who works on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Lease {
    /// Since when.
    pub(crate) since_ms: u64,
    /// Until when, if time ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deadline_ms: Option<u64>,
    /// Who has it, where that is known: what it calls itself, or its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) consumer: Option<String>,
}

/// Where a message was before it was set aside, and why it is there no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ShownOrigin {
    /// The queue it left last.
    pub(crate) queue: String,
    /// Why.
    pub(crate) reason: &'static str,
    /// What its consumer said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// How often it was handed out there.
    pub(crate) deliveries: u32,
    /// How often it failed there.
    pub(crate) failures: u32,
    /// When it was first published.
    pub(crate) published_ms: u64,
    /// When it was set aside.
    pub(crate) buried_ms: u64,
    /// Everything it died of, the newest first.
    pub(crate) deaths: Vec<ShownDeath>,
}

/// What a message died of in one queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ShownDeath {
    pub(crate) queue: String,
    pub(crate) reason: &'static str,
    pub(crate) count: u64,
    pub(crate) first_ms: u64,
}

impl Seen {
    /// A message of the queue `queue`, with at most so much of its body.
    pub(crate) fn of(broker: &Broker, browsed: &BrowsedMessage, queue: &str, body_bytes_max: usize) -> Self {
        let (seen, message, facts) = (&browsed.seen, &*browsed.message, &browsed.message.facts);
        let (due_ms, lease) = match seen.state {
            MessageState::Delayed { due_ms } => (Some(due_ms), None),
            MessageState::Leased { since_ms, deadline_ms, consumer } => {
                let consumer = broker.consumer(consumer).and_then(|known| Signature::of(&known).in_short());
                (None, Some(Lease { since_ms, deadline_ms, consumer }))
            }
            MessageState::Ready | MessageState::BeingBuried => (None, None),
        };
        Self {
            id: seen.id.to_string(),
            original_id: first_id(seen.id, message).to_string(),
            queue: queue.to_owned(),
            seq: seen.seq.0,
            state: state_name(seen.state),
            due_ms,
            lease,
            deliveries: seen.deliveries,
            failures: seen.failures,
            published_ms: facts.published_ms,
            expires_ms: facts.expires_ms,
            lane: facts.lane.clone(),
            dedup: facts.dedup.clone(),
            priority: facts.priority,
            sender: facts.sender.clone(),
            headers: ShownHeaders(message.headers.clone()),
            body: ShownBody::of(&message.body, body_bytes_max),
            door: message.native.as_ref().and_then(|native| native::door_name(native.door)),
            origin: facts.origin.as_deref().map(ShownOrigin::of),
        }
    }
}

impl ShownOrigin {
    /// An origin, shown.
    pub(crate) fn of(origin: &Origin) -> Self {
        Self {
            queue: origin.queue.clone(),
            reason: reason_name(&origin.reason),
            error: origin.reason.words().map(str::to_owned),
            deliveries: origin.deliveries,
            failures: origin.failures,
            published_ms: origin.published_ms,
            buried_ms: origin.buried_ms,
            deaths: origin.deaths.iter().map(ShownDeath::of).collect(),
        }
    }
}

impl ShownDeath {
    fn of(death: &Death) -> Self {
        Self {
            queue: death.queue.clone(),
            reason: death_name(death.reason),
            count: death.count,
            first_ms: death.first_ms,
        }
    }
}
