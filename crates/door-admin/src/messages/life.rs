//! What happened to a message, as the API shows it.

use crate::messages::signature::Signature;
use broker::{Broker, Life, Moment as Known, What};
use schemars::JsonSchema;
use serde::Serialize;
use vocab::MessageId;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Moment {
    /// When.
    pub(crate) at_ms: u64,
    /// What.
    pub(crate) what: &'static str,
    /// The id that the message had then.
    pub(crate) id: String,
    /// The door it was published through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) door: Option<String>,
    /// Who held the lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) consumer: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Place>,
    /// Which delivery it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<u32>,
}

/// A message in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Place {
    /// The queue's name; `null` where it was deleted.
    pub(crate) queue: Option<String>,
    /// The message's id there.
    pub(crate) id: String,
}

impl Place {
    /// Where the message `id` is, or was.
    pub(crate) fn of(broker: &Broker, id: MessageId) -> Self {
        Self { queue: broker.queue_by_id(id.key.queue).map(|info| info.name.clone()), id: id.to_string() }
    }
}

/// All of a life, in order.
pub(crate) fn moments(broker: &Broker, life: &Life) -> Vec<Moment> {
    life.moments.iter().map(|moment| Moment::of(broker, moment)).collect()
}

impl Moment {
    fn of(broker: &Broker, known: &Known) -> Self {
        Self {
            at_ms: known.at_ms,
            what: known.what.name(),
            id: known.id.to_string(),
            door: known.door.as_deref().map(str::to_owned),
            consumer: known.consumer.as_ref().and_then(|consumer| Signature::of_old(consumer).in_short()),
            reason: known.reason.as_deref().map(str::to_owned),
            to: known.to.map(|id| Place::of(broker, id)),
            attempt: known.attempt,
        }
    }
}

/// The consumer that the message with this id was given to last, where it said its name.
pub(crate) fn last_consumer(life: &Life, id: MessageId) -> Option<Signature> {
    let mut own = life.moments.iter().filter(|moment| moment.id == id && moment.what == What::Delivered);
    own.next_back()?.consumer.as_ref().map(|consumer| Signature::of_old(consumer))
}
