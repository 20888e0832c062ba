//! Replay over a log with holes: whatever records are missing, nothing panics, and nothing that lives and was seen is called gone.

use super::replay::{Act, acts, bench_with_queues, run};
use crate::core::event::Event;
use crate::driver::Recovering;
use crate::record;
use journal::{Replay, ReplayRecord};
use proptest::prelude::*;
use vocab::{PartitionKey, QueueId, Seq};

/// Shows an event as the journal would; says whether it was taken.
pub(super) fn show(recovering: &mut Recovering, event: &Event) {
    let mut payload = Vec::new();
    let shown = match (event, record::encode(event, &mut payload)) {
        (Event::Published { key, first, messages }, _) => {
            ReplayRecord::Messages { key: *key, first: *first, messages: messages.clone() }
        }
        (_, Some((kind, queue))) => ReplayRecord::Engine { kind, critical: true, queue, payload: &payload },
        // Leases of sessions are not journaled.
        (_, None) => return,
    };
    recovering.record(shown).expect("over holes everything known is taken");
}

fn is_made(event: &Event) -> Option<QueueId> {
    if let Event::QueueCreated { queue, .. } = event { Some(*queue) } else { None }
}

fn check(acts: &[Act], missing: impl Fn(usize) -> bool) {
    let (mut bench, queues) = bench_with_queues();
    run(&mut bench, &queues, acts, &mut Vec::new());
    let mut recovering = Recovering::over_holes();
    let mut seen: Vec<(PartitionKey, Seq)> = Vec::new();
    for (index, event) in bench.events.iter().enumerate() {
        // A queue whose making is missing is unknown, and so is everything in it.
        if missing(index) && is_made(event).is_none() {
            continue;
        }
        show(&mut recovering, event);
        if let Event::Published { key, first, messages } = event {
            seen.extend((first.0..).zip(messages).map(|(seq, _)| (*key, Seq(seq))));
        }
    }
    for (key, seq) in seen {
        let queue = &bench.machine.state.queues[&key.queue];
        let lives = queue.is_live(key.partition, seq);
        assert!(!lives || recovering.is_live(key, seq), "message {seq} of queue {} lives", key.queue);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_lives_and_was_seen_is_called_living(
        acts in acts(0),
        missing in proptest::collection::vec(proptest::bool::weighted(0.2), 64),
    ) {
        check(&acts, |index| missing[index % missing.len()]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn so_it_is_over_crashes(
        acts in acts(1),
        missing in proptest::collection::vec(proptest::bool::weighted(0.2), 64),
    ) {
        check(&acts, |index| missing[index % missing.len()]);
    }
}

#[test]
fn messages_that_a_hole_took_are_missed_until_a_later_record_ends_them() {
    let (mut bench, queues) = bench_with_queues();
    let queue = queues[0];
    let first = bench.publish_plain(queue, 2);
    bench.publish_plain(queue, 3);
    let last = bench.publish_plain(queue, 1);
    let key = PartitionKey { queue, ..PartitionKey::default() };
    let mut recovering = Recovering::over_holes();
    let published = |event: &&Event| matches!(event, Event::Published { .. });
    let lost = bench.events.iter().filter(published).nth(1).expect("three publishes").clone();
    bench.events.iter().filter(|event| **event != lost).for_each(|event| show(&mut recovering, event));
    assert_eq!((first.0, last.0), (1, 6));
    let held = [(key, [1, 2, 6].into_iter().collect())].into();
    let audit = recovering.audit(&held, &[].into());
    let of_queue = audit.partitions.iter().find(|partition| partition.key == key).expect("it exists");
    assert_eq!(of_queue.lost.iter().collect::<Vec<_>>(), [3, 4, 5]);
    assert!(audit.contradictions.is_empty(), "{:?}", audit.contradictions);
    let none_left = recovering.audit(&[].into(), &held);
    assert_eq!(
        none_left.partitions.iter().map(|partition| partition.lost.len()).sum::<u64>(),
        3,
        "a run holds them too"
    );
    let twice = recovering.audit(&held, &held);
    assert_eq!(twice.contradictions.len(), 1, "{:?}", twice.contradictions);
}
