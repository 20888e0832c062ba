//! One consumer: how much it may be given, and the ask for messages that it has at the broker.
//!
//! ```text
//!   credit ── ask ──→ broker ── messages ──→ delivered ── acknowledged ──→ credit
//!             at most one at a time
//! ```

use crate::limits::{RECEIVE_BYTES, RECEIVE_COUNT};
use crate::queue_arguments::Notes;
use broker::{Consuming, Delivery, QueueInfo};
use futures_util::future::AbortHandle;
use std::sync::Arc;

/// One consumer.
#[derive(Debug)]
pub(crate) struct Consumer {
    /// Unlike that of any other consumer of the connection.
    pub(crate) number: u32,
    /// Its name on the wire.
    pub(crate) tag: Box<str>,
    pub(crate) queue: Arc<QueueInfo>,
    /// Its place among the consumers of all doors.
    pub(crate) consuming: Consuming,
    /// Its deliveries are acknowledged by the client, not by being written.
    pub(crate) acks: bool,
    /// Deliveries that it may hold; 0 for any number.
    pub(crate) prefetch: u16,
    /// Deliveries that it holds.
    pub(crate) unacked: u32,
    /// It is its turn; always so where consumers share their queue.
    pub(crate) active: bool,
    /// Before others, where they wait for the same messages.
    pub(crate) rank: i32,
    /// Its queue closes channels that hold a delivery for longer than so many milliseconds.
    pub(crate) ack_ms_max: Option<u64>,
    /// Its deliveries tell how often they failed before.
    pub(crate) counts_deliveries: bool,
    /// The ask under way.
    pub(crate) asked: Option<AbortHandle>,
    /// Bytes of the largest message that it was given last.
    message_bytes: usize,
}

impl Consumer {
    /// A consumer that was given nothing yet.
    pub(crate) fn new(number: u32, tag: &str, queue: Arc<QueueInfo>, consuming: Consuming) -> Self {
        // Until it is known how large its messages are, it asks for a few at a time.
        let message_bytes = RECEIVE_BYTES / 16;
        let notes = Notes::of(&queue.annotations);
        Self {
            number,
            tag: tag.into(),
            consuming,
            acks: true,
            prefetch: 0,
            unacked: 0,
            active: false,
            rank: 0,
            ack_ms_max: notes.ack_ms_max(),
            counts_deliveries: notes.counts_deliveries(),
            asked: None,
            message_bytes,
            queue,
        }
    }

    /// How many messages it may ask for at this moment, where its channel may hold `shared_credit` more; 0 if none.
    pub(crate) fn wants(&self, shared_credit: u32) -> u32 {
        if !self.active || self.asked.is_some() {
            return 0;
        }
        let by_bytes = u32::try_from(RECEIVE_BYTES / self.message_bytes.max(1)).unwrap_or(u32::MAX).max(1);
        let unshared = RECEIVE_COUNT.min(by_bytes);
        if self.acks { unshared.min(self.credit()).min(shared_credit) } else { unshared }
    }

    /// How many more deliveries it may hold.
    pub(crate) fn credit(&self) -> u32 {
        match u32::from(self.prefetch) {
            0 => u32::MAX,
            most => most.saturating_sub(self.unacked),
        }
    }

    /// Takes note of what an ask brought.
    pub(crate) fn learn(&mut self, deliveries: &[Delivery]) {
        if let Some(bytes) = deliveries.iter().map(|delivery| delivery.message.content_bytes()).max() {
            self.message_bytes = bytes;
        }
    }

    /// Gives the ask up, if there is one: what was leased for it meanwhile returns as if it had not been.
    pub(crate) fn give_up_asking(&mut self) {
        if let Some(asked) = self.asked.take() {
            asked.abort();
        }
    }
}
