//! One reader's progress over one partition: what is ready, waiting, leased, acknowledged.
//!
//! ```text
//!        floor            cursor                 next
//!   ------|-----------------|----------------------|
//!    gone | acked / leased /| never delivered,     |
//!         | back / waiting  | except those `ahead` |
//! ```
//!
//! Invariants, for every live seq, exactly one holds: it is leased; or waiting; or in `back` (ready again); or ready in one of
//! the `levels`, whether delivered before or not; or at or above the cursor and not in `ahead` (ready, never delivered). A seq in
//! `ahead` is at or above the cursor and is waiting, back, leased, acked or filed in a level: the cursor passes it by. A message
//! at rest costs nothing here, unless its queue has priorities or a limit on bytes.

use crate::core::event::{LeaseEnd, Record};
use crate::core::levels::Levels;
use crate::core::pages::Pages;
use crate::core::sizes::Sizes;
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{ConsumerId, LeaseEpoch, Seq};

/// A subscription's progress over one partition.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The first seq that was never considered for delivery.
    pub cursor: Seq,
    /// Seqs at or above the cursor that it passes by.
    pub ahead: RoaringTreemap,
    /// Ready, but not by the cursor: came back or became due.
    pub back: BTreeSet<u64>,
    /// Not ready before a time: seq to log time in milliseconds.
    pub waiting: BTreeMap<u64, u64>,
    /// Handed out.
    pub leases: BTreeMap<u64, Lease>,
    /// Delivered before and not leased.
    pub returned: BTreeMap<u64, Record>,
    /// Acknowledged, at or above the log's floor.
    pub acked: RoaringTreemap,
    /// Live messages that are not acknowledged.
    pub open: u64,
    /// The epoch of the next lease.
    pub next_epoch: LeaseEpoch,
    /// Being moved to a dead-letter queue: passed by until that is done. Not stored; found again after a restart.
    pub burying: BTreeSet<u64>,
    /// Which pages of all that is known of single seqs a checkpoint has to store, `levels` and `sizes` excepted.
    pub pages: Pages,
    /// Messages of priority levels above 0.
    pub levels: Levels,
    /// Bytes, where the queue limits them.
    pub sizes: Sizes,
}

/// One lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What ends it.
    pub end: LeaseEnd,
    /// When it began (log time, milliseconds).
    pub since_ms: u64,
    /// Who holds it; 0 if that is not known. Not stored.
    pub consumer: ConsumerId,
    /// Counts and epoch, this delivery included.
    pub record: Record,
}

impl Progress {
    /// No progress: everything from `cursor` on is ready.
    #[must_use]
    pub fn new(cursor: Seq, next_epoch: LeaseEpoch) -> Self {
        Self {
            cursor,
            ahead: RoaringTreemap::new(),
            back: BTreeSet::new(),
            waiting: BTreeMap::new(),
            leases: BTreeMap::new(),
            returned: BTreeMap::new(),
            acked: RoaringTreemap::new(),
            open: 0,
            next_epoch,
            burying: BTreeSet::new(),
            pages: Pages::default(),
            levels: Levels::default(),
            sizes: Sizes::default(),
        }
    }

    /// Messages that can be received at once; those on their way to a dead-letter queue are not.
    #[must_use]
    pub fn ready(&self) -> u64 {
        self.open - self.waiting.len() as u64 - self.leases.len() as u64 - self.burying.len() as u64
    }

    /// Whether a message that is not leased cannot be handed out: it waits for its time, or for its burial.
    #[must_use]
    pub fn is_blocked(&self, seq: Seq) -> bool {
        self.waiting.contains_key(&seq.0) || self.burying.contains(&seq.0)
    }

