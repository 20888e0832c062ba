//! Which messages a browser asks for.
//!
//! Invariant: all that is given must hold.

use crate::messages::criteria::{HeaderCriterion, TextCriterion};
use broker::{BrowsedMessage, MessageState, States};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocab::MessageId;

/// States to choose from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WantedState {
    /// Every one.
    #[default]
    Any,
    /// Can be received.
    Ready,
    /// Waits for its time.
    Delayed,
    /// Is being worked on, or on its way to a dead-letter queue.
    Leased,
}

/// Messages that are wanted, in whichever state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// In their queue since this time at the latest (log time, milliseconds).
    pub(crate) at_most_ms: Option<u64>,
    /// Of this lane.
    pub(crate) lane: Option<String>,
    /// With this id, theirs or their producer's.
    pub(crate) id: Option<MessageId>,
    /// With this header.
    pub(crate) header: Option<HeaderCriterion>,
    /// With this text.
    pub(crate) text: Option<TextCriterion>,
}

impl WantedState {
    /// The states to look at.
    pub(crate) fn states(self) -> States {
        let none = States { ready: false, delayed: false, leased: false };
        match self {
            Self::Any => States::ALL,
            Self::Ready => States { ready: true, ..none },
            Self::Delayed => States { delayed: true, ..none },
            Self::Leased => States { leased: true, ..none },
        }
    }
}

impl Wanted {
    /// Whether a message is.
    pub(crate) fn holds(&self, browsed: &BrowsedMessage) -> bool {
        let (message, facts) = (&*browsed.message, &browsed.message.facts);
        let first = facts.origin.as_ref().map(|origin| origin.id);
        self.at_most_ms.is_none_or(|at_most_ms| facts.published_ms <= at_most_ms)
            && self.lane.as_ref().is_none_or(|lane| facts.lane.as_ref() == Some(lane))
            && self.id.is_none_or(|id| browsed.seen.id == id || first == Some(id))
            && self.header.as_ref().is_none_or(|header| header.holds(message))
            && self.text.as_ref().is_none_or(|text| text.holds(message))
    }
}

/// A state's name.
pub(crate) fn state_name(state: MessageState) -> &'static str {
    match state {
        MessageState::Ready => "ready",
        MessageState::Delayed { .. } => "delayed",
        MessageState::Leased { .. } => "leased",
        MessageState::BeingBuried => "being_buried",
    }
}
