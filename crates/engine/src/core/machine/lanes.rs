//! Lanes in use: those of a laned queue are made when somebody receives, filled by reading, dropped when nobody receives any
//! more; those of a fair queue are made when a message with a lane is published.
//!
//! What it is not: the rules of lanes ([`crate::core::lanes`], [`crate::core::shares`], `decide/receive.rs`).

use super::{Machine, Output, received};
use crate::core::answer::{Grounds, Whom};
use crate::core::effect::Effect;
use crate::core::lanes::{LaneKey, Lanes, LanesRead};
use crate::core::state::State;
use crate::core::timers::Timer;
use std::sync::Arc;
use vocab::{Message, Order, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

impl Machine {
    /// Sees to it that the queue's lanes can be looked at, if it has any.
    pub(super) fn use_lanes(&mut self, id: QueueId, subscription: SubscriptionId, now_ms: u64) {
        let state = &mut self.state;
        let Some(queue) = state.queues.get(&id).filter(|queue| queue.info.settings.order == Order::Laned) else {
            return;
        };
        let Some(partitions) = queue.subscriptions.get(&subscription) else { return };
        let limits = state.volatile.lane_limits;
        for ((partition, log), progress) in (0..=u16::MAX).map(PartitionId).zip(&queue.logs).zip(partitions) {
            let key = PartitionKey::new(id, partition);
            let lanes = state.volatile.lanes.entry((key, subscription)).or_insert_with(|| {
                state.volatile.lanes_ticket += 1;
                state.timers.set(now_ms + limits.idle_ms, Timer::Lanes(key, subscription));
                Lanes::new(state.volatile.lanes_ticket, limits, log.floor, progress, now_ms)
            });
            lanes.used_ms = now_ms;
        }
    }

    /// Sees to it that the lanes of these messages have their turns, if the queue is fair.
    pub(super) fn use_shares(&mut self, key: PartitionKey, messages: &[Arc<Message>]) {
        if messages.iter().all(|message| message.facts.lane.is_none()) {
            return;
        }
        let queue = self.state.queues.get(&key.queue).filter(|queue| queue.info.settings.order == Order::Fair);
        for subscription in queue.iter().flat_map(|queue| queue.subscriptions.keys()) {
            self.state.volatile.shares.entry((key, *subscription)).or_default();
        }
    }

    /// Has the next lanes read, if more are wanted.
    pub(super) fn read_lanes(&mut self, id: QueueId, subscription: SubscriptionId, out: &mut Output) {
        let State { queues, volatile, .. } = &mut self.state;
        let Some(queue) = queues.get(&id) else { return };
        for ((key, _), lanes) in volatile.lanes.range_mut(of_queue(id)).filter(|((_, of), _)| *of == subscription) {
            out.effects.extend(lanes.next_to_read(queue, *key, subscription).map(Effect::ReadLanes));
        }
    }

    /// Takes in lanes that were read, and lets those who wait look again.
    pub(super) fn take_lanes(&mut self, read: &LanesRead) {
        let (key, subscription) = (read.asked.key, read.asked.subscription);
        let State { queues, volatile, .. } = &mut self.state;
        let Some(queue) = queues.get(&key.queue) else { return };
        let Some(lanes) = volatile.lanes.get_mut(&(key, subscription)) else { return };
        if let (Some(log), Some(progress)) = (queue.log(key.partition), queue.progress(subscription, key.partition)) {
            lanes.take_read(read, log, progress);
            self.state.touch(key.queue, subscription);
        }
    }

    /// Whether what can be handed out may be more in a moment.
    pub(super) fn is_reading_lanes(&self, id: QueueId, subscription: SubscriptionId) -> bool {
        let mut lanes = self.state.volatile.lanes.range(of_queue(id));
        lanes.any(|((_, of), lanes)| *of == subscription && lanes.is_reading())
    }

    /// Sends the head of a lane off to be buried, if it is to be: one at a time, so that order holds into the dead-letter
    /// queue. Where the lane is not known the next receive finds it.
    pub(super) fn bury_head(&mut self, key: PartitionKey, lane: LaneKey, out: &mut Output) {
        while let Some(head) = self.doomed_head(key, lane)
            && self.send_to_bury(key, head, out)
        {}
    }

    fn doomed_head(&self, key: PartitionKey, lane: LaneKey) -> Option<Seq> {
        let head = self.state.volatile.lanes.get(&(key, SubscriptionId(0)))?.head(lane)?;
        let progress = self.state.queues.get(&key.queue)?.progress(SubscriptionId(0), key.partition)?;
        let record = progress.returned.get(&head.0)?;
        self.state.is_doomed(key.queue, record).then_some(head)
    }

    /// Tells those who only waited for lanes to be read that there is nothing.
    pub(super) fn dismiss_impatient(&mut self, id: QueueId, subscription: SubscriptionId, out: &mut Output) {
        if self.is_reading_lanes(id, subscription) {
            return;
        }
        for waiter in self.state.volatile.waiters.impatient(id, subscription) {
            self.stop_waiting(waiter);
            out.told.push(received(Whom::Waiter(waiter), Ok(Vec::new()), Grounds::NewestEvent));
        }
    }
}

impl State {
    pub(super) fn order_of(&self, queue: QueueId) -> Order {
        self.queues.get(&queue).map_or(Order::Standard, |queue| queue.info.settings.order)
    }

    pub(super) fn lane_of(&self, key: PartitionKey, seq: Seq) -> Option<LaneKey> {
        self.volatile.lanes.get(&(key, SubscriptionId(0)))?.lane_of(seq)
    }

    /// Brings a message's lane up to date with its burial.
    pub(super) fn renew_lane(&mut self, key: PartitionKey, subscription: SubscriptionId, seq: Seq) {
        let queue = self.queues.get(&key.queue);
        if let Some(progress) = queue.and_then(|queue| queue.progress(subscription, key.partition)) {
            self.volatile.renew(key, subscription, seq, progress, true);
        }
    }

    /// Drops lanes that nobody has used for a while, or looks again later.
    pub(in crate::core) fn drop_idle_lanes(&mut self, key: PartitionKey, subscription: SubscriptionId, now_ms: u64) {
        let Some(lanes) = self.volatile.lanes.get(&(key, subscription)) else { return };
        let idle_ms = self.volatile.lane_limits.idle_ms;
        if lanes.used_ms + idle_ms > now_ms || self.volatile.waiters.count(key.queue, subscription) > 0 {
            self.timers.set(now_ms + idle_ms, Timer::Lanes(key, subscription));
        } else {
            self.volatile.lanes.remove(&(key, subscription));
        }
    }
}

/// The names of a queue's lanes.
pub(in crate::core) fn of_queue(id: QueueId) -> std::ops::RangeInclusive<(PartitionKey, SubscriptionId)> {
    let name = |partition: u16, subscription: u16| {
        (PartitionKey::new(id, PartitionId(partition)), SubscriptionId(subscription))
    };
    name(0, 0)..=name(u16::MAX, u16::MAX)
}
