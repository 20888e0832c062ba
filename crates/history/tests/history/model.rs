//! Lookups over random histories say what a list of everything says.

use crate::store::{Store, id, key, steps};
use history::{Ending, Passage, What};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vocab::{DeathReason, DoorCode, MessageId, Seq};

/// What is done, by numbers that the run reduces to what is possible.
#[derive(Clone, Debug)]
enum Deed {
    Publish { queue: u32, count: u64 },
    Deliver { nth: usize },
    Fail { nth: usize },
    Ack { nth: usize },
    Bury { nth: usize, queue: u32 },
    WriteOut,
    Kill,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (1_u32..4, 1_u64..4).prop_map(|(queue, count)| Deed::Publish { queue, count }),
        4 => any::<usize>().prop_map(|nth| Deed::Deliver { nth }),
        2 => any::<usize>().prop_map(|nth| Deed::Fail { nth }),
        2 => any::<usize>().prop_map(|nth| Deed::Ack { nth }),
        2 => (any::<usize>(), 1_u32..4).prop_map(|(nth, queue)| Deed::Bury { nth, queue }),
        2 => Just(Deed::WriteOut),
        1 => Just(Deed::Kill),
    ]
}

/// Everything that happened, by message, and what became of whom.
#[derive(Default)]
struct Model {
    next: BTreeMap<u32, u64>,
    living: Vec<MessageId>,
    moments: Vec<(MessageId, u64, What)>,
    became: BTreeMap<MessageId, MessageId>,
}

impl Model {
    fn enter(&mut self, queue: u32, at_ms: u64) -> MessageId {
        let next = self.next.entry(queue).or_insert(1);
        let entered = id(queue, *next);
        *next += 1;
        self.living.push(entered);
        self.moments.push((entered, at_ms, What::Published));
        entered
    }

    fn life(&self, of: MessageId) -> Vec<(u64, What)> {
        let mut ids = vec![of];
        while let Some(before) = self.became.iter().find(|(_, to)| **to == ids[0]).map(|(from, _)| *from) {
            ids.insert(0, before);
        }
        while let Some(to) = self.became.get(ids.last().expect("at least one")) {
            ids.push(*to);
        }
        let of_it = self.moments.iter().filter(|(id, ..)| ids.contains(id));
        of_it.map(|(_, at_ms, what)| (*at_ms, *what)).collect()
    }
}

fn apply(store: &mut Store, model: &mut Model, deed: &Deed, at_ms: u64) {
    let chosen = |nth: &usize, model: &Model| {
        let count = model.living.len();
        (count > 0).then(|| (nth % count, model.living[nth % count]))
    };
    match deed {
        Deed::Publish { queue, count } => {
            let entered: Vec<_> = (0..*count).map(|_| model.enter(*queue, at_ms)).collect();
            store.publish(at_ms, *queue, entered[0].seq.0, *count);
        }
        Deed::Deliver { nth } => {
            let Some((_, of)) = chosen(nth, model) else { return };
            store.deliver(at_ms, of.key.queue.0, of.seq.0, 1);
            model.moments.push((of, at_ms, What::Delivered));
        }
        Deed::Fail { nth } => {
            let Some((_, of)) = chosen(nth, model) else { return };
            store.end(at_ms, of.key.queue.0, of.seq.0, Ending::Failed, "no");
            model.moments.push((of, at_ms, What::Failed));
        }
        Deed::Ack { nth } => {
            let Some((at, of)) = chosen(nth, model) else { return };
            store.end(at_ms, of.key.queue.0, of.seq.0, Ending::Acked, "");
            model.moments.push((of, at_ms, What::Acked));
            model.living.swap_remove(at);
        }
        Deed::Bury { nth, queue } => {
            let Some((at, of)) = chosen(nth, model) else { return };
            model.living.swap_remove(at);
            let to = model.enter(*queue, at_ms);
            store.commit(at_ms, |recording| {
                recording.published(key(*queue), to.seq, 1, DoorCode(0));
                recording.became(of.key, Passage::Buried(DeathReason::Limit), Seq(of.seq.0), 1, to);
            });
            model.moments.push((of, at_ms, What::Buried));
            model.became.insert(of, to);
        }
        Deed::WriteOut => {
            store.history.write_out();
        }
        Deed::Kill => unreachable!("the run does that"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_life_is_that_of_the_model(deeds in proptest::collection::vec(deed(), 1..60)) {
        // Small enough for several files, large enough that nothing goes.
        let (mut store, mut model) = (Store::new(32 * 1024), Model::default());
        for (at_ms, deed) in (2..).zip(&deeds) {
            if matches!(deed, Deed::Kill) {
                store.history.write_out();
                store = store.kill();
            } else {
                apply(&mut store, &mut model, deed, at_ms);
            }
        }
        let ids: Vec<_> = model.moments.iter().map(|(id, ..)| *id).collect();
        for of in ids {
            // What only a restart explains is the teller's.
            let mut told = steps(&store.life(of.key.queue.0, of.seq.0));
            told.retain(|(_, what)| *what != What::Released);
            prop_assert_eq!(told, model.life(of));
        }
    }
}
