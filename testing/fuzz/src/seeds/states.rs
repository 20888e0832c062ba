//! One engine record per kind, and checkpoints of the states that such events make.

use super::{Seed, routers};
use engine::core::event::{
    Event, LeaseEnd, LeasedEvent, MovedEvent, Record, RedriveStartedEvent, Removal, Return, ReturnedItem,
};
use engine::core::redrive::{Outcome, RedriveId, RedriveTarget, Trouble};
use engine::core::seqs::SeqRanges;
use engine::core::state::State;
use engine::{fuzz, record};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use vocab::{
    BootEpoch, BuryPolicy, ConsumerId, CountedBy, DeadLetter, DedupPolicy, DedupScope, Facts, LeaseEpoch, LengthLimit,
    Message, PartitionId, PartitionKey, QueueId, QueueSettings, Seq, SubscriptionId,
};

const KEY: PartitionKey = PartitionKey { queue: QueueId(1), partition: PartitionId(0) };
const READER: SubscriptionId = SubscriptionId(0);
const NOW_MS: u64 = 1_700_000_000_000;

pub(super) fn seeds() -> Vec<Seed> {
    let mut seeds: Vec<Seed> =
        events().iter().filter_map(|(name, event)| Some(Seed::new("engine_record", name, encoded(event)?))).collect();
    seeds.push(Seed::new("checkpoint", "empty", fuzz::checkpoint_input(&mut State::default())));
    seeds.push(Seed::new("checkpoint", "one-queue", fuzz::checkpoint_input(&mut state_after(3))));
    seeds.push(Seed::new(
        "checkpoint",
        "leased-and-returned",
        fuzz::checkpoint_input(&mut state_after(events().len())),
    ));
    seeds
}

/// The kind, then the payload; nothing for an event that is not an engine's record.
fn encoded(event: &Event) -> Option<Vec<u8>> {
    let mut payload = Vec::new();
    let (kind, _queue) = record::encode(event, &mut payload)?;
    payload.insert(0, kind);
    Some(payload)
}

fn state_after(count: usize) -> State {
    let mut state = State::default();
    for (_, event) in &events()[..count] {
        state.apply(event);
    }
    state
}

/// A history: it can be applied from its start, and holds every kind of event except the end of the queue.
fn events() -> Vec<(&'static str, Event)> {
    [catalog(), deliveries(), departures(), redrives(), routers::events(KEY.queue, NOW_MS)].concat()
}

fn catalog() -> Vec<(&'static str, Event)> {
    let dead_letter = DeadLetter::Router { router: "dead".into(), key: Some("jobs".into()) };
    let bury = BuryPolicy { counted_by: CountedBy::Failures, max: Some(3), dead_letter, expired: true };
    let settings = Box::new(QueueSettings {
        retention_ms: Some(60_000),
        bury: Some(bury),
        priority_max: 9,
        length: Some(LengthLimit { bytes_max: Some(1_000), ..LengthLimit::default() }),
        dedup: Some(DedupPolicy { window_ms: 300_000, scope: DedupScope::Lane }),
        ..QueueSettings::default()
    });
    let annotations = BTreeMap::from([("team".to_owned(), "billing".to_owned())]);
    let created = Event::QueueCreated {
        queue: KEY.queue,
        name: "jobs".into(),
        settings: settings.clone(),
        annotations: annotations.clone(),
        at_ms: NOW_MS,
    };
    vec![
        ("booted", Event::Booted { epoch: BootEpoch(1), clean: true, at_ms: NOW_MS }),
        ("queue-created", created),
        ("queue-updated", Event::QueueUpdated { queue: KEY.queue, settings, annotations, at_ms: NOW_MS + 1 }),
        ("queue-deleted", Event::QueueDeleted { queue: QueueId(2) }),
        ("reserved", Event::Reserved { key: KEY, below: Seq(2_000) }),
        ("published", Event::Published { key: KEY, first: Seq(1), messages: messages() }),
    ]
}