    /// Ready seqs in order, from `from` on: the highest level first, and of each level by place. `holds` says whether a seq is in the
    /// log; `next` is the log's next seq.
    pub fn ready_seqs<'a>(
        &'a self,
        from: Seq,
        next: Seq,
        holds: impl Fn(Seq) -> bool + 'a,
    ) -> impl Iterator<Item = Seq> + 'a {
        // Nearly always there is none, and the iterator is large.
        let filed = (!self.levels.is_empty()).then(|| Box::new(self.filed_seqs(from)));
        filed.into_iter().flatten().chain(self.unfiled_seqs(from, next, holds))
    }

    /// What of the levels above 0 is ready, from `from` on: the highest first, and of each by place.
    pub fn filed_seqs(&self, from: Seq) -> impl Iterator<Item = Seq> + '_ {
        self.levels.highest_first().filter(move |seq| *seq >= from && !self.burying.contains(&seq.0))
    }

    /// Ready seqs in the order in which a queue that is too long gives them up: the lowest level first, and of each by place.
    pub fn expendable_seqs<'a>(
        &'a self,
        next: Seq,
        holds: impl Fn(Seq) -> bool + 'a,
    ) -> impl Iterator<Item = Seq> + 'a {
        let filed = self.levels.lowest_first().filter(|seq| !self.burying.contains(&seq.0));
        self.unfiled_seqs(Seq(0), next, holds).chain(filed)
    }

    /// What of level 0 is ready, from `from` on: those that came back and the never delivered, by place.
    pub fn unfiled_seqs<'a>(
        &'a self,
        from: Seq,
        next: Seq,
        holds: impl Fn(Seq) -> bool + 'a,
    ) -> impl Iterator<Item = Seq> + 'a {
        let mut back = self.back.range(from.0..).copied().filter(|seq| !self.burying.contains(seq)).peekable();
        let fresh = self.cursor.max(from).0..next.0;
        let mut fresh = fresh.filter(move |seq| !self.ahead.contains(*seq) && holds(Seq(*seq))).peekable();
        std::iter::from_fn(move || match (back.peek(), fresh.peek()) {
            (Some(b), Some(f)) if b < f => back.next(),
            (_, Some(_)) => fresh.next(),
            (Some(_), None) => back.next(),
            (None, None) => None,
        })
        .map(Seq)
    }

    /// Whether the message is ready and was looked at before: it came back, became due, or is filed in a level.
    #[must_use]
    pub fn is_set_apart(&self, seq: Seq) -> bool {
        self.back.contains(&seq.0) || self.levels.is_ready(seq)
    }

    /// Takes a ready or waiting seq out of where it is, so that it can be leased, acknowledged or removed.
    /// Says the time it was waiting for, if it was.
    pub fn detach(&mut self, seq: Seq) -> Option<u64> {
        self.pages.mark(seq);
        let was_filed = !self.levels.is_empty() && self.levels.take(seq);
        if was_filed || self.back.remove(&seq.0) {
            self.burying.remove(&seq.0);
            self.sizes.take(seq);
            return None;
        }
        if let Some(due_ms) = self.waiting.remove(&seq.0) {
            return Some(due_ms);
        }
        self.sizes.take(seq);
        if seq == self.cursor {
            self.cursor = seq.next();
        } else if seq > self.cursor {
            self.ahead.insert(seq.0);
        }
        None
    }

    /// Makes a seq ready that is neither leased nor waiting any more. Says whether it is filed in a level.
    pub fn come_back(&mut self, seq: Seq) -> bool {
        let filed = !self.levels.is_empty() && self.levels.put_back(seq);
        if !filed {
            self.back.insert(seq.0);
        }
        self.sizes.put_back(seq);
        filed
    }

    /// Forgets what is kept of a message that is gone: it was detached, or its lease was taken away.
    pub fn forget(&mut self, seq: Seq) {
        self.levels.forget(seq);
        self.sizes.forget(seq);
    }

    /// Moves the cursor to `cursor`, past seqs that are all ahead or gone.
    pub fn pass(&mut self, cursor: Seq) {
        if cursor > self.cursor {
            self.cursor = cursor;
            if self.ahead.min().is_some_and(|lowest| lowest < cursor.0) {
                self.ahead.remove_range(..cursor.0);
            }
        }
    }
}
