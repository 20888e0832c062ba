//! Decides where messages go that are set aside: into other queues, in the step that ends them in theirs, or nowhere.
//!
//! What it is not: when that happens. A message at its limit, or rejected, is found by [`crate::core::machine`] when its lease ends or
//! when it is picked; what is over its time by a [`crate::core::sweep`]. Both have it read, and come here; so does a publish that
//! its queue has no room for.
//!
//! Invariant: a message enters all of its dead-letter queues, and leaves its own, in one decision, or nothing happens to it.

mod entering;
mod refused;

use crate::core::command::BuryFetched;
use crate::core::decide::Decision;
use crate::core::event::{Event, Record, Removal};
use crate::core::passage::Passage;
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use crate::core::sweep::{Aside, may_be_swept};
use entering::{Entering, buried};
use std::sync::Arc;
use vocab::limits::MOVE_BATCH_BYTES;
use vocab::names::{shown_within, stored_beside};
use vocab::origin::{dying_again, is_circle};
use vocab::{
    BuryPolicy, BuryReason, CountedBy, DeadLetter, Death, DeathReason, Message, MessageId, Origin, PartitionKey,
    QueueId, Route, Seq, SubscriptionId,
};

/// What became of messages that were to be buried.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Buried {
    /// How many of them were looked at: the others would make too large a commit.
    pub looked_at: usize,
    /// Of these, the ones that stay where they are, in order.
    pub staying: Vec<Seq>,
    /// What the others became.
    pub passages: Vec<Passage>,
}

/// What happens to one message.
enum Way {
    /// It enters these queues, at least one, like this.
    Into(Vec<QueueId>, Arc<Message>),
    /// There is no place for it: it goes.
    Nowhere,
    /// It is over its time, and nobody wants it any more.
    Expires,
    /// It stays where it is.
    Stays,
}

/// The messages of one decision, sorted by what happens to them.
#[derive(Default)]
struct Parting {
    entering: Entering,
    passages: Vec<Passage>,
    buried: SeqRanges,
    dropped: SeqRanges,
    expired: SeqRanges,
}

impl State {
    /// Messages that were read out of their queue, each to where its queue's policy wants it, if it is still there to be
    /// set aside.
    #[must_use]
    pub fn decide_bury(&self, fetched: &BuryFetched, now_ms: u64) -> Decision<Buried> {
        let (key, mut answer, mut parting) = (fetched.key, Buried::default(), Parting::default());
        let Some(queue) = self.queues.get(&key.queue) else { return Decision::unchanged(answer) };
        for (seq, message) in &fetched.messages {
            answer.looked_at += 1;
            match self.way_of(queue, fetched, *seq, message.as_deref(), now_ms) {
                Way::Into(targets, message) => parting.add(self, MessageId::new(key, *seq), targets, &message),
                Way::Nowhere => parting.dropped.push(*seq),
                Way::Expires => parting.expired.push(*seq),
                Way::Stays => answer.staying.push(*seq),
            }
            if parting.entering.bytes >= MOVE_BATCH_BYTES {
                break;
            }
        }
        answer.passages = std::mem::take(&mut parting.passages);
        Decision { events: parting.into_events(self, queue, key), answer }
    }

    fn way_of(&self, queue: &Queue, fetched: &BuryFetched, seq: Seq, message: Option<&Message>, now_ms: u64) -> Way {
        let key = fetched.key;
        let record = queue.progress(SubscriptionId(0), key.partition).and_then(|p| p.returned.get(&seq.0));
        let reason = if fetched.swept {
            let asked = self.volatile.sweeps.get(&key).and_then(|sweep| sweep.asked(seq));
            match asked.filter(|_| may_be_swept(queue, key.partition, seq)) {
                None => return Way::Stays,
                Some(Aside::Expired) if !self.takes(queue, Aside::Expired) => return Way::Expires,
                Some(Aside::TooLong) if !self.takes(queue, Aside::TooLong) => return Way::Nowhere,
                // What a consumer said of it goes before what time, or its queue's length, did to it.
                Some(_) if record.is_some_and(|record| record.rejected) => queue.bury_reason(record),
                Some(why) => why.reason(),
            }
        } else if self.is_buriable(queue, key, seq) {
            queue.bury_reason(record)
        } else {
            return Way::Stays;
        };
        let Some(policy) = &queue.info.settings.bury else { return Way::Stays };
        if policy.dead_letter == DeadLetter::Nowhere {
            return Way::Nowhere;
        }
        let Some(message) = message else { return Way::Stays };
        let id = MessageId::new(key, seq);
        let origin = origin_of(queue, id, message, record, reason, now_ms);
        match self.targets_of(queue, policy, message, &origin.deaths) {
            None => Way::Stays,
            Some((targets, _)) if targets.is_empty() => Way::Nowhere,
            Some((targets, route)) => Way::Into(targets, Arc::new(buried(message, origin, route, now_ms))),
        }
    }

