//! Decides how leases end, move and change hands.

use crate::core::command::{Extension, Settle, Settlement, Transfer};
use crate::core::decide::Decision;
use crate::core::error::{NoSuchQueue, SettleError};
use crate::core::event::{Event, LeaseEnd, Removal, Return, ReturnedItem};
use crate::core::info::Leased;
use crate::core::log::Log;
use crate::core::seqs::SeqRanges;
use crate::core::state::State;
use crate::core::subscription::{Lease, Progress};
use std::collections::{BTreeMap, BTreeSet};
use vocab::{LeaseToken, Order, PartitionKey, QueueId, Seq, SessionId, SubscriptionId};

/// What a token proves.
enum Proof<'a> {
    /// The lease is the newest and holds.
    Held(&'a Lease),
    /// It was the newest lease of a message that is not leased any more.
    Ended,
}

/// Leases that end alike are one event.
#[derive(Default)]
pub(super) struct Endings {
    acked: BTreeMap<(PartitionKey, SubscriptionId), BTreeSet<Seq>>,
    returned: BTreeMap<(PartitionKey, SubscriptionId, u8), Vec<ReturnedItem>>,
}

impl State {
    /// Ends leases: a verdict for each.
    #[must_use]
    pub fn decide_settle(&self, settlements: Vec<Settlement>, now_ms: u64) -> Decision<Vec<Result<(), SettleError>>> {
        let mut endings = Endings::default();
        let mut seen = BTreeMap::new();
        let mut answer = Vec::with_capacity(settlements.len());
        for Settlement { token, how } in settlements {
            let message = (token.key, token.subscription, token.seq);
            answer.push(match seen.get(&message) {
                // The same message twice in one command: the first verdict has ended the lease.
                Some(true) => Err(SettleError::Gone),
                Some(false) => Err(SettleError::NotLeased),
                None => self.prove(&token).and_then(|proof| {
                    if matches!(proof, Proof::Ended) && self.is_laned(token.key.queue) {
                        // The lane may have been handed on: what came after it may be done already.
                        return Err(SettleError::NotLeased);
                    }
                    let done = endings.add(&token, &proof, how, now_ms)?;
                    seen.insert(message, done);
                    Ok(())
                }),
            });
        }
        Decision { events: self.endings_to_events(endings, now_ms), answer }
    }

    /// Moves deadlines: the deadline of each.
    #[must_use]
    pub fn decide_extend(&self, extensions: &[Extension], now_ms: u64) -> Decision<Vec<Result<u64, SettleError>>> {
        let mut moved: BTreeMap<(PartitionKey, SubscriptionId), BTreeMap<Seq, u64>> = BTreeMap::new();
        let mut extend = |extension: &Extension| {
            let token = &extension.token;
            let Proof::Held(lease) = self.prove(token)? else { return Err(SettleError::NotLeased) };
            let LeaseEnd::Deadline(_) = lease.end else { return Ok(u64::MAX) };
            let deadline_ms = now_ms + extension.lease_ms.min(vocab::limits::LEASE_MS_MAX);
            let total_ms = deadline_ms.saturating_sub(lease.since_ms);
            if let Some(max_ms) = extension.total_ms_max.filter(|max_ms| total_ms > *max_ms) {
                return Err(SettleError::TooLong { total_ms, max_ms });
            }
            moved.entry((token.key, token.subscription)).or_default().insert(token.seq, deadline_ms);
            Ok(deadline_ms)
        };
        let answer = extensions.iter().map(&mut extend).collect();
        let to_event = |((key, subscription), items): (_, BTreeMap<Seq, u64>)| Event::Extended {
            key,
            subscription,
            items: items.into_iter().collect(),
        };
        Decision { events: moved.into_iter().map(to_event).collect(), answer }
    }

