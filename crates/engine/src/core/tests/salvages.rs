//! A salvaged store opens, and holds what lived: queues, messages in their order, their counts, routers and bindings.

use super::holes::show;
use super::replay::{Act, acts, bench_with_queues, run};
use crate::core::event::Event;
use crate::core::state::State;
use crate::driver::Recovering;
use journal::{Fetch, Journal, MemoryStore, Urgency};
use proptest::prelude::*;
use std::sync::Arc;
use vocab::{Message, PartitionKey, QueueId, Seq, SubscriptionId};

/// What is known of a queue's living messages, in order: deliveries and failures.
fn counts(state: &State, queue: QueueId) -> Vec<(u32, u32)> {
    let queue = &state.queues[&queue];
    let progress = &queue.subscriptions[&SubscriptionId(0)][0];
    let count = |seq| {
        let leased = progress.leases.get(&seq).map(|lease| &lease.record);
        leased.or_else(|| progress.returned.get(&seq)).map_or((0, 0), |record| (record.deliveries, record.failures))
    };
    queue.live_seqs(vocab::PartitionId(0), Seq(0)..=Seq(u64::MAX - 1)).iter().map(count).collect()
}

fn check(acts: &[Act]) {
    let (mut bench, queues) = bench_with_queues();
    run(&mut bench, &queues, acts, &mut Vec::new());
    let mut damaged = Recovering::over_holes();
    bench.events.iter().for_each(|event| show(&mut damaged, event));

    let store = MemoryStore::new();
    let (mut journal, opened) = store.open(&mut Recovering::default()).expect("an empty store opens");
    let mut salvage = damaged.salvage();
    salvage.begin(&opened, &mut journal);
    let mut taken: Vec<(PartitionKey, Arc<Message>)> = Vec::new();
    for event in &bench.events {
        let Event::Published { key, first, messages } = event else { continue };
        for (seq, message) in (first.0..).map(Seq).zip(messages) {
            if salvage.take(&mut journal, *key, seq, Message::clone(message)) {
                taken.push((*key, message.clone()));
            }
            assert!(!salvage.take(&mut journal, *key, seq, Message::clone(message)), "a message enters once");
        }
    }
    salvage.finish(&mut journal);
    journal.submit(Urgency::Now);
    journal.poll().expect("memory does not fail");

    let mut fresh = Recovering::default();
    let (journal, _) = store.open(&mut fresh).expect("what was written reads back");
    let state = fresh.finish(&journal).expect("it holds what it says").state;
    for queue in queues {
        assert_eq!(counts(&state, queue), counts(damaged.state(), queue), "queue {queue}");
        let key = PartitionKey { queue, ..PartitionKey::default() };
        let expected = taken.iter().filter(|(of, _)| *of == key).map(|(_, message)| message);
        for (seq, message) in (1..).map(Seq).zip(expected) {
            assert!(matches!(journal.fetch(key, seq), Fetch::Ready(found) if found == *message), "{seq} of {queue}");
        }
    }
    let routers = |state: &State| state.routers.bindings().cloned().collect::<Vec<_>>();
    assert_eq!(routers(&state), routers(damaged.state()));
    assert_eq!(state.routers.kept.len(), damaged.state().routers.kept.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_lived_lives_on(acts in acts(0)) {
        check(&acts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn so_it_does_over_crashes(acts in acts(1)) {
        check(&acts);
    }
}
