//! What an operator may say about the SQS door.
//!
//! What it is not: addresses and connection caps (the door kit has those) and queue settings (clients set them).

use crate::limits::{self, Profile};
use door::{Access, HostRule};
use std::time::Duration;
use vocab::Durability;

/// The door's configuration. [`Default`] is right for a laptop: loopback, anonymous, relaxed limits.
#[derive(Clone, Debug)]
pub struct SqsConfig {
    /// The region named in queue ARNs, and the one that signatures must be for where they are checked.
    pub region: String,
    /// The account named in queue URLs and ARNs, twelve digits: the one whose queues have plain names. Anonymous callers act in it.
    pub account_id: String,
    /// Whether AWS's commercial limits hold.
    pub limits: Profile,
    /// What answers about the queues made through this door wait for.
    pub durability: Durability,
    /// Who may use the door.
    pub access: Access,
    /// Which requests are answered at all, by `Host` and `Origin`.
    pub host_rule: HostRule,
    /// Greatest request body, in bytes.
    pub request_bytes_max: usize,
    /// Bytes of large request bodies that are being read at a time, over all connections; further ones wait.
    pub request_bytes_in_flight: usize,
    /// A connection that neither begins a request nor finishes sending one for this long is closed (after at most twice as long).
    pub silence_max: Duration,
}

impl Default for SqsConfig {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            account_id: "000000000000".to_owned(),
            limits: Profile::default(),
            durability: Durability::Always,
            access: Access::anonymous(),
            host_rule: HostRule { allowed: Vec::new(), anonymous: true },
            request_bytes_max: limits::REQUEST_BYTES_MAX,
            request_bytes_in_flight: limits::REQUEST_BYTES_IN_FLIGHT,
            silence_max: limits::SILENCE_MAX,
        }
    }
}
