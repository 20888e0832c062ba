//! Why a message is not being delivered, in a plain sentence, and what a person can do about it.
//!
//! ```text
//!   where it stands (the engine, this moment) ── it lives ─→ ready, delayed, leased, its lane is held, …
//!        └── it does not ─→ what its history knows: acknowledged, moved, expired, removed ── nothing ─→ not known
//! ```
//!
//! Invariant: what is not known is not guessed.

mod alive;
mod gone;

use crate::messages::life::Place;
use crate::messages::signature::Signature;
use crate::messages::standing::Standing;
use broker::Life;
use schemars::JsonSchema;
use serde::Serialize;
use vocab::{Message, MessageId};

/// An explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Explanation {
    /// For programs.
    pub(crate) verdict: Verdict,
    /// One sentence for people.
    pub(crate) text: String,
    /// What the sentence is made of.
    pub(crate) details: Details,
    /// What a person can do.
    pub(crate) next: String,
}

/// The kinds of explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// It can be received, after those before it.
    Ready,
    /// It can be received, and nobody asks.
    WaitingForConsumer,
    /// It waits for its time.
    Delayed,
    /// A consumer works on it.
    Leased,
    /// An earlier message of its lane is not done.
    LaneHeld,
    /// It waits, and what holds its lane was not found.
    LaneUnknown,
    /// Its queue gives nothing out.
    Paused,
    /// It is on its way to a dead-letter queue.
    BeingBuried,
    /// It is to be set aside, and there is no queue for that: it is delivered again instead.
    NoPlaceToBury,
    /// It can be received, and whoever is sent messages holds as many as they may.
    ConsumerPrefetchFull,
    /// Its queue has given out as many messages as it may.
    TooManyLeases,
    /// A consumer was done with it.
    Acknowledged,
    /// It is another message in another queue.
    Moved,
    /// It was too old, or too much.
    Expired,
    /// Somebody removed it.
    Removed,
    /// It is not there, and nothing is known of it.
    NotKnown,
    /// Its queue does not exist.
    NoSuchQueue,
}

/// What an explanation's sentence is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Details {
    /// Until when it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until_ms: Option<u64>,
    /// The message that is worked on: itself, or one before it in its lane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) holder: Option<Holder>,
    /// The queue that it is, or was, about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) queue: Option<String>,
    /// What it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) moved_to: Option<Place>,
    /// Receives that wait for a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) waiters: Option<u64>,
    /// About how many ready messages go before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ahead: Option<u64>,
    /// Consumers of the queue that are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) consumers: Option<u64>,
    /// Whether publishes are refused for want of space; left out where they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disk_full: Option<bool>,
    /// From when on its history is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) known_from_ms: Option<u64>,
}

/// A message that is worked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Holder {
    /// Its id.
    pub(crate) id: String,
    /// Who works on it, where that is known: what it calls itself, or its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) consumer: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peer: Option<String>,
    /// Since when.
    pub(crate) since_ms: u64,
    /// Until when, if time ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deadline_ms: Option<u64>,
}

/// All that is known.
pub(crate) struct Scene<'a> {
    /// The id that was asked about.
    pub(crate) id: MessageId,
    /// Log time, milliseconds.
    pub(crate) now_ms: u64,
    /// Nothing is published for want of space.
    pub(crate) is_disk_full: bool,
    /// The name of the queue that the id belongs to, if it exists.
    pub(crate) queue: Option<&'a str>,
    /// Where a message that lives under this id stands.
    pub(crate) standing: Option<&'a Standing>,
    /// What happened to it.
    pub(crate) life: &'a Life,
    /// Where a message lives that was this one, with its content.
    pub(crate) moved: Option<(&'a Place, &'a Message)>,
    /// Who works on it, or on the message that holds its lane, where that is known.
    pub(crate) holder: Option<&'a Signature>,
    /// Where a message is, or was.
    pub(crate) place: &'a dyn Fn(MessageId) -> Place,
}

/// Explains.
pub(crate) fn explain(scene: &Scene<'_>) -> Explanation {
    match (scene.queue, scene.standing) {
        (Some(queue), Some(standing)) => alive::explain(scene, queue, standing).at_a_full_disk(scene.is_disk_full),
        _ => gone::explain(scene),
    }
}

impl Explanation {
    fn new(verdict: Verdict, text: impl Into<String>, next: impl Into<String>) -> Self {
        Self { verdict, text: text.into(), details: Details::default(), next: next.into() }
    }

    /// A full disk holds no delivery up, but whoever waits for one wants to know.
    fn at_a_full_disk(mut self, is_disk_full: bool) -> Self {
        if is_disk_full {
            self.details.disk_full = Some(true);
            self.text.push_str("; the disk is full: nothing is published, deliveries go on");
        }
        self
    }

    fn with(self, details: Details) -> Self {
        Self { details, ..self }
    }
}

#[cfg(test)]
mod tests;
