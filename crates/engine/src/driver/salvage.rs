//! What lives in a damaged store, written into a fresh one.
//!
//! ```text
//!   damaged store ── replay over holes ──→ state ─┐ which queues, which messages live, how often each was delivered
//!   its messages, in order ───────────────────────┴──→ records of a fresh journal
//! ```
//!
//! What it is not: the reading of either. Invariants: of each partition, messages keep their order and get new seqs without
//! gaps; a message enters once; what the damage hides is taken for living: it may come again, but it is not lost.

use crate::core::event::{Event, Return, ReturnedItem};
use crate::core::info::Annotations;
use crate::core::state::State;
use crate::driver::Recovering;
use crate::record;
use journal::{Journal, Opened, SeqSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::limits::SEQ_RESERVATION;
use vocab::{Message, PartitionId, PartitionKey, QueueId, QueueSettings, Seq, SubscriptionId};

/// A salvage under way.
pub struct Salvage<'a> {
    state: &'a State,
    /// What was taken of each partition, by the seqs it had.
    taken: BTreeMap<PartitionKey, SeqSet>,
    /// Queues that the state does not know: made later than anything that it could be read from.
    unknown: BTreeSet<QueueId>,
    payload: Vec<u8>,
}

impl Recovering {
    /// Salvages what this state says of a store.
    #[must_use]
    pub fn salvage(&self) -> Salvage<'_> {
        Salvage { state: &self.state, taken: BTreeMap::new(), unknown: BTreeSet::new(), payload: Vec::new() }
    }
}

impl Salvage<'_> {
    /// Begins the fresh store: its boot, every queue with its settings and its id, every router and its bindings.
    pub fn begin(&mut self, opened: &Opened, journal: &mut impl Journal) {
        let at_ms = self.state.log_ms;
        self.append(journal, &Event::Booted { epoch: opened.boot, clean: true, at_ms });
        for (id, queue) in &self.state.queues {
            let (name, settings) = (queue.info.name.clone(), Box::new(queue.info.settings.clone()));
            let (annotations, at_ms) = (queue.info.annotations.clone(), queue.info.created_ms);
            self.append(journal, &Event::QueueCreated { queue: *id, name, settings, annotations, at_ms });
        }
        for router in self.state.routers.kept.keys().filter_map(|id| self.state.routers.routing.router_by_id(*id)) {
            let (name, settings) = (router.name.clone(), Box::new(router.settings.clone()));
            let (router, kind, annotations, at_ms) =
                (router.id, router.kind, router.annotations.clone(), router.created_ms);
            self.append(journal, &Event::RouterCreated { router, name, kind, settings, annotations, at_ms });
        }
        for binding in self.state.routers.bindings() {
            self.append(journal, &Event::Bound(Arc::clone(binding)));
        }
    }

    /// Takes a message into the open commit, if it lives and was not taken before. Says whether it was taken.
    pub fn take(&mut self, journal: &mut impl Journal, key: PartitionKey, seq: Seq, message: Message) -> bool {
        if key.partition != PartitionId(0) || !self.lives(key, seq) {
            return false;
        }
        let taken = self.taken.entry(key).or_default();
        if !taken.insert(seq.0) {
            return false;
        }
        let new = Seq(taken.len());
        if !self.state.queues.contains_key(&key.queue) && self.unknown.insert(key.queue) {
            let (name, settings) = (format!("salvaged-{}", key.queue), Box::new(QueueSettings::default()));
            let (annotations, at_ms) = (Annotations::new(), self.state.log_ms);
            self.append(journal, &Event::QueueCreated { queue: key.queue, name, settings, annotations, at_ms });
        }
        let due_ms = self.due_ms(key, seq).or(message.facts.due_ms);
        journal.append_messages(key, new, &[Arc::new(message)]);
        self.carry_record(journal, key, seq, new, due_ms);
        true
    }

    /// Ends the fresh store: seqs are reserved as after any publish.
    pub fn finish(&mut self, journal: &mut impl Journal) {
        for (key, taken) in std::mem::take(&mut self.taken) {
            let below = Seq(taken.len() + 1 + SEQ_RESERVATION);
            self.append(journal, &Event::Reserved { key, below });
        }
    }

    fn lives(&self, key: PartitionKey, seq: Seq) -> bool {
        let Some(queue) = self.state.queues.get(&key.queue) else { return key.queue.0 >= self.state.next_queue };
        queue.is_live(key.partition, seq) || queue.log(key.partition).is_some_and(|log| seq >= log.next)
    }

    fn due_ms(&self, key: PartitionKey, seq: Seq) -> Option<u64> {
        let progress = self.state.queues.get(&key.queue)?.progress(SubscriptionId(0), key.partition)?;
        progress.waiting.get(&seq.0).copied()
    }

    /// A message that was delivered keeps its counts; a lease of it ends.
    fn carry_record(&mut self, journal: &mut impl Journal, key: PartitionKey, seq: Seq, new: Seq, due_ms: Option<u64>) {
        let queue = self.state.queues.get(&key.queue);
        let Some(progress) = queue.and_then(|queue| queue.progress(SubscriptionId(0), key.partition)) else { return };
        let leased = progress.leases.get(&seq.0).map(|lease| &lease.record);
        let Some(record) = leased.or_else(|| progress.returned.get(&seq.0)) else { return };
        let item = ReturnedItem { seq: new, due_ms: due_ms.unwrap_or(0), record: record.clone() };
        let (subscription, why) = (SubscriptionId(0), Return::Released);
        self.append(journal, &Event::Returned { key, subscription, why, items: vec![item] });
    }

    fn append(&mut self, journal: &mut impl Journal, event: &Event) {
        self.payload.clear();
        let (kind, queue) = record::encode(event, &mut self.payload).expect("these events are records of the engine's");
        journal.append(kind, true, queue, &self.payload);
    }
}