    /// The queues that take a message with these deaths, and the way that it comes to them; `None` while the one that the policy
    /// names does not exist.
    fn targets_of(
        &self,
        queue: &Queue,
        policy: &BuryPolicy,
        message: &Message,
        deaths: &[Death],
    ) -> Option<(Vec<QueueId>, Option<Box<Route>>)> {
        Some(match &policy.dead_letter {
            DeadLetter::Nowhere => (Vec::new(), None),
            DeadLetter::Queue(_) => {
                let target = self.dead_letter_of(queue)?;
                // Each lap of such a circle takes a consumer, unless nothing but time and length drive it.
                let breaks = |reason| matches!(reason, DeathReason::Rejected | DeathReason::Limit);
                (self.outside_circles(vec![target.info.id], deaths, breaks), message.facts.route.clone())
            }
            DeadLetter::Router { router, key } => {
                let keys = keys_of(queue, router, key.as_ref(), message);
                let names: Vec<&str> = keys.iter().map(String::as_str).collect();
                let matching = self.route(router, &names, &message.headers).unwrap_or_default();
                let breaks = |reason| reason == DeathReason::Rejected;
                let route = Route { router: router.clone(), keys };
                (self.outside_circles(matching, deaths, breaks), Some(Box::new(route)))
            }
        })
    }

    /// Those of the queues in which the message would not go around for ever.
    fn outside_circles(
        &self,
        mut targets: Vec<QueueId>,
        deaths: &[Death],
        breaks: impl Fn(DeathReason) -> bool,
    ) -> Vec<QueueId> {
        targets.retain(|target| {
            self.queues.get(target).is_some_and(|target| !is_circle(deaths, &target.info.name, &breaks))
        });
        targets
    }

    /// Whether a message waits in its queue to be buried.
    fn is_buriable(&self, queue: &Queue, key: PartitionKey, seq: Seq) -> bool {
        let Some(progress) = queue.progress(SubscriptionId(0), key.partition) else { return false };
        let record = progress.returned.get(&seq.0).filter(|_| progress.is_set_apart(seq));
        record.is_some_and(|record| queue.must_bury(record)) && self.has_place(queue)
    }

    /// The one queue that takes what `queue` sets aside, if its policy names one, and that exists and is another one.
    #[must_use]
    pub(crate) fn dead_letter_of(&self, queue: &Queue) -> Option<&Queue> {
        let name = queue.info.settings.bury.as_ref()?.queue()?;
        self.queue_named(name).filter(|target| target.info.id != queue.info.id)
    }

    /// Whether what the queue sets aside does not have to stay.
    #[must_use]
    pub(crate) fn has_place(&self, queue: &Queue) -> bool {
        match queue.info.settings.bury.as_ref().map(|policy| &policy.dead_letter) {
            None => false,
            Some(DeadLetter::Queue(_)) => self.dead_letter_of(queue).is_some(),
            Some(DeadLetter::Router { .. } | DeadLetter::Nowhere) => true,
        }
    }

    /// Whether the queue sets messages aside for this, so that they have to be read before they go.
    #[must_use]
    pub(crate) fn takes(&self, queue: &Queue, why: Aside) -> bool {
        let Some(policy) = &queue.info.settings.bury else { return false };
        let wanted = match why {
            Aside::Expired => policy.expired,
            Aside::TooLong => true,
        };
        wanted && policy.dead_letter != DeadLetter::Nowhere && self.has_place(queue)
    }

