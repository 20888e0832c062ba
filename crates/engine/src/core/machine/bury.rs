//! The machine's part in setting messages aside: finding them, having them read, and what happens when they were.
//!
//! What it is not: where they go (`decide/bury.rs`), and which are over their time ([`crate::core::sweep`]).

use super::{Machine, Output};
use crate::core::command::BuryFetched;
use crate::core::effect::Effect;
use crate::core::event::Event;
use crate::core::seqs::SeqRanges;
use crate::core::state::State;
use crate::core::sweep::{Aside, may_be_swept};
use vocab::limits::MOVE_RETRY_MS;
use vocab::{DeadLetter, Order, PartitionKey, Seq, SubscriptionId};

impl Machine {
    /// Messages that were to be buried were read.
    pub(super) fn bury(&mut self, fetched: &BuryFetched, now_ms: u64, out: &mut Output) {
        if fetched.swept {
            return self.bury_swept(fetched, now_ms, out);
        }
        let key = fetched.key;
        let lanes: Vec<_> = fetched.messages.iter().map(|(seq, _)| self.state.lane_of(key, *seq)).collect();
        let decision = self.state.decide_bury(fetched, now_ms);
        let before = out.events.len();
        let mut buried = self.take(decision, out);
        out.passages.append(&mut buried.passages);
        self.trim_entered(before, now_ms, out);
        for ((seq, message), lane) in fetched.messages.iter().zip(lanes) {
            // An unreadable message stays passed by: it can be neither delivered nor moved. One whose dead-letter queue
            // went away in between is delivered again, unless its time has come.
            match lane {
                _ if buried.staying.contains(seq) && message.is_some() => self.give_back(key, *seq, now_ms),
                Some(lane) if !buried.staying.contains(seq) => self.bury_head(key, lane, out),
                _ => {}
            }
        }
    }

    fn give_back(&mut self, key: PartitionKey, seq: Seq, now_ms: u64) {
        let queue = self.state.queues.get_mut(&key.queue);
        let progress = queue.and_then(|queue| queue.subscriptions.get_mut(&SubscriptionId(0)));
        let Some(progress) = progress.and_then(|p| p.get_mut(usize::from(key.partition.0))) else { return };
        progress.burying.remove(&seq.0);
        self.state.renew_lane(key, SubscriptionId(0), seq);
        self.state.touch(key.queue, SubscriptionId(0));
        if self.state.is_overdue(key, seq, now_ms) {
            self.state.sweep(key, now_ms).ask(seq, Aside::Expired);
        }
    }

    /// Looks at what came back since event number `from` of the output, and sends off what must be buried.
    pub(super) fn bury_returned(&mut self, now_ms: u64, out: &mut Output, from: usize) {
        let (mut doomed, mut overdue) = (Vec::new(), Vec::new());
        for (event, _) in &out.events[from..] {
            let Event::Returned { key, items, .. } = event else { continue };
            for item in items {
                if self.state.is_overdue(*key, item.seq, now_ms) {
                    overdue.push((*key, item.seq));
                } else if self.state.is_doomed(key.queue, &item.record) {
                    doomed.push((*key, item.seq));
                }
            }
        }
        for (key, seq) in overdue {
            self.state.sweep(key, now_ms).ask(seq, Aside::Expired);
        }
        for (key, seq) in doomed {
            match self.state.order_of(key.queue) {
                Order::Standard | Order::Fair => {
                    self.send_to_bury(key, seq, out);
                }
                Order::Laned => {
                    if let Some(lane) = self.state.lane_of(key, seq) {
                        self.bury_head(key, lane, out);
                    }
                }
            }
        }
    }

    /// Has a message read that is to be buried; or, where there is no place for it, lets it go. Says whether it is gone.
    pub(super) fn send_to_bury(&mut self, key: PartitionKey, seq: Seq, out: &mut Output) -> bool {
        let Some(queue) = self.state.queues.get_mut(&key.queue) else { return false };
        let is_nowhere =
            queue.info.settings.bury.as_ref().is_some_and(|policy| policy.dead_letter == DeadLetter::Nowhere);
        let progress = queue.subscriptions.get_mut(&SubscriptionId(0));
        let Some(progress) = progress.and_then(|p| p.get_mut(usize::from(key.partition.0))) else { return false };
        if !progress.is_set_apart(seq) || progress.burying.contains(&seq.0) {
            return false;
        }
        if is_nowhere {
            self.apply(Event::Dropped { key, seqs: SeqRanges::span(seq, seq) }, out);
            return true;
        }
        progress.burying.insert(seq.0);
        self.state.renew_lane(key, SubscriptionId(0), seq);
        out.effects.push(Effect::FetchToBury { key, seqs: vec![seq], swept: false });
        false
    }

