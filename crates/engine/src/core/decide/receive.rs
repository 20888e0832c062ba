//! Decides what a consumer gets.

use crate::core::command::Holder;
use crate::core::error::{NoSuchQueue, ReceiveError};
use crate::core::event::{LeaseEnd, LeasedEvent, Record};
use crate::core::info::Leased;
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use crate::core::subscription::Progress;
use crate::core::sweep::Sweep;
use vocab::limits::RECEIVE_COUNT_MAX;
use vocab::mutant::{self, Mutant};
use vocab::{ConsumerId, LeaseEpoch, LeaseToken, Order, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

/// Most messages found doomed in one receive; the others are found by later ones.
const DOOMED_PER_PICK: usize = 64;

/// Most places looked at in one receive to find messages that are not known by their lane, or are not being set aside.
const PASSED_PER_PICK: usize = 1024;

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
    /// Up to `max` ready messages of the queue's subscription: the highest priorities first and of each the oldest places, or the
    /// oldest lanes where the queue keeps them.
    ///
    /// # Errors
    /// The queue does not exist, or has given out as many leases as it may.
    pub fn decide_receive(
        &self,
        id: QueueId,
        subscription: SubscriptionId,
        max: u32,
        holder: Holder,
        now_ms: u64,
    ) -> Result<Picked, ReceiveError> {
        let queue = self.queues.get(&id).ok_or(NoSuchQueue(id))?;
        let partitions = queue.subscriptions.get(&subscription).ok_or(NoSuchQueue(id))?;
        if queue.info.settings.paused && !mutant::active(Mutant::IgnorePauses) {
            return Ok(Picked::default());
        }
        let max = max.clamp(1, RECEIVE_COUNT_MAX).min(lease_room(queue, partitions)?);
        let mut picked = Picked::default();
        for (partition, progress) in (0..=u16::MAX).map(PartitionId).zip(partitions) {
            let key = PartitionKey::new(id, partition);
            let end = LeaseEnd::of(holder.terms, queue.info.settings.lease_ms, now_ms);
            let sweep =
                self.volatile.sweeps.get(&key).map(|sweep| (sweep, queue.logs[usize::from(partition.0)].over_below));
            let picking = Picking {
                state: self,
                key,
                subscription,
                progress,
                ready: progress.ready(),
                sweep,
                passed: 0,
                max,
                end,
                consumer: holder.consumer,
                now_ms,
                picked: &mut picked,
            };
            match queue.info.settings.order {
                Order::Standard => picking.by_place(queue),
                Order::Fair => picking.by_share(queue),
                Order::Laned => picking.by_lane(),
            }
            if picked.event.is_some() {
                break;
            }
        }
        Ok(picked)
    }
}

/// What one pick looks at, and what it finds.
struct Picking<'a> {
    state: &'a State,
    key: PartitionKey,
    subscription: SubscriptionId,
    progress: &'a Progress,
    /// What is being set aside because of its age, and the retention line: nothing of it is given.
    sweep: Option<(&'a Sweep, Seq)>,
    /// How much of it was looked at.
    passed: usize,
    ready: u64,
    max: u32,
    end: LeaseEnd,
    consumer: ConsumerId,
    now_ms: u64,
    picked: &'a mut Picked,
}

/// What became of a message that was looked at.
#[derive(PartialEq, Eq)]
enum Looked {
    /// It was taken, and there is room for another.
    Taken,
    /// It must be buried, or is being set aside.
    Doomed,
    /// There is no room for another.
    Full,
}

