//! A message in a consumer's hands: the lease and the content together.

use engine::{Leased, Peeked};
use std::sync::Arc;
use vocab::{Message, MessageId};

/// One message, leased.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The id its producer was told; a buried message keeps it.
    pub id: MessageId,
    /// The lease.
    pub lease: Leased,
    /// The content.
    pub message: Arc<Message>,
}

/// One live message, looked at without a lease.
#[derive(Clone, Debug, PartialEq)]
pub struct PeekedMessage {
    /// Its place and state.
    pub peeked: Peeked,
    /// The content.
    pub message: Arc<Message>,
}
