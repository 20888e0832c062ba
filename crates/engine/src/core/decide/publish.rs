//! Decides on publishes.

use crate::core::answer::Placed;
use crate::core::decide::Decision;
use crate::core::decide::length::check_length;
use crate::core::dedup::DedupKey;
use crate::core::error::{NoSuchQueue, PublishError};
use crate::core::event::Event;
use crate::core::log::Log;
use crate::core::state::State;
use std::sync::Arc;
use vocab::limits::{BATCH_COUNT_MAX, COMMIT_BYTES_MAX, SEQ_RESERVATION};
use vocab::{Message, PartitionKey, QueueSettings, Seq};

impl State {
    /// All messages into the log, or none; a queue may set those aside that it has no room for.
    #[must_use]
    pub fn decide_publish(
        &self,
        key: PartitionKey,
        mut messages: Vec<Arc<Message>>,
        now_ms: u64,
    ) -> Decision<Result<Placed, PublishError>> {
        let found = self.queues.get(&key.queue).and_then(|queue| Some((queue, queue.log(key.partition)?)));
        let Some((queue, log)) = found else { return Decision::unchanged(Err(NoSuchQueue(key.queue).into())) };
        if let Err(error) = check_sizes(&messages, queue.info.settings.message_bytes_max) {
            return Decision::unchanged(Err(error));
        }
        for message in &mut messages {
            stamp(message, &queue.info.settings, now_ms);
        }
        let (first, count) = (log.next, messages.len());
        let repeats = take_repeats(&queue.info.settings, log, &mut messages, now_ms);
        if let Err(error) = check_length(queue, key.partition, &messages) {
            return match self.bury_refused(queue, &messages, now_ms) {
                Ok(events) => Decision { events, answer: Err(error) },
                Err(too_large) => Decision::unchanged(Err(too_large)),
            };
        }
        let answer = Ok(Placed { first, count, repeats });
        if messages.is_empty() {
            return Decision::unchanged(answer);
        }
        let events = enter(key, log.next, log.reserved, messages);
        Decision { events, answer }
    }
}

/// The message as it enters its queue. One that other queues share is copied only if something of it is this queue's own.
fn stamp(message: &mut Arc<Message>, settings: &QueueSettings, now_ms: u64) {
    let facts = &message.facts;
    let due_ms = Some(facts.due_ms.unwrap_or(now_ms + settings.delay_ms)).filter(|due_ms| *due_ms > now_ms);
    if facts.published_ms == now_ms && facts.due_ms == due_ms && facts.origin.is_none() && !facts.moved {
        return;
    }
    let facts = &mut Arc::make_mut(message).facts;
    facts.published_ms = now_ms;
    facts.due_ms = due_ms;
    facts.origin = None;
    facts.moved = false;
}

/// Takes out the messages that were published before, as far as the queue's dedup ids tell: the number of each and the seq of
/// the first one. A message may repeat one of the same batch.
fn take_repeats(
    settings: &QueueSettings,
    log: &Log,
    messages: &mut Vec<Arc<Message>>,
    now_ms: u64,
) -> Vec<(usize, Seq)> {
    let mut repeats = Vec::new();
    let Some(policy) = settings.dedup else { return repeats };
    let mut fresh = Vec::<(DedupKey, Seq)>::new();
    let (mut index, mut next) = (0, log.next);
    messages.retain(|message| {
        let key = DedupKey::of(policy, message);
        let find = |key: DedupKey| {
            let known = log.dedup.find(key, policy.since_ms(now_ms));
            known.or_else(|| fresh.iter().find(|(of, _)| *of == key).map(|(_, seq)| *seq))
        };
        let first = key.and_then(find);
        repeats.extend(first.map(|seq| (index, seq)));
        index += 1;
        if first.is_none() {
            fresh.extend(key.map(|key| (key, next)));
            next = next.next();
        }
        first.is_none()
    });
    repeats
}

/// Messages into a log, with a reservation ahead of them when the one that exists is half used up.
pub(super) fn enter(key: PartitionKey, first: Seq, reserved: Seq, messages: Vec<Arc<Message>>) -> Vec<Event> {
    let next = first.0 + messages.len() as u64;
    let published = Event::Published { key, first, messages };
    if next + SEQ_RESERVATION / 2 < reserved.0 {
        return vec![published];
    }
    vec![Event::Reserved { key, below: Seq(next + SEQ_RESERVATION) }, published]
}

fn check_sizes(messages: &[Arc<Message>], bytes_max: u64) -> Result<(), PublishError> {
    let mut total = 0;
    for (index, message) in messages.iter().enumerate() {
        let bytes = message.headed_bytes();
        if bytes > bytes_max {
            return Err(PublishError::TooLarge { index, bytes, max: bytes_max });
        }
        total += message.content_bytes() as u64;
    }
    // A single message may be as large as its queue allows; only batches are capped together.
    if messages.len() > BATCH_COUNT_MAX || (messages.len() > 1 && total > COMMIT_BYTES_MAX) {
        return Err(PublishError::BatchTooLarge { messages: messages.len(), bytes: total });
    }
    Ok(())
}