    /// Begins to set aside what a tick found over its time.
    pub(super) fn begin_sweeps(&mut self, overdue: &[(PartitionKey, Seq)], over_line: &[PartitionKey], now_ms: u64) {
        for (key, seq) in overdue {
            self.state.sweep(*key, now_ms).ask(*seq, Aside::Expired);
        }
        for key in over_line {
            self.state.sweep(*key, now_ms);
        }
    }

    /// The time of a sweep has come: its next messages are read, or it ends.
    pub(super) fn sweep_on(&mut self, key: PartitionKey, now_ms: u64, out: &mut Output) {
        self.state.set_sweep_timer(key, None);
        if self.stopping {
            return;
        }
        if self.disk_full || self.crowded {
            let pause_ms = if self.disk_full { MOVE_RETRY_MS } else { 1 };
            self.state.set_sweep_timer(key, Some(now_ms + pause_ms));
            return;
        }
        let Some(queue) = self.state.queues.get(&key.queue) else { return };
        let Some(sweep) = self.state.volatile.sweeps.get_mut(&key) else { return };
        let seqs = sweep.next(queue, key.partition);
        if seqs.is_empty() {
            if sweep.is_over() {
                self.state.volatile.sweeps.remove(&key);
            }
            return;
        }
        sweep.reading = true;
        let asked: Vec<_> = seqs.iter().filter_map(|seq| sweep.asked(*seq)).collect();
        if asked.into_iter().any(|why| self.state.takes(&self.state.queues[&key.queue], why)) {
            out.effects.push(Effect::FetchToBury { key, seqs, swept: true });
        } else {
            // Nobody wants them any more: they go unread.
            let messages = seqs.into_iter().map(|seq| (seq, None)).collect();
            self.bury_swept(&BuryFetched { key, messages, swept: true }, now_ms, out);
        }
    }

    fn bury_swept(&mut self, fetched: &BuryFetched, now_ms: u64, out: &mut Output) {
        let key = fetched.key;
        let Some(sweep) = self.state.volatile.sweeps.get_mut(&key).filter(|sweep| sweep.reading) else { return };
        sweep.reading = false;
        if self.disk_full {
            // They are read again when there is room.
            self.state.set_sweep_timer(key, Some(now_ms + MOVE_RETRY_MS));
            return;
        }
        let decision = self.state.decide_bury(fetched, now_ms);
        let before = out.events.len();
        let mut buried = self.take(decision, out);
        out.passages.append(&mut buried.passages);
        self.trim_entered(before, now_ms, out);
        let State { queues, volatile, .. } = &mut self.state;
        let (Some(queue), Some(sweep)) = (queues.get(&key.queue), volatile.sweeps.get_mut(&key)) else { return };
        for (seq, message) in &fetched.messages[..buried.looked_at] {
            let stays = buried.staying.contains(seq) && may_be_swept(queue, key.partition, *seq);
            sweep.note_done(*seq, message.is_some() || !stays);
        }
        self.state.set_sweep_timer(key, Some(now_ms + 1));
    }
}

impl State {
    /// Whether a message that is not leased is over its time, and its queue sets such ones aside.
    fn is_overdue(&self, key: PartitionKey, seq: Seq, now_ms: u64) -> bool {
        let Some(queue) = self.queues.get(&key.queue).filter(|queue| self.takes(queue, Aside::Expired)) else {
            return false;
        };
        let Some(log) = queue.log(key.partition) else { return false };
        let is_over = seq < log.over_below || log.expiries.get(&seq.0).is_some_and(|expires_ms| *expires_ms <= now_ms);
        is_over && queue.is_live(key.partition, seq)
    }
}
