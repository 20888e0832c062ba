//! Makes spans of what the shard shows: messages that come in, leases that end, messages that move.
//!
//! What it is not: a reader of contents but of messages that are just published. It runs on the shard's thread and waits for no disk.
//!
//! Invariant: spans are gathered when what they tell of is durable, so that a publish's ends there.

use super::following::{Followed, Held, Now};
use super::gathering::Traces;
use super::span::{Outcome, Span, Step};
use crate::catalog::Catalog;
use engine::core::event::{Event, MovedEvent, Return, ReturnedItem};
use engine::core::passage::Passage;
use engine::core::seqs::SeqRanges;
use engine::driver::Happened;
use std::collections::VecDeque;
use std::sync::Arc;
use vocab::{Message, MessageId, PartitionKey, Position, Seq};

/// Spans that wait for the disk at most.
const PENDING_MAX: usize = 16_384;

/// Looks on for traces.
pub(crate) struct Spotter {
    traces: Arc<Traces>,
    catalog: Arc<Catalog>,
    durable: Position,
    pending: VecDeque<(Position, Span)>,
}

impl Spotter {
    pub(crate) fn new(traces: Arc<Traces>, catalog: Arc<Catalog>) -> Self {
        Self { traces, catalog, durable: Position::ZERO, pending: VecDeque::new() }
    }

    /// Something happened.
    pub(crate) fn observe(&mut self, happened: &Happened<'_>) {
        let moved = !happened.passages.is_empty();
        for (event, _hurry) in happened.events {
            match event {
                Event::Published { key, first, messages } if !moved => self.came(happened, *key, *first, messages),
                Event::Published { .. } => {}
                other if self.traces.follows_any() => self.ended(happened.position, other),
                _ => {}
            }
        }
        for passage in happened.passages {
            self.passed(happened, passage);
        }
    }

    /// Everything up to this position is durable.
    pub(crate) fn advance(&mut self, durable: Position) {
        self.durable = durable;
        let ready = self.pending.partition_point(|(position, _)| *position <= durable);
        if ready > 0 {
            let now_us = self.traces.watch.now_us();
            self.traces.gather(self.pending.drain(..ready).map(|(_, span)| ended_at(span, now_us)));
        }
    }

    fn came(&mut self, happened: &Happened<'_>, key: PartitionKey, first: Seq, messages: &[Arc<Message>]) {
        for (seq, message) in (first.0..).zip(messages) {
            let id = MessageId::new(key, Seq(seq));
            let Some(strand) = self.traces.strand(id, message) else { continue };
            let start_us = self.traces.watch.wall_us(happened.since_us);
            let (ids, queue) = ((self.traces.names.publish(id), strand.sender), self.catalog.by_id(key.queue));
            let step = Step::Publish { door: happened.door, body_bytes: message.body.len() as u64 };
            self.hold(happened.position, Span::new(&strand, ids, (start_us, start_us), queue, step));
        }
    }

    fn ended(&mut self, position: Position, event: &Event) {
        match event {
            Event::Acked { key, seqs, .. } => self.went(position, *key, seqs, &Outcome::Acked),
            Event::Removed { key, seqs, .. } | Event::Dropped { key, seqs } => {
                self.went(position, *key, seqs, &Outcome::Removed);
            }
            Event::Returned { key, why, items, .. } => {
                for item in items {
                    self.came_back(position, *key, *why, item);
                }
            }
            Event::QueueDeleted { queue } => self.traces.with_following(|following| following.forget_queue(*queue)),
            // Which messages became which is told by their passages.
            Event::Buried { .. } | Event::Carried { .. } | Event::Moved(MovedEvent { .. }) => {}
            Event::Booted { .. }
            | Event::QueueCreated { .. }
            | Event::QueueUpdated { .. }
            | Event::Reserved { .. }
            | Event::Published { .. }
            | Event::Leased(_)
            | Event::Extended { .. }
            | Event::Transferred { .. }
            | Event::Hastened { .. }
            | Event::RouterCreated { .. }
            | Event::RouterDeleted { .. }
            | Event::Bound(_)
            | Event::Unbound(_)
            | Event::RedriveStarted(_)
            | Event::RedriveEnded { .. } => {}
        }
    }

