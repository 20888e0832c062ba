//! One channel: what it holds for its client. Plain state; the session does the talking.
//!
//! Invariants: a channel in [`Phase::Closing`] holds nothing any more, it only waits for the peer to agree. Its broker session is its
//! own and ends with it.

pub(crate) mod confirms;
pub(crate) mod consumer;
pub(crate) mod transaction;
pub(crate) mod unacked;

use crate::session::ReplyConsumer;
use crate::wire::content::Assembly;
use confirms::Confirms;
use consumer::Consumer;
use std::collections::BTreeMap;
use transaction::Transaction;
use unacked::Unacked;
use vocab::SessionId;

/// Where a channel is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It can be used.
    Open,
    /// The client was told that it is over; what it sent before it heard that is passed by.
    Closing,
}

/// How publishes of a channel are answered for.
#[derive(Debug)]
pub(crate) enum Mode {
    /// Not at all.
    Plain,
    /// One by one.
    Confirms(Confirms),
    /// Together with acknowledgements, when the client commits.
    Transaction(Transaction),
}

/// One channel.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) phase: Phase,
    /// What its leases belong to.
    pub(crate) session: SessionId,
    pub(crate) mode: Mode,
    pub(crate) unacked: Unacked,
    /// By the numbers that the session gave them. Boxed: a tree has room for eleven from the first on, and most channels have one.
    pub(crate) consumers: BTreeMap<u32, Box<Consumer>>,
    /// Takes direct replies.
    pub(crate) replies: Option<ReplyConsumer>,
    /// A publish whose body has not arrived whole.
    pub(crate) incoming: Assembly,
    /// Unacknowledged deliveries that each later consumer may hold; 0 for any number.
    pub(crate) prefetch: u16,
    /// Unacknowledged deliveries that all consumers together may hold; 0 for any number.
    pub(crate) prefetch_shared: u16,
    /// The client wants deliveries.
    pub(crate) flowing: bool,
}

impl Channel {
    /// A channel that was just opened.
    pub(crate) fn new(session: SessionId) -> Self {
        Self {
            phase: Phase::Open,
            session,
            mode: Mode::Plain,
            unacked: Unacked::new(),
            consumers: BTreeMap::new(),
            replies: None,
            incoming: Assembly::default(),
            prefetch: 0,
            prefetch_shared: 0,
            flowing: true,
        }
    }

    /// The number of the consumer with this tag.
    pub(crate) fn consumer_tagged(&self, tag: &str) -> Option<u32> {
        self.consumers.values().find(|consumer| &*consumer.tag == tag).map(|consumer| consumer.number)
    }

    /// How many more deliveries the channel as a whole may hold.
    pub(crate) fn shared_credit(&self) -> u32 {
        match (self.flowing, u32::from(self.prefetch_shared)) {
            (false, _) => 0,
            (true, 0) => u32::MAX,
            (true, most) => most.saturating_sub(self.unacked.count()),
        }
    }
}