fn deliveries() -> Vec<(&'static str, Event)> {
    let leased = LeasedEvent {
        key: KEY,
        subscription: READER,
        seqs: seqs(&[1, 2, 3, 5, 6, 7]),
        first_epoch: LeaseEpoch(1 << 32),
        end: LeaseEnd::Deadline(NOW_MS + 30_000),
        at_ms: NOW_MS,
        consumer: ConsumerId::UNKNOWN,
    };
    let returned = Event::Returned {
        key: KEY,
        subscription: READER,
        why: Return::Failed,
        items: vec![item(2, 0, None), item(3, NOW_MS + 5_000, Some("timeout"))],
    };
    let transferred = Event::Transferred {
        key: KEY,
        subscription: READER,
        seq: Seq(6),
        epoch: LeaseEpoch(9 << 32),
        end: LeaseEnd::Claim,
        deliveries: 2,
    };
    vec![
        ("leased", Event::Leased(leased)),
        ("extended", Event::Extended { key: KEY, subscription: READER, items: vec![(Seq(5), NOW_MS + 60_000)] }),
        ("transferred", transferred),
        ("returned", returned),
    ]
}

fn departures() -> Vec<(&'static str, Event)> {
    let removed = Event::Removed { key: KEY, seqs: seqs(&[10, 11, 13]), why: Removal::Purged, over_below: Seq(1) };
    vec![
        ("acked", Event::Acked { key: KEY, subscription: READER, seqs: seqs(&[1, 7]) }),
        ("removed", removed),
        ("trimmed", Event::Removed { key: KEY, seqs: seqs(&[9]), why: Removal::TooLong, over_below: Seq(1) }),
        ("buried", Event::Buried { key: KEY, seqs: seqs(&[2]) }),
        ("buried-together", Event::Buried { key: KEY, seqs: seqs(&[4, 8]) }),
        ("dropped", Event::Dropped { key: KEY, seqs: seqs(&[9]) }),
    ]
}

/// One redrive that ended, and one that runs.
fn redrives() -> Vec<(&'static str, Event)> {
    let id = |number| RedriveId { source: KEY.queue, number };
    let started = |number| RedriveStartedEvent {
        id: id(number),
        target: Some(RedriveTarget { queue: QueueId(3), name: "elsewhere".into() }),
        per_second: NonZeroU32::new(10),
        to_move: 2,
        end: Seq(21),
        at_ms: NOW_MS,
    };
    let moved = MovedEvent {
        key: KEY,
        number: 1,
        seqs: seqs(&[17, 18]),
        position: Seq(20),
        next_ms: NOW_MS + 200,
        failed: 1,
        trouble: Some(Trouble::TooLarge),
    };
    vec![
        ("redrive-started", Event::RedriveStarted(started(1))),
        ("moved", Event::Moved(moved)),
        ("redrive-ended", Event::RedriveEnded { id: id(1), outcome: Outcome::Cancelled, at_ms: NOW_MS + 300 }),
        ("redrive-started-again", Event::RedriveStarted(started(2))),
    ]
}

fn seqs(seqs: &[u64]) -> SeqRanges {
    seqs.iter().copied().map(Seq).collect()
}

fn item(seq: u64, due_ms: u64, reason: Option<&str>) -> ReturnedItem {
    let record = Record {
        deliveries: 1,
        failures: 1,
        first_delivered_ms: NOW_MS,
        epoch: LeaseEpoch(1 << 32),
        reason: reason.map(Into::into),
        rejected: reason.is_some(),
    };
    ReturnedItem { seq: Seq(seq), due_ms, record }
}

/// Twenty messages: the fifteenth waits, the sixteenth has an expiry of its own, every other one has a dedup id, most
/// have a priority.
fn messages() -> Vec<Arc<Message>> {
    let message = |seq: u64| {
        let facts = Facts {
            published_ms: NOW_MS,
            due_ms: (seq == 15).then_some(NOW_MS + 10_000),
            expires_ms: (seq == 16).then_some(NOW_MS + 20_000),
            lane: Some(format!("lane {}", seq % 3)),
            priority: u8::try_from(seq % 4).expect("it is below four"),
            dedup: seq.is_multiple_of(2).then(|| format!("id {seq}")),
            ..Facts::default()
        };
        Arc::new(Message { facts, ..Message::with_body("body") })
    };
    (1..=20).map(message).collect()
}
