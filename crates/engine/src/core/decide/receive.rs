//! Decides what a consumer gets.

use crate::core::command::LeaseTerms;
use crate::core::error::{NoSuchQueue, ReceiveError};
use crate::core::event::{LeaseEnd, LeasedEvent, Record};
use crate::core::info::Leased;
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use crate::core::subscription::Progress;
use vocab::limits::RECEIVE_COUNT_MAX;
use vocab::{LeaseToken, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

/// Most messages found doomed in one receive; the others are found by later ones.
const DOOMED_PER_PICK: usize = 64;

/// What a receive finds.
#[derive(Debug, Default)]
pub struct Picked {
    /// The leases to give, if any.
    pub event: Option<LeasedEvent>,
    /// The same, as the consumer is told.
    pub leased: Vec<Leased>,
    /// Messages that must be buried instead.
    pub doomed: Vec<(PartitionKey, Seq)>,
}

impl State {
    /// Up to `max` ready messages of the queue's subscription, oldest places first.
    ///
    /// # Errors
    /// The queue does not exist, or has given out as many leases as it may.
    pub fn decide_receive(
        &self,
        id: QueueId,
        subscription: SubscriptionId,
        max: u32,
        terms: LeaseTerms,
        now_ms: u64,
    ) -> Result<Picked, ReceiveError> {
        let queue = self.queues.get(&id).ok_or(NoSuchQueue(id))?;
        let partitions = queue.subscriptions.get(&subscription).ok_or(NoSuchQueue(id))?;
        let max = max.clamp(1, RECEIVE_COUNT_MAX).min(lease_room(queue, partitions)?);
        let mut picked = Picked::default();
        for (partition, progress) in (0..=u16::MAX).map(PartitionId).zip(partitions) {
            let key = PartitionKey::new(id, partition);
            self.pick(queue, key, subscription, progress, max, terms, now_ms, &mut picked);
            if picked.event.is_some() {
                break;
            }
        }
        Ok(picked)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of one decision, split off for its length")]
    fn pick(
        &self,
        queue: &Queue,
        key: PartitionKey,
        subscription: SubscriptionId,
        progress: &Progress,
        max: u32,
        terms: LeaseTerms,
        now_ms: u64,
        picked: &mut Picked,
    ) {
        if progress.ready() == 0 {
            return;
        }
        let log = queue.log(key.partition).expect("progress and logs have the same partitions");
        let end = LeaseEnd::of(terms, queue.info.settings.lease_ms, now_ms);
        let mut seqs = SeqRanges::default();
        let mut epoch = progress.next_epoch;
        for seq in progress.ready_seqs(log.next, |seq| log.holds(seq)) {
            let known = progress.returned.get(&seq.0);
            if known.is_some_and(|record| self.is_doomed(key.queue, record)) {
                picked.doomed.push((key, seq));
                if picked.doomed.len() == DOOMED_PER_PICK {
                    break;
                }
                continue;
            }
            seqs.push(seq);
            let token = LeaseToken { key, subscription, seq, epoch };
            picked.leased.push(leased(token, known, end, now_ms));
            epoch = epoch.next();
            if picked.leased.len() == max as usize {
                break;
            }
        }
        if !seqs.is_empty() {
            let first_epoch = progress.next_epoch;
            picked.event = Some(LeasedEvent { key, subscription, seqs, first_epoch, end, at_ms: now_ms });
        }
    }
}

fn leased(token: LeaseToken, known: Option<&Record>, end: LeaseEnd, now_ms: u64) -> Leased {
    Leased {
        token,
        deliveries: known.map_or(0, |record| record.deliveries) + 1,
        failures: known.map_or(0, |record| record.failures),
        first_delivered_ms: known.map_or(now_ms, |record| record.first_delivered_ms),
        deadline_ms: end.deadline_ms(),
    }
}

/// How many more leases the queue allows.
fn lease_room(queue: &Queue, partitions: &[Progress]) -> Result<u32, ReceiveError> {
    let Some(max) = queue.info.settings.leases_max else { return Ok(u32::MAX) };
    let held: usize = partitions.iter().map(|progress| progress.leases.len()).sum();
    let held = u32::try_from(held).unwrap_or(u32::MAX);
    if held >= max { Err(ReceiveError::TooManyLeases { max }) } else { Ok(max - held) }
}
