//! Which message became which, when some leave their queue for others.
//!
//! What it is not: state or an event. A replay needs no more than the events say; this is for who looks on.

use vocab::{DeathReason, MessageId};

/// A message that left its queue, and the one that entered another queue for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The one that left.
    pub from: MessageId,
    /// The one that entered.
    pub to: MessageId,
    /// What it died of; `None` for one that was moved.
    pub death: Option<DeathReason>,
}
