//! What a full queue refuses, and sets aside all the same.
//!
//! Invariant: it enters its dead-letter queues in the step that refuses it, as one that died of its queue's length; the queue
//! that refused it never had it.

use super::entering::{Entering, buried};
use super::origin_of;
use crate::core::error::PublishError;
use crate::core::event::Event;
use crate::core::state::{Queue, State};
use std::sync::Arc;
use vocab::limits::COMMIT_BYTES_MAX;
use vocab::{BuryReason, Message, MessageId, Overflow, PartitionId, PartitionKey, Seq};

impl State {
    /// Messages that their queue has no room for, into the queues where it sets messages aside; no events where there are none. Their
    /// first id is the one that they have there.
    ///
    /// # Errors
    /// All of them together are more than one commit may be.
    pub(in crate::core::decide) fn bury_refused(
        &self,
        queue: &Queue,
        messages: &[Arc<Message>],
        now_ms: u64,
    ) -> Result<Vec<Event>, PublishError> {
        let buries = queue.info.settings.length.is_some_and(|limit| limit.overflow == Overflow::RefuseAndBury);
        let Some(policy) = queue.info.settings.bury.as_ref().filter(|_| buries) else { return Ok(Vec::new()) };
        let mut entering = Entering::default();
        for message in messages {
            let unplaced = MessageId::new(PartitionKey::new(queue.info.id, PartitionId(0)), Seq(0));
            let mut origin = origin_of(queue, unplaced, message, None, BuryReason::TooLong, now_ms);
            let Some((targets, route)) = self.targets_of(queue, policy, message, &origin.deaths) else { continue };
            let Some(first) = targets.first() else { continue };
            origin.id = entering.next_id(self, *first);
            entering.add(targets, &Arc::new(buried(message, origin, route, now_ms)));
        }
        if messages.len() > 1 && entering.bytes as u64 > COMMIT_BYTES_MAX {
            return Err(PublishError::BatchTooLarge { messages: messages.len(), bytes: entering.bytes as u64 });
        }
        Ok(entering.into_events(self))
    }
}
