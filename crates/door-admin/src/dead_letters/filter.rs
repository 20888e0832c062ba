//! Which messages of a dead-letter queue are meant: as JSON, and as a question to each message.
//!
//! Invariants: all that is given must hold; an empty filter means every message; what is not understood is refused, never
//! ignored, since a filter decides what is moved and what is dropped.

use crate::dead_letters::failure::{Failure, REASONS};
use crate::dead_letters::fingerprint::Fingerprint;
use crate::errors::ApiError;
use crate::frame::{FINGERPRINT, MESSAGE_ID};
use crate::messages::criteria::{HeaderCriterion, TextCriterion};
use crate::messages::walk::{Budget, Walk};
use broker::BrowsedMessage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use vocab::message_id::NoMessageId;
use vocab::{Message, MessageId, QueueId, Seq};

/// Most messages that a filter can name one by one.
pub(crate) const IDS_MAX: usize = 1_000;

/// A filter as a client writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilterText {
    /// The kind of failure.
    #[schemars(regex(pattern = FINGERPRINT))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fingerprint: Option<String>,
    /// These messages, by the ids they have in this queue or had first.
    #[schemars(length(max = 1_000), inner(regex(pattern = MESSAGE_ID)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ids: Option<Vec<String>>,
    /// The name of the queue that they left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<String>,
    /// Why they left.
    #[schemars(extend("enum" = reasons()))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What their bodies, or their errors, contain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// `NAME` or `NAME=VALUE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<String>,
    /// They came to this queue so long ago, or longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) older_than_ms: Option<u64>,
    /// They came to this queue less long ago than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) newer_than_ms: Option<u64>,
}

/// Every reason, and none.
fn reasons() -> Vec<Option<&'static str>> {
    REASONS.into_iter().map(Some).chain([None]).collect()
}

/// A filter, ready to be asked. What it says of ages counts from the moment it was made, so that a long walk means the same
/// at its end as at its beginning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    fingerprint: Option<Fingerprint>,
    ids: Option<BTreeSet<MessageId>>,
    origin: Option<String>,
    reason: Option<String>,
    text: Option<TextCriterion>,
    header: Option<HeaderCriterion>,
    at_most_ms: Option<u64>,
    after_ms: Option<u64>,
}

/// Why a filter is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FilterError {
    /// It is none of ours.
    #[error("`{0}` is no fingerprint: one has 16 hexadecimal digits, as `failures` shows them")]
    Fingerprint(String),
    /// It is none of ours.
    #[error("`{0}` is no message id of this server")]
    Id(String),
    /// One call takes a bounded number.
    #[error("a filter names at most {IDS_MAX} messages, not {0}")]
    TooManyIds(usize),
    /// No message has it.
    #[error("`{name}` is no reason: there are {reasons}", reasons = REASONS.join(", "))]
    Reason {
        /// What was given.
        name: String,
    },
}

impl From<FilterError> for ApiError {
    fn from(error: FilterError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl FilterText {
    /// Whether it means every message.
    pub(crate) fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// The filter, as of `now_ms` of log time.
    ///
    /// # Errors
    /// Something in it is not understood.
    pub(crate) fn read(&self, now_ms: u64) -> Result<Filter, FilterError> {
        let fingerprint = self
            .fingerprint
            .as_ref()
            .map(|text| Fingerprint::parse(text).ok_or_else(|| FilterError::Fingerprint(text.clone())));
        if let Some(reason) = self.reason.as_ref().filter(|reason| !REASONS.contains(&reason.as_str())) {
            return Err(FilterError::Reason { name: reason.clone() });
        }
        Ok(Filter {
            fingerprint: fingerprint.transpose()?,
            ids: self.ids.as_deref().map(read_ids).transpose()?,
            origin: self.origin.clone(),
            reason: self.reason.clone(),
            text: self.text.as_deref().map(TextCriterion::new),
            header: self.header.as_deref().map(HeaderCriterion::parse),
            at_most_ms: self.older_than_ms.map(|age_ms| now_ms.saturating_sub(age_ms)),
            after_ms: self.newer_than_ms.map(|age_ms| now_ms.saturating_sub(age_ms)),
        })
    }
}

fn read_ids(texts: &[String]) -> Result<BTreeSet<MessageId>, FilterError> {
    if texts.len() > IDS_MAX {
        return Err(FilterError::TooManyIds(texts.len()));
    }
    texts.iter().map(|text| text.parse().map_err(|_: NoMessageId| FilterError::Id(text.clone()))).collect()
}

impl Filter {
    /// Whether a message is meant.
    pub(crate) fn holds(&self, browsed: &BrowsedMessage) -> bool {
        self.means(browsed.seen.id, &browsed.message)
    }

    fn means(&self, id: MessageId, message: &Message) -> bool {
        let failure = Failure::of(message);
        self.ids.as_ref().is_none_or(|ids| ids.contains(&id) || ids.contains(&first_id(id, message)))
            && self.origin.as_deref().is_none_or(|origin| failure.origin == Some(origin))
            && self.reason.as_deref().is_none_or(|reason| failure.reason == reason)
            && self.at_most_ms.is_none_or(|at_most_ms| failure.at_ms <= at_most_ms)
            && self.after_ms.is_none_or(|after_ms| failure.at_ms > after_ms)
            && self.header.as_ref().is_none_or(|header| header.holds(message))
            && self.text.as_ref().is_none_or(|text| text.holds(message))
            && self.fingerprint.is_none_or(|wanted| wanted == failure.fingerprint())
    }

    /// A walk of `queue` that passes by every message that it means.
    pub(crate) fn walk(&self, queue: QueueId, from: Seq, budget: Budget) -> Walk {
        Walk { from, places: self.places(queue), ..Walk::through(queue, budget) }
    }

    /// The only places of `queue` where messages can be that it means; `None` when they can be anywhere.
    fn places(&self, queue: QueueId) -> Option<Vec<Seq>> {
        let ids = self.ids.as_ref()?;
        let here = ids.iter().all(|id| id.key.queue == queue);
        here.then(|| ids.iter().map(|id| id.seq).collect())
    }
}

/// The id that the message's producer was told.
pub(crate) fn first_id(id: MessageId, message: &Message) -> MessageId {
    message.facts.origin.as_ref().map_or(id, |origin| origin.id)
}

#[cfg(test)]
mod tests;
