//! Why a message is in a dead-letter queue, in the words of the admin API.
//!
//! What it is not: the message's whole past, which is its origin and its history.

use crate::dead_letters::fingerprint::{Fingerprint, normalised};
use vocab::{BuryReason, DeathReason, Message, Origin};

/// The reason of a message that nobody buried: it was sent, or moved, to where it is.
pub(crate) const NOT_BURIED: &str = "not_buried";

/// Why one message is where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure<'m> {
    /// One of the reasons' names.
    pub(crate) reason: &'static str,
    /// What its consumer said.
    pub(crate) error: Option<&'m str>,
    /// The queue it left.
    pub(crate) origin: Option<&'m str>,
    /// How often it was handed out there.
    pub(crate) deliveries: u32,
    /// When it came to where it is (log time, milliseconds).
    pub(crate) at_ms: u64,
}

impl<'m> Failure<'m> {
    /// What a message tells of it.
    pub(crate) fn of(message: &'m Message) -> Self {
        match message.facts.origin.as_deref() {
            Some(origin) => Self {
                reason: reason_name(&origin.reason),
                error: origin.reason.words(),
                origin: Some(&origin.queue),
                deliveries: origin.deliveries,
                at_ms: origin.buried_ms,
            },
            None => {
                Self { reason: NOT_BURIED, error: None, origin: None, deliveries: 0, at_ms: message.facts.published_ms }
            }
        }
    }

    /// The kind of failure that it is.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self, self.error.map(normalised).as_deref())
    }
}

/// All names that [`Failure::reason`] can have.
pub(crate) const REASONS: [&str; 6] =
    ["too_many_deliveries", "too_many_failures", "rejected", "expired", "too_long", NOT_BURIED];

/// A reason's name.
pub(crate) fn reason_name(reason: &BuryReason) -> &'static str {
    match reason {
        BuryReason::TooManyDeliveries => "too_many_deliveries",
        BuryReason::TooManyFailures(_) => "too_many_failures",
        BuryReason::Rejected(_) => "rejected",
        BuryReason::Expired => "expired",
        BuryReason::TooLong => "too_long",
    }
}

/// The name of a kind of death.
pub(crate) fn death_name(reason: DeathReason) -> &'static str {
    match reason {
        DeathReason::Rejected => "rejected",
        DeathReason::Expired => "expired",
        DeathReason::TooLong => "too_long",
        DeathReason::Limit => "limit",
    }
}

/// A message's failure in one sentence's end: "rejected: no such customer".
pub(crate) fn in_words(origin: &Origin) -> String {
    let why = match &origin.reason {
        BuryReason::TooManyDeliveries => format!("it was delivered {} times", origin.deliveries),
        BuryReason::TooManyFailures(_) => format!("it failed {} times", origin.failures),
        BuryReason::Rejected(_) => "its consumer rejected it".to_owned(),
        BuryReason::Expired => "its time was over".to_owned(),
        BuryReason::TooLong => "its queue was too long".to_owned(),
    };
    match origin.reason.words() {
        Some(words) => format!("{why}: {words}"),
        None => why,
    }
}
