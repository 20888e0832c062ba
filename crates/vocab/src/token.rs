//! The proof of one delivery: whoever settles or extends a lease shows this.
//!
//! What it is not: its writing on the wire. Every door encodes and authenticates it in its own way.

use crate::ids::{LeaseEpoch, PartitionKey, Seq, SubscriptionId};

/// Names one lease of one message. A later lease of the same message has a greater epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaseToken {
    /// The partition the message lives in.
    pub key: PartitionKey,
    /// The subscription it was leased from.
    pub subscription: SubscriptionId,
    /// The message.
    pub seq: Seq,
    /// Which lease of it.
    pub epoch: LeaseEpoch,
}
