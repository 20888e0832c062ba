//! Where a live message stands, and what keeps it from being delivered.
//!
//! What it is not: its past. Invariant: what a bounded look does not tell is said to be unknown.

use crate::messages::walk::{Budget, Walk, walk};
use broker::{Broker, BrowsedMessage, Error, MessageState, NoSuchQueue, QueueInfo, States};
use std::ops::ControlFlow;
use vocab::{ConsumerId, MessageId, Order};

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It can be received, and so many receives wait.
    Ready {
        /// How many receives wait.
        waiters: u64,
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

/// Where `browsed`, a message of `queue`, stands.
///
/// # Errors
/// The queue does not exist any more.
pub(crate) async fn standing(
    broker: &Broker,
    queue: &QueueInfo,
    browsed: &BrowsedMessage,
) -> Result<Standing, Error<NoSuchQueue>> {
    match browsed.seen.state {
        MessageState::Delayed { due_ms } => return Ok(Standing::Delayed { until_ms: due_ms }),
        MessageState::Leased { since_ms, deadline_ms, consumer } => {
            return Ok(Standing::Leased(Held { id: browsed.seen.id, since_ms, deadline_ms, consumer }));
        }
        MessageState::BeingBuried => return Ok(Standing::BeingBuried),
        MessageState::Ready if queue.settings.paused => return Ok(Standing::Paused),
        MessageState::Ready => {}
    }
    if let Some(held) = lane(broker, queue, browsed).await? {
        return Ok(held);
    }
    let stats = broker.stats(queue.id).await?;
    match queue.settings.leases_max {
        Some(max) if stats.leased >= u64::from(max) => Ok(Standing::TooManyLeases { max }),
        Some(_) | None => Ok(Standing::Ready { waiters: stats.waiters }),
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
