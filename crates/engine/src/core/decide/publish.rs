//! Decides on publishes, and on burials, which publish into another queue.

use crate::core::answer::Placed;
use crate::core::command::BuryFetched;
use crate::core::decide::Decision;
use crate::core::decide::length::check_length;
use crate::core::dedup::DedupKey;
use crate::core::error::{NoSuchQueue, PublishError};
use crate::core::event::{Event, Record};
use crate::core::log::Log;
use crate::core::state::{Queue, State};
use std::sync::Arc;
use vocab::limits::{BATCH_COUNT_MAX, COMMIT_BYTES_MAX, SEQ_RESERVATION};
use vocab::{
    BuryReason, CountedBy, Message, MessageId, Origin, PartitionId, PartitionKey, QueueId, QueueSettings, Seq,
    SubscriptionId,
};

impl State {
    /// All messages into the log, or none.
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
            return Decision::unchanged(Err(error));
        }
        let answer = Ok(Placed { first, count, repeats });
        if messages.is_empty() {
            return Decision::unchanged(answer);
        }
        let events = enter(key, log.next, log.reserved, messages);
        Decision { events, answer }
    }

    /// A message from where it was into its dead-letter queue, in one step. Nothing happens if it is not there to be
    /// buried any more, or if the dead-letter queue is gone; says whether it was buried.
    #[must_use]
    pub fn decide_bury(&self, fetched: &BuryFetched, now_ms: u64) -> Decision<bool> {
        let (BuryFetched { key, seq, .. }, Some(message)) = (fetched, &fetched.message) else {
            return Decision::unchanged(false);
        };
        let Some((queue, record)) = self.buriable(*key, *seq) else { return Decision::unchanged(false) };
        let Some((target, log)) = self.dead_letter_of(queue).and_then(|t| Some((t, t.log(PartitionId(0))?))) else {
            return Decision::unchanged(false);
        };
        let mut buried = Message::clone(message);
        let (id, published_ms) = match &message.facts.origin {
            Some(origin) => (origin.id, origin.published_ms),
            None => (MessageId::new(*key, *seq), message.facts.published_ms),
        };
        buried.facts.origin = Some(Box::new(Origin {
            id,
            queue: queue.info.name.clone(),
            published_ms,
            buried_ms: now_ms,
            deliveries: record.deliveries,
            failures: record.failures,
            reason: queue.bury_reason(record),
        }));
        buried.facts.published_ms = now_ms;
        buried.facts.due_ms = None;
        buried.facts.expires_ms = None;
        let target_key = PartitionKey::new(target.info.id, PartitionId(0));
        let mut events = enter(target_key, log.next, log.reserved, vec![Arc::new(buried)]);
        events.push(Event::Buried { key: *key, seq: *seq });
        Decision { events, answer: true }
    }

    /// The message's queue and record, if it waits there to be buried.
    fn buriable(&self, key: PartitionKey, seq: Seq) -> Option<(&Queue, &Record)> {
        let queue = self.queues.get(&key.queue)?;
        let progress = queue.progress(SubscriptionId(0), key.partition)?;
        let record = progress.returned.get(&seq.0)?;
        (progress.is_set_apart(seq) && queue.must_bury(record)).then_some((queue, record))
    }

    /// The queue that takes what `queue` sets aside, if it exists and is another one.
    #[must_use]
    pub(crate) fn dead_letter_of(&self, queue: &Queue) -> Option<&Queue> {
        let policy = queue.info.settings.bury.as_ref()?;
        self.queue_named(&policy.dead_letter).filter(|target| target.info.id != queue.info.id)
    }

    /// Whether a message with this record is to be set aside, and can be.
    #[must_use]
    pub(crate) fn is_doomed(&self, queue: QueueId, record: &Record) -> bool {
        let Some(queue) = self.queues.get(&queue) else { return false };
        queue.must_bury(record) && self.dead_letter_of(queue).is_some()
    }
}

impl Queue {
    /// Whether the queue's policy sets a message with this record aside.
    fn must_bury(&self, record: &Record) -> bool {
        self.info.settings.bury.as_ref().is_some_and(|policy| {
            let count = match policy.counted_by {
                CountedBy::Deliveries => record.deliveries,
                CountedBy::Failures => record.failures,
            };
            record.rejected || count >= policy.max
        })
    }

    fn bury_reason(&self, record: &Record) -> BuryReason {
        let words = record.reason.as_deref().map(str::to_owned);
        match self.info.settings.bury.as_ref().map(|policy| policy.counted_by) {
            _ if record.rejected => BuryReason::Rejected(words),
            Some(CountedBy::Failures) => BuryReason::TooManyFailures(words),
            Some(CountedBy::Deliveries) | None => BuryReason::TooManyDeliveries,
        }
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

/// A message's body and headers together, in bytes: what a queue's limit counts.
pub(super) fn headed_bytes(message: &Message) -> u64 {
    let headers: usize = message.headers.iter().map(|header| header.name.len() + header.value.content_bytes()).sum();
    (message.body.len() + headers) as u64
}

fn check_sizes(messages: &[Arc<Message>], bytes_max: u64) -> Result<(), PublishError> {
    let mut total = 0;
    for (index, message) in messages.iter().enumerate() {
        let bytes = headed_bytes(message);
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
