//! Every event survives the way to disk and back; no input makes the reader panic.

use super::{decode, encode};
use crate::core::event::{
    Event, LeaseEnd, LeasedEvent, MovedEvent, Record, RedriveStartedEvent, Removal, Return, ReturnedItem,
};
use crate::core::redrive::{Outcome, RedriveId, RedriveTarget, Trouble};
use crate::core::seqs::SeqRanges;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use vocab::{
    Binding, BootEpoch, ConsumerId, HeaderMatch, HeaderValue, LeaseEpoch, PartitionId, PartitionKey, QueueId,
    QueueSettings, RouterId, RouterKind, RouterSettings, Seq, SessionId, SubscriptionId, Target,
};

prop_compose! {
    fn keys()(queue: u32, partition: u16) -> PartitionKey {
        PartitionKey::new(QueueId(queue), PartitionId(partition))
    }
}

fn ranges() -> impl Strategy<Value = SeqRanges> {
    proptest::collection::vec(any::<u64>(), 0..20).prop_map(|seqs| seqs.into_iter().map(|seq| Seq(seq >> 1)).collect())
}

prop_compose! {
    fn records()(deliveries: u32, failures: u32, first_delivered_ms: u64, epoch: u64, reason: Option<String>, rejected: bool) -> Record {
        let reason = reason.map(String::into_boxed_str);
        Record { deliveries, failures, first_delivered_ms, epoch: LeaseEpoch(epoch), reason, rejected }
    }
}

fn ends() -> impl Strategy<Value = LeaseEnd> {
    prop_oneof![
        any::<u64>().prop_map(LeaseEnd::Deadline),
        Just(LeaseEnd::Claim),
        any::<u64>().prop_map(|session| LeaseEnd::Session(SessionId(session))),
    ]
}

fn redrive_events() -> impl Strategy<Value = Event> {
    let id = || (any::<u32>(), any::<u32>()).prop_map(|(queue, number)| RedriveId { source: QueueId(queue), number });
    let target = (1_u32.., any::<String>()).prop_map(|(queue, name)| RedriveTarget { queue: QueueId(queue), name });
    let target = proptest::option::of(target);
    let outcome = proptest::sample::select(vec![Outcome::Done, Outcome::Cancelled, Outcome::TargetGone]);
    let troubles = [Trouble::NoOrigin, Trouble::OriginGone, Trouble::TooLarge, Trouble::Unreadable];
    let trouble = proptest::option::of(proptest::sample::select(troubles.to_vec()));
    prop_oneof![
        (id(), target, any::<u32>(), any::<[u64; 3]>()).prop_map(|(id, target, rate, [to_move, end, at_ms])| {
            let per_second = NonZeroU32::new(rate);
            Event::RedriveStarted(RedriveStartedEvent { id, target, per_second, to_move, end: Seq(end), at_ms })
        }),
        (keys(), any::<u32>(), ranges(), any::<[u64; 3]>(), trouble).prop_map(
            |(key, number, seqs, [position, next_ms, failed], trouble)| {
                let position = Seq(position);
                Event::Moved(MovedEvent { key, number, seqs, position, next_ms, failed, trouble })
            }
        ),
        (id(), outcome, any::<u64>()).prop_map(|(id, outcome, at_ms)| Event::RedriveEnded { id, outcome, at_ms }),
    ]
}

fn router_events() -> impl Strategy<Value = Event> {
    let router = || any::<u32>().prop_map(RouterId);
    let kind = (1_u8..=4).prop_map(|code| RouterKind::from_code(code).expect("there are four kinds"));
    let settings =
        any::<(Option<String>, bool, bool, bool)>().prop_map(|(alternate, internal, transient, auto_delete)| {
            Box::new(RouterSettings { alternate, internal, transient, auto_delete })
        });
    let created = (router(), any::<(String, u64)>(), kind, settings);
    let target = prop_oneof![
        any::<u32>().prop_map(|id| Target::Queue(QueueId(id))),
        any::<u32>().prop_map(|id| Target::Router(RouterId(id))),
    ];
    let value = prop_oneof![
        any::<String>().prop_map(HeaderValue::Text),
        any::<String>().prop_map(HeaderValue::Number),
        any::<Vec<u8>>().prop_map(|bytes| HeaderValue::Bytes(bytes.into())),
        any::<bool>().prop_map(HeaderValue::Bool),
    ];
    let wanted = proptest::collection::vec((any::<String>(), proptest::option::of(value)), 0..3);
    let criteria = (any::<bool>(), wanted).prop_map(|(any, wanted)| HeaderMatch { any, wanted });
    let binding = (router(), target, any::<String>(), proptest::option::of(criteria), any::<Vec<u8>>()).prop_map(
        |(source, target, key, criteria, notes)| {
            Arc::new(Binding { source, target, key, criteria, annotations: notes.into() })
        },
    );
    prop_oneof![
        created.prop_map(|(router, (name, at_ms), kind, settings)| {
            let annotations = BTreeMap::from([(name.clone(), name.clone())]);
            Event::RouterCreated { router, name, kind, settings, annotations, at_ms }
        }),
        router().prop_map(|router| Event::RouterDeleted { router }),
        (any::<bool>(), binding)
            .prop_map(|(bound, binding)| { if bound { Event::Bound(binding) } else { Event::Unbound(binding) } }),
    ]
}

