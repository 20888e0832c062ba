//! Decides on queues that are longer than they may be: what is refused, and what gives way.
//!
//! What counts is what could be received at once. What a burial or a redrive brings is never refused; where the oldest
//! gives way, a burial makes room like a publish, and for a redrive the next of these does.
//! Where what is refused goes is decided in `bury.rs`.

use crate::core::error::{Measure, PublishError};
use crate::core::event::{Event, Removal};
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use std::sync::Arc;
use vocab::limits::DROPPED_PER_PUBLISH_MAX;
use vocab::{LengthLimit, Message, Overflow, PartitionId, PartitionKey, SubscriptionId};

impl State {
    /// What has to leave the partition's log for the queue to be as short as it may be, where the oldest gives way; what is on its
    /// way out for that already is not named again. In order.
    #[must_use]
    pub fn too_long(&self, key: PartitionKey) -> Option<SeqRanges> {
        let queue = self.queues.get(&key.queue)?;
        let limit = queue.info.settings.length.filter(|limit| limit.overflow == Overflow::DropOldest)?;
        let (log, progress) = (queue.log(key.partition)?, queue.progress(SubscriptionId(0), key.partition)?);
        let sweep = self.volatile.sweeps.get(&key);
        let (mut ready, mut bytes) = (progress.ready(), progress.sizes.ready_bytes);
        let mut leaving = Vec::new();
        let mut expendable = progress.expendable_seqs(log.next, |seq| log.holds(seq));
        while exceeded(limit, ready, bytes).is_some() && leaving.len() < DROPPED_PER_PUBLISH_MAX {
            let Some(seq) = expendable.next() else { break };
            (ready, bytes) = (ready - 1, bytes - progress.sizes.bytes_of(seq));
            if sweep.is_none_or(|sweep| sweep.asked(seq).is_none()) {
                leaving.push(seq);
            }
        }
        leaving.sort_unstable();
        (!leaving.is_empty()).then(|| leaving.into_iter().collect())
    }

    /// The end of messages whose queue was too long, and has no place for them.
    #[must_use]
    pub fn decide_trim(&self, key: PartitionKey, seqs: SeqRanges) -> Option<Event> {
        let log = self.queues.get(&key.queue)?.log(key.partition)?;
        Some(Event::Removed { key, seqs, why: Removal::TooLong, over_below: log.over_below })
    }
}

/// Whether the queue takes these messages, which are all that a publish adds to it.
pub(super) fn check_length(
    queue: &Queue,
    partition: PartitionId,
    messages: &[Arc<Message>],
) -> Result<(), PublishError> {
    let limit = queue.info.settings.length.filter(|limit| limit.overflow.refuses());
    let (Some(limit), Some(progress)) = (limit, queue.progress(SubscriptionId(0), partition)) else { return Ok(()) };
    let ready = || messages.iter().filter(|message| message.facts.due_ms.is_none());
    let (count, bytes) = (ready().count() as u64, ready().map(|message| message.body.len() as u64).sum::<u64>());
    if count == 0 {
        return Ok(());
    }
    match exceeded(limit, progress.ready() + count, progress.sizes.ready_bytes + bytes) {
        Some((max, measure)) => Err(PublishError::QueueFull { max, measure }),
        None => Ok(()),
    }
}

/// The limit that so many messages and bytes exceed.
fn exceeded(limit: LengthLimit, messages: u64, bytes: u64) -> Option<(u64, Measure)> {
    let of = |max: Option<u64>, count, measure| Some((max.filter(|max| count > *max)?, measure));
    of(limit.messages_max, messages, Measure::Messages).or_else(|| of(limit.bytes_max, bytes, Measure::Bytes))
}