    /// Hands one lease on.
    #[must_use]
    pub fn decide_transfer(&self, transfer: &Transfer, now_ms: u64) -> Decision<Result<Leased, SettleError>> {
        let LeaseToken { key, subscription, seq, .. } = transfer.token;
        let lease = match self.prove(&transfer.token) {
            Ok(Proof::Held(lease)) => lease,
            Ok(Proof::Ended) => return Decision::unchanged(Err(SettleError::NotLeased)),
            Err(error) => return Decision::unchanged(Err(error)),
        };
        let queue = self.queues.get(&key.queue).expect("the proof found the queue");
        let progress = queue.progress(subscription, key.partition).expect("the proof found the subscription");
        let epoch = progress.next_epoch;
        let end = LeaseEnd::of(transfer.terms, queue.info.settings.lease_ms, now_ms);
        let deliveries = transfer.deliveries.unwrap_or(lease.record.deliveries + 1);
        let answer = Leased {
            token: LeaseToken { epoch, ..transfer.token },
            deliveries,
            failures: lease.record.failures,
            first_delivered_ms: lease.record.first_delivered_ms,
            deadline_ms: end.deadline_ms(),
            ready_left: progress.ready(),
        };
        let event = Event::Transferred { key, subscription, seq, epoch, end, deliveries };
        Decision { events: vec![event], answer: Ok(answer) }
    }

    /// Ends every lease of a session, without a fault.
    #[must_use]
    pub fn decide_end_session(&self, session: SessionId, now_ms: u64) -> Decision<()> {
        let mut endings = Endings::default();
        for key in self.partitions().collect::<Vec<_>>() {
            let queue = &self.queues[&key.queue];
            for (subscription, progress) in &queue.subscriptions {
                let progress = &progress[usize::from(key.partition.0)];
                for (seq, lease) in progress.leases.iter().filter(|(_, lease)| lease.end == LeaseEnd::Session(session))
                {
                    let item = ReturnedItem { seq: Seq(*seq), due_ms: 0, record: lease.record.clone() };
                    endings.come_back(key, *subscription, Return::Released, item);
                }
            }
        }
        Decision { events: self.endings_to_events(endings, now_ms), answer: () }
    }

    /// Takes deliveries back as if they had not been made: they count for nothing.
    #[must_use]
    pub fn decide_undeliver(&self, tokens: &[LeaseToken], now_ms: u64) -> Decision<()> {
        let mut endings = Endings::default();
        for token in tokens {
            let Ok(Proof::Held(lease)) = self.prove(token) else { continue };
            let mut record = lease.record.clone();
            record.deliveries -= 1;
            let item = ReturnedItem { seq: token.seq, due_ms: 0, record };
            endings.come_back(token.key, token.subscription, Return::Released, item);
        }
        Decision { events: self.endings_to_events(endings, now_ms), answer: () }
    }

    /// Ends leases whose deadline has passed.
    #[must_use]
    pub(super) fn decide_lease_ends(&self, ended: &[(PartitionKey, SubscriptionId, Seq)], now_ms: u64) -> Vec<Event> {
        let mut endings = Endings::default();
        for (key, subscription, seq) in ended {
            let progress = self.queues.get(&key.queue).and_then(|queue| queue.progress(*subscription, key.partition));
            let Some(lease) = progress.and_then(|progress| progress.leases.get(&seq.0)) else { continue };
            let mut record = lease.record.clone();
            record.failures += 1;
            let item = ReturnedItem { seq: *seq, due_ms: 0, record };
            endings.come_back(*key, *subscription, Return::Expired, item);
        }
        self.endings_to_events(endings, now_ms)
    }

    fn is_laned(&self, queue: QueueId) -> bool {
        self.queues.get(&queue).is_some_and(|queue| queue.info.settings.order == Order::Laned)
    }

