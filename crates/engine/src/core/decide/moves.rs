//! Decides how chosen messages leave a queue for others: each back to the queue that it was buried from, or all to one.
//!
//! What it is not: a redrive, which chooses by itself and goes on over restarts ([`super::redrive`]). What a moved message is in its
//! target is the same.
//!
//! Invariant: a message enters its target and leaves its queue in one decision, or nothing happens to it.

use crate::core::browse::MessageState;
use crate::core::command::Carry;
use crate::core::decide::Decision;
use crate::core::decide::publish::enter;
use crate::core::decide::redrive::moved;
use crate::core::error::{MoveError, MoveMessagesError, NoSuchQueue};
use crate::core::event::Event;
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::limits::{COMMIT_BYTES_MAX, MOVES_MAX};
use vocab::{Message, MessageId, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

/// Queues are dealt with as a whole: they have one partition.
const PARTITION: PartitionId = PartitionId(0);

/// What becomes of each message, in order: its id in the queue where it is then, or why it stays.
pub type MoveVerdicts = Vec<Result<MessageId, MoveError>>;

impl State {
    /// Messages that were read out of their queue, each to where it is to go, if it can be received at this moment.
    #[must_use]
    pub fn decide_carry(&self, wish: &Carry, now_ms: u64) -> Decision<Result<MoveVerdicts, MoveMessagesError>> {
        let (source, target) = match self.ends_of(wish) {
            Ok(ends) => ends,
            Err(error) => return Decision::unchanged(Err(error)),
        };
        let (mut leaving, mut entering) = (BTreeSet::new(), BTreeMap::<QueueId, Vec<Arc<Message>>>::new());
        let mut one = |(seq, message): &(Seq, Arc<Message>)| {
            if leaving.contains(seq) {
                return Err(MoveError::Gone);
            }
            check_movable(source, *seq)?;
            let target = self.target_of(source, target, message)?;
            leaving.insert(*seq);
            let log = target.log(PARTITION).expect("every queue has partition 0");
            let entering = entering.entry(target.info.id).or_default();
            let id = MessageId::new(key(target), Seq(log.next.0 + entering.len() as u64));
            entering.push(Arc::new(moved(message, now_ms)));
            Ok(id)
        };
        let verdicts = wish.messages.iter().map(&mut one).collect();
        let mut events = Vec::new();
        for (target, messages) in entering {
            let target = &self.queues[&target];
            let log = target.log(PARTITION).expect("every queue has partition 0");
            events.extend(enter(key(target), log.next, log.reserved, messages));
        }
        if !leaving.is_empty() {
            let seqs: SeqRanges = leaving.into_iter().collect();
            events.push(Event::Carried { key: key(source), seqs });
        }
        Decision { events, answer: Ok(verdicts) }
    }

    /// The queue to move from, and the one to move to, if there is one for all.
    fn ends_of(&self, wish: &Carry) -> Result<(&Queue, Option<&Queue>), MoveMessagesError> {
        let source = self.queues.get(&wish.source).ok_or(NoSuchQueue(wish.source))?;
        let bytes = wish.messages.iter().map(|(_, message)| message.content_bytes() as u64).sum();
        if wish.messages.len() > MOVES_MAX || (wish.messages.len() > 1 && bytes > COMMIT_BYTES_MAX) {
            return Err(MoveMessagesError::TooMany { messages: wish.messages.len(), bytes });
        }
        match wish.target {
            None => Ok((source, None)),
            Some(target) if target == wish.source => Err(MoveMessagesError::IntoItself),
            Some(target) => match self.queues.get(&target) {
                Some(queue) => Ok((source, Some(queue))),
                None => Err(MoveMessagesError::NoSuchTarget(target)),
            },
        }
    }

    fn target_of<'s>(
        &'s self,
        source: &Queue,
        target: Option<&'s Queue>,
        message: &Message,
    ) -> Result<&'s Queue, MoveError> {
        let home = || {
            let origin = message.facts.origin.as_ref().ok_or(MoveError::NoOrigin)?;
            let home = self.queue_named(&origin.queue).filter(|home| home.info.id != source.info.id);
            home.ok_or(MoveError::OriginGone)
        };
        let target = target.map_or_else(home, Ok)?;
        let (bytes, max) = (message.headed_bytes(), target.info.settings.message_bytes_max);
        if bytes > max { Err(MoveError::TooLarge { bytes, max }) } else { Ok(target) }
    }
}

fn check_movable(source: &Queue, seq: Seq) -> Result<(), MoveError> {
    if !source.is_live(PARTITION, seq) {
        return Err(MoveError::Gone);
    }
    let progress = source.progress(SubscriptionId(0), PARTITION).expect("every queue has subscription 0");
    match progress.state_of(seq) {
        MessageState::Ready => Ok(()),
        MessageState::Delayed { .. } => Err(MoveError::Delayed),
        MessageState::Leased { .. } => Err(MoveError::Leased),
        MessageState::BeingBuried => Err(MoveError::BeingBuried),
    }
}

fn key(queue: &Queue) -> PartitionKey {
    PartitionKey::new(queue.info.id, PARTITION)
}