impl Picking<'_> {
    /// The highest levels first, and of each the oldest places.
    fn by_place(mut self, queue: &Queue) {
        if self.ready == 0 {
            return;
        }
        let log = queue.log(self.key.partition).expect("progress and logs have the same partitions");
        let mut seqs = SeqRanges::default();
        let (progress, line) = (self.progress, self.line());
        let is_full = !progress.levels.is_empty() && self.look_through(progress.filed_seqs(line), &mut seqs);
        if !is_full {
            self.look_through(progress.unfiled_seqs(line, log.next, |seq| log.holds(seq)), &mut seqs);
        }
        self.finish(seqs);
    }

    /// Takes what there is room for; says whether there is none left.
    fn look_through(&mut self, mut ready: impl Iterator<Item = Seq>, seqs: &mut SeqRanges) -> bool {
        ready.any(|seq| self.look(seq, seqs) == Looked::Full)
    }

    /// The lanes with the fewest leased messages first; what is not known by its lane takes turns with them, by place.
    fn by_share(mut self, queue: &Queue) {
        let Some(shares) = self.state.volatile.shares.get(&(self.key, self.subscription)) else {
            return self.by_place(queue);
        };
        let log = queue.log(self.key.partition).expect("progress and logs have the same partitions");
        let (ready, leased) = shares.counts();
        let (mut rest_ready, mut rest_leased) =
            (self.ready.saturating_sub(ready), self.progress.leases.len() as u64 - leased);
        let places = self.progress.ready_seqs(self.line(), log.next, |seq| log.holds(seq));
        // What is known is passed by. Where there is very much of it, it is older than the rest and goes before it.
        let passed = if ready == 0 { usize::MAX } else { PASSED_PER_PICK };
        let mut rest = places.take(passed).filter(|seq| !shares.knows(*seq)).peekable();
        let (mut turns, mut seqs) = (shares.turns(), SeqRanges::default());
        loop {
            let by_place = if rest_ready > 0 { rest.peek().map(|seq| (rest_leased, *seq)) } else { None };
            let (seq, of_rest) = match (turns.peek(), by_place) {
                (Some(turn), Some(place)) if place < turn => (place.1, true),
                (Some((_, seq)), _) => (seq, false),
                (None, Some((_, seq))) => (seq, true),
                (None, None) => break,
            };
            if of_rest {
                rest.next();
                (rest_ready, rest_leased) = (rest_ready - 1, rest_leased + 1);
            } else {
                turns.take();
            }
            if self.look(seq, &mut seqs) == Looked::Full {
                break;
            }
        }
        drop(rest);
        self.finish(seqs);
    }

    /// The lanes with the oldest heads first, and of each as many as there is room for, in order. What must be buried stops
    /// its lane, and waits for what is ahead of it: order holds into the dead-letter queue.
    fn by_lane(mut self) {
        let Some(lanes) = self.state.volatile.lanes.get(&(self.key, self.subscription)) else { return };
        let mut seqs = SeqRanges::default();
        'lots: for lot in lanes.lots() {
            for (place, seq) in lot.take_while(|seq| !self.progress.is_blocked(*seq)).enumerate() {
                if place > 0 && self.must_be_buried(seq) {
                    break;
                }
                match self.look(seq, &mut seqs) {
                    Looked::Taken => {}
                    Looked::Doomed => break,
                    Looked::Full => break 'lots,
                }
            }
        }
        self.finish(seqs);
    }

    fn must_be_buried(&self, seq: Seq) -> bool {
        let known = self.progress.returned.get(&seq.0);
        known.is_some_and(|record| self.state.is_doomed(self.key.queue, record))
    }

    /// Everything below is being set aside.
    fn line(&self) -> Seq {
        self.sweep.map_or(Seq(0), |(_, over_below)| over_below)
    }

    fn look(&mut self, seq: Seq, seqs: &mut SeqRanges) -> Looked {
        if self.sweep.is_some_and(|(sweep, over_below)| sweep.covers(seq, over_below)) {
            self.passed += 1;
            return if self.passed == PASSED_PER_PICK { Looked::Full } else { Looked::Doomed };
        }
        if self.must_be_buried(seq) {
            self.picked.doomed.push((self.key, seq));
            return if self.picked.doomed.len() == DOOMED_PER_PICK { Looked::Full } else { Looked::Doomed };
        }
        let known = self.progress.returned.get(&seq.0);
        let epoch = LeaseEpoch(self.progress.next_epoch.0 + self.picked.leased.len() as u64);
        let token = LeaseToken { key: self.key, subscription: self.subscription, seq, epoch };
        seqs.push(seq);
        let ready_left = self.ready.saturating_sub(self.picked.leased.len() as u64 + 1);
        self.picked.leased.push(leased(token, known, self.end, self.now_ms, ready_left));
        if self.picked.leased.len() == self.max as usize { Looked::Full } else { Looked::Taken }
    }

    fn finish(self, seqs: SeqRanges) {
        let Self { key, subscription, progress, end, consumer, now_ms, picked, .. } = self;
        if !seqs.is_empty() {
            let first_epoch = progress.next_epoch;
            picked.event = Some(LeasedEvent { key, subscription, seqs, first_epoch, end, at_ms: now_ms, consumer });
        }
    }
}

fn leased(token: LeaseToken, known: Option<&Record>, end: LeaseEnd, now_ms: u64, ready_left: u64) -> Leased {
    Leased {
        token,
        deliveries: known.map_or(0, |record| record.deliveries) + 1,
        failures: known.map_or(0, |record| record.failures),
        first_delivered_ms: known.map_or(now_ms, |record| record.first_delivered_ms),
        deadline_ms: end.deadline_ms(),
        ready_left,
    }
}

/// How many more leases the queue allows.
fn lease_room(queue: &Queue, partitions: &[Progress]) -> Result<u32, ReceiveError> {
    let Some(max) = queue.info.settings.leases_max else { return Ok(u32::MAX) };
    let held: usize = partitions.iter().map(|progress| progress.leases.len()).sum();
    let held = u32::try_from(held).unwrap_or(u32::MAX);
    if held >= max { Err(ReceiveError::TooManyLeases { max }) } else { Ok(max - held) }
}
