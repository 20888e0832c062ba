//! One reader's progress over one partition: what is ready, waiting, leased, acknowledged.
//!
//! ```text
//!        floor            cursor                 next
//!   ------|-----------------|----------------------|
//!    gone | acked / leased /| never delivered,     |
//!         | back / waiting  | except those `ahead` |
//! ```
//!
//! Invariants, for every live seq, exactly one holds: it is leased; or waiting; or in `back` (ready again); or at or above
//! the cursor and not in `ahead` (ready, never delivered). A seq in `ahead` is at or above the cursor and is waiting, back,
//! leased or acked: the cursor passes it by. A message at rest costs nothing here.

use crate::core::event::{LeaseEnd, Record};
use crate::core::pages::Pages;
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, BTreeSet};
use vocab::{LeaseEpoch, Seq};

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
    /// Which pages of all that is known of single seqs a checkpoint has to store.
    pub pages: Pages,
}

/// One lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What ends it.
    pub end: LeaseEnd,
    /// When it began (log time, milliseconds).
    pub since_ms: u64,
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

    /// Ready seqs in order, from `from` on: those that came back and the never delivered, by place. `holds` says whether a seq
    /// is in the log; `next` is the log's next seq.
    pub fn ready_seqs<'a>(
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

    /// Takes a ready or waiting seq out of where it is, so that it can be leased, acknowledged or removed.
    /// Says the time it was waiting for, if it was.
    pub fn detach(&mut self, seq: Seq) -> Option<u64> {
        self.pages.mark(seq);
        if self.back.remove(&seq.0) {
            self.burying.remove(&seq.0);
            return None;
        }
        if let Some(due_ms) = self.waiting.remove(&seq.0) {
            return Some(due_ms);
        }
        if seq == self.cursor {
            self.cursor = seq.next();
        } else if seq > self.cursor {
            self.ahead.insert(seq.0);
        }
        None
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