    /// Messages are no more.
    fn went(&mut self, position: Position, key: PartitionKey, seqs: &SeqRanges, outcome: &Outcome) {
        for range in seqs.ranges() {
            let gone = self.traces.with_following(|following| following.take_range(key, &range));
            for followed in gone {
                self.finish_work(position, &followed, outcome.clone());
            }
        }
    }

    /// A lease ended without an ack.
    fn came_back(&mut self, position: Position, key: PartitionKey, why: Return, item: &ReturnedItem) {
        let now_us = self.traces.watch.now_us();
        let before = self.traces.with_following(|following| {
            let followed = following.get_mut(MessageId::new(key, item.seq))?;
            let before = followed.clone();
            if let Now::Held(Held { work, .. }) = followed.now {
                followed.now = Now::Back { since_us: now_us, work };
            }
            Some(before)
        });
        let outcome = match why {
            Return::Released => Outcome::Released,
            Return::Expired => Outcome::LeaseExpired,
            Return::Failed => Outcome::Failed(item.record.reason.clone()),
            Return::Rejected => Outcome::Rejected(item.record.reason.clone()),
        };
        if let Some(before) = before {
            self.finish_work(position, &before, outcome);
        }
    }

    fn finish_work(&mut self, position: Position, followed: &Followed, outcome: Outcome) {
        let Now::Held(Held { since_us, work, wait, door, consumer, deliveries, failures }) = followed.now else {
            return;
        };
        let now_us = self.traces.watch.now_us();
        let step = Step::Work { door, consumer, deliveries, failures, outcome };
        let span = Span::new(&followed.strand, (work, Some(wait)), (since_us, now_us), followed.queue.clone(), step);
        self.hold(position, span);
    }

    /// A message became another one, in another queue.
    fn passed(&mut self, happened: &Happened<'_>, passage: &Passage) {
        let Passage { from, to, death } = *passage;
        let before =
            if self.traces.follows_any() { self.traces.with_following(|following| following.take(from)) } else { None };
        if let Some(followed) = &before {
            self.finish_work(happened.position, followed, Outcome::Removed);
        }
        let Some(message) = entered(happened, to) else { return };
        let id = message.facts.origin.as_ref().map_or(to, |origin| origin.id);
        let Some(strand) = self.traces.strand(id, message) else { return };
        let now_us = self.traces.watch.now_us();
        let (since_us, work) = match before.map(|followed| followed.now) {
            Some(Now::Back { since_us, work }) => (since_us, Some(work)),
            Some(Now::Held(held)) => (now_us, Some(held.work)),
            None => (now_us, None),
        };
        let target = self.catalog.by_id(to.key.queue);
        let (span, step) = match death {
            Some(reason) => (self.traces.names.bury(from), Step::Bury { reason, to: target }),
            // A message with another id than before begins with its move, as others begin with their publish.
            None => (self.traces.names.publish(id), Step::Move { to: target }),
        };
        let first = || if death.is_some() { Some(self.traces.names.publish(id)) } else { strand.sender };
        let ids = (span, work.or_else(first));
        let queue = self.catalog.by_id(from.key.queue);
        self.hold(happened.position, Span::new(&strand, ids, (since_us, now_us), queue, step));
    }

    /// Keeps a span until what it tells of is durable.
    fn hold(&mut self, position: Position, span: Span) {
        if position <= self.durable {
            let now_us = span.end_us;
            self.traces.gather(std::iter::once(ended_at(span, now_us)));
        } else if self.pending.len() < PENDING_MAX {
            self.pending.push_back((position, span));
        } else {
            self.traces.lack_room();
        }
    }
}

/// A publish lasts until it is durable; everything else has ended when it happened.
fn ended_at(span: Span, durable_us: u64) -> Span {
    match span.step {
        Step::Publish { .. } => Span { end_us: durable_us.max(span.start_us), ..span },
        Step::Wait { .. } | Step::Work { .. } | Step::Bury { .. } | Step::Move { .. } => span,
    }
}

/// The content of a message that has just entered a queue.
fn entered<'a>(happened: &Happened<'a>, to: MessageId) -> Option<&'a Arc<Message>> {
    happened.events.iter().find_map(|(event, _)| match event {
        Event::Published { key, first, messages } if *key == to.key => {
            messages.get(usize::try_from(to.seq.0.checked_sub(first.0)?).ok()?)
        }
        _ => None,
    })
}