    /// Finds what a token proves.
    fn prove(&self, token: &LeaseToken) -> Result<Proof<'_>, SettleError> {
        let queue = self.queues.get(&token.key.queue).ok_or(NoSuchQueue(token.key.queue))?;
        let progress = queue.progress(token.subscription, token.key.partition).ok_or(SettleError::Gone)?;
        let log = queue.log(token.key.partition).ok_or(SettleError::Gone)?;
        if !log.holds(token.seq) || progress.acked.contains(token.seq.0) {
            return Err(SettleError::Gone);
        }
        prove_live(log, progress, token)
    }

    /// Events for leases that end; what is over its time leaves instead of coming back, unless its queue sets it aside.
    pub(super) fn endings_to_events(&self, endings: Endings, now_ms: u64) -> Vec<Event> {
        let mut events = Vec::new();
        for ((key, subscription), seqs) in endings.acked {
            events.push(Event::Acked { key, subscription, seqs: seqs.into_iter().collect() });
        }
        for ((key, subscription, why), mut items) in endings.returned {
            for item in items.iter_mut().filter(|item| item.due_ms > 0 && self.is_doomed(key.queue, &item.record)) {
                // What will be buried need not wait for it.
                item.due_ms = 0;
            }
            let over = self.over_time(key, &items, now_ms);
            events.push(Event::Returned { key, subscription, why: Return::from_code(why), items });
            if !over.is_empty() && !self.takes_expired(key.queue) {
                let over_below = self.queues[&key.queue].logs[usize::from(key.partition.0)].over_below;
                events.push(Event::Removed { key, seqs: over, why: Removal::Expired, over_below });
            }
        }
        events
    }

    /// Which of these messages are over the retention or their own expiry.
    fn over_time(&self, key: PartitionKey, items: &[ReturnedItem], now_ms: u64) -> SeqRanges {
        let Some((queue, log)) = self.queues.get(&key.queue).and_then(|queue| Some((queue, queue.log(key.partition)?)))
        else {
            return SeqRanges::default();
        };
        // The retention may have been reached by this very tick, which passed the leased by.
        let retention_ms = queue.info.settings.retention_ms;
        let over_below = retention_ms.map_or(log.over_below, |ms| log.over_retention(now_ms, ms));
        let expired = |seq: Seq| log.expiries.get(&seq.0).is_some_and(|expires_ms| *expires_ms <= now_ms);
        let mut seqs: Vec<_> =
            items.iter().map(|item| item.seq).filter(|seq| *seq < over_below || expired(*seq)).collect();
        seqs.sort_unstable();
        seqs.into_iter().collect()
    }
}

fn prove_live<'a>(log: &Log, progress: &'a Progress, token: &LeaseToken) -> Result<Proof<'a>, SettleError> {
    if let Some(lease) = progress.leases.get(&token.seq.0) {
        return if lease.record.epoch == token.epoch { Ok(Proof::Held(lease)) } else { Err(SettleError::Stale) };
    }
    match progress.returned.get(&token.seq.0) {
        Some(record) if token.epoch < record.epoch => Err(SettleError::Stale),
        // A lease that a crash forgot proves a delivery all the same, unless it is older than the message.
        None if token.epoch.boot() < log.boot_of(token.seq) => Err(SettleError::Gone),
        Some(_) | None => Ok(Proof::Ended),
    }
}

impl Endings {
    /// Adds one ending; says whether the message is done with.
    fn add(&mut self, token: &LeaseToken, proof: &Proof<'_>, how: Settle, now_ms: u64) -> Result<bool, SettleError> {
        let (why, delay_ms, change): (_, _, Option<(bool, Option<String>)>) = match how {
            Settle::Ack => {
                self.acked.entry((token.key, token.subscription)).or_default().insert(token.seq);
                return Ok(true);
            }
            Settle::Release { delay_ms } => (Return::Released, delay_ms, None),
            Settle::Fail { delay_ms, reason } => (Return::Failed, delay_ms, Some((false, reason))),
            Settle::Bury { reason } => (Return::Rejected, 0, Some((true, reason))),
        };
        let Proof::Held(lease) = proof else { return Err(SettleError::NotLeased) };
        let mut record = lease.record.clone();
        if let Some((rejected, reason)) = change {
            record.failures += 1;
            record.rejected = rejected;
            record.reason = reason.map(String::into_boxed_str);
        }
        let due_ms = if delay_ms == 0 { 0 } else { now_ms + delay_ms };
        self.come_back(token.key, token.subscription, why, ReturnedItem { seq: token.seq, due_ms, record });
        Ok(false)
    }

    /// Adds one message that comes back.
    pub(super) fn come_back(
        &mut self,
        key: PartitionKey,
        subscription: SubscriptionId,
        why: Return,
        item: ReturnedItem,
    ) {
        self.returned.entry((key, subscription, why.code())).or_default().push(item);
    }
}

impl Return {
    /// Its number on disk.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Released => 0,
            Self::Failed => 1,
            Self::Expired => 2,
            Self::Rejected => 3,
        }
    }

    /// The reason with this number; an unknown one counts as no fault.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Failed,
            2 => Self::Expired,
            3 => Self::Rejected,
            _ => Self::Released,
        }
    }
}
