//! Why a message is not being delivered at this moment.
//!
//! What it is not: its past, which the engine does not keep.
//!
//! Invariant: it says what a receive would meet, in the order in which it would meet it; where the state does not tell, it says so.

use crate::core::browse::MessageState;
use crate::core::error::NoSuchQueue;
use crate::core::event::LeaseEnd;
use crate::core::lanes::Lanes;
use crate::core::state::{Queue, State};
use crate::core::subscription::Progress;
use vocab::{ConsumerId, MessageId, Order, PartitionKey, Seq, SessionId, SubscriptionId};

/// Messages that came back or became due that are counted one by one, at most: what is more is left out of `ahead`.
const COUNTED_MAX: usize = 100_000;

const READER: SubscriptionId = SubscriptionId(0);

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be received, and somebody waits: it goes out next.
    Ready {
        /// About how many ready messages go before it.
        ahead: u64,
        /// Receives that wait.
        waiters: u64,
    },
    /// It can be received, and nobody asks.
    WaitingForConsumer {
        /// About how many ready messages go before it.
        ahead: u64,
    },
    /// It waits for its time.
    Delayed {
        /// Log time, milliseconds.
        until_ms: u64,
    },
    /// Somebody works on it.
    Leased(Held),
    /// Another message of its lane goes first, and cannot be handed out, or is not done with.
    LaneHeld {
        /// The message that goes first.
        by: Seq,
        /// The lease on it; `None` if it is delayed or being buried.
        lease: Option<Held>,
    },
    /// Its queue keeps lanes in order, and which lane it is in is not known: it lies behind what is looked at.
    LaneUnknown,
    /// Its queue is paused.
    Paused,
    /// It is on its way to a dead-letter queue.
    BeingBuried,
    /// It is to be set aside and cannot: it is delivered again instead.
    NoPlaceToBury {
        /// The dead-letter queue that does not exist; `None` where no queue is named.
        queue: Option<String>,
    },
    /// Its queue has given out as many leases as it may.
    TooManyLeases {
        /// The limit.
        max: u32,
    },
    /// It does not live: it was acknowledged, removed, or moved, or never was.
    Gone,
}

/// A lease, as it holds something up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// When it began (log time, milliseconds).
    pub since_ms: u64,
    /// When it ends; `None` where a session or a claim holds it.
    pub deadline_ms: Option<u64>,
    /// Who holds it; 0 if that is not known.
    pub consumer: ConsumerId,
    /// The session that it lasts as long as, if it does.
    pub session: Option<SessionId>,
}

impl State {
    /// Where a message stands.
    ///
    /// # Errors
    /// Its queue does not exist.
    pub fn explain(&self, id: MessageId) -> Result<Standing, NoSuchQueue> {
        let queue = self.queues.get(&id.key.queue).ok_or(NoSuchQueue(id.key.queue))?;
        let Some(progress) = queue.progress(READER, id.key.partition) else { return Ok(Standing::Gone) };
        if !queue.is_live(id.key.partition, id.seq) {
            return Ok(Standing::Gone);
        }
        Ok(match progress.state_of(id.seq) {
            MessageState::Delayed { due_ms } => Standing::Delayed { until_ms: due_ms },
            MessageState::Leased { .. } => {
                Standing::Leased(held_of(progress, id.seq).expect("its state says that it is leased"))
            }
            MessageState::BeingBuried => Standing::BeingBuried,
            MessageState::Ready => self.explain_ready(queue, progress, id),
        })
    }

    fn explain_ready(&self, queue: &Queue, progress: &Progress, id: MessageId) -> Standing {
        let settings = &queue.info.settings;
        let over_below = queue.log(id.key.partition).map_or(Seq(0), |log| log.over_below);
        if self.volatile.sweeps.get(&id.key).is_some_and(|sweep| sweep.covers(id.seq, over_below)) {
            return Standing::BeingBuried;
        }
        if settings.paused {
            return Standing::Paused;
        }
        let is_doomed = progress.returned.get(&id.seq.0).is_some_and(|record| queue.must_bury(record));
        if is_doomed && !self.has_place(queue) {
            let named = settings.bury.as_ref().and_then(|policy| policy.queue());
            return Standing::NoPlaceToBury { queue: named.map(str::to_owned) };
        }
        if let Some(max) = settings.leases_max.filter(|max| progress.leases.len() >= *max as usize) {
            return Standing::TooManyLeases { max };
        }
        if settings.order == Order::Laned
            && let Some(lanes) = self.volatile.lanes.get(&(id.key, READER))
            && let Some(standing) = held_up(lanes, progress, id.seq)
        {
            return standing;
        }
        let ahead = self.ahead_of(queue, progress, id.key, id.seq);
        match self.volatile.waiters.count(id.key.queue, READER) {
            0 => Standing::WaitingForConsumer { ahead },
            waiters => Standing::Ready { ahead, waiters },
        }
    }

    /// How many ready messages go before one that is ready, by priority and place.
    fn ahead_of(&self, queue: &Queue, progress: &Progress, key: PartitionKey, seq: Seq) -> u64 {
        let log = queue.log(key.partition).expect("progress and logs have the same partitions");
        let level = progress.levels.ready.iter().find(|(_, ready)| ready.contains(seq.0)).map(|(level, _)| *level);
        let mut ahead = 0;
        for (of, ready) in &progress.levels.ready {
            match level {
                Some(level) if *of < level => {}
                Some(level) if *of == level => ahead += ready.rank(seq.0) - 1,
                Some(_) | None => ahead += ready.len(),
            }
        }
        if level.is_none() {
            ahead += progress.back.range(..seq.0).take(COUNTED_MAX).count() as u64;
            let fresh = progress.cursor.max(log.floor).0..seq.0;
            if !fresh.is_empty() {
                let passed =
                    progress.ahead.range_cardinality(fresh.clone()) + log.removed.range_cardinality(fresh.clone());
                ahead += (fresh.end - fresh.start).saturating_sub(passed);
            }
        }
        ahead
    }
}

/// What holds a ready message of a laned queue up, if anything does.
fn held_up(lanes: &Lanes, progress: &Progress, seq: Seq) -> Option<Standing> {
    let Some(lane) = lanes.lane_of(seq) else { return Some(Standing::LaneUnknown) };
    let leased = progress.leases.keys().map(|seq| Seq(*seq)).find(|seq| lanes.lane_of(*seq) == Some(lane));
    if let Some(by) = leased {
        return Some(Standing::LaneHeld { by, lease: held_of(progress, by) });
    }
    let first = lanes.first(lane).filter(|first| progress.is_blocked(*first))?;
    Some(Standing::LaneHeld { by: first, lease: None })
}

fn held_of(progress: &Progress, seq: Seq) -> Option<Held> {
    let lease = progress.leases.get(&seq.0)?;
    let session = match lease.end {
        LeaseEnd::Session(session) => Some(session),
        LeaseEnd::Deadline(_) | LeaseEnd::Claim => None,
    };
    let (since_ms, deadline_ms, consumer) = (lease.since_ms, lease.end.deadline_ms(), lease.consumer);
    Some(Held { since_ms, deadline_ms, consumer, session })
}