    /// Whether the queue of this id sets aside what is over its time.
    #[must_use]
    pub(crate) fn takes_expired(&self, queue: QueueId) -> bool {
        self.queues.get(&queue).is_some_and(|queue| self.takes(queue, Aside::Expired))
    }

    /// Whether a message with this record is to be set aside, and can be.
    #[must_use]
    pub(crate) fn is_doomed(&self, queue: QueueId, record: &Record) -> bool {
        self.queues.get(&queue).is_some_and(|queue| queue.must_bury(record) && self.has_place(queue))
    }
}

/// The keys that a message is published again with through `router`. Without a router a key is a queue's name as it is stored; with one
/// it is what those within the queue's name space say.
fn keys_of(queue: &Queue, router: &str, key: Option<&String>, message: &Message) -> Vec<String> {
    let name = &queue.info.name;
    match (key, message.facts.route.as_deref()) {
        (Some(key), _) => vec![key.clone()],
        (None, Some(route)) => match (route.router.is_empty(), router.is_empty()) {
            (true, false) => route.keys.iter().map(|key| shown_within(key).to_owned()).collect(),
            (false, true) => route.keys.iter().map(|key| stored_beside(name, key).into_owned()).collect(),
            (true, true) | (false, false) => route.keys.clone(),
        },
        (None, None) if router.is_empty() => vec![name.clone()],
        (None, None) => vec![shown_within(name).to_owned()],
    }
}

/// What a message tells of itself when it leaves this queue: its first identity, and all of its deaths.
fn origin_of(
    queue: &Queue,
    id: MessageId,
    message: &Message,
    record: Option<&Record>,
    reason: BuryReason,
    now_ms: u64,
) -> Origin {
    let before = message.facts.origin.as_deref();
    let deaths = before.map_or(&[][..], |origin| &origin.deaths);
    let name = &queue.info.name;
    Origin {
        id: before.map_or(id, |origin| origin.id),
        queue: name.clone(),
        published_ms: before.map_or(message.facts.published_ms, |origin| origin.published_ms),
        buried_ms: now_ms,
        deliveries: record.map_or(0, |record| record.deliveries),
        failures: record.map_or(0, |record| record.failures),
        deaths: dying_again(deaths, name, reason.death(), now_ms, message.facts.route.as_deref()),
        reason,
    }
}

impl Parting {
    fn add(&mut self, state: &State, from: MessageId, targets: Vec<QueueId>, message: &Arc<Message>) {
        self.buried.push(from.seq);
        let death = message.facts.origin.as_ref().map(|origin| origin.reason.death());
        for target in &targets {
            let to = self.entering.next_id(state, *target);
            self.passages.push(Passage { from, to, death });
        }
        self.entering.add(targets, message);
    }

    fn into_events(self, state: &State, queue: &Queue, key: PartitionKey) -> Vec<Event> {
        let mut events = self.entering.into_events(state);
        if !self.buried.is_empty() {
            events.push(Event::Buried { key, seqs: self.buried });
        }
        if !self.dropped.is_empty() {
            events.push(Event::Dropped { key, seqs: self.dropped });
        }
        if !self.expired.is_empty() {
            let over_below = queue.log(key.partition).expect("the messages' partition exists").over_below;
            events.push(Event::Removed { key, seqs: self.expired, why: Removal::Expired, over_below });
        }
        events
    }
}

impl Queue {
    /// Whether the queue's policy sets a message with this record aside.
    #[must_use]
    pub(crate) fn must_bury(&self, record: &Record) -> bool {
        self.info.settings.bury.as_ref().is_some_and(|policy| {
            let count = match policy.counted_by {
                CountedBy::Deliveries => record.deliveries,
                CountedBy::Failures => record.failures,
            };
            record.rejected || policy.max.is_some_and(|max| count >= max)
        })
    }

    fn bury_reason(&self, record: Option<&Record>) -> BuryReason {
        let words = record.and_then(|record| record.reason.as_deref()).map(str::to_owned);
        match self.info.settings.bury.as_ref().map(|policy| policy.counted_by) {
            _ if record.is_some_and(|record| record.rejected) => BuryReason::Rejected(words),
            Some(CountedBy::Failures) => BuryReason::TooManyFailures(words),
            Some(CountedBy::Deliveries) | None => BuryReason::TooManyDeliveries,
        }
    }
}
