//! Decides what an operator does with single messages, whoever holds them.
//!
//! What it is not: a settlement. No token is needed, and a lease that ends by it leaves its consumer with the error that fits: the
//! message is gone, or not leased any more.

use crate::core::browse::MessageState;
use crate::core::command::Intervention;
use crate::core::decide::Decision;
use crate::core::decide::settle::Endings;
use crate::core::error::{InterveneError, NoSuchQueue};
use crate::core::event::{Event, Record, Removal, Return, ReturnedItem};
use crate::core::state::{Queue, State};
use std::collections::BTreeSet;
use vocab::mutant::{self, Mutant};
use vocab::{PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

/// Queues are dealt with as a whole: they have one partition and one subscription.
const PARTITION: PartitionId = PartitionId(0);
const READER: SubscriptionId = SubscriptionId(0);

/// What a decision does with the messages of one queue.
#[derive(Default)]
struct Deeds {
    endings: Endings,
    hastened: BTreeSet<Seq>,
    removed: BTreeSet<Seq>,
    /// All of them.
    seqs: BTreeSet<Seq>,
}

impl State {
    /// Deletes, gives back or sets aside messages of a queue: a verdict for each. One that is named twice is named once.
    #[must_use]
    pub fn decide_intervene(
        &self,
        id: QueueId,
        seqs: &[Seq],
        how: &Intervention,
        now_ms: u64,
    ) -> Decision<Result<Vec<Result<(), InterveneError>>, NoSuchQueue>> {
        let Some(queue) = self.queues.get(&id) else { return Decision::unchanged(Err(NoSuchQueue(id))) };
        let mut deeds = Deeds::default();
        let mut one = |seq: &Seq| {
            if deeds.seqs.contains(seq) {
                return Ok(());
            }
            self.intervene(queue, *seq, how, now_ms, &mut deeds)?;
            deeds.seqs.insert(*seq);
            Ok(())
        };
        let verdicts = seqs.iter().map(&mut one).collect();
        let key = PartitionKey::new(id, PARTITION);
        let mut events = self.endings_to_events(deeds.endings, now_ms);
        if !deeds.hastened.is_empty() {
            let seqs = deeds.hastened.into_iter().collect();
            events.push(Event::Hastened { key, subscription: READER, seqs });
        }
        if !deeds.removed.is_empty() && !mutant::active(Mutant::KeepDeleted) {
            let over_below = queue.log(PARTITION).expect("every queue has partition 0").over_below;
            let seqs = deeds.removed.into_iter().collect();
            events.push(Event::Removed { key, seqs, why: Removal::Deleted, over_below });
        }
        Decision { events, answer: Ok(verdicts) }
    }

    fn intervene(
        &self,
        queue: &Queue,
        seq: Seq,
        how: &Intervention,
        now_ms: u64,
        deeds: &mut Deeds,
    ) -> Result<(), InterveneError> {
        if !queue.is_live(PARTITION, seq) {
            return Err(InterveneError::Gone);
        }
        let key = PartitionKey::new(queue.info.id, PARTITION);
        let progress = queue.progress(READER, PARTITION).expect("every queue has partition 0 and subscription 0");
        let known = progress.leases.get(&seq.0).map(|lease| &lease.record).or_else(|| progress.returned.get(&seq.0));
        match (how, progress.state_of(seq)) {
            (Intervention::Delete, _) => {
                deeds.removed.insert(seq);
            }
            (_, MessageState::BeingBuried) => return Err(InterveneError::BeingBuried),
            (Intervention::Release, MessageState::Ready) => return Err(InterveneError::Ready),
            (Intervention::Release, MessageState::Delayed { .. }) => {
                deeds.hastened.insert(seq);
            }
            (Intervention::Release, MessageState::Leased { .. }) => {
                let mut record = known.expect("a lease has a record").clone();
                if mutant::active(Mutant::ForgetReleasedCounts) {
                    record = Record { epoch: record.epoch, ..Record::never(now_ms) };
                }
                deeds.endings.come_back(key, READER, Return::Released, ReturnedItem { seq, due_ms: 0, record });
            }
            (Intervention::Bury { reason }, _) => {
                if !self.has_place(queue) {
                    return Err(InterveneError::NoPlaceToBury);
                }
                let mut record = known.cloned().unwrap_or_else(|| Record::never(now_ms));
                record.failures += 1;
                record.rejected = true;
                record.reason = reason.clone().map(String::into_boxed_str);
                deeds.endings.come_back(key, READER, Return::Rejected, ReturnedItem { seq, due_ms: 0, record });
            }
        }
        Ok(())
    }
}