fn removals() -> impl Strategy<Value = Removal> {
    prop_oneof![Just(Removal::Expired), Just(Removal::Purged), Just(Removal::TooLong), Just(Removal::Deleted)]
}

fn leases() -> impl Strategy<Value = LeasedEvent> {
    let end = prop_oneof![Just(LeaseEnd::Claim), any::<u64>().prop_map(LeaseEnd::Deadline)];
    let (subscription, epoch) = (any::<u16>().prop_map(SubscriptionId), any::<u64>().prop_map(LeaseEpoch));
    (keys(), subscription, ranges(), epoch, end, any::<u64>()).prop_map(
        |(key, subscription, seqs, first_epoch, end, at_ms)| {
            let consumer = ConsumerId::UNKNOWN;
            LeasedEvent { key, subscription, seqs, first_epoch, end, at_ms, consumer }
        },
    )
}

fn events() -> impl Strategy<Value = Event> {
    let subscription = || any::<u16>().prop_map(SubscriptionId);
    let item = (any::<u64>(), any::<u64>(), records()).prop_map(|(seq, due_ms, record)| ReturnedItem {
        seq: Seq(seq),
        due_ms,
        record,
    });
    prop_oneof![
        (any::<u32>(), any::<bool>(), any::<u64>()).prop_map(|(epoch, clean, at_ms)| Event::Booted {
            epoch: BootEpoch(epoch),
            clean,
            at_ms
        }),
        (any::<u32>(), any::<String>(), any::<u64>(), any::<String>()).prop_map(|(queue, name, at_ms, note)| {
            let settings = Box::new(QueueSettings { lease_ms: at_ms, ..QueueSettings::default() });
            let annotations = BTreeMap::from([(note.clone(), note)]);
            Event::QueueCreated { queue: QueueId(queue), name, settings, annotations, at_ms }
        }),
        prop_oneof![
            (keys(), any::<u64>()).prop_map(|(key, below)| Event::Reserved { key, below: Seq(below) }),
            redrive_events(),
            router_events(),
        ],
        leases().prop_map(Event::Leased),
        (keys(), subscription(), ranges()).prop_map(|(key, subscription, seqs)| Event::Acked {
            key,
            subscription,
            seqs
        }),
        (keys(), subscription(), proptest::collection::vec(item, 0..5)).prop_map(|(key, subscription, items)| {
            Event::Returned { key, subscription, why: Return::Failed, items }
        }),
        (keys(), subscription(), any::<u64>(), any::<u64>(), ends(), any::<u32>()).prop_map(
            |(key, subscription, seq, epoch, end, deliveries)| {
                Event::Transferred { key, subscription, seq: Seq(seq), epoch: LeaseEpoch(epoch), end, deliveries }
            }
        ),
        (keys(), ranges(), any::<u64>(), removals()).prop_map(|(key, seqs, line, why)| Event::Removed {
            key,
            seqs,
            why,
            over_below: Seq(line)
        }),
        prop_oneof![
            (keys(), any::<u64>())
                .prop_map(|(key, seq)| Event::Buried { key, seqs: SeqRanges::span(Seq(seq), Seq(seq)) }),
            (keys(), ranges()).prop_map(|(key, seqs)| Event::Buried { key, seqs }),
            (keys(), ranges()).prop_map(|(key, seqs)| Event::Dropped { key, seqs }),
            (keys(), ranges()).prop_map(|(key, seqs)| Event::Carried { key, seqs }),
            (keys(), subscription(), ranges()).prop_map(|(key, subscription, seqs)| Event::Hastened {
                key,
                subscription,
                seqs
            }),
        ],
        (keys(), subscription(), proptest::collection::vec((any::<u64>().prop_map(Seq), any::<u64>()), 0..5))
            .prop_map(|(key, subscription, items)| Event::Extended { key, subscription, items }),
    ]
}

proptest! {
    #[test]
    fn every_event_reads_back(event in events()) {
        let mut payload = Vec::new();
        let (kind, _) = encode(&event, &mut payload).expect("none of these is left out");
        prop_assert_eq!(decode(kind, &payload), Ok(event));
    }

    #[test]
    fn any_bytes_are_read_without_panic(kind: u8, payload: Vec<u8>) {
        let _ = decode(kind, &payload);
    }

    #[test]
    fn a_shortened_payload_is_refused(event in events()) {
        let mut payload = Vec::new();
        let (kind, _) = encode(&event, &mut payload).expect("none of these is left out");
        payload.pop();
        prop_assert!(decode(kind, &payload).is_err());
    }
}
