//! What a client has said since its last commit: publishes and acknowledgements that become one change, or none.
//!
//! Invariant: what it holds is bounded; a client that never commits is told so.

use super::unacked::Held;
use crate::errors::AmqpError;
use crate::limits::TRANSACTION_BYTES;
use crate::publish::Publish;
use crate::session::Word;

/// Deliveries that were settled under the transaction.
#[derive(Debug)]
pub(crate) struct Settled {
    /// With the tags that they had, so that a rollback gives them back.
    pub(crate) held: Vec<(u64, Held)>,
    pub(crate) word: Word,
}

/// Everything since the last commit or rollback.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    pub(crate) publishes: Vec<Publish>,
    pub(crate) settled: Vec<Settled>,
    bytes: usize,
}

impl Transaction {
    /// Adds a publish.
    pub(crate) fn publish(&mut self, publish: Publish) -> Result<(), AmqpError> {
        self.bytes += publish.message.content_bytes();
        if self.bytes > TRANSACTION_BYTES {
            let text = format!("a transaction may hold {TRANSACTION_BYTES} octets of messages; commit more often");
            return Err(AmqpError::precondition(text));
        }
        self.publishes.push(publish);
        Ok(())
    }
}
