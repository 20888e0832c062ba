//! Where a live message stands, and what keeps it from being delivered.
//!
//! What it is not: its past. Invariant: what a bounded look does not tell is said to be unknown.

use crate::messages::walk::{Budget, Walk, walk};
use broker::{
    Broker, BrowsedMessage, Error, Manner, MessageState, NoSuchQueue, QueueInfo, Standing as Told, States, Unavailable,
};
use std::ops::ControlFlow;
use vocab::{ConsumerId, MessageId, Order};

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It can be received, and somebody asks.
    Ready {
        /// About how many messages go before it.
        ahead: u64,
        /// How many receives wait.
        waiters: u64,
    },
    /// It can be received, and nobody asks.
    Unasked {
        /// About how many messages go before it.
        ahead: u64,
        /// Who takes messages of its queue all the same.
        crowd: Crowd,
    },
    /// It waits for its time.
    Delayed {
        /// Which is then (log time, milliseconds).
        until_ms: u64,
    },
    /// It is worked on.
    Leased(Held),
    /// This message of its lane is worked on.
    LaneLeased(Held),
    /// This earlier message of its lane waits for its time, or is on its way to a dead-letter queue.
    LaneWaits {
        /// Which one.
        by: MessageId,
        /// Until when.
        until_ms: Option<u64>,
    },
    /// So many messages are being worked on, or wait, that its lane was not found among them.
    LaneUnknown,
    /// Its queue gives nothing out.
    Paused,
    /// It is on its way to a dead-letter queue.
    BeingBuried,
    /// It is to be set aside, and there is no queue for that.
    NoPlaceToBury {
        /// The queue that is named and does not exist; `None` where a router leads nowhere.
        queue: Option<String>,
    },
    /// As many messages are leased as its queue allows.
    TooManyLeases {
        /// The limit.
        max: u32,
    },
}

/// A lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Of which message.
    pub(crate) id: MessageId,
    /// Since when.
    pub(crate) since_ms: u64,
    /// Until when, if time ends it.
    pub(crate) deadline_ms: Option<u64>,
    /// By whom; 0 where that is not known.
    pub(crate) consumer: ConsumerId,
}

/// Consumers of a queue that are there, and do not ask at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Crowd {
    /// Consumers that are sent what comes and hold something: as much as they may, since they would ask otherwise.
    pub(crate) full: u64,
    /// What these hold.
    pub(crate) leases: u64,
    /// All others.
    pub(crate) others: u64,
}

/// Where `browsed`, a message of `queue`, stands.
///
/// # Errors
/// The queue does not exist any more.
pub(crate) async fn standing(
    broker: &Broker,
    queue: &QueueInfo,
    browsed: &BrowsedMessage,
) -> Result<Option<Standing>, Error<NoSuchQueue>> {
    let id = browsed.seen.id;
    let told = match broker.explain(id).await? {
        // It went between two looks.
        Told::Gone => return Ok(None),
        Told::Delayed { until_ms } => return Ok(Some(Standing::Delayed { until_ms })),
        Told::Leased(held) => return Ok(Some(Standing::Leased(Held::of(id, held)))),
        Told::Paused => return Ok(Some(Standing::Paused)),
        Told::BeingBuried => return Ok(Some(Standing::BeingBuried)),
        Told::NoPlaceToBury { queue } => return Ok(Some(Standing::NoPlaceToBury { queue })),
        Told::LaneHeld { by, lease: Some(held) } => {
            return Ok(Some(Standing::LaneLeased(Held::of(MessageId::new(id.key, by), held))));
        }
        told @ (Told::Ready { .. }
        | Told::WaitingForConsumer { .. }
        | Told::LaneHeld { lease: None, .. }
        | Told::LaneUnknown
        | Told::TooManyLeases { .. }) => told,
    };
    // The engine knows the lanes of queues that somebody receives from; a look knows them always.
    if let Some(held) = lane(broker, queue, browsed).await? {
        return Ok(Some(held));
    }
    Ok(Some(match told {
        Told::Ready { ahead, waiters } => Standing::Ready { ahead, waiters },
        Told::WaitingForConsumer { ahead } => Standing::Unasked { ahead, crowd: crowd(broker, queue).await? },
        Told::TooManyLeases { max } => Standing::TooManyLeases { max },
        Told::LaneHeld { .. }
        | Told::LaneUnknown
        | Told::Gone
        | Told::Delayed { .. }
        | Told::Leased(_)
        | Told::Paused
        | Told::BeingBuried
        | Told::NoPlaceToBury { .. } => Standing::LaneUnknown,
    }))
}

async fn crowd(broker: &Broker, queue: &QueueInfo) -> Result<Crowd, Unavailable> {
    let mut crowd = Crowd::default();
    for consumer in broker.consumers(Some(queue.id)).await?.consumers.iter().filter(|consumer| consumer.is_here) {
        match (consumer.manner, consumer.holding) {
            (Manner::Sent, Some(holding)) => {
                crowd.full += 1;
                crowd.leases += holding.leases;
            }
            (Manner::Sent, None) | (Manner::Asks, _) => crowd.others += 1,
        }
    }
    Ok(crowd)
}

impl Held {
    fn of(id: MessageId, held: broker::Held) -> Self {
        let broker::Held { since_ms, deadline_ms, consumer, session: _ } = held;
        Self { id, since_ms, deadline_ms, consumer }
    }
}

/// What holds the message's lane, where lanes are kept in order. Only what is busy can: an earlier message that is ready goes first.
async fn lane(
    broker: &Broker,
    queue: &QueueInfo,
    browsed: &BrowsedMessage,
) -> Result<Option<Standing>, Error<NoSuchQueue>> {
    let Some(lane) = browsed.message.facts.lane.as_ref().filter(|_| queue.settings.order == Order::Laned) else {
        return Ok(None);
    };
    let mut holder = None;
    let look = |other: &BrowsedMessage| {
        if other.message.facts.lane.as_ref() == Some(lane) {
            let is_before = other.seen.seq < browsed.seen.seq;
            holder = match other.seen.state {
                MessageState::Leased { since_ms, deadline_ms, consumer } => {
                    Some(Standing::LaneLeased(Held { id: other.seen.id, since_ms, deadline_ms, consumer }))
                }
                MessageState::Delayed { due_ms } if is_before => {
                    Some(Standing::LaneWaits { by: other.seen.id, until_ms: Some(due_ms) })
                }
                MessageState::BeingBuried => Some(Standing::LaneWaits { by: other.seen.id, until_ms: None }),
                MessageState::Delayed { .. } | MessageState::Ready => None,
            };
        }
        if holder.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let busy = States { ready: false, delayed: true, leased: true };
    let wish = Walk { states: busy, ..Walk::through(queue.id, Budget::OF_A_SEARCH) };
    let walked = walk(broker, wish, look).await?;
    Ok(holder.or_else(|| walked.next.map(|_| Standing::LaneUnknown)))
}
