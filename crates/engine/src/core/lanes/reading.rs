//! Finding out the lanes of messages that were not seen being published: which to read next, and taking in what was read.
//!
//! What it is not: the reading itself, which is an effect ([`crate::core::effect::Effect::ReadLanes`]).
//! Invariant: lanes of leased messages are read first, the others in order of place; one lot is read at a time.

use super::{LaneKey, LaneLimits, Lanes};
use crate::core::log::Log;
use crate::core::state::Queue;
use crate::core::subscription::Progress;
use vocab::{PartitionKey, Seq, SubscriptionId};

/// How far one look for living messages goes, in seqs.
const LOOK_SEQS: u64 = 65_536;

/// A message that the disk refuses to give so often in a row is taken to be alone in its lane: it cannot be delivered either.
const TRIES: u32 = 8;

/// Messages whose lanes have to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanesToRead {
    /// Their partition.
    pub key: PartitionKey,
    /// For whom.
    pub subscription: SubscriptionId,
    /// For which making of the lanes.
    pub ticket: u64,
    /// Which messages.
    pub seqs: Vec<Seq>,
    /// With them everything below is known.
    pub below: Seq,
}

/// The same, read.
#[derive(Debug)]
pub struct LanesRead {
    /// What was asked.
    pub asked: LanesToRead,
    /// The lanes, in the order asked; only those before the first that the disk refused to give.
    pub lanes: Vec<LaneKey>,
}

impl Lanes {
    /// Whether lanes are being read: what can be handed out may be more in a moment.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.reading
    }

    /// Whether every message before `next` is known.
    #[cfg(test)]
    pub(crate) fn is_complete(&self, next: Seq) -> bool {
        self.unread_leases.is_empty() && self.known_below >= next
    }

    /// What to read next, if anything is to be read and is not being read.
    pub fn next_to_read(
        &mut self,
        queue: &Queue,
        key: PartitionKey,
        subscription: SubscriptionId,
    ) -> Option<LanesToRead> {
        let (log, progress) = (queue.log(key.partition)?, queue.progress(subscription, key.partition)?);
        if self.reading {
            return None;
        }
        let (seqs, below) = if self.unread_leases.is_empty() {
            self.next_unknown(queue, key, log, progress)?
        } else {
            (self.unread_leases.iter().rev().take(self.limits.read_count).copied().collect(), self.known_below)
        };
        self.reading = true;
        Some(LanesToRead { key, subscription, ticket: self.ticket, seqs, below })
    }

    fn next_unknown(
        &mut self,
        queue: &Queue,
        key: PartitionKey,
        log: &Log,
        progress: &Progress,
    ) -> Option<(Vec<Seq>, Seq)> {
        let read_count = self.limits.read_count;
        self.known_below = self.known_below.max(log.floor);
        while self.known_below < log.next && self.wants_more() {
            let first = self.known_below;
            let last = Seq(first.0.saturating_add(LOOK_SEQS - 1).min(log.next.0 - 1));
            let live = queue.live_seqs(key.partition, first..=last);
            let unknown = live.iter().filter(|seq| !progress.acked.contains(*seq) && !self.known.contains_key(seq));
            let seqs: Vec<_> = unknown.map(Seq).take(read_count).collect();
            let below = if seqs.len() < read_count { last.next() } else { seqs[read_count - 1].next() };
            if !seqs.is_empty() {
                return Some((seqs, below));
            }
            self.known_below = below;
        }
        None
    }

    /// Whether more may be known, and is wanted. What was leased when the lanes were made is known wherever it is: it must not
    /// keep what is before it from being read.
    fn wants_more(&self) -> bool {
        let LaneLimits { known_max, heads_min, .. } = self.limits;
        let below = self.known_below.0;
        let is_full = self.known.len() >= known_max && self.known.range(..below).next().is_some();
        !is_full && self.heads.range(..below).take(heads_min).count() < heads_min
    }

    /// Takes in what was read; of messages that have left meanwhile nothing is kept. What was refused is asked for again.
    pub fn take_read(&mut self, read: &LanesRead, log: &Log, progress: &Progress) {
        if read.asked.ticket != self.ticket {
            return;
        }
        self.reading = false;
        let given_up = self.give_up(read);
        let LanesRead { asked: LanesToRead { seqs, below, .. }, lanes } = read;
        for (seq, lane) in seqs.iter().zip(lanes.iter().chain(&given_up)) {
            if self.unread_leases.last() == Some(seq) {
                self.unread_leases.pop();
            }
            if log.holds(*seq) && !progress.acked.contains(seq.0) {
                self.note(*seq, *lane, progress);
            }
        }
        let unknown = seqs.get(lanes.len() + usize::from(given_up.is_some()));
        self.known_below = self.known_below.max(unknown.map_or(*below, |seq| *below.min(seq)));
    }

    /// The lane of the first message that was refused, if it was refused often enough.
    fn give_up(&mut self, read: &LanesRead) -> Option<LaneKey> {
        let refused = read.asked.seqs.get(read.lanes.len());
        self.tries = if refused.is_some() && read.lanes.is_empty() { self.tries + 1 } else { 0 };
        let given_up = *refused.filter(|_| self.tries >= TRIES)?;
        self.tries = 0;
        Some(LaneKey::alone(given_up))
    }
}
